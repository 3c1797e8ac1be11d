"""The gate in front of each service: its allowed rate and its pauses, shared by all workers through one row."""

from __future__ import annotations

import time

from sqlalchemy import text

from presave_app.extensions import current_settings, db
from presave_app.streaming.errors import RetryLater
from presave_app.transaction import transaction

# Asking for a little less than is allowed costs 2 %; one "too many requests" costs everybody a pause.
_SHARE_OF_RATE = 0.98
# A worker waits this long for a permit at its place; for longer it puts the work back.
_PATIENCE_SECONDS = 5.0


def pass_through(service: str) -> None:
    """Take a permit for one call, waiting a moment for it; raises RetryLater when the gate stays shut."""
    give_up_at = time.monotonic() + _PATIENCE_SECONDS
    while (wait := _take_permit(service)) > 0:
        if time.monotonic() + wait > give_up_at:
            raise RetryLater("rate_limited", wait_seconds=wait)
        time.sleep(wait)


def spend(service: str) -> None:
    """Count a call that a person waits for: it is made at once and slows down the work in the background."""
    rate = _rate(service)
    with transaction() as session:
        session.execute(
            text("""
                INSERT INTO service_gate (service, permits) VALUES (:service, -1)
                ON CONFLICT (service) DO UPDATE SET permits = greatest(service_gate.permits - 1, -:debt)
            """),
            {"service": service, "debt": rate * 10},
        )


def shut(service: str, seconds: float, reason: str) -> None:
    """Leave the service alone for so long; a longer pause that is in force stays."""
    with transaction() as session:
        session.execute(
            text("""
                INSERT INTO service_gate (service, open_at, reason)
                VALUES (:service, clock_timestamp() + make_interval(secs => :seconds), :reason)
                ON CONFLICT (service) DO UPDATE SET permits = least(service_gate.permits, 0),
                  reason = CASE WHEN excluded.open_at > service_gate.open_at THEN excluded.reason
                                ELSE service_gate.reason END,
                  open_at = greatest(service_gate.open_at, excluded.open_at)
            """),
            {"service": service, "seconds": seconds, "reason": reason},
        )


def shut_seconds(service: str) -> float:
    """How long the gate stays shut; 0.0 when it is open."""
    seconds = db.session.execute(
        text("SELECT extract(epoch FROM open_at - clock_timestamp()) FROM service_gate WHERE service = :service"),
        {"service": service},
    ).scalar_one_or_none()
    return max(0.0, float(seconds or 0.0))


def _take_permit(service: str) -> float:
    """0.0 with a permit taken, else the seconds until one may be there.

    However many people sign in, half of the rate is left for the work in the background.
    """
    rate = _rate(service)
    # In any window the bucket lets through rate * window + burst, and the share leaves 2 % of a second's rate.
    burst = max(1.0, (1 - _SHARE_OF_RATE) * rate)
    with transaction() as session:
        session.execute(
            text("INSERT INTO service_gate (service, permits) VALUES (:service, :burst) ON CONFLICT DO NOTHING"),
            {"service": service, "burst": burst},
        )
        row = session.execute(
            text("""
                WITH filled AS (
                  SELECT service, open_at, background_at, least(CAST(:burst AS float8),
                    permits + :rate * extract(epoch FROM clock_timestamp() - refilled_at)) AS filled
                  FROM service_gate WHERE service = :service FOR UPDATE),
                gate AS (
                  SELECT service, open_at, filled, open_at <= clock_timestamp() AND (filled >= 1
                    OR background_at < clock_timestamp() - make_interval(secs => :patience)) AS is_granted
                  FROM filled)
                UPDATE service_gate g SET refilled_at = clock_timestamp(),
                  permits = gate.filled - CASE WHEN gate.is_granted THEN 1 ELSE 0 END,
                  background_at = CASE WHEN gate.is_granted THEN clock_timestamp() ELSE g.background_at END
                FROM gate WHERE g.service = gate.service
                RETURNING gate.is_granted, gate.filled,
                  extract(epoch FROM gate.open_at - clock_timestamp()) AS shut_seconds
            """),
            {"service": service, "burst": burst, "rate": rate * _SHARE_OF_RATE, "patience": 2 / rate},
        ).one()
    if row.is_granted:
        return 0.0
    if row.shut_seconds > 0:
        return float(row.shut_seconds)
    return min(2 / rate, (1 - row.filled) / (rate * _SHARE_OF_RATE))


def _rate(service: str) -> float:
    return current_settings().services[service].calls_per_second
