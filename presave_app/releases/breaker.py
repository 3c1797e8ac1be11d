"""The breaker of a service: when everything fails for everybody, stop asking, and probe until it works again.

A run of failures with no success in between is the service's fault or ours, never that of the fans who happened
to be asked. While the breaker is open the gate lets a single call through now and then.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.orm import Session

from presave_app.queue import ADD_DUE, ring_after_commit
from presave_app.transaction import transaction

# So many strikes in a row open it.
STRIKES_THAT_OPEN = 20
# An outage may end any moment; what a person has to mend is asked once a minute.
OUTAGE_PROBE_SECONDS = 10
REFUSAL_PROBE_SECONDS = 60
_WOKEN_AT_ONCE = 2000

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Strike:
    """A failure that may be everybody's. `weight`: how much it counts, 20 open the breaker."""

    reason: str
    weight: int = 1
    probe_seconds: float = OUTAGE_PROBE_SECONDS


def refused_app(reason: str) -> Strike:
    """The service refuses our app as such. Five times will do: no fan could be the reason."""
    return Strike(reason, STRIKES_THAT_OPEN // 5, REFUSAL_PROBE_SECONDS)


def is_open(session: Session, service: str) -> bool:
    """Whether only probes are sent."""
    found = text("SELECT breaker_at IS NOT NULL FROM service_gate WHERE service = :service")
    return bool(session.execute(found, {"service": service}).scalar())


def note_success(session: Session, service: str, *, may_close: bool = True) -> bool:
    """Something worked: the run of failures is over, and with `may_close` an open breaker is closed; True if it was."""
    if session.execute(_MARKED, {"service": service}).one_or_none() is None:
        return False
    has_closed = bool(session.execute(_CLOSE, {"service": service, "may_close": may_close}).scalar())
    if has_closed:
        ring_after_commit(ADD_DUE, service)
        log.warning("%s works again: the breaker is closed", service)
    return has_closed


def note_strikes(session: Session, service: str, strikes: list[Strike]) -> None:
    """Failures in a row, none of them followed by a success."""
    last = max(strikes, key=lambda strike: strike.weight)
    values = {
        "service": service,
        "weight": sum(strike.weight for strike in strikes),
        "limit": STRIKES_THAT_OPEN,
        "reason": last.reason,
        "probe": last.probe_seconds,
    }
    if session.execute(_STRIKE, values).scalar():
        log.error("%s fails for everybody (%s): nobody is given up, and only probes are sent", service, last.reason)


def wake_put_off(service: str) -> int:
    """Let those whose waits grew with an outage that is over go on at once, some at a time; returns how many."""
    woken = 0
    while True:
        with transaction() as session:
            batch = len(session.execute(_WAKE, {"service": service, "batch": _WOKEN_AT_ONCE}).all())
        woken += batch
        if batch < _WOKEN_AT_ONCE:
            return woken


_MARKED = text("SELECT 1 FROM service_gate WHERE service = :service AND (strikes > 0 OR breaker_at IS NOT NULL)")

_CLOSE = text("""
    WITH old AS (
      SELECT service, breaker_at IS NOT NULL AS was_open FROM service_gate WHERE service = :service FOR UPDATE)
    UPDATE service_gate g SET
      strikes = CASE WHEN old.was_open AND NOT :may_close THEN g.strikes ELSE 0 END,
      breaker_at = CASE WHEN :may_close THEN NULL ELSE g.breaker_at END,
      breaker_reason = CASE WHEN :may_close THEN NULL ELSE g.breaker_reason END,
      probe_at = CASE WHEN :may_close THEN NULL ELSE g.probe_at END
    FROM old WHERE g.service = old.service RETURNING old.was_open AND :may_close
""")

# Who waits for something of their own goes on waiting.
_WAKE = text("""
    WITH put_off AS MATERIALIZED (
      SELECT id FROM pre_save WHERE service = :service AND state = 'armed' AND due_at <= now() AND next_at > now()
        AND tries > 0 AND refusals = 0 AND reason <> 'not_in_catalogue'
      ORDER BY id LIMIT :batch FOR UPDATE SKIP LOCKED)
    UPDATE pre_save p SET next_at = now(), tries = 0 FROM put_off WHERE p.id = put_off.id RETURNING p.id
""")

_STRIKE = text("""
    WITH old AS (SELECT service, strikes, breaker_at FROM service_gate WHERE service = :service FOR UPDATE),
    new AS (SELECT service, breaker_at, strikes + :weight AS strikes,
              breaker_at IS NULL AND strikes + :weight >= :limit AS opens FROM old)
    UPDATE service_gate g SET strikes = new.strikes,
      breaker_at = CASE WHEN new.opens THEN clock_timestamp() ELSE g.breaker_at END,
      breaker_reason = CASE WHEN new.opens OR new.breaker_at IS NOT NULL THEN :reason ELSE g.breaker_reason END,
      probe_seconds = :probe,
      probe_at = CASE WHEN new.opens THEN clock_timestamp() + make_interval(secs => :probe) ELSE g.probe_at END
    FROM new WHERE g.service = new.service RETURNING new.opens
""")
