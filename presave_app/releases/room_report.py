"""The control room as data: the fixed keys of `flask release status --json`, described in the README."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from presave_app.campaigns.models import Campaign
from presave_app.releases.control_room import Room
from presave_app.releases.room_words import Line, gate_words
from presave_app.releases.service_room import ServiceRoom
from presave_app.releases.waves import Wave


def report_of(campaign: Campaign, room: Room) -> dict[str, Any]:
    """The same facts that the page shows."""
    return {
        "slug": campaign.slug,
        "headline": room.headline.words,
        "phase": room.headline.kind,
        "release_at": _stamp(campaign.release_at),
        "first_at": _stamp(campaign.first_at),
        "held": room.is_held,
        "oldest_overdue_seconds": room.overdue_seconds,
        "services": {each.service: _service(each, campaign.time_zone) for each in room.services},
        "waves": [_wave(wave) for wave in room.waves],
        "alarms": [alarm.title for alarm in room.alarms],
    }


def _service(each: ServiceRoom, zone: str) -> dict[str, Any]:
    desk = each.desk
    return {
        "asked": each.asked,
        "accepted": each.accepted,
        "verified": each.verified,
        "kept": each.kept,
        "open_due": each.open_due,
        "open_ahead": each.open_ahead,
        "rate_now": each.rate_now,
        "rate_allowed": each.rate_allowed,
        "seconds_left": each.seconds_left,
        "units_spent": each.budget.spent if each.budget else None,
        "units_per_day": each.budget.units_per_day if each.budget else None,
        "gate": gate_words(desk, zone),
        "shut_until": _stamp(desk.shut_until),
        "shut_reason": desk.shut_reason,
        "breaker_at": _stamp(desk.breaker_at),
        "breaker_reason": desk.breaker_reason,
        "guard_reason": desk.guard_reason,
        "guarded": desk.guarded,
        "canary": desk.canary,
        "states": [_state(line) for line in each.lines],
    }


def _state(line: Line) -> dict[str, Any]:
    return {
        "state": line.state,
        "reason": line.reason,
        "label": line.label,
        "words": line.words,
        "number": line.number,
    }


def _wave(wave: Wave) -> dict[str, Any]:
    return {
        "due_at": _stamp(wave.due_at),
        "label": wave.label,
        "total": wave.total,
        "done": wave.done,
        "open": wave.open,
        "needs_care": wave.needs_care,
    }


def _stamp(moment: datetime | None) -> str | None:
    return None if moment is None else f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
