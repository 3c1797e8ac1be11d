"""Campaigns as their teams see them. Loading one is the access check."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import select

from presave_app.campaigns import addresses, live_links
from presave_app.campaigns.models import Campaign
from presave_app.extensions import db
from presave_app.teams.accounts import find_role, may_edit
from presave_app.teams.models import Role


class CampaignNotFound(LookupError):
    """There is no such campaign for this member: it does not exist, or it is another label's."""


class MayOnlyLook(PermissionError):
    """The member sees the campaign but may not change it."""


class Status(StrEnum):
    """What a campaign's page is right now."""

    DRAFT = "Draft"
    OPEN = "Pre-save open"
    OUT = "Out now"
    UNPUBLISHED = "Unpublished"


def get_for_member(campaign_id: int, member_id: int, *, to_edit: bool = False) -> tuple[Campaign, Role]:
    """The campaign and the member's role there; raises CampaignNotFound, and MayOnlyLook if it is loaded to edit.

    Loaded to edit, the row is locked, so that two people who edit at once do so one after the other.
    """
    query = select(Campaign).where(Campaign.id == campaign_id)
    if to_edit:
        query = query.with_for_update(key_share=True)
    campaign = db.session.scalar(query)
    role = None if campaign is None else find_role(campaign.team_id, member_id)
    if campaign is None or role is None:
        raise CampaignNotFound(campaign_id)
    if to_edit and not may_edit(role):
        raise MayOnlyLook(campaign_id)
    return campaign, role


def add_campaign(team_id: int, *, title: str, artist: str, kind: str) -> Campaign:
    """A new draft at an address made from its artist and title; the values are parsed ones."""
    campaign = Campaign(team_id=team_id, title=title, artist=artist, kind=kind, time_zone="UTC", clock="everywhere")
    addresses.give_suggested_slug(campaign)
    live_links.add_first(campaign)
    return campaign


def live_path(campaign: Campaign) -> str:
    """The path of the artist's live view by its first link; who knows it needs no sign-in."""
    return f"/live/{live_links.first_secret(campaign.id)}"


def find_status(campaign: Campaign, now: datetime) -> Status:
    """What the campaign's page is right now."""
    return status_of(campaign, bool(addresses.was_public([campaign.id])), now)


def status_of(campaign: Campaign, was_public: bool, now: datetime) -> Status:
    """What the campaign's page is at the moment `now`, given whether it was ever published."""
    if campaign.published_at is None:
        return Status.UNPUBLISHED if was_public else Status.DRAFT
    assert campaign.release_at is not None
    return Status.OUT if campaign.release_at <= now else Status.OPEN
