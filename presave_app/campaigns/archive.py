"""Putting a campaign away when its work is done, and bringing it back. Its page and its pre-saves stay as they are."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import text

from presave_app.campaigns.fields import FieldError
from presave_app.campaigns.models import Campaign
from presave_app.extensions import db

# With these, somebody has still to see to it that the release reaches its fans.
_WAITING = text("""
    SELECT count(*) FROM pre_save WHERE campaign_id = :id AND state IN ('armed', 'claimed', 'needs_reauth')
""")


class ArchiveRefused(FieldError):
    """The campaign still has work to do; the message says which."""


def archive(campaign: Campaign, now: datetime) -> None:
    """Take the campaign out of the list; raises ArchiveRefused while fans can pre-save it or wait for it."""
    if campaign.archived_at is not None:
        return
    is_open = campaign.published_at is not None and campaign.release_at is not None and campaign.release_at > now
    if is_open:
        raise ArchiveRefused(
            "Not archived: fans can still pre-save it, and a release that is ahead must not be out of sight. "
            "Unpublish it first, or archive it once it is out."
        )
    waiting = db.session.execute(_WAITING, {"id": campaign.id}).scalar_one()
    if waiting:
        fans = "1 fan still waits" if waiting == 1 else f"{waiting:,} fans still wait"
        raise ArchiveRefused(
            f"Not archived: {fans} for this release, and somebody should see it through. "
            "The release's page says how it goes; archive it once nobody waits."
        )
    campaign.archived_at = now
    db.session.flush()


def bring_back(campaign: Campaign) -> None:
    """Show the campaign in the list again."""
    campaign.archived_at = None
    db.session.flush()
