"""Telling of alarms: by mail and by webhook, each at least once, and once more when it is over.

An alarm is claimed by moving its `tell_at`, and that is committed before anything is sent: two tellers don't both
send, and one that dies leaves it to the next. What could not be told is tried again after a growing wait.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import text

from presave_app import mail
from presave_app.mail import MailFault
from presave_app.queue import JOB_TIMEOUT_SECONDS
from presave_app.releases import alarm_webhook
from presave_app.releases.alarm_conditions import CONDITIONS
from presave_app.releases.alarm_mail import mail_notice
from presave_app.releases.alarm_notice import Notice
from presave_app.streaming.errors import ServiceError
from presave_app.transaction import transaction

# No job lives longer, so a claim that is this old is nobody's.
_CLAIM_SECONDS = JOB_TIMEOUT_SECONDS
# Without Redis the clock itself waits here, and must come back to its other work.
_TURN_SECONDS = 15.0
_FIRST_WAIT_SECONDS, _LONGEST_WAIT_SECONDS = 60, 3600

log = logging.getLogger(__name__)

# The end of an alarm is no news any more after a day.
_CLAIM = text("""
    WITH turn AS MATERIALIZED (
      SELECT a.id, k.slug, k.title AS release FROM alarm a LEFT JOIN campaign k ON k.id = a.campaign_id
      WHERE a.tell_at <= now() AND a.kind = ANY(:kinds)
        AND ((:mails AND a.mailed_at IS NULL) OR (:posts AND a.posted_at IS NULL))
        AND (a.closed_at IS NULL OR a.closed_at > now() - interval '1 day')
      ORDER BY a.tell_at, a.id LIMIT 1 FOR UPDATE OF a SKIP LOCKED)
    UPDATE alarm a SET tell_tries = tell_tries + 1, tell_at = now() + make_interval(secs => :claim_seconds)
    FROM turn WHERE a.id = turn.id
    RETURNING a.id, a.kind, a.service, a.campaign_id, turn.slug, turn.release, a.detail, a.opened_at, a.closed_at,
      a.tell_tries, a.mailed_at IS NULL AS is_unmailed, a.posted_at IS NULL AS is_unposted
""")
# An alarm that was closed meanwhile is another piece of news, which this teller knows nothing of.
_SAME_NEWS = "id = :id AND closed_at IS NOT DISTINCT FROM CAST(:closed_at AS timestamptz)"
_NOTE = {
    "mail": text(f"UPDATE alarm SET mailed_at = now() WHERE {_SAME_NEWS}"),  # noqa: S608
    "webhook": text(f"UPDATE alarm SET posted_at = now() WHERE {_SAME_NEWS}"),  # noqa: S608
}
_PUT_BACK = text(f"UPDATE alarm SET tell_at = now() + make_interval(secs => :wait) WHERE {_SAME_NEWS}")  # noqa: S608
_SENDERS: dict[str, Callable[[Notice], None]] = {"webhook": alarm_webhook.post_notice, "mail": mail_notice}


@dataclass(frozen=True)
class _Claim:
    """A notice in this teller's hands, the ways it has still to go, and how often that was tried."""

    notice: Notice
    ways: tuple[str, ...]
    tries: int


def tell_due() -> int:
    """Tell what is to be told now; returns how many alarms were in hand."""
    give_up_at = time.monotonic() + _TURN_SECONDS
    told = 0
    while time.monotonic() < give_up_at and (claim := _take_claim()) is not None:
        _tell(claim)
        told += 1
    return told


def _take_claim() -> _Claim | None:
    values = {
        "mails": mail.is_on(),
        "posts": alarm_webhook.is_on(),
        "kinds": list(CONDITIONS),
        "claim_seconds": _CLAIM_SECONDS,
    }
    with transaction() as session:
        row = session.execute(_CLAIM, values).one_or_none()
    if row is None:
        return None
    ways = {"webhook": row.is_unposted and alarm_webhook.is_on(), "mail": row.is_unmailed and mail.is_on()}
    return _Claim(Notice(*row[:9]), tuple(way for way, is_open in ways.items() if is_open), row.tell_tries)


def _tell(claim: _Claim) -> None:
    """Try every way, whatever becomes of another one."""
    is_told = [_try_way(way, claim.notice) for way in claim.ways]
    wait = 0 if all(is_told) else min(_FIRST_WAIT_SECONDS * 2 ** (claim.tries - 1), _LONGEST_WAIT_SECONDS)
    with transaction() as session:
        session.execute(_PUT_BACK, {"id": claim.notice.id, "closed_at": claim.notice.closed_at, "wait": wait})


def _try_way(way: str, notice: Notice) -> bool:
    try:
        _SENDERS[way](notice)
    except (MailFault, ServiceError) as fault:
        log.warning("alarm %d could not be told by %s: %s", notice.id, way, fault)
        return False
    with transaction() as session:
        session.execute(_NOTE[way], {"id": notice.id, "closed_at": notice.closed_at})
    return True
