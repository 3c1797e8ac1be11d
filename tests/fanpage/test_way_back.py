"""A browser leads its fan back to what was made in it, and tells nobody else."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from fans import answer_at_spotify, go_to_spotify, move_release, open_campaign, read_sql, run_sql
from flask import Flask, Response
from flask.testing import FlaskClient
from itsdangerous import URLSafeSerializer
from makers import make_campaign
from twin_client import TwinClient

from presave_app.extensions import current_settings
from presave_app.fanpage.way_back import MOST, Made, keep_here, made_here
from presave_app.presaves.states import PreSaveId

ME = "/night-drive/me"
HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def campaign_id(app: Flask) -> int:
    return open_campaign()


def make(client: FlaskClient, twin: TwinClient, fan: str = "ida", slug: str = "night-drive") -> str:
    """Pre-save in this browser; returns the path of the fan's own page."""
    answer = client.get(answer_at_spotify(twin, go_to_spotify(client, slug), fan))
    assert answer.status_code == 303
    return urlsplit(answer.headers["Location"]).path


def fragment_of(client: FlaskClient, path: str = ME) -> str:
    answer = client.get(path, headers=HTMX)
    assert answer.status_code == 200
    return " ".join(unescape(answer.text).split())


def cookie_of(client: FlaskClient, name: str) -> str:
    cookie = client.get_cookie(name)
    assert cookie is not None
    return cookie.value


def test_a_finished_sign_in_is_led_back_to(client: FlaskClient, twin: TwinClient) -> None:
    path = make(client, twin)
    told = fragment_of(client)
    assert "You pre-saved on Spotify" in told
    assert "we add it to your Spotify library." in told
    assert f'href="{path}"' in told
    assert client.get(path).status_code == 200


def test_a_reminder_is_led_back_to(client: FlaskClient) -> None:
    answer = client.post("/night-drive/remind/spotify", data={"way": "calendar"})
    told = fragment_of(client)
    assert "Spotify: We remind you" in told
    assert f'href="{urlsplit(answer.headers["Location"]).path}"' in told
    assert "data-saved" not in told


def test_a_newcomer_gets_nothing(client: FlaskClient, app: Flask, twin: TwinClient) -> None:
    make(app.test_client(), twin)
    answer = client.get(ME, headers=HTMX)
    assert (answer.status_code, answer.text) == (204, "")
    assert "This browser knows of nothing that you made here" in client.get(ME).text


def test_without_script_it_is_a_page(client: FlaskClient, twin: TwinClient) -> None:
    path = make(client, twin)
    page = client.get(ME)
    assert "<html" in page.text
    assert "Welcome back" in page.text
    assert path in page.text
    assert f'href="{ME}"' in client.get("/night-drive").text


def test_it_is_nobodys_to_keep(client: FlaskClient, twin: TwinClient) -> None:
    make(client, twin)
    for headers in (HTMX, {}):
        answer = client.get(ME, headers=headers)
        assert answer.headers["Cache-Control"] == "private, no-store"
        assert answer.headers["X-Robots-Tag"] == "noindex"


def test_the_page_is_the_same_bytes_for_who_was_here(client: FlaskClient, app: Flask, twin: TwinClient) -> None:
    make(client, twin)
    assert client.get("/night-drive").data == app.test_client().get("/night-drive").data


def test_two_services_stand_side_by_side(client: FlaskClient, twin: TwinClient) -> None:
    """Two accounts are two pre-saves; the newest is first."""
    first, second = make(client, twin, "ida"), make(client, twin, "leo")
    told = fragment_of(client)
    assert told.index(second) < told.index(first)


def test_the_same_again_is_kept_once(client: FlaskClient, twin: TwinClient) -> None:
    make(client, twin)
    path = make(client, twin)
    assert fragment_of(client).count(path) == 1


def test_another_campaign_is_not_mixed_in(client: FlaskClient, twin: TwinClient) -> None:
    other = make_campaign(1, slug="red-hour", title="Red Hour")
    mine, others = make(client, twin), make(client, twin, slug="red-hour")
    assert others not in fragment_of(client)
    assert mine not in fragment_of(client, "/red-hour/me")
    assert cookie_of(client, "here").split(".") == [str(other), str(read_sql("SELECT min(id) FROM campaign"))]


def test_what_was_cancelled_is_no_save(client: FlaskClient, twin: TwinClient) -> None:
    path = make(client, twin)
    client.post(f"{path}/cancel")
    told = fragment_of(client)
    assert "Cancelled" in told
    assert "You pre-saved" not in told
    assert "data-saved" not in told


def test_a_lost_permission_is_one_tap_away(client: FlaskClient, twin: TwinClient) -> None:
    path = make(client, twin)
    run_sql("UPDATE pre_save SET state = 'needs_reauth', reason = 'grant_revoked'")
    told = fragment_of(client)
    assert "Spotify needs your permission again" in told
    assert f'<a href="{path}">Give the permission again</a>' in told
    assert "data-saved" not in told


def test_after_the_release_it_says_when_it_was_added(client: FlaskClient, twin: TwinClient, campaign_id: int) -> None:
    make(client, twin)
    move_release(campaign_id, timedelta(seconds=-10))
    assert "Your add is in line" in fragment_of(client)
    assert 'hx-trigger="every 3s"' in fragment_of(client)
    run_sql("UPDATE pre_save SET state = 'claimed', lease_until = now() + interval '90 s'")
    run_sql("UPDATE pre_save SET state = 'done', lease_until = NULL, done_at = now(), verified_at = now()")
    told = fragment_of(client)
    assert "It's in your Spotify library" in told
    assert re.search(r'Added: <time datetime="[^"]+" data-words="stamp">\d', told)
    assert "hx-trigger" not in told


def test_the_way_back_stays_open_after_the_page_was_taken_down(
    client: FlaskClient, twin: TwinClient, campaign_id: int
) -> None:
    path = make(client, twin)
    run_sql("UPDATE campaign SET published_at = NULL WHERE id = :id", id=campaign_id)
    assert path in fragment_of(client)


def test_a_draft_has_none(client: FlaskClient) -> None:
    make_campaign(1, slug="a-draft", published=False)
    assert client.get("/a-draft/me").status_code == 404
    assert client.get("/nothing-here/me").status_code == 404


def test_the_cookie_is_hidden_and_holds_no_secret(client: FlaskClient, app: Flask, twin: TwinClient) -> None:
    answer = client.get(answer_at_spotify(twin, go_to_spotify(client), "ida"))
    said = {cookie.split("=")[0]: cookie for cookie in answer.headers.getlist("Set-Cookie")}
    assert "HttpOnly" in said["made"]
    assert "HttpOnly" not in said["here"]
    assert all("SameSite=Lax" in cookie and "Path=/" in cookie for cookie in said.values())
    secret = answer.headers["Location"].split("/mine/")[1].split("?")[0]
    opened = str(URLSafeSerializer("", salt="made-here").loads_unsafe(cookie_of(client, "made"))[1])
    assert str(read_sql("SELECT id FROM pre_save")).replace("-", "") in opened
    assert secret not in opened


def test_nobody_makes_one_up(client: FlaskClient, app: Flask, twin: TwinClient) -> None:
    make(client, twin)
    forger = app.test_client()
    name = read_sql("SELECT id FROM pre_save").hex
    campaign_id = read_sql("SELECT id FROM campaign")
    forged = URLSafeSerializer("guessed", salt="made-here").dumps([["p", name, campaign_id]])
    signed_for_another_use = URLSafeSerializer(current_settings().secret_key, salt="fan").dumps(
        [["p", name, campaign_id]]
    )
    genuine = cookie_of(client, "made")
    for value in (forged, signed_for_another_use, genuine[:-1], genuine[1:], "", "."):
        forger.set_cookie("made", str(value))
        assert forger.get(ME, headers=HTMX).status_code == 204
    forger.set_cookie("made", genuine)
    assert forger.get(ME, headers=HTMX).status_code == 200


def test_it_keeps_the_newest_and_no_more(app: Flask) -> None:
    made = [Made.pre_save(PreSaveId(uuid4()), number) for number in range(MOST + 3)]
    kept = ""
    for each in made:
        with app.test_request_context(headers={"Cookie": f"made={kept}"}):
            response = Response()
            keep_here(response, each)
            kept = response.headers.getlist("Set-Cookie")[0].split(";")[0].removeprefix("made=")
    with app.test_request_context(headers={"Cookie": f"made={kept}"}):
        assert made_here() == made[:2:-1]
    # With the other cookies it has to fit into what servers take of a request's head.
    assert len(kept) < 1200


def test_what_is_gone_is_left_out(client: FlaskClient, app: Flask) -> None:
    with app.test_request_context():
        response = Response()
        keep_here(response, Made.pre_save(PreSaveId(uuid4()), read_sql("SELECT id FROM campaign")))
    client.set_cookie("made", response.headers.getlist("Set-Cookie")[0].split(";")[0].removeprefix("made="))
    assert client.get(ME, headers=HTMX).status_code == 204


def test_it_is_forgotten_with_one_press(client: FlaskClient, twin: TwinClient) -> None:
    path = make(client, twin)
    client.set_cookie("fan", "whoever")
    answer = client.post(f"{ME}/forget")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/night-drive")
    assert [client.get_cookie(name) for name in ("made", "here", "fan")] == [None] * 3
    assert client.get(ME, headers=HTMX).status_code == 204
    # The pre-save itself stays.
    assert client.get(path).status_code == 200


def test_no_other_site_makes_it_forget(client: FlaskClient, twin: TwinClient) -> None:
    make(client, twin)
    assert client.post(f"{ME}/forget", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert client.get(ME, headers=HTMX).status_code == 200


def test_its_own_page_says_whether_the_browser_finds_back(client: FlaskClient, app: Flask, twin: TwinClient) -> None:
    path = make(client, twin)
    assert "This browser finds the way back" in client.get(path).text
    assert "It is the only way back to this page" in app.test_client().get(path).text


def test_under_https_no_other_host_can_set_it(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(current_settings()), "is_production", True)
    with app.test_request_context():
        response = Response()
        keep_here(response, Made.pre_save(PreSaveId(uuid4()), 1))
    cookies = response.headers.getlist("Set-Cookie")
    assert [cookie.split("=")[0] for cookie in cookies] == ["__Host-made", "__Host-here"]
    assert all("; Secure" in cookie and "Domain" not in cookie for cookie in cookies)
