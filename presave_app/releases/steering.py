"""What a person may do to a release under way: hold it, try again, and decide what the engine leaves to people.

Each act belongs to the caller's transaction, may be repeated without harm, and leaves a line in the log and in
the campaign's history that says who did it: `by` is a member by number, or the command line.
"""

from __future__ import annotations

import logging
import re
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from presave_app.campaigns.changes import note
from presave_app.campaigns.models import Campaign
from presave_app.lib.text import clean_line
from presave_app.presaves.looking_up import find_by_mine_secret
from presave_app.presaves.states import State

log = logging.getLogger(__name__)

MOST_TEST_FANS = 5
_MINE_PATH = re.compile(r"/mine/([\w-]{20,64})(?:[/?#]\S*)?")


class TestFanRefused(ValueError):
    """This can't be a test fan; the message says why, for the person who pasted the link."""

    __test__ = False


def hold(session: Session, campaign_id: int, by: str) -> None:
    """Let everybody wait. What is on its way already is finished."""
    held = text("UPDATE campaign SET held_at = now() WHERE id = :id AND held_at IS NULL RETURNING id")
    if session.execute(held, {"id": campaign_id}).scalar_one_or_none():
        note(by, "hold", campaign_id=campaign_id)
    log.info("campaign %s: put on hold by %s", campaign_id, by)


def resume(session: Session, campaign_id: int, by: str) -> None:
    """Go on where it was held."""
    resumed = text("UPDATE campaign SET held_at = NULL WHERE id = :id AND held_at IS NOT NULL RETURNING id")
    if session.execute(resumed, {"id": campaign_id}).scalar_one_or_none():
        note(by, "resume", campaign_id=campaign_id)
    log.info("campaign %s: resumed by %s", campaign_id, by)


def retry(session: Session, campaign_id: int, by: str, *, service: str | None = None, reason: str | None = None) -> int:
    """Try once more what the service refused, all of it or only that service's and that reason's; returns how many."""
    # A whole crowd may have been refused, and half of it is not an answer.
    session.execute(text("SET LOCAL statement_timeout = '120s'"))
    moved = (
        session.execute(
            text("""
                UPDATE pre_save SET state = 'armed', reason = 'tried_again', tries = 0, refusals = 0, next_at = due_at
                WHERE campaign_id = :id AND state = 'failed' AND account_key NOT LIKE 'nobody:%'
                  AND (CAST(:service AS text) IS NULL OR service = :service)
                  AND (CAST(:reason AS text) IS NULL OR reason = :reason)
                RETURNING id
            """),
            {"id": campaign_id, "service": service, "reason": reason},
        )
        .scalars()
        .all()
    )
    session.execute(
        text("UPDATE action SET state = 'todo' WHERE pre_save_id = ANY(:ids) AND state = 'refused'"), {"ids": moved}
    )
    which = " ".join(filter(None, (service, reason))) or "every service and reason"
    note(by, "retry", campaign_id=campaign_id, after={"fans": str(len(moved)), "which": which})
    log.info("campaign %s: %s pre-saves tried again (%s) by %s", campaign_id, len(moved), which, by)
    return len(moved)


def confirm_guard(session: Session, campaign_id: int, service: str, by: str) -> bool:
    """The crowd is refused for good: let the verdicts through. False when there was nothing to decide."""
    row = session.execute(
        text("""
            UPDATE mass_guard SET confirmed_at = now(), confirmed_by = :by
            WHERE campaign_id = :id AND service = :service AND confirmed_at IS NULL RETURNING reason
        """),
        {"id": campaign_id, "service": service, "by": by},
    ).one_or_none()
    if row is None:
        return False
    note(by, "confirm-guard", campaign_id=campaign_id, after={"service": service, "reason": row.reason})
    log.warning("campaign %s: fans refused by %s (%s) are let go, says %s", campaign_id, service, row.reason, by)
    return True


def dismiss_guard(session: Session, campaign_id: int, service: str, by: str) -> int:
    """What refused the crowd is mended: ask again for all of them, as if for the first time; returns how many."""
    which = {"id": campaign_id, "service": service}
    gone = session.execute(
        text("DELETE FROM mass_guard WHERE campaign_id = :id AND service = :service RETURNING reason"), which
    ).one_or_none()
    if gone is None:
        return 0
    session.execute(text("SET LOCAL statement_timeout = '120s'"))
    again = (
        session.execute(
            text("""
                UPDATE pre_save SET refusals = 0, next_at = greatest(now(), due_at)
                WHERE campaign_id = :id AND service = :service AND state = 'armed'
                  AND (refusals > 0
                    OR EXISTS (SELECT 1 FROM fan_grant f WHERE f.id = grant_id AND f.refused_at IS NOT NULL))
                RETURNING grant_id
            """),
            which,
        )
        .scalars()
        .all()
    )
    session.execute(
        text("UPDATE fan_grant SET refused_at = NULL WHERE id = ANY(:ids) AND refused_at IS NOT NULL"), {"ids": again}
    )
    note(by, "dismiss-guard", campaign_id=campaign_id, after={"service": service, "fans": str(len(again))})
    log.warning("campaign %s: %s fans are asked for again at %s, says %s", campaign_id, len(again), service, by)
    return len(again)


def let_crowd_go(session: Session, campaign_id: int, service: str, by: str) -> bool:
    """Add for everybody although the test fans did not get the release. False when nobody is held back."""
    row = session.execute(
        text("""
            UPDATE target SET canary = 'passed', canary_at = now()
            WHERE campaign_id = :id AND service = :service AND canary IN ('waiting', 'refused') RETURNING id
        """),
        {"id": campaign_id, "service": service},
    ).one_or_none()
    if row is not None:
        note(by, "let-crowd-go", campaign_id=campaign_id, after={"service": service})
        log.warning("campaign %s: the crowd on %s goes without its test fans, says %s", campaign_id, service, by)
    return row is not None


def name_test_fan(session: Session, campaign: Campaign, pasted: str, by: str) -> str:
    """Let the fan of this page be added before the crowd; returns the service. Raises TestFanRefused.

    Lock the campaign first: two people who name a fan at once must not name one too many.
    """
    found = _MINE_PATH.search(clean_line(pasted))
    if found is None:
        raise TestFanRefused("Paste the address of the fan's own page. It has /mine/ in it.")
    fan = find_by_mine_secret(found[1])
    if fan is None or fan.campaign_id != campaign.id:
        raise TestFanRefused("No pre-save of this release has that page.")
    if fan.is_test_fan:
        return fan.service
    if fan.state == State.WITHDRAWN:
        raise TestFanRefused("This fan has cancelled. Pre-save again with that account, then paste its page.")
    if _test_fans_left(session, campaign.id, fan.service) >= MOST_TEST_FANS:
        raise TestFanRefused(f"There are {MOST_TEST_FANS} test fans on this service. Remove one of them first.")
    session.execute(text("UPDATE pre_save SET is_test_fan = true WHERE id = :id"), {"id": fan.id})
    # Once the release is out nobody may be held back any more.
    session.execute(
        text("""
            UPDATE target t SET canary = 'waiting', canary_at = NULL FROM campaign k
            WHERE k.id = t.campaign_id AND t.campaign_id = :id AND t.service = :service
              AND coalesce(k.first_at > clock_timestamp(), true)
        """),
        {"id": campaign.id, "service": fan.service},
    )
    note(by, "name-test-fan", campaign_id=campaign.id, after={"service": fan.service})
    log.info("campaign %s: pre-save %s named a test fan by %s", campaign.id, fan.id, by)
    return fan.service


def forget_test_fan(session: Session, campaign_id: int, pre_save_id: UUID, by: str) -> bool:
    """Let a test fan be one of the crowd again. The last one takes what came of the test along."""
    row = session.execute(
        text("""
            UPDATE pre_save SET is_test_fan = false WHERE id = :id AND campaign_id = :campaign_id AND is_test_fan
            RETURNING service
        """),
        {"id": pre_save_id, "campaign_id": campaign_id},
    ).one_or_none()
    if row is None:
        return False
    if not _test_fans_left(session, campaign_id, row.service):
        session.execute(
            text("UPDATE target SET canary = NULL, canary_at = NULL WHERE campaign_id = :id AND service = :service"),
            {"id": campaign_id, "service": row.service},
        )
    note(by, "forget-test-fan", campaign_id=campaign_id, after={"service": row.service})
    log.info("campaign %s: pre-save %s is no test fan any more, says %s", campaign_id, pre_save_id, by)
    return True


def _test_fans_left(session: Session, campaign_id: int, service: str) -> int:
    return session.execute(
        text("SELECT count(*) FROM pre_save WHERE campaign_id = :id AND service = :service AND is_test_fan"),
        {"id": campaign_id, "service": service},
    ).scalar_one()
