"""A release as a file for calendars (RFC 5545)."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

from icalendar import Alarm, Calendar, Event

from presave_app.campaigns.models import Campaign
from presave_app.campaigns.release_clock import ReleaseClock
from presave_app.extensions import current_settings
from presave_app.lib import clock
from presave_app.lib.languages import language_now, say

_LASTS = timedelta(minutes=30)


def calendar_file(campaign: Campaign, release: ReleaseClock, url: str) -> bytes:
    """The file: one event at the release moment that rings, and leads to `url`.

    A release with a clock for each zone is written without one ("floating", 3.3.5): it then begins when that
    time comes where the fan is. The same event with a higher number replaces the older one (3.8.7.4).
    """
    name = say("{title} by {artist}", title=campaign.title, artist=campaign.artist)
    starts = release.wall if release.is_local else release.at.astimezone(ZoneInfo(release.time_zone))
    event = Event()
    event.add("uid", f"release-{campaign.id}@{current_settings().public_hostname}")
    event.add("sequence", campaign.date_moves)
    event.add("dtstamp", clock.now())
    event.add("summary", say("Out now: {name}", name=name))
    event.add("description", say("{name} is out. Listen: {url}", name=name, url=url))
    event.add("url", url)
    event.add("dtstart", starts.replace(microsecond=0))
    event.add("duration", _LASTS)
    # Nobody is busy because a record comes out.
    event.add("transp", "TRANSPARENT")
    event.add_component(_alarm(name))
    calendar = Calendar()
    calendar.add("prodid", f"-//Presave//Reminders//{language_now().upper()}")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add_component(event)
    calendar.add_missing_timezones()
    return calendar.to_ical()


def _alarm(name: str) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", say("{name} is out now.", name=name))
    alarm.add("trigger", timedelta(0))
    return alarm
