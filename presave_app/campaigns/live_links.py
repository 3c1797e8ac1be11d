"""Artists' links to the live count: each with a name, an end, and a switch to turn it off."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, or_, select, update

from presave_app.campaigns.fields import FieldError
from presave_app.campaigns.live_models import LiveLink
from presave_app.campaigns.models import Campaign
from presave_app.extensions import current_settings, db
from presave_app.lib.text import clean_line
from presave_app.lib.tokens import derive_secret, hash_secret, new_secret

FIRST_NAME = "Artist"
# The ends that are offered, in days after the release; any other is a date.
DAYS_AFTER = (7, 30, 90)
BY_DATE = "date"
INPUTS = {"live_name": "", "live_ends": "30", "live_ends_on": ""}
_MOST_NAME = 60
_MOST_LINKS = 20
# A page that is open asks every few seconds; this is how exactly the last look is known.
_LOOK_EVERY = timedelta(minutes=1)


def first_secret(campaign_id: int) -> str:
    """The secret of the link that is made with a campaign."""
    return derive_secret(current_settings().account_pepper, "live", str(campaign_id))


def path_of(link: LiveLink) -> str:
    """The path of the live count by this link; who knows it needs no sign-in."""
    if link.is_first:
        return f"/live/{first_secret(link.campaign_id)}"
    return f"/live/{derive_secret(current_settings().account_pepper, 'live-link', str(link.id))}"


def add_first(campaign: Campaign) -> None:
    """The link that is made with the campaign. It has no end."""
    campaign.live_hash = hash_secret(first_secret(campaign.id))
    db.session.add(LiveLink(campaign_id=campaign.id, name=FIRST_NAME, secret_hash=campaign.live_hash, is_first=True))
    db.session.flush()


def add_link(campaign: Campaign, texts: Mapping[str, str], now: datetime) -> LiveLink:
    """One more link, as typed; raises FieldError with the name of the input that can't be used as its `args[1]`."""
    name = clean_line(texts.get("live_name", ""))
    if not name:
        raise FieldError("Say whom it is for, like “For Alba”.", "live_name")
    if len(name) > _MOST_NAME:
        raise FieldError(f"At most {_MOST_NAME} characters, these are {len(name)}.", "live_name")
    if len(list_links(campaign.id)) >= _MOST_LINKS:
        raise FieldError(f"A campaign has at most {_MOST_LINKS} links. Turn one off first.", "live_name")
    days, ends_at = _parse_end(campaign, texts, now)
    link = LiveLink(campaign_id=campaign.id, name=name, secret_hash=new_secret(), days_after=days, ends_at=ends_at)
    db.session.add(link)
    db.session.flush()
    # The secret comes from the id, which the database has just given.
    link.secret_hash = hash_secret(path_of(link).removeprefix("/live/"))
    db.session.flush()
    return link


def revoke(campaign: Campaign, link_id: int) -> str | None:
    """Turn a link off for good, at once, and return its name; None for one that is off, or another campaign's."""
    off = update(LiveLink).where(LiveLink.id == link_id, LiveLink.campaign_id == campaign.id)
    off = off.where(LiveLink.revoked_at.is_(None)).values(revoked_at=func.now())
    return db.session.scalar(off.returning(LiveLink.name))


def list_links(campaign_id: int) -> list[LiveLink]:
    """The links of a campaign that are not turned off, the first one first."""
    rows = select(LiveLink).where(LiveLink.campaign_id == campaign_id, LiveLink.revoked_at.is_(None))
    return list(db.session.scalars(rows.order_by(LiveLink.id)))


def end_of(link: LiveLink, campaign: Campaign) -> datetime | None:
    """When the link ends; None while it has no end, or the release no date."""
    if link.days_after is not None:
        return campaign.release_at + timedelta(days=link.days_after) if campaign.release_at else None
    return link.ends_at


def find_path(campaign: Campaign, now: datetime) -> str | None:
    """The path by the first link that is on; None where all were turned off or have ended."""
    return next((path_of(link) for link in list_links(campaign.id) if not _has_ended(link, campaign, now)), None)


def find_live(secret: str, now: datetime) -> Campaign | None:
    """The campaign whose live count this link shows now; None once it has ended or was turned off."""
    secret_hash = hash_secret(secret)
    row = db.session.execute(
        select(LiveLink, Campaign)
        .join(Campaign, Campaign.id == LiveLink.campaign_id)
        .where(LiveLink.secret_hash == secret_hash)
    ).one_or_none()
    if row is None:
        # A campaign that the release before made during a deploy has its first link in its own row alone.
        return db.session.scalar(select(Campaign).where(Campaign.live_hash == secret_hash))
    link, campaign = row
    return None if link.revoked_at is not None or _has_ended(link, campaign, now) else campaign


def note_look(secret: str) -> None:
    """Remember that the link was looked at, to the minute."""
    seen = update(LiveLink).where(LiveLink.secret_hash == hash_secret(secret))
    is_old = or_(LiveLink.looked_at.is_(None), LiveLink.looked_at < func.now() - _LOOK_EVERY)
    db.session.execute(seen.where(is_old).values(looked_at=func.now()))


def links_context(campaign: Campaign, typed: Mapping[str, str], errors: Mapping[str, str]) -> dict[str, Any]:
    """What `campaigns/_live_links.html` needs."""
    absolute = current_settings().absolute
    links = [(link, absolute(path_of(link)), end_of(link, campaign)) for link in list_links(campaign.id)]
    return {
        "live_links": links,
        "live_typed": {name: typed.get(name, start) for name, start in INPUTS.items()},
        "live_errors": {name: words for name, words in errors.items() if name in INPUTS},
        "live_days": DAYS_AFTER,
    }


def _has_ended(link: LiveLink, campaign: Campaign, now: datetime) -> bool:
    end = end_of(link, campaign)
    return end is not None and end <= now


def _parse_end(campaign: Campaign, texts: Mapping[str, str], now: datetime) -> tuple[int | None, datetime | None]:
    """So many days after the release, or the end of a day as the campaign's zone counts it."""
    chosen = texts.get("live_ends", "")
    if chosen in map(str, DAYS_AFTER):
        return int(chosen), None
    if chosen != BY_DATE:
        raise FieldError("Choose when it ends.", "live_ends")
    try:
        day = date.fromisoformat(texts.get("live_ends_on", "").strip())
        ends_at = datetime.combine(day + timedelta(days=1), time.min, ZoneInfo(campaign.time_zone))
    except (ValueError, OverflowError):
        raise FieldError("That is not a date. Write it like 2026-12-04.", "live_ends_on") from None
    if ends_at <= now:
        raise FieldError("That day is over. Choose one that is still to come.", "live_ends_on")
    return None, ends_at
