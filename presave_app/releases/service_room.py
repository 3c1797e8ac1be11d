"""One service in the control room: its four counts, its rate, its gate, and its states with their reasons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from presave_app.extensions import current_settings
from presave_app.presaves.states import State
from presave_app.releases.room_facts import RATE_SECONDS, Desk, Group
from presave_app.releases.room_words import Line, lines_of
from presave_app.streaming.registry import connectors


@dataclass(frozen=True)
class Budget:
    """What a service allows in a day, and what of it is spent."""

    spent: int
    units_per_day: int


@dataclass(frozen=True)
class ServiceRoom:
    """One service of the release.

    `asked` are its pre-saves that were not withdrawn, `accepted` those whose add the service confirmed,
    `verified` those read back from the library, `kept` those read back once more a day later.
    """

    desk: Desk
    name: str
    asked: int
    accepted: int
    verified: int
    kept: int
    open_due: int
    open_ahead: int
    needs_fan: int
    failed: int
    expired: int
    rate_now: float
    rate_allowed: float | None
    seconds_left: int | None
    overdue_seconds: int | None
    next_at: datetime | None
    budget: Budget | None
    lines: tuple[Line, ...]

    @property
    def service(self) -> str:
        return self.desk.service

    @property
    def figures(self) -> tuple[tuple[str, int, str], ...]:
        """The four numbers that a release is judged by."""
        return (
            ("Asked", self.asked, "pre-saves"),
            ("Accepted", self.accepted, f"{self.name} confirmed the add"),
            ("Verified", self.verified, "read back from the library"),
            ("Kept", self.kept, "still there a day later"),
        )


def service_room(desk: Desk, all_groups: Sequence[Group], *, is_held: bool, now: datetime) -> ServiceRoom:
    """The room of one service, out of the groups of all."""
    groups = [group for group in all_groups if group.service == desk.service]
    done = _sum(groups, State.DONE)
    moving = [group for group in groups if group.state in (State.ARMED, State.CLAIMED)]
    open_due = sum(group.number for group in moving if group.is_due)
    rate_now = sum(group.lately for group in groups) / RATE_SECONDS
    connector = connectors().get(desk.service)
    allowed = current_settings().services[desk.service].calls_per_second if connector else None
    stands_still = is_held or not desk.is_found or desk.shut_until or desk.breaker_at
    ages = [group.oldest_due_seconds or 0 for group in moving if group.is_due]
    return ServiceRoom(
        desk=desk,
        name=connector.name if connector else desk.service.replace("-", " ").title(),
        asked=sum(group.number for group in groups if group.state != State.WITHDRAWN),
        accepted=done,
        verified=sum(group.verified for group in groups),
        kept=sum(group.kept for group in groups),
        open_due=open_due,
        open_ahead=sum(group.number for group in moving if not group.is_due),
        needs_fan=_sum(groups, State.NEEDS_REAUTH),
        failed=_sum(groups, State.FAILED),
        expired=_sum(groups, State.EXPIRED),
        rate_now=rate_now,
        rate_allowed=allowed,
        seconds_left=None if stands_still else _seconds_left(open_due, rate_now, allowed),
        overdue_seconds=None if is_held or not desk.is_found else max(ages, default=None),
        next_at=min((group.soonest_at for group in moving if not group.is_due and group.soonest_at), default=None),
        budget=_budget_of(desk, now),
        lines=lines_of(groups),
    )


def _sum(groups: list[Group], state: State) -> int:
    return sum(group.number for group in groups if group.state == state)


def _seconds_left(open_due: int, rate_now: float, allowed: float | None) -> int | None:
    rates = [rate for rate in (rate_now, allowed) if rate]
    return int(open_due / min(rates)) if open_due and rates else None


def _budget_of(desk: Desk, now: datetime) -> Budget | None:
    settings = current_settings().services.get(desk.service)
    if settings is None or settings.units_per_day is None:
        return None
    zone = ZoneInfo(settings.budget_zone)
    today: date = now.astimezone(zone).date()
    return Budget(desk.units_spent if desk.budget_day == today else 0, settings.units_per_day)
