"""The letters of the workspace: asked for in an instant, whoever it is, and written by a worker."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import exists, func, select, text, update

from presave_app import mail
from presave_app.extensions import current_settings, db
from presave_app.mail import MailFault
from presave_app.queue import SEND_LETTERS, ring_after_commit
from presave_app.teams import invitations, letter_words, links
from presave_app.teams.accounts import find_member
from presave_app.teams.invitation_models import Invitation, Letter, MailState
from presave_app.teams.models import Member, Team
from presave_app.transaction import transaction

MAILED_LINK_LIFE = timedelta(hours=1)
# Whoever asks again and again for somebody else must not fill their mailbox.
_MOST_LINKS_AN_HOUR = 3
_MOST_TRIES = 6

log = logging.getLogger(__name__)

# Tried again after 1, 2, 4, 8 and 16 minutes: most mail servers are back by then.
_CLAIM = text("""
    UPDATE letter SET tries = tries + 1, send_at = now() + make_interval(mins => CAST(2 ^ tries AS integer))
    WHERE id = (SELECT id FROM letter WHERE done_at IS NULL AND send_at <= now()
                ORDER BY send_at, id LIMIT 1 FOR UPDATE SKIP LOCKED)
    RETURNING id
""")


@dataclass(frozen=True)
class _Written:
    letter_id: int
    invitation_id: int | None
    tries: int
    email: str
    letter: mail.Letter


def ask_for_link(email: str) -> None:
    """Have a sign-in link mailed to the address if it is a member's, which is found out later. In a transaction."""
    db.session.add(Letter(email=email))
    ring_after_commit(SEND_LETTERS)


def has_work() -> bool:
    """Whether a letter is due and can be sent."""
    is_due = exists().where(Letter.done_at.is_(None), Letter.send_at <= func.now())
    return mail.is_on() and bool(db.session.scalar(select(is_due)))


def send_due(seconds: float, is_leaving: Callable[[], bool]) -> int:
    """Write and send what is due, one letter after the other; returns how many were worked on."""
    give_up_at, done = time.monotonic() + seconds, 0
    while mail.is_on() and time.monotonic() < give_up_at and not is_leaving():
        with transaction() as session:
            letter_id = session.scalar(_CLAIM)
        if letter_id is None:
            break
        _work_on(letter_id)
        done += 1
    return done


def forget_old() -> None:
    """Remove what was asked for yesterday, and invitations that were over a month ago."""
    with transaction() as session:
        session.execute(text("DELETE FROM letter WHERE created_at < now() - interval '1 day'"))
        session.execute(
            text("""
                DELETE FROM invitation i WHERE i.expires_at < now() - interval '30 days'
                  AND NOT EXISTS (SELECT 1 FROM letter l WHERE l.invitation_id = i.id)
            """)
        )


def _work_on(letter_id: int) -> None:
    with transaction():
        written = _write(letter_id)
        if written is None:
            _close(letter_id)
    if written is None:
        return
    try:
        mail.send(written.letter, [written.email])
        state = MailState.SENT
    except MailFault as fault:
        log.warning("letter %d was not sent: %s", letter_id, fault)
        if fault.may_have_arrived:
            state = MailState.SENT
        elif fault.is_refusal or written.tries >= _MOST_TRIES:
            state = MailState.FAILED
        else:
            return
    with transaction():
        _close(letter_id)
        if written.invitation_id is not None:
            db.session.execute(update(Invitation).where(Invitation.id == written.invitation_id).values(mail=state))


def _write(letter_id: int) -> _Written | None:
    """The letter with a new secret in it; None when there is nobody to send it to, or nothing to say any more."""
    row = db.session.get_one(Letter, letter_id)
    letter = _invitation(row.invitation_id) if row.invitation_id is not None else _sign_in(row)
    return None if letter is None else _Written(row.id, row.invitation_id, row.tries, row.email, letter)


def _invitation(invitation_id: int) -> mail.Letter | None:
    row = db.session.execute(
        select(Invitation, Team.name, Member.email)
        .join(Team, Team.id == Invitation.team_id)
        .join(Member, Member.id == Invitation.invited_by)
        .where(Invitation.id == invitation_id, *invitations.usable())
    ).one_or_none()
    if row is None:
        return None
    invitation, team_name, invited_by = row
    url = current_settings().absolute(f"/join/{invitations.give_secret(invitation)}")
    return letter_words.invitation(team_name, invited_by, invitation.role, url)


def _sign_in(row: Letter) -> mail.Letter | None:
    member = find_member(row.email)
    if member is None or not _is_fresh(row) or _has_enough(row):
        return None
    url = current_settings().absolute(f"/welcome/{links.new_link(member.id, MAILED_LINK_LIFE)}")
    return letter_words.sign_in(url)


def _is_fresh(row: Letter) -> bool:
    """Nobody waits longer than an hour for the way in."""
    return bool(db.session.scalar(select(func.now() - row.created_at < MAILED_LINK_LIFE)))


def _has_enough(row: Letter) -> bool:
    earlier = (Letter.email == row.email, Letter.invitation_id.is_(None), Letter.id < row.id)
    recent = Letter.created_at > func.now() - timedelta(hours=1)
    asked = db.session.scalar(select(func.count()).select_from(Letter).where(*earlier, recent))
    return (asked or 0) >= _MOST_LINKS_AN_HOUR


def _close(letter_id: int) -> None:
    db.session.execute(update(Letter).where(Letter.id == letter_id).values(done_at=func.now()))
