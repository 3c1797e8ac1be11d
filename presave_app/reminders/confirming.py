"""Sending the mails that ask whether a reminder is wanted: one for each way, written ahead, never twice in doubt."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from sqlalchemy import text

from presave_app import mail
from presave_app.campaigns.models import Campaign
from presave_app.lib.failpoints import reach
from presave_app.lib.vault import VaultError
from presave_app.mail import MailFault
from presave_app.reminders.addresses import ERASED, open_address
from presave_app.reminders.due import QUESTIONS
from presave_app.reminders.message import Message, message_of, question_letter
from presave_app.reminders.states import Kind
from presave_app.transaction import transaction

_MOST_TRIES = 6

log = logging.getLogger(__name__)

# Without `next_at` nobody takes it again: whoever dies after this has perhaps sent it, so it is not sent twice.
_TAKE = text(f"""
    UPDATE reminder_way w SET next_at = NULL, tries = w.tries + 1 FROM reminder r
    WHERE r.id = w.reminder_id
      AND w.id = (SELECT d.id FROM {QUESTIONS} ORDER BY d.next_at LIMIT 1 FOR UPDATE SKIP LOCKED)
    RETURNING w.id, w.address_sealed, r.campaign_id, r.service, r.language, r.pre_save_id
""")  # noqa: S608 - a constant of this package


def ask_due(seconds: float, is_leaving: Callable[[], bool]) -> int:
    """Send the questions that wait; returns how many were worked on."""
    give_up_at, done = time.monotonic() + seconds, 0
    while mail.is_on() and time.monotonic() < give_up_at and not is_leaving() and _ask_one():
        done += 1
    return done


def _ask_one() -> bool:
    with transaction() as session:
        row = session.execute(_TAKE).one_or_none()
        if row is None:
            return False
        campaign = session.get_one(Campaign, row.campaign_id)
        try:
            address = open_address(row.id, row.address_sealed)
        except VaultError:
            log.warning("reminder way %s can't be opened with the keys at hand", row.id)
            return True
        message = message_of(campaign, row, row.id, Kind.EMAIL, address)
    reach("after_question_commit")
    _ask(message)
    return True


def _ask(message: Message) -> None:
    try:
        mail.send(question_letter(message), [message.address])
    except MailFault as fault:
        log.warning("the question of reminder way %s did not go out: %s", message.way_id, fault)
        if fault.is_refusal:
            _forget(message)
        elif not fault.may_have_arrived:
            _try_later(message)


def _forget(message: Message) -> None:
    """The mailbox is none. Nothing of that shows on the page, or it would tell strangers which ones there are."""
    with transaction() as session:
        session.execute(
            text(f"UPDATE reminder_way SET {ERASED} WHERE id = :id AND state = 'unconfirmed'"),  # noqa: S608
            {"id": message.way_id},
        )


def _try_later(message: Message) -> None:
    with transaction() as session:
        session.execute(
            text("""
                UPDATE reminder_way SET next_at = now() + interval '1 minute' * (2 ^ tries)
                WHERE id = :id AND state = 'unconfirmed' AND address_sealed IS NOT NULL AND tries < :most
            """),
            {"id": message.way_id, "most": _MOST_TRIES},
        )
