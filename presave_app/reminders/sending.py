"""Sending reminders and notices: what is due is leased, written ahead one by one, sent, and its address erased.

A crash between the write-ahead and its settling leaves a way in `sending`: nobody knows whether the message went
out, so it is told as that and never sent again.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from flask import Flask, current_app
from sqlalchemy import Row, text

from presave_app import mail
from presave_app.campaigns.fields import latest_safe_start
from presave_app.campaigns.models import Campaign
from presave_app.campaigns.release_clock import ReleaseClock, lock_clock
from presave_app.lib import clock
from presave_app.lib.failpoints import reach
from presave_app.lib.vault import VaultError
from presave_app.mail import MailFault
from presave_app.reminders import pushing
from presave_app.reminders.addresses import ERASED, open_address
from presave_app.reminders.due import OF_EARLY_ENDS, OF_PERMISSIONS, OF_THE_DAY, sendable
from presave_app.reminders.message import Message, letter_of, message_of
from presave_app.reminders.states import Kind, State
from presave_app.streaming.registry import get_connector
from presave_app.transaction import transaction

# Longer than a mail or a push message may take.
LEASE_SECONDS = 180
# With waits that double up to an hour: some five hours.
MOST_TRIES = 9
TOGETHER = 8

log = logging.getLogger(__name__)

# The fence keeps the planner from choosing anew for each row, and so from taking more than the limit says.
_CLAIM = """
    WITH due AS MATERIALIZED (
      SELECT d.id FROM {source} ORDER BY d.next_at LIMIT :limit FOR UPDATE OF d SKIP LOCKED)
    UPDATE reminder_way w SET lease_until = now() + make_interval(secs => :lease) FROM due WHERE w.id = due.id
    RETURNING w.id, w.lease_until, w.reminder_id
"""
# Whoever may still repair something goes before those whom nothing escapes.
_CLAIMS = [text(_CLAIM.format(source=source)) for source in (OF_PERMISSIONS, OF_EARLY_ENDS, OF_THE_DAY)]

_REMINDER = text("SELECT campaign_id, service, time_zone, language, pre_save_id FROM reminder WHERE id = :id")

_BEGIN = text("""
    UPDATE reminder_way SET state = 'sending', tries = tries + 1, lease_until = now() + make_interval(secs => :lease)
    WHERE id = :id AND state = 'armed' AND lease_until = :lease_until
      AND (CAST(:pre_save_id AS uuid) IS NULL
           OR EXISTS (SELECT 1 FROM pre_save WHERE id = :pre_save_id AND state = 'needs_reauth')
           OR EXISTS (
             SELECT 1 FROM pre_save p JOIN fan_grant g ON g.id = p.grant_id JOIN reminder r ON r.pre_save_id = p.id
             WHERE p.id = :pre_save_id AND p.state = 'armed' AND r.asked_at IS NOT NULL
               AND g.hard_expires_at <= p.due_at))
    RETURNING address_sealed, kind
""")

_PUT_OFF = text("""
    UPDATE reminder_way SET lease_until = NULL,
      next_at = coalesce(CAST(:moment AS timestamptz), now() + interval '1 hour')
    WHERE id = :id AND state = 'armed'
""")


@dataclass(frozen=True)
class Fate:
    """What came of one message: the way's next state and why."""

    state: State
    reason: str | None = None


def send_due(seconds: float, is_leaving: Callable[[], bool]) -> int:
    """Send what is due, a few messages at a time; returns how many were worked on."""
    give_up_at, done = time.monotonic() + seconds, 0
    while time.monotonic() < give_up_at and not is_leaving() and (claimed := _claim()):
        send_claimed(claimed)
        done += len(claimed)
    return done


def send_claimed(claimed: Sequence[Row[Any]]) -> None:
    """Carry out claims: write each ahead, send all of them at once, write down what came of each."""
    messages = [message for row in claimed if (message := begin(row)) is not None]
    if not messages:
        return
    app = cast(Flask, current_app._get_current_object())  # pyright: ignore

    def deliver_here(message: Message) -> Fate:
        with app.app_context():
            return deliver(message)

    reach("before_reminder")
    with ThreadPoolExecutor(TOGETHER) as pool:
        fates = list(pool.map(deliver_here, messages))
    reach("after_reminder")
    for message, fate in zip(messages, fates, strict=True):
        settle(message.way_id, fate)


def _claim() -> Sequence[Row[Any]]:
    with transaction() as session:
        claimed: list[Row[Any]] = []
        for claim in _CLAIMS:
            given = {"limit": TOGETHER - len(claimed), "lease": LEASE_SECONDS, **sendable()}
            claimed += session.execute(claim, given).all()
    reach("after_reminder_claim")
    return claimed


def begin(claim: Row[Any]) -> Message | None:
    """Write ahead that a message goes out now; None when it must not: not out yet, taken back, or not ours."""
    with transaction() as session:
        reminder = session.execute(_REMINDER, {"id": claim.reminder_id}).one_or_none()
        if reminder is None:
            # Its fan has erased it meanwhile.
            return None
        moment = _moment_of(reminder, lock_clock(session, reminder.campaign_id, to_change=False))
        if moment is None or moment > clock.now():
            session.execute(_PUT_OFF, {"id": claim.id, "moment": moment})
            return None
        given = {"id": claim.id, "lease_until": claim.lease_until, "lease": LEASE_SECONDS}
        way = session.execute(_BEGIN, {**given, "pre_save_id": reminder.pre_save_id}).one_or_none()
        if way is None:
            return None
        campaign = session.get_one(Campaign, reminder.campaign_id)
        try:
            address = open_address(claim.id, way.address_sealed)
        except VaultError:
            _write(session, claim.id, Fate(State.FAILED, "unreadable"))
            return None
        return message_of(campaign, reminder, claim.id, way.kind, address)


def _moment_of(reminder: Row[Any], release: ReleaseClock | None) -> datetime | None:
    """From when on it may be sent: the release, or for a notice the day from which on a permission given anew lasts."""
    if release is None:
        return None
    if reminder.pre_save_id is None:
        return release.moment_in(reminder.time_zone)
    return latest_safe_start(release.last, get_connector(reminder.service)) or clock.now()


def deliver(message: Message) -> Fate:
    """Hand one message over; never raises for what a server or a network does."""
    if message.kind == Kind.PUSH:
        return _push(message)
    try:
        mail.send(letter_of(message), [message.address])
    except MailFault as fault:
        log.warning("reminder way %s did not go out: %s", message.way_id, fault)
        if fault.is_refusal:
            return Fate(State.FAILED, "refused")
        return Fate(State.FAILED, "maybe_sent") if fault.may_have_arrived else Fate(State.ARMED, str(fault))
    return Fate(State.SENT)


def _push(message: Message) -> Fate:
    try:
        pushing.push(message)
    except pushing.PushFault as fault:
        log.warning("reminder way %s did not go out: %s", message.way_id, fault)
        match fault:
            case pushing.PushGone():
                return Fate(State.FAILED, "gone")
            case pushing.PushRefused():
                return Fate(State.FAILED, "refused")
            case _:
                return Fate(State.ARMED, str(fault))
    return Fate(State.SENT)


def settle(way_id: UUID, fate: Fate) -> None:
    """Write down what came of a message. A way that was taken back meanwhile stays so."""
    with transaction() as session:
        _write(session, way_id, fate)


def _write(session: Any, way_id: UUID, fate: Fate) -> None:
    if fate.state is State.ARMED:
        session.execute(
            text(f"""
                UPDATE reminder_way SET reason = :reason, lease_until = NULL, state = 'armed',
                  next_at = now() + least(interval '1 minute' * (2 ^ (tries - 1)), interval '1 hour')
                WHERE id = :id AND state = 'sending' AND tries < {MOST_TRIES}
            """),  # noqa: S608 - a constant
            {"id": way_id, "reason": fate.reason},
        )
    # Also the last of many tries, which the statement above has left as it was.
    session.execute(
        text(f"""
            UPDATE reminder_way SET state = CAST(:state AS text), reason = :reason, {ERASED}, address_hash = NULL,
              sent_at = CASE WHEN CAST(:state AS text) = 'sent' THEN now() END
            WHERE id = :id AND state = 'sending'
        """),  # noqa: S608 - a constant
        {
            "id": way_id,
            "state": State.FAILED if fate.state is State.ARMED else fate.state,
            "reason": fate.reason,
        },
    )
