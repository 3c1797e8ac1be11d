"""The preflight: each check from real rows, the one line that sums up, and who may press what."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from html import unescape

import pytest
from fans import read_sql, run_past_triggers, run_sql
from flask import Flask
from flask.testing import FlaskClient
from makers import make_campaign, make_picture, post
from sheets import findings, sheet_now
from sqlalchemy import event

from presave_app.campaigns.models import Campaign
from presave_app.extensions import db
from presave_app.preflight.facts import read_facts
from presave_app.preflight.finding import Level

SHEET = "/campaigns/1/preflight"
HTMX = {"HX-Request": "true"}


@pytest.fixture
def campaign_id(team_id: int) -> int:
    """A published campaign of a Friday in three weeks, of which nothing is missing."""
    made = make_campaign(team_id, release_in=timedelta(days=28), artwork=make_picture(1200))
    run_sql("INSERT INTO heartbeat (name, at) VALUES ('clock', now()), ('worker', now())")
    run_sql(
        """
        UPDATE campaign SET clock = 'local', published_at = now(), time_zone = 'UTC',
          release_wall = date_trunc('week', now() AT TIME ZONE 'UTC') + interval '32 days',
          release_at = (date_trunc('week', now() AT TIME ZONE 'UTC') + interval '32 days') AT TIME ZONE 'UTC'
        """
    )
    run_sql("INSERT INTO imprint (team_id, company, address, email) VALUES (1, 'Alba Ltd', 'A street', 'a@b.example')")
    run_sql("INSERT INTO target (campaign_id, service, ref, found_at) VALUES (1, 'apple-music', '1700000001', now())")
    put_try()
    return made


@pytest.fixture(autouse=True)
def has_mail(app: Flask) -> Iterator[None]:
    """Mail is on, as far as settings say."""
    settings = app.extensions["presave_settings"]
    before = settings.mail
    object.__setattr__(settings, "mail", object())
    yield
    object.__setattr__(settings, "mail", before)


def put_try() -> None:
    """Alice has tried Spotify with her own account, yesterday."""
    run_sql(
        """
        INSERT INTO connection_test (id, service, member_id, ref, state, expires_at, ended_at)
        VALUES (gen_random_uuid(), 'spotify', 1, 'x', 'works', now(), now() - interval '1 day')
        """
    )


def test_a_release_of_which_nothing_is_missing_is_ready(campaign_id: int) -> None:
    found = {key: each for key, each in findings().items() if each.level is not Level.GOOD}
    assert list(found) == ["link_card"], "its picture is drawn by a job"
    assert sheet_now().summary == "Ready, with 1 thing to look at"


# What is done to the rows, the check that sees it, and how it says so.
WRONGS: dict[str, tuple[str, str, Level, str]] = {
    "no title": ("UPDATE campaign SET published_at = NULL, title = ''", "title", Level.BAD, "no title"),
    "no artist": ("UPDATE campaign SET published_at = NULL, artist = ''", "artist", Level.BAD, "no artist"),
    "no date": (
        "UPDATE campaign SET published_at = NULL, release_at = NULL, release_wall = NULL",
        "release",
        Level.BAD,
        "no date yet",
    ),
    "a date that has passed": (
        """WITH gone AS (DELETE FROM slug_entry)
           UPDATE campaign SET published_at = NULL, clock = 'everywhere', release_at = now() - interval '1 day',
           release_wall = now() - interval '1 day'""",
        "release",
        Level.BAD,
        "",
    ),
    "no artwork": ("UPDATE campaign SET artwork_id = NULL", "artwork", Level.BAD, "no artwork"),
    "a small artwork": ("DELETE FROM artwork_file WHERE width >= 1000", "artwork", Level.CARE, "pixels wide"),
    "a draft": ("UPDATE campaign SET published_at = NULL", "published", Level.CARE, "Nobody sees it"),
    "no imprint": ("DELETE FROM imprint", "imprint", Level.CARE, "who answers"),
    "no target": ("DELETE FROM target", "targets", Level.BAD, "on no service yet"),
    "no target and no UPC": (
        "WITH gone AS (DELETE FROM target WHERE service = 'spotify') UPDATE campaign SET upc = NULL",
        "target:spotify",
        Level.CARE,
        "neither a link there nor a UPC",
    ),
    "no clock": ("DELETE FROM heartbeat WHERE name = 'clock'", "clock", Level.BAD, "Never seen"),
    "a silent clock": (
        "UPDATE heartbeat SET at = now() - interval '1 minute' WHERE name = 'clock'",
        "clock",
        Level.BAD,
        "Silent for 60 seconds",
    ),
    "silent workers": ("UPDATE heartbeat SET at = now() - interval '3 hours'", "worker", Level.BAD, "for 3 hours"),
    "an alarm": ("INSERT INTO alarm (kind, service) VALUES ('breaker', 'spotify')", "alarm:breaker:0", Level.BAD, ""),
    "no try": ("DELETE FROM connection_test", "tried:spotify", Level.CARE, "Nobody has tried it"),
    "an old try": (
        "UPDATE connection_test SET ended_at = now() - interval '31 days'",
        "tried:spotify",
        Level.CARE,
        "a while ago",
    ),
    "a try that failed": (
        "UPDATE connection_test SET state = 'failed', reason = 'not_seen'",
        "tried:spotify",
        Level.BAD,
        "failed",
    ),
    "a try that its member ended": (
        "UPDATE connection_test SET state = 'failed', reason = 'sign_in_refused'",
        "tried:spotify",
        Level.CARE,
        "ended without a permission",
    ),
    "a far day": (
        """UPDATE campaign SET release_at = release_at + interval '364 days',
           release_wall = release_wall + interval '364 days'""",
        "life:spotify",
        Level.CARE,
        "dies before the day",
    ),
    "little time": (
        """UPDATE campaign SET release_at = release_at - interval '21 days',
           release_wall = release_wall - interval '21 days'""",
        "lead_time",
        Level.CARE,
        "before the release",
    ),
    "a Monday": (
        """UPDATE campaign SET release_at = release_at + interval '3 days',
           release_wall = release_wall + interval '3 days'""",
        "friday",
        Level.CARE,
        "on a Monday",
    ),
    "one midnight for all": ("UPDATE campaign SET clock = 'everywhere'", "clock", Level.CARE, "same moment"),
    "local noon": (
        """UPDATE campaign SET release_at = release_at + interval '12 hours',
           release_wall = release_wall + interval '12 hours'""",
        "clock",
        Level.CARE,
        "12:00 where each fan is",
    ),
    "no link on the phones' own service": (
        "DELETE FROM target WHERE service = 'apple-music'",
        "phone_makers_service",
        Level.CARE,
        "Apple Music",
    ),
    "no UPC": ("UPDATE campaign SET upc = NULL", "upc", Level.CARE, "no UPC"),
}


@pytest.mark.parametrize("wrong", WRONGS)
def test_each_check_sees_what_is_wrong(campaign_id: int, wrong: str) -> None:
    statement, key, level, words = WRONGS[wrong]
    before = findings()
    assert key not in before or before[key].level is Level.GOOD
    run_sql(statement)
    found = findings()[key]
    assert found.level is level
    assert words in found.words
    assert found.why, "each says why it matters"


def test_a_page_that_was_down_for_a_while_keeps_its_time(ed: FlaskClient, team_id: int) -> None:
    made = make_campaign(team_id, published=False, release_in=timedelta(days=3))
    post(ed, f"/campaigns/{made}/publish")
    assert "open for 2 days" in findings()["lead_time"].words
    for act in ("unpublish", "publish"):
        run_past_triggers("change", "UPDATE change SET at = at - interval '14 days'")
        post(ed, f"/campaigns/{made}/{act}")
    assert read_sql("SELECT published_at > now() - interval '1 minute' FROM campaign")
    assert "lead_time" not in findings()


def test_mail_matters_where_reminders_are_promised(app: Flask, campaign_id: int) -> None:
    object.__setattr__(app.extensions["presave_settings"], "mail", None)
    assert findings()["mail"].level is Level.CARE
    run_sql("DELETE FROM target WHERE service = 'apple-music'")
    assert "mail" not in findings()


def test_places_of_an_app_in_development_mode(app: Flask, campaign_id: int) -> None:
    connector = app.extensions["presave_connectors"]["spotify"]
    assert "seats:spotify" not in findings()
    connector.audience_limit = 5
    try:
        assert "0 of 5 places" in findings()["seats:spotify"].words
    finally:
        connector.audience_limit = None


def test_the_line_counts_what_is_missing(campaign_id: int) -> None:
    run_sql("DELETE FROM heartbeat")
    assert sheet_now().summary == "Not ready: 2 things are missing"
    run_sql("INSERT INTO heartbeat (name, at) VALUES ('clock', now())")
    assert sheet_now().summary == "Not ready: 1 thing is missing"


def test_every_repair_leads_to_a_page_and_its_field(ed: FlaskClient, team_id: int) -> None:
    make_campaign(team_id, published=False, release_in=None, ref=None, upc=None)
    repairs = [each.repair for each in findings().values() if each.repair]
    assert len(repairs) >= 5
    for repair in repairs:
        address, _, place = repair.url.partition("#")
        page = ed.get(address)
        assert page.status_code == 200, repair
        assert not place or f'id="{place}"' in page.text, repair


@pytest.mark.parametrize("htmx", [False, True])
def test_advice_is_put_aside_and_brought_back(ed: FlaskClient, campaign_id: int, htmx: bool) -> None:
    run_sql("UPDATE campaign SET upc = NULL")
    assert "Worth knowing" in ed.get(SHEET).text
    answer = post(ed, f"{SHEET}/aside", check="upc", htmx=htmx)
    assert answer.status_code == (200 if htmx else 303)
    assert "upc" not in findings()
    assert [each.key for each in sheet_now().aside] == ["upc"]
    assert "Put aside: 1" in ed.get(SHEET).text
    post(ed, f"{SHEET}/aside", check="upc", htmx=htmx)
    post(ed, f"{SHEET}/bring-back", check="upc", htmx=htmx)
    assert findings()["upc"].level is Level.CARE


@pytest.mark.parametrize("check", ["artwork", "nothing", "", "x\x00"])
def test_only_advice_can_be_put_aside(ed: FlaskClient, campaign_id: int, check: str) -> None:
    run_sql("UPDATE campaign SET artwork_id = NULL")
    assert post(ed, f"{SHEET}/aside", check=check).status_code == 303
    assert read_sql("SELECT count(*) FROM put_aside") == 0
    assert findings()["artwork"].level is Level.BAD


def test_a_viewer_looks_and_a_stranger_does_not(bob: FlaskClient, charlie: FlaskClient, campaign_id: int) -> None:
    run_sql("UPDATE campaign SET upc = NULL")
    page = bob.get(SHEET)
    assert page.status_code == 200
    assert page.text.count("<form") == 1, "signing out"
    assert charlie.get(SHEET).status_code == 404
    for act in ("aside", "bring-back"):
        assert post(bob, f"{SHEET}/{act}", check="upc").status_code == 403
        assert post(charlie, f"{SHEET}/{act}", check="upc").status_code == 404
        assert bob.get(f"{SHEET}/{act}").headers["Location"] == SHEET
    assert read_sql("SELECT count(*) FROM put_aside") == 0


def test_publishing_asks_for_it_and_does_not_force_it(ed: FlaskClient, team_id: int) -> None:
    make_campaign(team_id, published=False)
    assert f'href="{SHEET}"' in ed.get("/campaigns/1").text
    page = ed.get(SHEET).text
    assert 'action="/campaigns/1/publish"' in page
    assert "You may publish all the same" in page
    done = post(ed, "/campaigns/1/publish")
    assert done.status_code == 303
    told = ed.get(done.headers["Location"]).text
    assert "Published." in told
    assert "Look through the preflight" in told
    assert read_sql("SELECT title FROM campaign WHERE published_at IS NOT NULL") == "Night Drive"
    assert 'action="/campaigns/1/publish"' not in ed.get(SHEET).text
    assert f'href="{SHEET}"' in ed.get("/campaigns/1").text


def test_a_new_draft_is_not_called_published(ed: FlaskClient) -> None:
    made = post(ed, "/campaigns", title="Night Drive", artist="Alba Voss", kind="album")
    assert "Published." not in ed.get(made.headers["Location"]).text


def test_a_title_in_another_script_is_only_text(ed: FlaskClient, campaign_id: int) -> None:
    run_sql("UPDATE campaign SET title = :title", title="<b>ليل</b>")
    page = ed.get(SHEET).text
    assert "<b>" not in page
    assert "<b>ليل</b>" in unescape(page)


def test_the_sheet_asks_the_database_a_bounded_number_of_times(
    campaign_id: int, counted: Callable[[], list[str]]
) -> None:
    queries = counted()
    read_facts(db.session.get_one(Campaign, 1))
    assert len(queries) <= 20, queries


@pytest.fixture
def counted(app: Flask) -> Iterator[Callable[[], list[str]]]:
    """What the database is asked from the call on."""
    asked: list[str] = []

    def note(_conn: object, _cursor: object, statement: str, *_: object) -> None:
        asked.append(statement)

    def begin() -> list[str]:
        event.listen(db.engine, "before_cursor_execute", note)
        return asked

    yield begin
    event.remove(db.engine, "before_cursor_execute", note)
