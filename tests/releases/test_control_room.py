"""The control room: what is going on in one line, each fact beside it, and a poll that costs little and ends."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from crowds import put_crowd
from fans import move_release, open_campaign, run_sql
from flask import Flask
from flask.testing import FlaskClient
from makers import sign_in
from sqlalchemy import event

from presave_app.campaigns.models import Campaign
from presave_app.extensions import db
from presave_app.releases.control_room import forget_room, read_room
from presave_app.releases.room_words import left_words, span_words

ROOM = "/campaigns/1/release"


@pytest.fixture
def campaign_id(app: Flask) -> int:
    made = open_campaign(timedelta(minutes=-5))
    run_sql("UPDATE target SET found_at = now()")
    return made


@pytest.fixture
def alice(app: Flask, campaign_id: int) -> FlaskClient:
    client = app.test_client()
    sign_in(client, "alice@alba.example")
    return client


def headline() -> str:
    db.session.rollback()
    return read_room(db.session.get_one(Campaign, 1)).headline.words


def text_of(client: FlaskClient, path: str = ROOM) -> str:
    forget_room()
    words = re.sub(r"<[^>]+>", " ", client.get(path).text)
    return " ".join(words.split())


def poll_of(client: FlaskClient) -> str | None:
    forget_room()
    found = re.search(r'id="room".*?hx-trigger="(?:every (\w+), )?room-changed', client.get(ROOM).text, re.DOTALL)
    assert found is not None
    return found[1]


def test_before_anybody_came_it_says_so(campaign_id: int) -> None:
    assert headline() == "Nobody has pre-saved yet"


def test_a_draft_without_a_day_says_so(app: Flask) -> None:
    open_campaign()
    run_sql("UPDATE campaign SET published_at = NULL, release_at = NULL, release_wall = NULL")
    assert headline() == "No release day yet"


def test_before_the_first_wave_it_waits(campaign_id: int) -> None:
    move_release(campaign_id, timedelta(hours=3))
    put_crowd(campaign_id, 42, "armed", "consented", due_in="3 hours 12 minutes 30 seconds")
    assert headline() == "Waiting: 42 fans, first wave in 3 h 12 min"


def test_between_waves_the_next_one_is_told(campaign_id: int) -> None:
    put_crowd(campaign_id, 8, "done", "added", done_ago="1 hour")
    put_crowd(campaign_id, 2, "armed", "consented", due_in="42 minutes 30 seconds")
    assert headline() == "Between waves: 8 of 10 added, the next one in 42 min"


def test_while_adding_the_rest_is_told_with_its_time(campaign_id: int) -> None:
    put_crowd(campaign_id, 20, "done", "added", done_ago="2 seconds")
    put_crowd(campaign_id, 300, "armed", "consented")
    # Twenty in the last ten seconds are two a second, so 300 take 150 seconds.
    assert headline() == "Adding: 20 of 320, about 3 min left"


def test_the_allowed_rate_is_the_first_estimate(campaign_id: int) -> None:
    put_crowd(campaign_id, 2000, "armed", "consented")
    room = read_room(db.session.get_one(Campaign, 1))
    (spotify,) = room.services
    assert (spotify.rate_now, spotify.rate_allowed, spotify.seconds_left) == (0.0, 1000.0, 2)


def test_what_stops_a_release_comes_first(campaign_id: int) -> None:
    put_crowd(campaign_id, 5, "armed", "consented")
    run_sql(
        "INSERT INTO service_gate (service, open_at, reason) VALUES ('spotify', now() + :ten, 'rate_limited')",
        ten="10 min",
    )
    assert headline() == "Spotify is left alone for a moment; 5 fans wait"
    run_sql("UPDATE target SET found_at = NULL")
    assert headline() == "Spotify does not show the release yet; we keep looking"
    run_sql("UPDATE target SET canary = 'refused'")
    assert headline().startswith("The test fans on Spotify did not get the release")
    run_sql("INSERT INTO mass_guard (campaign_id, service, reason) VALUES (1, 'spotify', 'forbidden')")
    assert headline() == "Spotify refuses 0 fans; nobody is given up until you decide"
    run_sql("UPDATE service_gate SET breaker_at = now(), breaker_reason = 'invalid_client'")
    assert headline() == "Spotify refuses this installation; nobody is given up"
    run_sql("UPDATE campaign SET held_at = now()")
    assert headline() == "On hold: 5 fans wait until somebody resumes"


def test_at_the_end_it_says_what_is_left_to_whom(campaign_id: int) -> None:
    put_crowd(campaign_id, 6, "done", "added", done_ago="1 hour")
    assert headline() == "Finished: all 6 added"
    put_crowd(campaign_id, 2, "needs_reauth", "grant_revoked")
    put_crowd(campaign_id, 1, "failed", "forbidden")
    put_crowd(campaign_id, 1, "expired", "too_late")
    put_crowd(campaign_id, 4, "withdrawn", "fan_withdrew")
    assert headline() == "Finished: 6 of 10 added, 2 need the fan, 1 refused, 1 out of time"


def test_the_four_counts_are_told_apart(campaign_id: int) -> None:
    put_crowd(campaign_id, 9, "done", "added", done_ago="1 day", verified=7, kept=4)
    put_crowd(campaign_id, 3, "armed", "consented")
    put_crowd(campaign_id, 2, "withdrawn", "fan_withdrew")
    (spotify,) = read_room(db.session.get_one(Campaign, 1)).services
    assert [number for _, number, _ in spotify.figures] == [12, 9, 7, 4]


def test_states_are_told_worst_first_with_reasons(alice: FlaskClient, campaign_id: int) -> None:
    put_crowd(campaign_id, 5, "done", "added", done_ago="1 hour")
    put_crowd(campaign_id, 4, "armed", "rate_limited")
    put_crowd(campaign_id, 3, "needs_reauth", "grant_revoked")
    put_crowd(campaign_id, 2, "failed", "forbidden")
    page = text_of(alice)
    told = [
        "2 refused The service does not allow this.",
        "3 need the fan",
        "4 in line The service asked",
        "5 added The service",
    ]
    places = [page.index(words) for words in told]
    assert places == sorted(places)
    assert "Only the fan can mend this" in page
    assert page.count("Try these again") == 1


def test_a_shut_gate_says_until_when_and_why(alice: FlaskClient, campaign_id: int) -> None:
    put_crowd(campaign_id, 1, "armed", "consented")
    run_sql(
        """
        INSERT INTO service_gate (service, open_at, reason)
        VALUES ('spotify', date_trunc('hour', now()) + interval '90 min', 'quota_exceeded')
        """
    )
    assert re.search(r"Shut until \d\d:30 UTC The service's limit for this app", text_of(alice).replace("&#39;", "'"))


def test_a_gate_that_opened_again_is_open(alice: FlaskClient, campaign_id: int) -> None:
    run_sql("INSERT INTO service_gate (service, open_at, reason) VALUES ('spotify', now(), 'quota_exceeded')")
    page = text_of(alice)
    assert "Gate Open" in page
    assert "limit for this app" not in page


def test_an_open_breaker_says_what_goes_on(alice: FlaskClient, campaign_id: int) -> None:
    run_sql(
        "INSERT INTO service_gate (service, breaker_at, breaker_reason) VALUES ('spotify', now(), 'invalid_client')"
    )
    page = text_of(alice)
    assert "Nobody is being asked; one probe a minute" in page
    assert "does not accept this installation&#39;s credentials" in page


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("invalid_client", "refuses this installation"),
        ("http_503", "does not work right now"),
        ("connection_lost", "does not work right now"),
    ],
)
def test_an_outage_is_not_called_a_refusal(campaign_id: int, reason: str, words: str) -> None:
    put_crowd(campaign_id, 1, "armed", "consented")
    run_sql("INSERT INTO service_gate (service, breaker_at, breaker_reason) VALUES ('spotify', now(), :r)", r=reason)
    assert headline() == f"Spotify {words}; nobody is given up"


def test_a_guard_counts_suspected_sign_ins_too(campaign_id: int) -> None:
    put_crowd(campaign_id, 4, "armed", "refused_once")
    run_sql("UPDATE fan_grant SET refused_at = now()")
    put_crowd(campaign_id, 3, "armed", "forbidden", refusals=1)
    put_crowd(campaign_id, 2, "failed", "forbidden", refusals=3)
    put_crowd(campaign_id, 1, "armed", "consented")
    run_sql("INSERT INTO mass_guard (campaign_id, service, reason) VALUES (1, 'spotify', 'forbidden')")
    assert headline() == "Spotify refuses 7 fans; nobody is given up until you decide"


def test_a_guard_names_its_fans_and_both_ways_out(alice: FlaskClient, campaign_id: int) -> None:
    put_crowd(campaign_id, 41, "armed", "forbidden", refusals=2)
    put_crowd(campaign_id, 9, "done", "added", done_ago="1 hour", refusals=2)
    run_sql("INSERT INTO mass_guard (campaign_id, service, reason) VALUES (1, 'spotify', 'forbidden')")
    page = text_of(alice)
    for words in (
        "41 fans would be given up; nobody is",
        "It is true: let them go",
        "It is mended: try them all again",
    ):
        assert words in page
    run_sql("UPDATE mass_guard SET confirmed_at = now()")
    assert "would be given up" not in text_of(alice)


def test_the_oldest_overdue_is_told_in_words(alice: FlaskClient, campaign_id: int) -> None:
    put_crowd(campaign_id, 1, "armed", "consented", due_in="-130 seconds")
    assert "Oldest overdue due for 2 min 1" in text_of(alice)
    run_sql("UPDATE campaign SET held_at = now()")
    assert "Oldest overdue" not in text_of(alice)


def be_local() -> None:
    run_sql("UPDATE campaign SET clock = 'local', release_wall = date_trunc('day', now()) + interval '1 day 12 hours'")


def test_waves_stand_on_a_clock_and_in_a_table(alice: FlaskClient, campaign_id: int) -> None:
    be_local()
    put_crowd(campaign_id, 3, "done", "added", done_ago="1 hour", zone="Asia/Tokyo")
    put_crowd(campaign_id, 7, "armed", "consented", zone="America/Bogota")
    page = alice.get(ROOM).text
    assert (page.count('class="wave-done"'), page.count('class="wave-open"')) == (1, 1)
    table = page[page.index("<tbody>") : page.index("</tbody>")]
    assert re.findall(r'is-number">(\d+)', table) == ["3", "3", "0", "0", "7", "0", "7", "0"]
    assert "Asia/Tokyo" in table


def test_local_waves_are_named_by_their_clock(campaign_id: int) -> None:
    be_local()
    for zone in ("Asia/Tokyo", "America/Bogota", "Asia/Kolkata"):
        put_crowd(campaign_id, 1, "armed", "consented", zone=zone)
    labels = [wave.label for wave in read_room(db.session.get_one(Campaign, 1)).waves]
    assert labels == ["UTC+9", "UTC+5:30", "UTC\N{MINUS SIGN}5"]


def test_one_moment_everywhere_is_one_wave(campaign_id: int) -> None:
    put_crowd(campaign_id, 2, "done", "added", done_ago="1 hour", zone="Asia/Tokyo")
    put_crowd(campaign_id, 3, "armed", "consented", due_in="-3 minutes")
    waves = read_room(db.session.get_one(Campaign, 1)).waves
    assert [(wave.label, wave.total, wave.done) for wave in waves] == [("Everybody", 5, 2)]


def test_an_unchanged_room_is_no_content(alice: FlaskClient, campaign_id: int) -> None:
    put_crowd(campaign_id, 2, "armed", "consented", due_in="3 hours 30 seconds")
    page = alice.get(ROOM).text
    found = re.search(r"/release/room\?seen=(\w+)", page)
    assert found is not None
    answer = alice.get(f"{ROOM}/room?seen={found[1]}", headers={"HX-Request": "true"})
    assert (answer.status_code, answer.data) == (204, b"")
    assert alice.get(f"{ROOM}/room?seen=older", headers={"HX-Request": "true"}).status_code == 200


def test_the_poll_hurries_slows_down_and_ends(alice: FlaskClient, campaign_id: int) -> None:
    move_release(campaign_id, timedelta(hours=3))
    assert poll_of(alice) == "30s"
    move_release(campaign_id, timedelta(minutes=9))
    assert poll_of(alice) == "2s"
    move_release(campaign_id, timedelta(minutes=-5))
    put_crowd(campaign_id, 2, "armed", "consented")
    assert poll_of(alice) == "2s"
    run_sql("UPDATE campaign SET held_at = now()")
    assert poll_of(alice) == "30s"
    run_sql("DELETE FROM pre_save")
    put_crowd(campaign_id, 2, "done", "added", done_ago="1 minute")
    assert poll_of(alice) == "5s"
    run_sql("UPDATE pre_save SET verified_at = now()")
    assert poll_of(alice) == "30s"
    run_sql("UPDATE pre_save SET kept_at = now()")
    assert poll_of(alice) is None


def test_a_crowd_of_polls_is_one_reading(alice: FlaskClient, campaign_id: int) -> None:
    put_crowd(campaign_id, 50, "armed", "consented")
    alice.get(ROOM)
    forget_room()
    seen: list[str] = []
    listener = lambda *given: seen.append(given[2])  # noqa: E731
    event.listen(db.engine, "before_cursor_execute", listener)
    try:
        for _ in range(3):
            alice.get(f"{ROOM}/room", headers={"HX-Request": "true"})
    finally:
        event.remove(db.engine, "before_cursor_execute", listener)
    assert len([statement for statement in seen if "pre_save" in statement]) == 4


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "0 s"), (45, "45 s"), (552, "9 min 12 s"), (2520, "42 min"), (11_520, "3 h 12 min"), (400_000, "4 days")],
)
def test_a_span_has_the_units_of_its_size(seconds: int, words: str) -> None:
    assert span_words(seconds) == words


@pytest.mark.parametrize(
    ("seconds", "words"), [(None, ""), (30, "less than a minute"), (61, "about 2 min"), (9000, "about 2 hours")]
)
def test_what_is_left_is_told_roughly(seconds: int | None, words: str) -> None:
    assert left_words(seconds) == words


def test_a_release_is_missing_only_once_it_was_looked_for(alice: FlaskClient, campaign_id: int) -> None:
    put_crowd(campaign_id, 1, "armed", "consented")
    run_sql("UPDATE target SET found_at = NULL, looks = 0")
    assert "not in the catalogue yet" not in text_of(alice)
    run_sql("UPDATE target SET looks = 1")
    forget_room()
    assert "not in the catalogue yet" in text_of(alice)
