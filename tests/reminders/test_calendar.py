"""The calendar file, as a calendar reads it, and taking it."""

from __future__ import annotations

from datetime import UTC, timedelta
from typing import Any, cast

from fans import move_local_release, read_sql, run_sql
from flask.testing import FlaskClient
from icalendar import Calendar, Event
from reminding import ask, move

from presave_app.reminders import tally


def event_of(client: FlaskClient) -> Any:
    answer = client.get("/night-drive/calendar.ics")
    assert answer.status_code == 200
    assert answer.mimetype == "text/calendar"
    (event,) = cast(Calendar, Calendar.from_ical(answer.text)).walk("VEVENT")
    return cast(Event, event)


def test_it_rings_at_the_release_moment_in_the_campaigns_zone(client: FlaskClient, campaign_id: int) -> None:
    run_sql(
        """UPDATE campaign SET time_zone = 'Europe/Berlin', release_wall = '2027-06-04 00:00',
           release_at = '2027-06-03 22:00Z'"""
    )
    event = event_of(client)
    starts = event["DTSTART"].dt
    assert starts.isoformat() == "2027-06-04T00:00:00+02:00"
    assert event["DTSTART"].params["TZID"] == "Europe/Berlin"
    (alarm,) = event.walk("VALARM")
    assert alarm["TRIGGER"].dt == timedelta(0)
    text = client.get("/night-drive/calendar.ics").text
    assert "BEGIN:VTIMEZONE" in text
    assert "\r\n" in text


def test_it_leads_to_the_one_link(client: FlaskClient) -> None:
    event = event_of(client)
    assert event["URL"] == "http://127.0.0.1:5000/night-drive"
    assert "http://127.0.0.1:5000/night-drive" in event["DESCRIPTION"]
    assert event["SUMMARY"] == "Out now: Night Drive by Alba Voss"
    assert event["TRANSP"] == "TRANSPARENT"


def test_a_clock_for_each_zone_is_a_time_without_one(client: FlaskClient, campaign_id: int) -> None:
    wall = move_local_release(campaign_id, timedelta(days=3), "Pacific/Auckland")
    event = event_of(client)
    assert event["DTSTART"].dt == wall.replace(microsecond=0)
    assert event["DTSTART"].dt.tzinfo is None


def test_a_moved_date_replaces_the_entry(client: FlaskClient, campaign_id: int) -> None:
    before = event_of(client)
    move(campaign_id, timedelta(days=20))
    after = event_of(client)
    assert after["UID"] == before["UID"]
    assert after["SEQUENCE"] > before["SEQUENCE"]
    assert after["DTSTART"].dt.astimezone(UTC) - before["DTSTART"].dt.astimezone(UTC) > timedelta(days=10)
    run_sql("UPDATE campaign SET title = 'Another Name'")
    assert event_of(client)["SEQUENCE"] == after["SEQUENCE"]


def test_titles_cannot_write_into_the_file(client: FlaskClient) -> None:
    run_sql("UPDATE campaign SET title = :title", title="Night\r\nATTACH:http://evil.example\r\nX:;,")
    event = event_of(client)
    assert "ATTACH" not in event
    assert event["SUMMARY"].startswith("Out now: Night")


def test_there_is_none_without_a_page(client: FlaskClient) -> None:
    assert client.get("/night-train/calendar.ics").status_code == 404
    run_sql("UPDATE campaign SET published_at = NULL")
    assert client.get("/night-drive/calendar.ics").status_code == 404


def test_taking_it_is_counted_until_it_is_taken_back(client: FlaskClient, campaign_id: int) -> None:
    path = ask(client, way="calendar")
    page = client.get(path).text
    assert 'href="/night-drive/calendar.ics"' in page
    for _ in range(2):
        assert client.post(f"{path}/remind", data={"way": "calendar"}).status_code == 303
    assert read_sql("SELECT count(*) FROM reminder_way") == 1
    assert tally.count(campaign_id) == 1
    way_id = read_sql("SELECT id FROM reminder_way")
    for _ in range(2):
        assert client.post(f"{path}/remind/{way_id}/stop").status_code == 303
    assert tally.count(campaign_id) == 0
    assert "No reminder any more" in client.get(path).text
    client.post(f"{path}/remind", data={"way": "calendar"})
    assert tally.count(campaign_id) == 1
