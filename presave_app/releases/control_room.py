"""The control room of a release: what is going on right now, for the page, its poll and the command line alike.

The facts are remembered for a second for each campaign, so that a team of ten with the page open costs the
database as much as one of them.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from presave_app.campaigns.models import Campaign
from presave_app.lib import clock
from presave_app.lib.memo import ShortMemo
from presave_app.presaves.states import DEADLINE_DAYS
from presave_app.releases import room_words
from presave_app.releases.alarms import OpenAlarm, find_open_alarms
from presave_app.releases.headline import Headline, headline_of
from presave_app.releases.receipts import receipt_number
from presave_app.releases.room_facts import Facts, read_facts, read_test_fans
from presave_app.releases.service_room import ServiceRoom, service_room
from presave_app.releases.wave_drawing import Drawing, draw_waves
from presave_app.releases.waves import Wave
from presave_app.streaming.registry import connectors

_KEEP = timedelta(seconds=1)
_KNOWN_CAMPAIGNS = 256
_SOON = timedelta(minutes=10)
_WATCHED = timedelta(hours=2)

_memo: ShortMemo[Room] = ShortMemo(keep=_KEEP, size=_KNOWN_CAMPAIGNS)


@dataclass(frozen=True)
class NamedFan:
    """A test fan in the list, by a number from which nobody finds the person."""

    number: str
    service_name: str
    words: str
    is_good: bool


@dataclass(frozen=True)
class Room:
    """A release at one moment. `poll` is how often the page asks again; None when nothing more can come.

    `alarms` are what a person should know of before anything else, in words.
    """

    headline: Headline
    services: tuple[ServiceRoom, ...]
    waves: tuple[Wave, ...]
    drawing: Drawing | None
    test_fans: tuple[NamedFan, ...]
    is_held: bool
    poll: str | None
    alarms: tuple[OpenAlarm, ...]

    @property
    def waiting(self) -> int:
        """How many fans a hold would keep waiting."""
        return sum(each.open_due + each.open_ahead for each in self.services)

    @property
    def asked(self) -> int:
        return sum(each.asked for each in self.services)

    @property
    def accepted(self) -> int:
        return sum(each.accepted for each in self.services)

    @property
    def overdue_seconds(self) -> int | None:
        return max((each.overdue_seconds for each in self.services if each.overdue_seconds is not None), default=None)

    @property
    def seen(self) -> str:
        """What a page that shows this room says it has seen."""
        return hashlib.sha256(repr(self).encode()).hexdigest()[:16]


def find_room(campaign: Campaign) -> Room:
    """The room of a campaign, at most a second old."""
    return _memo.get(str(campaign.id), lambda: read_room(campaign))


def forget_room(campaign_id: int | None = None) -> None:
    """Look afresh at one campaign that somebody just changed, or at all of them."""
    _memo.forget(None if campaign_id is None else str(campaign_id))


def read_room(campaign: Campaign) -> Room:
    """The room as it is now."""
    facts, now = read_facts(campaign), clock.now()
    is_held = campaign.held_at is not None
    services = tuple(service_room(desk, facts.groups, is_held=is_held, now=now) for desk in facts.desks)
    return Room(
        headline=headline_of(services, is_held=is_held, has_date=campaign.first_at is not None, now=now),
        services=services,
        waves=facts.waves,
        drawing=draw_waves(facts.waves, campaign.time_zone, now),
        test_fans=_named_fans(facts),
        is_held=is_held,
        poll=_poll(campaign, services, now),
        alarms=tuple(find_open_alarms(campaign.id, [each.service for each in services])),
    )


def find_test_fan(campaign_id: int, number: str) -> UUID | None:
    """The test fan of that receipt number."""
    found = (fan.pre_save_id for fan in read_test_fans(campaign_id) if receipt_number(fan.pre_save_id) == number)
    return next(found, None)


def room_context(campaign: Campaign, *, may_edit: bool) -> dict[str, Any]:
    """What the templates of the room need."""
    room = find_room(campaign)
    return {"campaign": campaign, "room": room, "may_edit": may_edit, "words": room_words}


def _named_fans(facts: Facts) -> tuple[NamedFan, ...]:
    return tuple(
        NamedFan(
            number=receipt_number(fan.pre_save_id),
            service_name=connectors()[fan.service].name if fan.service in connectors() else fan.service,
            words=room_words.test_fan_words(fan),
            is_good=fan.verified_at is not None,
        )
        for fan in facts.test_fans
    )


def _poll(campaign: Campaign, services: tuple[ServiceRoom, ...], now: datetime) -> str | None:
    """Every two seconds while something can move, slowly while nothing much can, and at last not at all."""
    if campaign.first_at is None or now > campaign.first_at + timedelta(days=DEADLINE_DAYS + 1):
        return None
    is_due = any(each.open_due for each in services)
    next_at = min((each.next_at for each in services if each.next_at), default=campaign.first_at)
    if (is_due and campaign.held_at is None) or timedelta(0) <= next_at - now <= _SOON:
        return "2s"
    if any(each.open_due + each.open_ahead + each.needs_fan for each in services) or now < campaign.first_at:
        return "30s"
    if any(each.verified < each.accepted for each in services) and now < campaign.first_at + _WATCHED:
        return "5s"
    return "30s" if any(each.kept < each.accepted for each in services) else None
