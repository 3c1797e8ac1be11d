"""Campaigns and counts as programs get them."""

from __future__ import annotations

import base64
import binascii
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select, text

from presave_app.campaigns.campaign import find_status
from presave_app.campaigns.file_form import file_form_of
from presave_app.campaigns.live_links import find_path
from presave_app.campaigns.models import Campaign
from presave_app.campaigns.rollout import list_releases
from presave_app.counts.tally import tally
from presave_app.extensions import current_settings, db
from presave_app.reminders.tally import count as count_reminders

_DAYS = text("""
    SELECT (accepted_at AT TIME ZONE 'UTC')::date AS day, service, count(*) AS n FROM pre_save
    WHERE campaign_id = :id AND state <> 'withdrawn' GROUP BY 1, 2 ORDER BY 1, 2
""")


class BadCursor(ValueError):
    """The cursor is none that we gave."""


def campaign_shape(campaign: Campaign, now: datetime) -> dict[str, Any]:
    """A campaign: its addresses, what its page is now, what one tap covers with it, and the form of its file."""
    absolute, live_path = current_settings().absolute, find_path(campaign, now)
    return {
        "slug": campaign.slug,
        "url": absolute(f"/{campaign.slug}"),
        "live_url": absolute(live_path) if live_path else None,
        "status": find_status(campaign, now),
        "published_at": _stamp(campaign.published_at),
        "release_at": _stamp(campaign.release_at),
        "roll_out": [each.slug for each in list_releases(campaign) if each.id != campaign.id],
        "campaign": file_form_of(campaign),
    }


def counts_shape(campaign: Campaign) -> dict[str, Any]:
    """How many fans are in, by service and by day (UTC) on which they came."""
    now = tally(campaign.id)
    days: dict[str, dict[str, int]] = {}
    for row in db.session.execute(_DAYS, {"id": campaign.id}):
        days.setdefault(row.day.isoformat(), {})[row.service] = row.n
    return {
        "slug": campaign.slug,
        "total": now.total,
        "services": dict(now.services),
        "reminders": count_reminders(campaign.id),
        "days": [{"day": day, "total": sum(each.values()), "services": each} for day, each in days.items()],
    }


def page_of(team_id: int, cursor: str, limit: int) -> tuple[list[Campaign], str | None]:
    """The team's campaigns, newest first, and the cursor of the next page; raises BadCursor."""
    query = select(Campaign).where(Campaign.team_id == team_id).order_by(Campaign.id.desc()).limit(limit + 1)
    if cursor:
        query = query.where(Campaign.id < _id_in(cursor))
    found = list(db.session.scalars(query))
    has_more = len(found) > limit
    return found[:limit], _cursor_of(found[limit - 1].id) if has_more else None


def _cursor_of(campaign_id: int) -> str:
    return base64.urlsafe_b64encode(f"before {campaign_id}".encode()).decode().rstrip("=")


def _id_in(cursor: str) -> int:
    try:
        words = base64.urlsafe_b64decode(cursor[:64] + "===").decode("ascii").split(" ")
        number = int(words[1]) if words[0] == "before" and len(words) == 2 else 0
    except (binascii.Error, ValueError) as fault:
        raise BadCursor(cursor) from fault
    if not 0 < number < 2**31:
        raise BadCursor(cursor)
    return number


def _stamp(moment: datetime | None) -> str | None:
    return None if moment is None else f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
