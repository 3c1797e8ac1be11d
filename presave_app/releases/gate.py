"""The gate in front of each service: its allowed rate, its pauses, its breaker and its daily budget.

All workers share it through one row, so that nobody calls while anybody was told to wait. Permits are handed out
in small blocks: at 300 calls a second a commit for each would cost more than the calls.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

from sqlalchemy import text

from presave_app.extensions import current_settings
from presave_app.streaming.errors import RetryLater
from presave_app.transaction import transaction

# Asking for a little less than is allowed costs 2 %; one "too many requests" costs everybody a pause.
_SHARE_OF_RATE = 0.98
# A call that belongs to another one waits this long for a permit at its place; for longer it is put back.
_PATIENCE_SECONDS = 5.0

# Whether the row g of the gate, which may be missing, lets anything through at all right now.
IS_OPEN = "coalesce(g.open_at <= now() AND (g.breaker_at IS NULL OR g.probe_at <= now()), true)"


@dataclass(frozen=True)
class Lease:
    """So many calls may be made now; if none, it is worth asking again after `wait_seconds`.

    Shut means that there is nothing to wait for at one's place: the service asked for a pause, or does not work.
    """

    permits: int
    wait_seconds: float
    is_shut: bool = False


def take(service: str, most: int, units: int = 1) -> Lease:
    """Up to `most` permits, without waiting; each spends so many units of the daily budget, where there is one.

    However many people sign in, half of the rate is left for the work in the background. While the breaker is
    open a single permit is given now and then, as a probe.
    """
    rate = _rate(service)
    burst = _burst(service)
    with transaction() as session:
        session.execute(
            text("INSERT INTO service_gate (service, permits) VALUES (:service, :burst) ON CONFLICT DO NOTHING"),
            {"service": service, "burst": burst},
        )
        row = session.execute(_TAKE, _values(service, most, units, rate, burst)).one()
    if row.granted:
        return Lease(row.granted, 0.0)
    if row.shut_seconds > 0:
        return Lease(0, float(row.shut_seconds), is_shut=True)
    if row.filled < 0:
        # Those who sign in have spent more than there was; what is left for the background comes at half the rate.
        return Lease(0, 2 / rate)
    # Ask again when a whole block is there, because each question costs a commit.
    block = max(1.0, min(most, burst / 2))
    return Lease(0, max(0.001, (block - row.filled) / (rate * _SHARE_OF_RATE)))


class Passage:
    """The way of one item through the gate: it waits for its first call, and those that follow are counted.

    So an item that needs two calls does not block itself, nor the single probe of an open breaker.
    """

    def __init__(self, service: str) -> None:
        self._service = service
        self._is_in = False

    def next_call(self, units: int = 1) -> None:
        """One more call may be made, of that cost; raises RetryLater while the service wants to be left alone."""
        if not self._is_in:
            pass_through(self._service, units)
        elif (seconds := shut_seconds(self._service)) > 0:
            raise RetryLater("rate_limited", wait_seconds=seconds)
        else:
            spend(self._service, units)
        self._is_in = True


def pass_through(service: str, units: int = 1) -> None:
    """Take a permit for one call, waiting a moment for it; raises RetryLater when the gate stays shut."""
    give_up_at = time.monotonic() + _PATIENCE_SECONDS
    while not (lease := take(service, 1, units)).permits:
        if time.monotonic() + lease.wait_seconds > give_up_at:
            raise RetryLater("rate_limited", wait_seconds=lease.wait_seconds)
        time.sleep(lease.wait_seconds)


def spend(service: str, units: int = 1) -> None:
    """Count a call that a person waits for: it is made at once and slows down the work in the background."""
    rate = _rate(service)
    with transaction() as session:
        session.execute(
            text("""
                INSERT INTO service_gate (service, permits) VALUES (:service, -1)
                ON CONFLICT (service) DO UPDATE SET permits = greatest(service_gate.permits - 1, -:debt),
                  units_spent = service_gate.units_spent + :units
            """),
            {"service": service, "debt": rate * 10, "units": units},
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
    """How long the service wants to be left alone; 0.0 when it does not."""
    with transaction() as session:
        seconds = session.execute(
            text("SELECT extract(epoch FROM open_at - clock_timestamp()) FROM service_gate WHERE service = :service"),
            {"service": service},
        ).scalar_one_or_none()
    return max(0.0, float(seconds or 0.0))


def lets_through(service: str) -> bool:
    """Whether the work in the background may call the service at all right now, be it for a probe."""
    shut_now = text(f"SELECT 1 FROM service_gate g WHERE g.service = :service AND NOT {IS_OPEN}")  # noqa: S608
    with transaction() as session:
        return session.execute(shut_now, {"service": service}).one_or_none() is None


def background_rate(service: str) -> float:
    """How many calls a second the work in the background may make while nobody signs in."""
    return _rate(service) * _SHARE_OF_RATE


# 1. Fill the bucket by the time that has passed, and begin a new day of the budget where one has begun.
# 2. Grant what is in it. Somebody in the background who got nothing for long gets one permit in any case.
# 3. A breaker that is open makes that a single probe; a budget that is spent shuts the gate until its day is over.
_TAKE = text("""
    WITH filled AS (
      SELECT service, open_at, background_at, breaker_at, probe_at, probe_seconds,
        least(CAST(:burst AS float8), permits + :rate * extract(epoch FROM clock_timestamp() - refilled_at)) AS filled,
        (clock_timestamp() AT TIME ZONE :zone)::date AS today,
        CASE WHEN budget_day = (clock_timestamp() AT TIME ZONE :zone)::date THEN units_spent ELSE 0 END AS spent
      FROM service_gate WHERE service = :service FOR UPDATE),
    budgeted AS (SELECT *, coalesce(spent + :units > CAST(:budget AS int), false) AS is_spent FROM filled),
    allowed AS (
      SELECT *, CASE
          WHEN open_at > clock_timestamp() OR is_spent THEN 0
          WHEN breaker_at IS NOT NULL THEN (probe_at <= clock_timestamp())::int
          WHEN filled >= 1
            THEN least(:most, floor(filled)::int, coalesce((CAST(:budget AS int) - spent) / nullif(:units, 0), :most))
          ELSE coalesce(background_at < clock_timestamp() - make_interval(secs => :patience), false)::int
        END AS granted,
        ((today + 1)::timestamp AT TIME ZONE :zone) AS new_day
      FROM budgeted)
    UPDATE service_gate g SET refilled_at = clock_timestamp(), permits = a.filled - a.granted,
      background_at = CASE WHEN a.granted > 0 THEN clock_timestamp() ELSE g.background_at END,
      probe_at = CASE WHEN a.granted > 0 AND a.breaker_at IS NOT NULL
                      THEN clock_timestamp() + make_interval(secs => a.probe_seconds) ELSE g.probe_at END,
      budget_day = a.today, units_spent = a.spent + a.granted * :units,
      open_at = CASE WHEN a.is_spent THEN greatest(a.open_at, a.new_day) ELSE a.open_at END,
      reason = CASE WHEN a.is_spent THEN 'budget_spent' ELSE g.reason END
    FROM allowed a WHERE g.service = a.service
    RETURNING a.granted, a.filled, greatest(
      extract(epoch FROM g.open_at - clock_timestamp()),
      CASE WHEN a.breaker_at IS NOT NULL THEN extract(epoch FROM g.probe_at - clock_timestamp()) END) AS shut_seconds
""")


def _values(service: str, most: int, units: int, rate: float, burst: float) -> dict[str, object]:
    settings = current_settings().services[service]
    return {
        "service": service,
        "most": most,
        "units": units,
        "rate": rate * _SHARE_OF_RATE,
        "burst": burst,
        "patience": 2 / rate,
        "budget": settings.units_per_day,
        "zone": settings.budget_zone,
    }


def _burst(service: str) -> float:
    """How many permits may gather.

    In any window the bucket lets through rate * window + burst, and asking for 98 % leaves room for 2 % of a
    window. More than half a second's calls at once would be no kindness to anybody.
    """
    settings = current_settings().services[service]
    rate = settings.calls_per_second
    return max(1.0, min((1 - _SHARE_OF_RATE) * rate * settings.rate_window_seconds, rate / 2))


def _rate(service: str) -> float:
    return current_settings().services[service].calls_per_second
