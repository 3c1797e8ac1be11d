"""Moments and services in the words of the fan page. A script says moments again in the visitor's own zone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_datetime, format_time, get_timezone_location, match_skeleton

from presave_app.campaigns.models import Campaign
from presave_app.lib import clock
from presave_app.lib.languages import locale_now, say
from presave_app.streaming.connector import Connector
from presave_app.streaming.directory import find_entry


@dataclass(frozen=True)
class ServiceWords:
    """How a service is spoken of: its name, what we do there, and the place where that is seen."""

    name: str
    deed: str
    place: str


def service_words(service: str, connector: Connector | None) -> ServiceWords:
    """The words of a service; one that is no longer on is told by its name alone."""
    if connector is not None:
        return ServiceWords(connector.name, connector.deed_words, connector.place_words)
    entry = find_entry(service)
    name = entry.name if entry else service.replace("-", " ").title()
    return ServiceWords(
        name, say("add it to your {service} library", service=name), say("your {service} library", service=name)
    )


def release_words(campaign: Campaign) -> str:
    """When the release is out: Friday 4 December, at midnight Berlin time."""
    if campaign.release_at is None:
        return say("on a day to come")
    zone = say("where you are") if campaign.clock == "local" else zone_words(campaign.time_zone)
    return _moment(campaign.release_at, campaign.time_zone, zone)


def moment_words(moment: datetime, zone: str) -> str:
    """A moment to look forward to, in a named zone."""
    return _moment(moment, zone, zone_words(zone))


def stamp_words(moment: datetime, zone: str) -> str:
    """A moment that is past, as in a list: 4 December, 00:02 Berlin time."""
    day, time = day_words(moment, zone), time_words(moment, zone)
    return say("{day}, {time} {zone}", day=day, time=time, zone=zone_words(zone))


def day_words(moment: datetime, zone: str) -> str:
    """4 December, and the year where it is not this one."""
    return _day(moment, zone, "MMMMd", "yMMMMd")


def time_words(moment: datetime, zone: str) -> str:
    """What clocks in the zone show."""
    return format_time(moment, "short", tzinfo=ZoneInfo(zone), locale=locale_now())


def zone_words(zone: str) -> str:
    """A zone as people call it: Berlin time."""
    return "UTC" if zone == "UTC" else say("{place} time", place=place_words(zone))


def place_words(zone: str) -> str:
    """The place a zone is named for, as the language at hand writes it."""
    return get_timezone_location(zone, locale=locale_now(), return_city=True)


def _moment(moment: datetime, zone: str, zone_name: str) -> str:
    local, day = moment.astimezone(ZoneInfo(zone)), _day(moment, zone, "MMMMEEEEd", "yMMMMEEEEd")
    if (local.hour, local.minute) == (0, 0):
        return say("{day}, at\u00a0midnight {zone}", day=day, zone=zone_name)
    return say("{day}, at\u00a0{time} {zone}", day=day, time=time_words(moment, zone), zone=zone_name)


def _day(moment: datetime, zone: str, near: str, far: str) -> str:
    """By the CLDR's names for what of a day is told: `near` for one of this year, `far` for others."""
    local, today = (at.astimezone(ZoneInfo(zone)) for at in (moment, clock.now()))
    locale = locale_now()
    pattern = _pattern(locale, near if local.year == today.year else far)
    return format_datetime(local, pattern, tzinfo=ZoneInfo(zone), locale=locale)


@cache
def _pattern(locale: Locale, wanted: str) -> str:
    """The pattern of those fields, with weekday and month as whole words as was asked: the CLDR lists short ones."""
    skeletons = locale.datetime_skeletons
    name = match_skeleton(wanted, skeletons)
    if name is None:
        raise ValueError(f"{locale} has no pattern for {wanted}")
    whole_month = re.sub("MMM+", "MMMM", str(skeletons[name].pattern))
    return re.sub("E+", "EEEE", whole_month)
