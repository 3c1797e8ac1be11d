"""The two clocks: when each fan's pre-save is due, what moves with date, zone and clock, and the waves they form."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from fans import move_local_release, move_release, open_campaign, pre_save, read_sql, row_of, run_sql
from flask import Flask
from flask.testing import FlaskClient
from makers import post, sign_in
from sqlalchemy import text
from twin_client import TwinClient

from presave_app.extensions import db
from presave_app.releases import adding, catalogue, link_flip
from presave_app.releases.waves import Wave, find_waves, recompute_due
from presave_app.transaction import transaction

ZONES = {"ida": "Pacific/Auckland", "jonas": "Europe/Berlin", "kim": "America/Los_Angeles", "lena": ""}
YEAR = datetime.now(UTC).year + 1
RELEASE = {"release_date": f"{YEAR}-01-15", "release_time": "00:00", "time_zone": "Europe/Berlin"}


@pytest.fixture
def campaign_id(app: Flask, twin: TwinClient) -> int:
    return open_campaign()


@pytest.fixture
def fans(app: Flask, twin: TwinClient, campaign_id: int) -> dict[str, UUID]:
    """Four fans in three zones; the browser of one does not say where she is."""
    return {fan: pre_save(app, twin, fan, time_zone=zone) for fan, zone in ZONES.items()}


@pytest.fixture
def alice(app: Flask, campaign_id: int) -> FlaskClient:
    client = app.test_client()
    sign_in(client, "alice@alba.example")
    return client


def due_of(fans: dict[str, UUID]) -> dict[str, str]:
    return {fan: f"{row_of(pre_save_id).due_at:%d %H:%M}" for fan, pre_save_id in fans.items()}


def states_of(fans: dict[str, UUID]) -> dict[str, str]:
    return {fan: row_of(pre_save_id).state for fan, pre_save_id in fans.items()}


def save_release(client: FlaskClient, **changed: str) -> None:
    assert post(client, "/campaigns/1/release", {**RELEASE, **changed}, htmx=True).status_code == 200


def test_date_zone_and_clock_move_every_open_pre_save(alice: FlaskClient, fans: dict[str, UUID]) -> None:
    save_release(alice)
    assert set(due_of(fans).values()) == {"14 23:00"}
    save_release(alice, clock="local")
    assert due_of(fans) == {"ida": "14 11:00", "jonas": "14 23:00", "kim": "15 08:00", "lena": "14 23:00"}
    save_release(alice, clock="local", time_zone="America/New_York")
    assert due_of(fans) == {"ida": "14 11:00", "jonas": "14 23:00", "kim": "15 08:00", "lena": "15 05:00"}
    save_release(alice, clock="local", release_date=f"{YEAR}-02-01", release_time="18:30")
    assert due_of(fans) == {"ida": "01 05:30", "jonas": "01 17:30", "kim": "02 02:30", "lena": "01 17:30"}
    save_release(alice, clock="everywhere")
    assert set(due_of(fans).values()) == {"14 23:00"}
    assert read_sql("SELECT count(*) FROM pre_save WHERE next_at <> due_at") == 0


def test_the_new_times_come_together_or_not_at_all(fans: dict[str, UUID], campaign_id: int) -> None:
    before = due_of(fans)
    with transaction() as session:
        session.execute(text("UPDATE campaign SET clock = 'local'"))
        assert recompute_due(campaign_id) == 3
        # As when the editor's connection breaks before the commit.
        session.rollback()
    assert due_of(fans) == before
    run_sql("UPDATE campaign SET clock = 'local'")
    with transaction():
        assert recompute_due(campaign_id) == 3
        assert recompute_due(campaign_id) == 0


def test_what_has_ended_keeps_its_time(fans: dict[str, UUID], campaign_id: int) -> None:
    run_sql("UPDATE pre_save SET state = 'withdrawn' WHERE id = :id", id=fans["ida"])
    before = due_of(fans)
    move_local_release(campaign_id, timedelta(days=3), "Europe/Berlin")
    after = due_of(fans)
    assert after["ida"] == before["ida"]
    assert after["jonas"] != before["jonas"]


def test_a_refused_one_is_not_tried_again_too_early(fans: dict[str, UUID], campaign_id: int) -> None:
    move_release(campaign_id, timedelta(seconds=-1))
    run_sql("UPDATE pre_save SET state = 'claimed', lease_until = now() WHERE id = :id", id=fans["kim"])
    run_sql("UPDATE pre_save SET state = 'failed', lease_until = NULL WHERE id = :id", id=fans["kim"])
    move_local_release(campaign_id, timedelta(hours=1), "America/Los_Angeles")
    assert read_sql("SELECT due_at > now() + interval '55 minutes' FROM pre_save WHERE id = :id", id=fans["kim"])


def test_each_fan_is_added_at_their_own_midnight(app: Flask, twin: TwinClient, fans: dict[str, UUID]) -> None:
    run_sql("UPDATE target SET found_at = now()")
    move_local_release(1, timedelta(seconds=-1), "Pacific/Auckland")
    run_sql("UPDATE pre_save SET time_zone = 'Europe/Berlin' WHERE id = :id", id=fans["lena"])
    with transaction():
        recompute_due(1)
    adding.add_due("spotify")
    assert states_of(fans) == {"ida": "done", "jonas": "armed", "kim": "armed", "lena": "armed"}
    move_local_release(1, timedelta(seconds=-1), "Europe/Berlin")
    adding.add_due("spotify")
    assert states_of(fans) == {"ida": "done", "jonas": "done", "kim": "armed", "lena": "done"}
    move_local_release(1, timedelta(seconds=-1), "America/Los_Angeles")
    adding.add_due("spotify")
    assert set(states_of(fans).values()) == {"done"}


def test_links_are_looked_for_from_the_first_midnight_on(app: Flask, campaign_id: int) -> None:
    move_local_release(campaign_id, timedelta(minutes=1), "Pacific/Kiritimati")
    assert link_flip.find_campaigns_to_flip() == []
    assert catalogue.find_services_with_missing_links() == []
    move_local_release(campaign_id, timedelta(seconds=-1), "Pacific/Kiritimati")
    assert link_flip.find_campaigns_to_flip() == [campaign_id]
    assert catalogue.find_services_with_missing_links() == ["spotify"]
    assert link_flip.surround_flip(campaign_id)


def test_a_new_consent_from_elsewhere_moves_the_fan(app: Flask, twin: TwinClient, fans: dict[str, UUID]) -> None:
    wall = move_local_release(1, timedelta(days=7), "UTC")
    assert pre_save(app, twin, "ida", time_zone="Asia/Kathmandu") == fans["ida"]
    row = row_of(fans["ida"])
    assert (row.time_zone, row.due_at) == ("Asia/Kathmandu", wall.replace(tzinfo=UTC) - timedelta(hours=5, minutes=45))
    pre_save(app, twin, "ida")
    assert row_of(fans["ida"]).due_at == row.due_at


def test_a_strange_zone_is_the_labels(app: Flask, twin: TwinClient, campaign_id: int) -> None:
    move_local_release(campaign_id, timedelta(days=7), "UTC", label_zone="Asia/Tokyo")
    for zone in ("Mars/Olympus", "../../etc/passwd", "'", "x" * 5000):
        pre_save_id = pre_save(app, twin, "ida", time_zone=zone)
        assert row_of(pre_save_id).due_at == read_sql("SELECT release_at FROM campaign")
    run_sql("UPDATE pre_save SET time_zone = 'Atlantis/Harbour'")
    with transaction():
        assert recompute_due(campaign_id) == 0


def test_waves_are_the_fans_of_one_moment(app: Flask, twin: TwinClient, fans: dict[str, UUID]) -> None:
    run_sql("""
        UPDATE campaign SET clock = 'local', release_wall = '2027-01-15', release_at = '2027-01-14 23:00Z',
          time_zone = 'Europe/Berlin'
    """)
    pre_save(app, twin, "mona", time_zone="Africa/Lagos")
    run_sql("UPDATE pre_save SET state = 'needs_reauth' WHERE id = :id", id=fans["jonas"])
    run_sql("UPDATE pre_save SET state = 'withdrawn' WHERE id = :id", id=fans["kim"])
    first, second = find_waves(1)
    assert first == Wave(
        datetime(2027, 1, 14, 11, 0, tzinfo=UTC), ("Pacific/Auckland",), "UTC+13", total=1, done=0, open=1
    )
    assert second.due_at == datetime(2027, 1, 14, 23, 0, tzinfo=UTC)
    assert second.zones == ("Africa/Lagos", "Europe/Berlin")
    assert (second.total, second.done, second.open, second.needs_care) == (3, 0, 2, 1)


def test_who_comes_late_joins_the_wave_of_their_zone(app: Flask, twin: TwinClient, fans: dict[str, UUID]) -> None:
    move_local_release(1, timedelta(minutes=-90), "Pacific/Auckland")
    before = [wave.due_at for wave in find_waves(1)]
    pre_save(app, twin, "mona", time_zone="Pacific/Auckland")
    after = find_waves(1)
    assert [wave.due_at for wave in after] == before
    assert [wave.total for wave in after] == [2, 2, 1]


def test_one_clock_is_one_wave(app: Flask, twin: TwinClient, fans: dict[str, UUID]) -> None:
    move_release(1, timedelta(minutes=-5))
    pre_save(app, twin, "mona", time_zone="Asia/Tokyo")
    (wave,) = find_waves(1)
    assert (wave.zones, wave.total) == (("everywhere",), 5)
    assert wave.due_at == read_sql("SELECT date_trunc('minute', release_at) FROM campaign")


def test_without_a_date_or_a_fan_there_are_no_waves(app: Flask, campaign_id: int) -> None:
    assert find_waves(campaign_id) == []
    run_sql("UPDATE campaign SET published_at = NULL, release_at = NULL, release_wall = NULL")
    db.session.expire_all()
    assert find_waves(campaign_id) == []
