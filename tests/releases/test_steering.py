"""What a person may do to a release: each act once or twice, with the same end, and a line that says who."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from fans import move_release, open_campaign, pre_save, read_sql, row_of, run_past_triggers, run_sql
from flask import Flask
from sqlalchemy.orm import Session
from twin_client import TwinClient

from presave_app.campaigns.models import Campaign
from presave_app.presaves.looking_up import mine_secret
from presave_app.presaves.states import PreSaveId
from presave_app.releases import steering
from presave_app.releases.steering import TestFanRefused
from presave_app.transaction import transaction

BY = "member 1"


@pytest.fixture
def campaign_id(app: Flask) -> int:
    return open_campaign()


@pytest.fixture
def fans(app: Flask, twin: TwinClient, campaign_id: int) -> list[UUID]:
    return [pre_save(app, twin, name) for name in ("ida", "jonas", "kim")]


def steer(act: Callable[..., Any], *given: Any, **named: Any) -> Any:
    with transaction() as session:
        return act(session, *given, BY, **named)


def name(campaign_id: int, pasted: str) -> str:
    def act(session: Session, pasted: str, by: str) -> str:
        return steering.name_test_fan(session, session.get_one(Campaign, campaign_id), pasted, by)

    return steer(act, pasted)


def page_of(pre_save_id: UUID) -> str:
    return f"https://presave.example/mine/{mine_secret(PreSaveId(pre_save_id))}"


def put(pre_save_id: UUID, state: str, reason: str | None = None, refusals: int = 0) -> None:
    """Put a pre-save into a state past the trigger, as only a test may."""
    run_past_triggers(
        "pre_save",
        "UPDATE pre_save SET state = :state, reason = :reason, refusals = :refusals WHERE id = :id",
        state=state,
        reason=reason,
        refusals=refusals,
        id=pre_save_id,
    )


def open_guard(campaign_id: int) -> None:
    run_sql(
        "INSERT INTO mass_guard (campaign_id, service, reason) VALUES (:id, 'spotify', 'forbidden')", id=campaign_id
    )


def test_a_second_hold_keeps_the_moment_of_the_first(campaign_id: int) -> None:
    steer(steering.hold, campaign_id)
    first = read_sql("SELECT held_at FROM campaign")
    steer(steering.hold, campaign_id)
    assert first is not None
    assert read_sql("SELECT held_at FROM campaign") == first


def test_resuming_twice_is_resuming_once(campaign_id: int) -> None:
    steer(steering.hold, campaign_id)
    for _ in range(2):
        steer(steering.resume, campaign_id)
        assert read_sql("SELECT held_at FROM campaign") is None


def test_each_act_says_who_did_it(campaign_id: int, fans: list[UUID], caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "presave_app.releases.steering")
    open_guard(campaign_id)
    acts = (
        lambda: steer(steering.hold, campaign_id),
        lambda: steer(steering.resume, campaign_id),
        lambda: steer(steering.retry, campaign_id),
        lambda: steer(steering.confirm_guard, campaign_id, "spotify"),
        lambda: steer(steering.dismiss_guard, campaign_id, "spotify"),
        lambda: name(campaign_id, page_of(fans[0])),
        lambda: steer(steering.let_crowd_go, campaign_id, "spotify"),
        lambda: steer(steering.forget_test_fan, campaign_id, fans[0]),
    )
    for act in acts:
        caplog.clear()
        act()
        assert [record.getMessage() for record in caplog.records if BY in record.getMessage()]


def test_only_the_chosen_service_and_reason_are_retried(campaign_id: int, fans: list[UUID]) -> None:
    put(fans[0], "failed", "forbidden", 3)
    put(fans[1], "failed", "http_400", 3)
    put(fans[2], "needs_reauth", "grant_revoked")
    run_sql("UPDATE action SET state = 'refused'")
    assert steer(steering.retry, campaign_id, service="other") == 0
    assert steer(steering.retry, campaign_id, service="spotify", reason="http_400") == 1
    assert [row_of(fan).state for fan in fans] == ["failed", "armed", "needs_reauth"]
    assert (row_of(fans[1]).tries, row_of(fans[1]).refusals, row_of(fans[1]).reason) == (0, 0, "tried_again")
    assert read_sql("SELECT state FROM action WHERE pre_save_id = :id", id=fans[1]) == "todo"
    assert read_sql("SELECT state FROM action WHERE pre_save_id = :id", id=fans[0]) == "refused"
    assert steer(steering.retry, campaign_id) == 1
    assert steer(steering.retry, campaign_id) == 0


def test_another_campaign_is_not_retried(app: Flask, twin: TwinClient, campaign_id: int, fans: list[UUID]) -> None:
    put(fans[0], "failed", "forbidden", 3)
    other = open_campaign(slug="small-hours")
    assert steer(steering.retry, other) == 0
    assert row_of(fans[0]).state == "failed"


def test_a_confirmed_guard_keeps_its_first_judge(campaign_id: int) -> None:
    open_guard(campaign_id)
    assert steer(steering.confirm_guard, campaign_id, "spotify") is True
    assert read_sql("SELECT confirmed_by FROM mass_guard WHERE confirmed_at IS NOT NULL") == BY
    with transaction() as session:
        assert steering.confirm_guard(session, campaign_id, "spotify", "ed@alba.example") is False
    assert read_sql("SELECT confirmed_by FROM mass_guard") == BY


def test_a_dismissed_guard_asks_for_its_fans_again(campaign_id: int, fans: list[UUID]) -> None:
    move_release(campaign_id, timedelta(seconds=-1))
    run_sql("UPDATE pre_save SET next_at = now() + interval '1 hour'")
    put(fans[0], "armed", "forbidden", 2)
    put(fans[1], "failed", "forbidden", 3)
    suspected = "(SELECT grant_id FROM pre_save WHERE id = ANY(:fans))"
    run_sql(f"UPDATE fan_grant SET refused_at = now() WHERE id IN {suspected}", fans=fans[:2])
    open_guard(campaign_id)
    assert steer(steering.dismiss_guard, campaign_id, "spotify") == 1
    assert read_sql("SELECT count(*) FROM mass_guard") == 0
    assert row_of(fans[0]).refusals == 0
    assert read_sql("SELECT array_agg(id) FROM pre_save WHERE next_at <= now()") == [fans[0]]
    assert row_of(fans[1]).state == "failed"
    assert read_sql("SELECT count(*) FROM fan_grant WHERE refused_at IS NULL") == 2


def test_a_suspected_sign_in_is_asked_for_again(campaign_id: int, fans: list[UUID]) -> None:
    run_sql("UPDATE pre_save SET next_at = now() + interval '30 days'")
    run_sql("UPDATE fan_grant SET refused_at = now() WHERE id = :id", id=row_of(fans[2]).grant_id)
    open_guard(campaign_id)
    assert steer(steering.dismiss_guard, campaign_id, "spotify") == 1
    assert row_of(fans[2]).next_at == row_of(fans[2]).due_at
    assert read_sql("SELECT count(*) FROM fan_grant WHERE refused_at IS NOT NULL") == 0


def test_without_a_guard_nothing_is_dismissed(campaign_id: int, fans: list[UUID]) -> None:
    put(fans[0], "armed", "forbidden", 2)
    assert steer(steering.dismiss_guard, campaign_id, "spotify") == 0
    assert row_of(fans[0]).refusals == 2


def test_a_dismissed_guard_brings_nobody_forward(campaign_id: int, fans: list[UUID]) -> None:
    put(fans[0], "armed", "forbidden", 2)
    open_guard(campaign_id)
    steer(steering.dismiss_guard, campaign_id, "spotify")
    row = row_of(fans[0])
    assert row.next_at == row.due_at


@pytest.mark.parametrize(("canary", "after"), [("refused", "passed"), ("waiting", "passed"), ("unclear", "unclear")])
def test_the_crowd_is_let_go_where_it_is_held(campaign_id: int, canary: str, after: str) -> None:
    run_sql("UPDATE target SET canary = :canary", canary=canary)
    assert steer(steering.let_crowd_go, campaign_id, "spotify") is (canary != after)
    assert read_sql("SELECT canary FROM target") == after
    assert steer(steering.let_crowd_go, campaign_id, "spotify") is False


def test_a_named_test_fan_goes_first(campaign_id: int, fans: list[UUID]) -> None:
    for _ in range(2):
        assert name(campaign_id, f"  {page_of(fans[0])}?just=1 ") == "spotify"
    assert row_of(fans[0]).is_test_fan
    assert read_sql("SELECT count(*) FROM pre_save WHERE is_test_fan") == 1
    assert read_sql("SELECT canary FROM target") == "waiting"


def test_after_the_release_a_test_fan_holds_nobody(campaign_id: int, fans: list[UUID]) -> None:
    move_release(campaign_id, timedelta(seconds=-1))
    name(campaign_id, page_of(fans[0]))
    assert row_of(fans[0]).is_test_fan
    assert read_sql("SELECT canary FROM target") is None


def test_the_last_test_fan_takes_the_verdict_along(campaign_id: int, fans: list[UUID]) -> None:
    for fan in fans[:2]:
        name(campaign_id, page_of(fan))
    run_sql("UPDATE target SET canary = 'refused', canary_at = now()")
    assert steer(steering.forget_test_fan, campaign_id, fans[0]) is True
    assert read_sql("SELECT canary FROM target") == "refused"
    assert steer(steering.forget_test_fan, campaign_id, fans[1]) is True
    assert steer(steering.forget_test_fan, campaign_id, fans[1]) is False
    assert read_sql("SELECT count(*) FROM target WHERE canary IS NULL AND canary_at IS NULL") == 1


@pytest.mark.parametrize(
    ("pasted", "words"),
    [
        ("", "has /mine/ in it"),
        ("ida@example.com", "has /mine/ in it"),
        ("https://presave.example/night-drive", "has /mine/ in it"),
        ("https://presave.example/mine/" + "x" * 32, "No pre-save of this release"),
        ("https://presave.example/mine/\x00" + "x" * 32, "has /mine/ in it"),
    ],
)
def test_what_is_no_fans_page_is_refused_in_words(campaign_id: int, pasted: str, words: str) -> None:
    with pytest.raises(TestFanRefused) as refusal:
        name(campaign_id, pasted)
    assert words in str(refusal.value)


def test_a_fan_of_another_release_is_refused(campaign_id: int, fans: list[UUID]) -> None:
    other = open_campaign(slug="small-hours")
    with pytest.raises(TestFanRefused, match="No pre-save of this release"):
        name(other, page_of(fans[0]))


def test_a_fan_who_cancelled_is_refused(campaign_id: int, fans: list[UUID]) -> None:
    put(fans[0], "withdrawn", "fan_withdrew")
    with pytest.raises(TestFanRefused, match="has cancelled"):
        name(campaign_id, page_of(fans[0]))


def test_a_sixth_test_fan_is_refused(app: Flask, twin: TwinClient, campaign_id: int) -> None:
    six = [pre_save(app, twin, f"tester-{number}") for number in range(6)]
    for fan in six[:5]:
        name(campaign_id, page_of(fan))
    with pytest.raises(TestFanRefused, match="Remove one of them first"):
        name(campaign_id, page_of(six[5]))
    assert not row_of(six[5]).is_test_fan
