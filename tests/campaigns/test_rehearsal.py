"""The dress rehearsal: real rows, played through at the allowed rate; kept with its moment and who did it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from crowds import put_crowd
from fans import move_local_release, read_sql, run_sql
from flask import Flask
from flask.testing import FlaskClient
from makers import make_campaign, post

from presave_app.extensions import db
from presave_app.lib import clock
from presave_app.preflight.rehearsed import Rehearsed, duration_words, find_rehearsal
from presave_app.preflight.run_time import Pace, ends_of

SHEET = "/campaigns/1/preflight"
NOON = datetime(2026, 12, 4, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.fixture
def campaign_id(team_id: int) -> int:
    return make_campaign(team_id)


@pytest.fixture
def slow_spotify(app: Flask) -> Iterator[None]:
    """A Spotify that lets ten fans through a second, less what the gate leaves unused."""
    services = app.extensions["presave_settings"].services
    before = services["spotify"]
    services["spotify"] = replace(before, calls_per_second=10.0)
    yield
    services["spotify"] = before


def rehearsal() -> Rehearsed:
    db.session.rollback()
    found = find_rehearsal(1, clock.now())
    assert found is not None
    return found


def test_a_wave_takes_as_long_as_the_rate_allows() -> None:
    assert ends_of([(NOON, 100)], Pace(10, None, "UTC")) == [NOON + 10 * SECOND]


def test_a_wave_waits_for_the_one_before_it() -> None:
    waves = [(NOON, 100), (NOON + SECOND, 10), (NOON + 60 * SECOND, 10)]
    assert ends_of(waves, Pace(10, None, "UTC")) == [NOON + 10 * SECOND, NOON + 11 * SECOND, NOON + 61 * SECOND]


def test_a_budget_ends_at_the_services_own_midnight() -> None:
    # Noon in UTC is four in the morning in Los Angeles: its next day begins at eight.
    (end,) = ends_of([(NOON, 25)], Pace(10, 10, "America/Los_Angeles"))
    assert end == datetime(2026, 12, 6, 8, tzinfo=UTC) + timedelta(seconds=0.5)


def test_what_does_not_fit_before_midnight_is_spent_from_the_next_day() -> None:
    late = datetime(2026, 12, 4, 23, 59, 59, tzinfo=UTC)
    assert ends_of([(late, 15)], Pace(10, 10, "UTC")) == [late + timedelta(seconds=1.5)]
    assert ends_of([(late, 21)], Pace(10, 10, "UTC")) == [datetime(2026, 12, 6, tzinfo=UTC) + timedelta(seconds=0.1)]


def test_a_budget_for_nobody_has_no_end() -> None:
    with pytest.raises(ValueError, match="daily budget"):
        ends_of([(NOON, 1)], Pace(10, 0, "UTC"))


def test_a_service_that_takes_more_than_a_day_for_one_fan() -> None:
    assert ends_of([(NOON, 2)], Pace(1 / 100_000, 10, "UTC")) == [NOON + 200_000 * SECOND]


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "less than a minute"), (60, "1 minute"), (600, "10 minutes"), (3600, "1 hour"), (200_000, "2 days")],
)
def test_a_length_of_time_in_words(seconds: int, words: str) -> None:
    assert duration_words(seconds) == words


@pytest.mark.parametrize("htmx", [False, True])
def test_the_real_list_is_played(ed: FlaskClient, campaign_id: int, slow_spotify: None, htmx: bool) -> None:
    put_crowd(1, 980, "armed", "consented", due_in="7 days")
    put_crowd(1, 3, "needs_reauth", "grant_revoked", due_in="7 days")
    put_crowd(1, 5, "withdrawn", "fan_withdrew", due_in="7 days")
    assert "was not played through yet" in ed.get(SHEET).text
    answer = post(ed, f"{SHEET}/rehearse", htmx=htmx)
    assert answer.status_code == (200 if htmx else 303)
    (spotify,) = rehearsal().services
    assert (spotify.number, spotify.dead, spotify.longest_seconds) == (980, 3, 100)
    assert spotify.first_at == read_sql("SELECT release_at FROM campaign")
    assert rehearsal().who == "ed@alba.example"
    page = answer.text if htmx else ed.get(SHEET).text
    assert "980 fans are served" in page
    assert "3 more would get nothing" in page
    assert "Rehearsed less than a minute ago by ed@alba.example" in page


def test_each_zone_is_a_wave(ed: FlaskClient, campaign_id: int, slow_spotify: None) -> None:
    wall = move_local_release(1, timedelta(days=7), "Europe/Berlin")
    for number, zone in ((10, "Asia/Tokyo"), (20, "Europe/Berlin"), (30, "America/New_York")):
        put_crowd(1, number, "armed", "consented", due_in="7 days", zone=zone)
    post(ed, f"{SHEET}/rehearse")
    (spotify,) = rehearsal().services
    assert [wave.number for wave in spotify.waves] == [10, 20, 30]
    assert spotify.waves[0].at.replace(tzinfo=None) == wall - timedelta(hours=9)
    assert "3 waves on Spotify" in ed.get(SHEET).text


def test_others_in_the_same_hour_are_counted_in(ed: FlaskClient, team_id: int, slow_spotify: None) -> None:
    for title in ("First", "Second", "Third"):
        make_campaign(team_id, title=title)
    moment = "release_at = date_trunc('hour', now()) + interval '7 days'"
    run_sql(f"UPDATE campaign SET {moment}, release_wall = (date_trunc('hour', now()) + interval '7 days')")
    for campaign_id, number in ((1, 98), (2, 490), (3, 980)):
        put_crowd(campaign_id, number, "armed", "consented", due_in="7 days")
    run_sql("UPDATE pre_save p SET due_at = k.release_at FROM campaign k WHERE k.id = p.campaign_id")
    # Half an hour before ours, so it is through by then; the other one shares our moment.
    run_sql("UPDATE pre_save SET due_at = due_at - interval '30 minutes' WHERE campaign_id = 3")
    post(ed, f"{SHEET}/rehearse")
    (spotify,) = rehearsal().services
    assert (spotify.number, spotify.longest_seconds) == (98, 60)
    assert (spotify.others, spotify.other_campaigns) == (1470, 2)
    page = " ".join(ed.get(SHEET).text.split())
    assert "1,470 more fans are due there for 2 other releases of this installation: they share the rate" in page


@pytest.mark.parametrize(
    "beside",
    ["UPDATE campaign SET held_at = now() WHERE id = 2", "UPDATE pre_save SET due_at = now() WHERE campaign_id = 2"],
)
def test_who_is_held_or_due_at_another_time_shares_nothing(
    ed: FlaskClient, team_id: int, slow_spotify: None, beside: str
) -> None:
    for campaign_id, title in ((1, "First"), (2, "Second")):
        make_campaign(team_id, title=title)
        put_crowd(campaign_id, 98, "armed", "consented", due_in="7 days")
    run_sql(beside)
    post(ed, f"{SHEET}/rehearse")
    (spotify,) = rehearsal().services
    assert (spotify.longest_seconds, spotify.others) == (10, 0)
    assert "share the rate" not in ed.get(SHEET).text


def test_one_that_was_kept_by_an_older_release_is_still_shown(ed: FlaskClient, campaign_id: int) -> None:
    put_crowd(1, 2, "armed", "consented", due_in="7 days")
    post(ed, f"{SHEET}/rehearse")
    run_sql("UPDATE rehearsal SET play_state = NULL")
    for name in ("line", "budget_zone", "others", "other_campaigns"):
        run_sql("UPDATE rehearsal SET result = jsonb_build_array((result -> 0) - :name)", name=name)
    page = ed.get(SHEET).text
    assert "2 fans are served" in page
    assert "Played" not in page


def test_it_is_done_again_in_place_of_the_last(ed: FlaskClient, campaign_id: int) -> None:
    put_crowd(1, 2, "armed", "consented", due_in="7 days")
    post(ed, f"{SHEET}/rehearse")
    put_crowd(1, 3, "armed", "consented", due_in="7 days")
    assert "3 fans have come since" in ed.get(SHEET).text
    post(ed, f"{SHEET}/rehearse")
    assert rehearsal().number == 5
    assert "have come since" not in ed.get(SHEET).text
    run_sql("UPDATE rehearsal SET at = now() - interval '8 days', play_state = 'done', play = '[]'")
    assert "The last one was 8 days ago." in ed.get(SHEET).text


def test_fans_on_a_service_that_is_off_are_not_called_served(ed: FlaskClient, campaign_id: int) -> None:
    put_crowd(1, 2, "armed", "consented", due_in="7 days")
    put_crowd(1, 5, "armed", "consented", due_in="7 days", service="deezer")
    post(ed, f"{SHEET}/rehearse")
    page = ed.get(SHEET).text
    assert "2 fans are served" in page
    assert "5 more would get nothing: their service is off." in page


def test_a_play_where_somebody_got_nothing_is_in_the_sheet(ed: FlaskClient, campaign_id: int) -> None:
    put_crowd(1, 9, "armed", "consented", due_in="7 days")
    post(ed, f"{SHEET}/rehearse")
    played = {"service": "spotify", "played": 9, "added": 4, "seen": 4, "dead": 0, "refused": 5, "waiting": 0}
    times = {"first_seconds": 0.1, "seconds": 1.0, "seen_seconds": 2.0, "fans_a_second": None, "shut_for": None}
    found = {**played, **times, "is_found": True, "limited": 0, "reasons": {"library_full": 5}}
    run_sql("UPDATE rehearsal SET play_state = 'done', play = CAST(:play AS jsonb)", play=json.dumps([found]))
    page = " ".join(ed.get(SHEET).text.split())
    assert "When it was played, fans got nothing on Spotify." in page
    assert "Spotify: 5 got nothing. The library is full" in page


def test_fans_who_wait_for_a_release_without_a_name(ed: FlaskClient, campaign_id: int) -> None:
    put_crowd(1, 2, "armed", "consented", due_in="7 days")
    run_sql("UPDATE campaign SET upc = NULL")
    run_sql("UPDATE target SET ref = NULL WHERE service = 'spotify'")
    post(ed, f"{SHEET}/rehearse")
    assert rehearsal().unserved == ["Spotify"]
    assert "nothing tells which release is meant there" in ed.get(SHEET).text


def test_no_fan_is_touched(ed: FlaskClient, campaign_id: int) -> None:
    put_crowd(1, 4, "armed", "consented", due_in="7 days")
    rows = "SELECT md5(string_agg(p::text, '|' ORDER BY id)) FROM pre_save p"
    before = read_sql(rows)
    post(ed, f"{SHEET}/rehearse")
    assert read_sql(rows) == before
    assert read_sql("SELECT count(*) FROM service_gate") == 0, "no service was called"


def test_only_editors_rehearse(bob: FlaskClient, charlie: FlaskClient, campaign_id: int) -> None:
    assert post(bob, f"{SHEET}/rehearse").status_code == 403
    assert post(charlie, f"{SHEET}/rehearse").status_code == 404
    assert "Rehearse with the real list" not in bob.get(SHEET).text
    assert read_sql("SELECT count(*) FROM rehearsal") == 0


def test_without_a_date_there_is_nothing_to_rehearse(ed: FlaskClient, team_id: int) -> None:
    make_campaign(team_id, release_in=None, published=False)
    assert "It needs a release moment." in ed.get(SHEET).text
    post(ed, f"{SHEET}/rehearse")
    assert rehearsal().services == ()
