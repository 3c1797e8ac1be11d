"""What the artist's page shows on stage: the number, and how long it is until the release, in words."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from babel.numbers import format_decimal

from presave_app.campaigns.artwork import find_picture
from presave_app.campaigns.models import Campaign
from presave_app.campaigns.release_clock import release_clock
from presave_app.counts.stage_facts import countries_of, days_of, find_facts, next_milestone
from presave_app.counts.tally import Tally, count_context
from presave_app.lib import clock
from presave_app.lib.languages import locale_now, say, say_count
from presave_app.streaming.registry import connectors

_DAY, _HOUR, _MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)


def stage_context(campaign: Campaign, zone: str | None = None) -> dict[str, Any]:
    """What `counts/live.html` needs, for an artist in `zone`."""
    context, release = count_context(campaign, zone), release_clock(campaign)
    facts, milestone = find_facts(campaign), next_milestone(context["count"].total)
    return {
        "campaign": campaign,
        "picture": find_picture(campaign.artwork_id),
        "until": until_words(release.moment_in(zone) if release else None, clock.now()),
        "services": _by_name(context["count"].tally),
        "milestone": milestone,
        "to_go": say_count(
            "{figure} to go",
            "{figure} to go",
            milestone.to_go,
            figure=format_decimal(milestone.to_go, locale=locale_now()),
        ),
        "days": days_of(facts.days, facts.today) if any(facts.days) else [],
        "countries": countries_of(facts.zones),
        **context,
    }


def until_words(release_at: datetime | None, now: datetime) -> str:
    """How far the release is, in the largest unit of which two are left: Out in 11 days, Out in 36 hours."""
    if release_at is None:
        return say("No release day yet")
    left = release_at - now
    if left <= timedelta(0):
        return say("Out now")
    if left >= 2 * _DAY:
        return say_count("Out in {number} day", "Out in {number} days", left // _DAY)
    if left >= 2 * _HOUR:
        return say_count("Out in {number} hour", "Out in {number} hours", left // _HOUR)
    if left >= 2 * _MINUTE:
        return say_count("Out in {number} minute", "Out in {number} minutes", left // _MINUTE)
    return say("Out in a moment")


def _by_name(tally: Tally) -> list[tuple[str, int]]:
    return [(connectors()[service].name, n) for service, n in tally.services.items() if service in connectors()]
