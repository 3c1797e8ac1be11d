"""Alarms: each kind opens when something is wrong, stays one alarm, and closes when it is over."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from fans import move_release, open_campaign, pre_save, read_sql, run_sql
from flask import Flask
from sqlalchemy import text
from twin_client import TwinClient

from jobs.housekeeping import housekeep
from presave_app.extensions import db
from presave_app.releases.alarm_conditions import CONDITIONS
from presave_app.releases.alarms import find_open_alarms, look_around


def open_kinds() -> list[str]:
    """The kinds of the open alarms after a look around."""
    look_around()
    kinds = list(db.session.execute(text("SELECT kind FROM alarm WHERE closed_at IS NULL ORDER BY kind")).scalars())
    db.session.rollback()
    return kinds


def set_gate(change: str, **values: Any) -> None:
    run_sql("INSERT INTO service_gate (service) VALUES ('spotify') ON CONFLICT DO NOTHING")
    run_sql(f"UPDATE service_gate SET {change}", **values)


def shut_gate(minutes: float, reason: str = "rate_limited") -> None:
    set_gate("open_at = now() + make_interval(secs => :seconds), reason = :reason", seconds=minutes * 60, reason=reason)


def open_breaker(reason: str = "http_503") -> None:
    set_gate("breaker_at = now(), breaker_reason = :reason", reason=reason)


def copy_fans(number: int) -> None:
    """So many more fans like the one who is there."""
    run_sql(
        """
        INSERT INTO pre_save (id, campaign_id, service, account_key, consent_id, grant_id, next_at, due_at, mine_hash)
        SELECT gen_random_uuid(), campaign_id, service, gen_random_uuid(), consent_id, grant_id, next_at, due_at,
          gen_random_uuid()
        FROM (SELECT * FROM pre_save LIMIT 1) one, generate_series(1, :number)
        """,
        number=number,
    )


def move_fans(number: int, before: str, after: str) -> None:
    """Bring so many fans from one state into another."""
    run_sql(
        """
        UPDATE pre_save SET state = :after
        WHERE id IN (SELECT id FROM pre_save WHERE state = :before ORDER BY id LIMIT :number)
        """,
        number=number,
        before=before,
        after=after,
    )


@pytest.fixture
def campaign_id(app: Flask, twin: TwinClient) -> int:
    """A campaign with one fan, a week before its release, which Spotify shows already."""
    campaign_id = open_campaign()
    pre_save(app, twin, "ida")
    run_sql("UPDATE target SET found_at = now()")
    return campaign_id


def test_a_calm_installation_has_no_alarms(campaign_id: int) -> None:
    assert open_kinds() == []
    move_release(campaign_id, timedelta(seconds=-100))
    assert open_kinds() == []


def test_late_adds_are_an_alarm_until_none_is_late(campaign_id: int) -> None:
    move_release(campaign_id, timedelta(seconds=-181))
    assert open_kinds() == ["overdue"]
    assert read_sql("SELECT detail FROM alarm") == "1"
    # Under three minutes it would not open, but it is not over before nothing is late.
    move_release(campaign_id, timedelta(seconds=-90))
    assert open_kinds() == ["overdue"]
    move_release(campaign_id, timedelta(seconds=-50))
    assert open_kinds() == []
    assert read_sql("SELECT closed_at >= opened_at FROM alarm")


@pytest.mark.parametrize(
    "pause",
    [
        "UPDATE campaign SET held_at = now()",
        "UPDATE pre_save SET state = 'withdrawn'",
        "UPDATE service_gate SET open_at = now() + interval '1 minute'",
    ],
)
def test_whoever_could_not_be_added_is_not_late(campaign_id: int, pause: str) -> None:
    set_gate("open_at = now()")
    run_sql(pause)
    move_release(campaign_id, timedelta(minutes=-5))
    assert open_kinds() == []


def test_a_short_pause_does_not_end_a_late_alarm(campaign_id: int) -> None:
    move_release(campaign_id, timedelta(minutes=-5))
    assert open_kinds() == ["overdue"]
    shut_gate(1)
    assert open_kinds() == ["overdue"]


def test_a_breaker_is_the_only_alarm_of_an_outage(campaign_id: int) -> None:
    move_release(campaign_id, timedelta(minutes=-5))
    shut_gate(20)
    open_breaker()
    assert open_kinds() == ["breaker"]
    set_gate("breaker_at = NULL, open_at = now() - interval '2 minutes'")
    run_sql("UPDATE pre_save SET due_at = now()")
    assert open_kinds() == []


def test_a_used_up_quota_is_an_alarm(campaign_id: int) -> None:
    shut_gate(2, "quota_exceeded")
    assert open_kinds() == ["quota"]


def test_only_a_long_pause_is_an_alarm(campaign_id: int) -> None:
    shut_gate(14)
    assert open_kinds() == []
    shut_gate(16)
    assert open_kinds() == ["quota"]


def test_a_gate_that_shuts_again_is_one_alarm(campaign_id: int) -> None:
    shut_gate(2, "quota_exceeded")
    assert open_kinds() == ["quota"]
    shut_gate(-0.5, "quota_exceeded")
    assert open_kinds() == ["quota"]
    shut_gate(-2, "quota_exceeded")
    assert open_kinds() == []


def test_a_mass_guard_is_an_alarm_until_confirmed(campaign_id: int) -> None:
    run_sql(
        "INSERT INTO mass_guard (campaign_id, service, reason) VALUES (:id, 'spotify', 'forbidden')", id=campaign_id
    )
    move_release(campaign_id, timedelta(minutes=-5))
    assert open_kinds() == ["guard"]
    run_sql("UPDATE mass_guard SET confirmed_at = now()")
    run_sql("UPDATE pre_save SET due_at = now()")
    assert open_kinds() == []


def test_refused_test_fans_are_an_alarm(campaign_id: int) -> None:
    run_sql("UPDATE target SET canary = 'refused', canary_at = now() - interval '3 days'")
    move_release(campaign_id, timedelta(minutes=-5))
    assert open_kinds() == ["canary"]
    run_sql("UPDATE target SET canary = 'passed'")
    run_sql("UPDATE pre_save SET due_at = now()")
    assert open_kinds() == []


def test_an_unclear_test_is_an_alarm_for_a_day(campaign_id: int) -> None:
    run_sql("UPDATE target SET canary = 'unclear', canary_at = now() - interval '23 hours'")
    assert open_kinds() == ["canary"]
    run_sql("UPDATE target SET canary_at = now() - interval '25 hours'")
    assert open_kinds() == []


def test_many_dead_sign_ins_are_an_alarm(campaign_id: int) -> None:
    move_release(campaign_id, timedelta(days=6))
    copy_fans(25)
    move_fans(20, "armed", "needs_reauth")
    assert open_kinds() == []
    move_fans(1, "armed", "needs_reauth")
    assert open_kinds() == ["dead_sign_ins"]
    assert read_sql("SELECT detail FROM alarm") == "21"
    move_release(campaign_id, timedelta(days=8))
    assert open_kinds() == []


def test_a_small_share_of_dead_sign_ins_is_usual(campaign_id: int) -> None:
    copy_fans(1099)
    move_release(campaign_id, timedelta(days=6))
    move_fans(21, "armed", "needs_reauth")
    assert open_kinds() == []
    move_fans(100, "armed", "withdrawn")
    assert open_kinds() == ["dead_sign_ins"]


def test_an_alarm_of_sign_ins_does_not_come_and_go(campaign_id: int) -> None:
    move_release(campaign_id, timedelta(days=6))
    copy_fans(25)
    move_fans(25, "armed", "needs_reauth")
    assert open_kinds() == ["dead_sign_ins"]
    move_fans(10, "needs_reauth", "withdrawn")
    assert open_kinds() == ["dead_sign_ins"]
    move_fans(10, "needs_reauth", "withdrawn")
    assert open_kinds() == []


def test_a_release_the_service_does_not_show_is_an_alarm(campaign_id: int) -> None:
    run_sql("UPDATE target SET found_at = NULL")
    move_release(campaign_id, timedelta(minutes=-9))
    assert open_kinds() == []
    move_release(campaign_id, timedelta(minutes=-11))
    assert open_kinds() == ["not_in_catalogue"]
    run_sql("UPDATE pre_save SET state = 'withdrawn'")
    assert open_kinds() == []


def test_two_auditors_open_one_alarm(app: Flask, campaign_id: int, caplog: pytest.LogCaptureFixture) -> None:
    open_breaker()

    def audit() -> None:
        with app.app_context():
            look_around()
            db.session.remove()

    for _ in range(2):
        auditors = [threading.Thread(target=audit) for _ in range(4)]
        for auditor in auditors:
            auditor.start()
        for auditor in auditors:
            auditor.join()
        assert read_sql("SELECT count(*) FROM alarm") == 1
    assert "could not be looked at" not in caplog.text


def test_one_of_two_alarms_ends_alone(campaign_id: int) -> None:
    open_campaign(slug="day-drive")
    run_sql("UPDATE target SET canary = 'refused'")
    assert open_kinds() == ["canary", "canary"]
    run_sql("UPDATE target SET canary = 'passed' WHERE campaign_id = :id", id=campaign_id)
    assert open_kinds() == ["canary"]
    assert read_sql("SELECT campaign_id FROM alarm WHERE closed_at IS NOT NULL") == campaign_id


def test_what_comes_back_is_a_new_alarm(campaign_id: int) -> None:
    shut_gate(20)
    look_around()
    shut_gate(-2)
    look_around()
    shut_gate(20)
    assert open_kinds() == ["quota"]
    assert read_sql("SELECT count(*) FROM alarm") == 2


def test_one_broken_look_does_not_hide_the_others(
    campaign_id: int, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setitem(CONDITIONS, "overdue", "SELECT 1 / 0")  # type: ignore[arg-type]
    run_sql("UPDATE target SET canary = 'refused'")
    run_sql("UPDATE target SET found_at = NULL")
    move_release(campaign_id, timedelta(minutes=-11))
    assert open_kinds() == ["canary", "not_in_catalogue"]
    assert "kind overdue could not be looked at" in caplog.text


def test_a_team_sees_its_own_alarms_and_its_services(campaign_id: int) -> None:
    other_id = open_campaign(slug="day-drive")
    run_sql("UPDATE target SET canary = 'refused'")
    open_breaker("invalid_client")
    look_around()
    seen = find_open_alarms(campaign_id, ["spotify"])
    assert [(alarm.kind, alarm.service) for alarm in seen] == [("breaker", "spotify"), ("canary", "spotify")]
    assert seen[0].title == "Spotify refuses this installation"
    assert "does not accept this installation's credentials" in seen[0].text
    assert seen[1].title == "Night Drive: the test on Spotify failed"
    assert [alarm.kind for alarm in find_open_alarms(other_id, [])] == ["canary"]
    run_sql("UPDATE target SET canary = NULL")
    look_around()
    assert [alarm.kind for alarm in find_open_alarms(campaign_id, ["spotify"])] == ["breaker"]


@pytest.mark.parametrize("kind", CONDITIONS)
def test_every_kind_has_whole_sentences(app: Flask, campaign_id: int, kind: str) -> None:
    run_sql(
        "INSERT INTO alarm (kind, service, campaign_id, detail) VALUES (:kind, 'spotify', :id, 'http_500')",
        kind=kind,
        id=campaign_id,
    )
    (alarm,) = find_open_alarms(campaign_id, [])
    assert kind == "no_worker" or "Spotify" in alarm.title
    assert alarm.text.endswith(".")
    assert not {"{", "}", "None"} & set(alarm.text.replace("None", "{"))


def test_an_alarm_of_a_newer_release_is_left_alone(campaign_id: int) -> None:
    run_sql("INSERT INTO alarm (kind, campaign_id) VALUES ('from_the_future', :id)", id=campaign_id)
    assert find_open_alarms(campaign_id, ["spotify"]) == []
    assert open_kinds() == ["from_the_future"]


def test_alarms_of_long_ago_are_removed(campaign_id: int) -> None:
    for days in (80, 100):
        run_sql("INSERT INTO alarm (kind, closed_at) VALUES ('quota', now() - make_interval(days => :days))", days=days)
    run_sql("INSERT INTO alarm (kind, opened_at) VALUES ('quota', now() - interval '1 year')")
    housekeep()
    assert read_sql("SELECT count(*) FROM alarm") == 2
