"""Moments and services in the words of the fan page. A script says moments again in the visitor's own zone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from presave_app.campaigns.models import Campaign
from presave_app.lib import clock
from presave_app.lib.moments import place_of
from presave_app.streaming.connector import Connector
from presave_app.streaming.directory import find_entry


@dataclass(frozen=True)
class ServiceWords:
    """How a service is spoken of: its name, what we do there, and the place where that is seen."""

    name: str
    deed: str
    place: str

    def do(self, title: str) -> str:
        """What we do with a release of that title, to be read after "we"."""
        return self.deed.format(title=title)


def service_words(service: str, connector: Connector | None) -> ServiceWords:
    """The words of a service; one that is no longer on is told by its name alone."""
    if connector is not None:
        return ServiceWords(connector.name, connector.deed, connector.place)
    entry = find_entry(service)
    name = entry.name if entry else service.replace("-", " ").title()
    return ServiceWords(name, f"add {{title}} to your {name} library", f"your {name} library")


def release_words(campaign: Campaign) -> str:
    """When the release is out: Friday, 4 December, at midnight Berlin time."""
    if campaign.release_at is None:
        return "on a day to come"
    words = moment_words(campaign.release_at, campaign.time_zone)
    if campaign.clock == "local":
        return words.removesuffix(zone_words(campaign.time_zone)) + "where you are"
    return words


def moment_words(moment: datetime, zone: str) -> str:
    """A moment to look forward to, in a named zone."""
    local = moment.astimezone(ZoneInfo(zone))
    time = "midnight" if (local.hour, local.minute) == (0, 0) else f"{local:%H:%M}"
    return f"{local:%A}, {day_words(moment, zone)}, at\N{NO-BREAK SPACE}{time} {zone_words(zone)}"


def stamp_words(moment: datetime, zone: str) -> str:
    """A moment that is past, as in a list: 4 December, 00:02 Berlin time."""
    return f"{day_words(moment, zone)}, {moment.astimezone(ZoneInfo(zone)):%H:%M} {zone_words(zone)}"


def day_words(moment: datetime, zone: str) -> str:
    """4 December, and the year where it is not this one."""
    local, today = (at.astimezone(ZoneInfo(zone)) for at in (moment, clock.now()))
    year = "" if local.year == today.year else f" {local.year}"
    return f"{local.day} {local:%B}{year}"


def zone_words(zone: str) -> str:
    """A zone as people call it: Berlin time."""
    return "UTC" if zone == "UTC" else place_of(zone) + " time"
