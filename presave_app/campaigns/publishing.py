"""Publishing: what a campaign needs for it, and taking its page down again."""

from __future__ import annotations

from datetime import datetime

from presave_app.campaigns import addresses, targets
from presave_app.campaigns.editing import EditRefused
from presave_app.campaigns.fields import TARGET_PREFIX, FieldError, refuse_unless_ahead
from presave_app.campaigns.models import Campaign
from presave_app.extensions import db
from presave_app.streaming.registry import connectors


def publish(campaign: Campaign, now: datetime) -> bool:
    """Open the campaign's page to everybody; raises EditRefused with what is missing, field by field.

    A published campaign stays as it is: False. One whose release has passed comes back as the listening page.
    """
    if campaign.published_at is not None:
        return False
    missing = find_missing(campaign, now)
    if missing:
        raise EditRefused(missing)
    campaign.published_at = now
    # What fans can meet is never out of the team's sight.
    campaign.archived_at = None
    addresses.remember_slug(campaign)
    db.session.flush()
    return True


def unpublish(campaign: Campaign) -> bool:
    """Take the page down; False when it was. Fans keep their pre-saves, and the address stays the campaign's."""
    if campaign.published_at is None:
        return False
    campaign.published_at = None
    db.session.flush()
    return True


def find_missing(campaign: Campaign, now: datetime) -> dict[str, str]:
    """What publishing still needs, a message for each field."""
    missing: dict[str, str] = {}
    if not campaign.title:
        missing["title"] = "The release needs a title."
    if not campaign.artist:
        missing["artist"] = "The release needs an artist."
    if campaign.release_at is None:
        missing["release"] = "Say when the release comes out."
    elif not addresses.was_public([campaign.id]):
        missing |= _fault_of_moment(campaign.release_at, now)
    if not targets.is_somewhere(campaign.id):
        missing |= dict.fromkeys(_where_fields(), targets.NEEDS_ONE)
    return missing


def _fault_of_moment(moment: datetime, now: datetime) -> dict[str, str]:
    try:
        refuse_unless_ahead(moment, now)
    except FieldError as fault:
        return {"release": str(fault)}
    return {}


def _where_fields() -> list[str]:
    """The fields that say where the release is: one message, beside the first of them."""
    return [TARGET_PREFIX + service for service in connectors()][:1] or ["upc"]
