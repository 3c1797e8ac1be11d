"""A fan's own page: every state in words, and every way to undo it."""

from __future__ import annotations

from datetime import timedelta
from html import unescape
from uuid import UUID

import pytest
from fans import answer_at_spotify, go_to_spotify, move_release, open_campaign, pre_save, row_of, run_sql
from flask import Flask
from flask.testing import FlaskClient
from twin_client import TwinClient

from presave_app.presaves.looking_up import mine_secret
from presave_app.presaves.states import PreSaveId
from presave_app.releases import adding


@pytest.fixture(autouse=True)
def campaign_id(app: Flask) -> int:
    return open_campaign()


@pytest.fixture
def pre_save_id(app: Flask, twin: TwinClient) -> UUID:
    return pre_save(app, twin, "ida")


@pytest.fixture
def path(pre_save_id: UUID) -> str:
    return f"/mine/{mine_secret(PreSaveId(pre_save_id))}"


def move(pre_save_id: UUID, *states: str, reason: str | None = None) -> None:
    """Move the pre-save through these states, the last one with a reason."""
    for state in states:
        run_sql(
            """
            UPDATE pre_save SET state = CAST(:state AS text), reason = :reason,
              lease_until = CASE WHEN CAST(:state AS text) = 'claimed' THEN now() + interval '90 s' END
            WHERE id = :id
            """,
            state=state,
            reason=reason if state == states[-1] else None,
            id=pre_save_id,
        )


def release_now(campaign_id: int) -> None:
    move_release(campaign_id, timedelta(seconds=-10))


def text_of(client: FlaskClient, path: str) -> str:
    page = client.get(path)
    assert page.status_code == 200
    return " ".join(unescape(page.text).split())


def test_the_trip_ends_in_a_moment_of_joy(client: FlaskClient, twin: TwinClient) -> None:
    back = answer_at_spotify(twin, go_to_spotify(client), "ida")
    page = client.get(client.get(back).headers["Location"])
    assert "You&#39;re in" in page.text
    assert "is-new" in page.text
    assert 'class="tick"' in page.text


def test_the_page_is_private(client: FlaskClient, path: str) -> None:
    for address in (path, f"{path}/state"):
        page = client.get(address)
        assert page.headers["Cache-Control"] == "private, no-store"
        assert page.headers["X-Robots-Tag"] == "noindex"
        assert page.headers["Referrer-Policy"] == "same-origin"
        assert "Set-Cookie" not in page.headers


def test_it_says_word_for_word_what_was_agreed(client: FlaskClient, path: str, pre_save_id: UUID) -> None:
    run_sql("UPDATE campaign SET title = 'Another Name'")
    page = text_of(client, path)
    assert "When Night Drive is out we do this for you, and nothing else: add it to your Spotify library." in page
    assert path in page


def test_an_armed_one_says_when_it_happens(client: FlaskClient, path: str) -> None:
    run_sql("UPDATE pre_save SET time_zone = 'America/New_York'")
    page = text_of(client, path)
    assert "You're in" in page
    assert "New York time" in page
    assert "Cancel this pre-save" in page
    assert "hx-trigger" not in page


@pytest.mark.parametrize(
    ("states", "reason", "words"),
    [
        ((), None, "Your add is in line"),
        (("claimed",), None, "We are adding it right now"),
        (("claimed", "armed"), "rate_limited", "The service asked us to slow down"),
        (("claimed", "done"), "added", "It's in your Spotify library"),
        (("needs_reauth",), "grant_revoked", "Spotify needs your permission again"),
        (("withdrawn",), "fan_withdrew", "Cancelled"),
        (("expired",), "too_late", "It could not be added within two weeks"),
        (("expired",), "never_in_catalogue", "The service did not show the release within two weeks"),
        (("expired",), "not_reconnected", "The permission was not given again within two weeks"),
        (("claimed", "failed"), "not_on_the_list", "its list of listeners is full"),
        (("claimed", "failed"), "http_418", "The service did not accept it."),
    ],
)
def test_every_state_is_told_in_words(
    client: FlaskClient,
    campaign_id: int,
    path: str,
    pre_save_id: UUID,
    states: tuple[str, ...],
    reason: str | None,
    words: str,
) -> None:
    release_now(campaign_id)
    move(pre_save_id, *states, reason=reason)
    page = text_of(client, path)
    assert words in page
    assert words in text_of(client, f"{path}/state")
    final = states[-1] if states else "armed"
    assert ("Cancel this pre-save" in page) == (final in ("armed", "claimed", "needs_reauth"))
    assert ("/connect/spotify" in page) == (final in ("needs_reauth", "withdrawn", "expired", "failed"))
    assert ("hx-trigger" in page) == (final in ("armed", "claimed"))


def test_retries_are_told_once(client: FlaskClient, campaign_id: int, path: str, pre_save_id: UUID) -> None:
    release_now(campaign_id)
    move(pre_save_id, "claimed", "armed", reason="no_answer_in_time")
    move(pre_save_id, "claimed", "armed", reason="rate_limited")
    page = text_of(client, path)
    assert page.count("Not added yet.") == 1
    move(pre_save_id, "claimed", "done", reason="added")
    page = text_of(client, path)
    assert page.index("Not added yet.") < page.index("The service confirmed that it was added.")


def test_a_read_back_is_told(client: FlaskClient, campaign_id: int, path: str, pre_save_id: UUID) -> None:
    release_now(campaign_id)
    move(pre_save_id, "claimed", "done", reason="added")
    run_sql("UPDATE pre_save SET read_back_at = now() + interval '1 minute'")
    page = text_of(client, path)
    assert "We will look it up there to be sure." in page
    assert 'hx-trigger="every 5s"' in page
    run_sql("UPDATE pre_save SET verified_at = now(), kept_at = now() + interval '1 day'")
    page = text_of(client, path)
    assert "We looked it up: it is in your Spotify library." in page
    assert "A day later it was still there." in page
    assert "hx-trigger" not in page


def test_a_page_opened_before_the_release_asks_once(client: FlaskClient, campaign_id: int, path: str) -> None:
    move_release(campaign_id, timedelta(hours=2))
    assert 'hx-trigger="load delay:7' in client.get(path).text


def test_a_held_release_is_said_and_not_polled(client: FlaskClient, campaign_id: int, path: str) -> None:
    release_now(campaign_id)
    run_sql("UPDATE campaign SET held_at = now()")
    page = text_of(client, path)
    assert "The label has paused this release" in page
    assert "hx-trigger" not in page


def test_cancelling_is_one_press_and_safe_twice(client: FlaskClient, path: str, pre_save_id: UUID) -> None:
    for _ in range(2):
        answer = client.post(f"{path}/cancel")
        assert (answer.status_code, answer.headers["Location"]) == (303, path)
    assert row_of(pre_save_id).state == "withdrawn"
    page = text_of(client, path)
    assert "We will do nothing for Night Drive on Spotify" in page
    assert "Pre-save it after all" in page


def test_what_was_refused_is_tried_again_with_one_press(
    client: FlaskClient, campaign_id: int, path: str, pre_save_id: UUID, twin: TwinClient
) -> None:
    release_now(campaign_id)
    run_sql("UPDATE target SET found_at = now()")
    move(pre_save_id, "claimed", "failed", reason="library_full")
    run_sql("UPDATE action SET state = 'refused'")
    assert "Try again now" in text_of(client, path)
    assert client.post(f"{path}/again").status_code == 303
    assert row_of(pre_save_id).reason == "tried_again"
    assert "We began to try once more." in text_of(client, path)
    assert "You gave it again." not in text_of(client, path)
    adding.add_due("spotify")
    assert row_of(pre_save_id).state == "done"
    assert client.post(f"{path}/again").status_code == 303
    assert row_of(pre_save_id).state == "done"
    assert len(twin.calls(method="PUT")) == 1


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE fan_grant SET state = 'dead', access_token_sealed = NULL, refresh_token_sealed = NULL",
        "UPDATE pre_save SET due_at = now() - interval '15 days'",
    ],
    ids=["the permission is gone", "the two weeks are over"],
)
def test_where_no_try_is_possible_none_is_offered(
    client: FlaskClient, campaign_id: int, path: str, pre_save_id: UUID, change: str
) -> None:
    release_now(campaign_id)
    move(pre_save_id, "claimed", "failed", reason="library_full")
    run_sql(change)
    assert "Try again now" not in text_of(client, path)
    client.post(f"{path}/again")
    assert row_of(pre_save_id).state == "failed"


def test_disconnecting_ends_every_pre_save(app: Flask, client: FlaskClient, path: str, twin: TwinClient) -> None:
    open_campaign(slug="small-hours")
    other = pre_save(app, twin, "ida", "small-hours")
    assert "Disconnect Spotify" in text_of(client, path)
    for _ in range(2):
        assert client.post(f"{path}/disconnect").status_code == 303
    assert row_of(other).state == "withdrawn"
    page = text_of(client, path)
    assert "We hold no Spotify permission of yours any more" in page
    assert "https://www.spotify.com/account/apps/" in page


def test_a_page_taken_down_keeps_the_way_out(client: FlaskClient, path: str) -> None:
    run_sql("UPDATE campaign SET published_at = NULL")
    page = text_of(client, path)
    assert "Cancel this pre-save" in page
    assert "To the release page" not in page
    client.post(f"{path}/cancel")
    assert "/connect/" not in text_of(client, path)


def test_a_stopped_sign_in_leads_back(client: FlaskClient, twin: TwinClient) -> None:
    page = client.get(answer_at_spotify(twin, go_to_spotify(client), "ida", "refuse"))
    assert 'href="/night-drive"' in page.text
    lost = client.get("/connect/spotify/callback?state=unknown&code=x")
    assert "can&#39;t be continued here" in lost.text
