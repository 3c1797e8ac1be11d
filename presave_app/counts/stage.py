"""What the artist's page shows on stage: the number, and how long it is until the release, in words."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from presave_app.campaigns.artwork import find_picture
from presave_app.campaigns.models import Campaign
from presave_app.campaigns.release_clock import release_clock
from presave_app.counts.tally import Tally, count_context
from presave_app.lib import clock
from presave_app.streaming.registry import connectors

_UNITS = (("days", timedelta(days=1)), ("hours", timedelta(hours=1)), ("minutes", timedelta(minutes=1)))


def stage_context(campaign: Campaign, zone: str | None = None) -> dict[str, Any]:
    """What `counts/live.html` needs, for an artist in `zone`."""
    context, release = count_context(campaign, zone), release_clock(campaign)
    return {
        "campaign": campaign,
        "picture": find_picture(campaign.artwork_id),
        "until": until_words(release.moment_in(zone) if release else None, clock.now()),
        "services": _by_name(context["count"].tally),
        **context,
    }


def until_words(release_at: datetime | None, now: datetime) -> str:
    """How far the release is, in the largest unit of which two are left: Out in 11 days, Out in 36 hours."""
    if release_at is None:
        return "No release day yet"
    left = release_at - now
    if left <= timedelta(0):
        return "Out now"
    for unit, size in _UNITS:
        if left >= 2 * size:
            return f"Out in {left // size} {unit}"
    return "Out in a moment"


def _by_name(tally: Tally) -> list[tuple[str, int]]:
    return [(connectors()[service].name, n) for service, n in tally.services.items() if service in connectors()]
