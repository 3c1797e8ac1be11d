"""Slugs: which are free, which campaign one leads to, and the words no campaign may take.

A draft changes its slug without a trace. A slug that was public once stays with its campaign as a `SlugEntry`,
leads on to the campaign's present one, and is never given to another.
"""

from __future__ import annotations

from pathlib import Path

from flask import current_app
from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError

from presave_app.campaigns.fields import FieldError, parse_slug
from presave_app.campaigns.models import Campaign, SlugEntry
from presave_app.extensions import db
from presave_app.lib.slugs import LEAST_LENGTH, is_slug, numbered, slug_of

# Words for addresses we may want one day, beside the first parts of those there are.
_KEPT_WORDS = frozenset(Path(__file__).with_name("kept_words.txt").read_text().split())

_TAKEN = "This address is taken. Choose another."
_MOST_SUGGESTIONS = 50
_MOST_RACES = 5


def reserved_words() -> frozenset[str]:
    """Slugs that would hide a page of the app, now or later."""
    first_parts = (rule.rule.split("/")[1] for rule in current_app.url_map.iter_rules())
    return _KEPT_WORDS | {part for part in first_parts if not part.startswith("<")}


def check_free(slug: str, campaign_id: int | None) -> None:
    """Raise FieldError when the slug is reserved, or belongs or ever belonged to another campaign."""
    if slug in reserved_words():
        raise FieldError("This address is kept for a page of our own. Choose another.")
    now = select(Campaign.id).where(Campaign.slug == slug)
    ever = select(SlugEntry.campaign_id).where(SlugEntry.slug == slug)
    if any(holder != campaign_id for holder in db.session.scalars(now.union(ever))):
        raise FieldError(_TAKEN)


def check_typed(text: str, campaign_id: int | None) -> str:
    """The slug as typed, if it could be taken now; raises FieldError."""
    slug = parse_slug(text)
    check_free(slug, campaign_id)
    return slug


def give_slug(campaign: Campaign, slug: str) -> None:
    """Give the campaign its slug; raises FieldError, also when another one took it a moment ago.

    The slug is written first and looked for in the old ones afterwards: whoever holds it makes us wait
    at the unique index, and has left it in `slug_entry` by then if it was ever public.
    """
    parse_slug(slug)
    try:
        with db.session.begin_nested():
            campaign.slug = slug
            db.session.add(campaign)
            db.session.flush()
    except IntegrityError:
        raise FieldError(_TAKEN) from None
    check_free(slug, campaign.id)
    if campaign.published_at is not None:
        remember_slug(campaign)


def give_suggested_slug(campaign: Campaign) -> None:
    """Give the campaign a free slug made from its artist and title."""
    for _ in range(_MOST_RACES):
        try:
            return give_slug(campaign, suggest_slug(campaign.artist, campaign.title))
        except FieldError:
            # Somebody else took it between the suggestion and the write; the next suggestion knows that.
            continue
    raise FieldError(_TAKEN)


def remember_slug(campaign: Campaign) -> None:
    """Keep the campaign's slug with it for good, because people may know it from now on."""
    entry = insert(SlugEntry).values(slug=campaign.slug, campaign_id=campaign.id)
    db.session.execute(entry.on_conflict_do_nothing())


def was_public(campaign_ids: list[int]) -> set[int]:
    """Those of the campaigns that people may know an address of."""
    known = select(SlugEntry.campaign_id).where(SlugEntry.campaign_id.in_(campaign_ids))
    return set(db.session.scalars(known.distinct()))


def find_by_slug(slug: str) -> Campaign | None:
    """The campaign the address leads to, by its present or an older slug; compare `slug` to see which."""
    if not is_slug(slug):
        return None
    present = db.session.scalar(select(Campaign).where(Campaign.slug == slug))
    if present is not None:
        return present
    older = select(Campaign).join(SlugEntry, SlugEntry.campaign_id == Campaign.id)
    return db.session.scalar(older.where(SlugEntry.slug == slug))


def suggest_slug(artist: str, title: str) -> str:
    """A free slug made from the artist and the title."""
    wanted = slug_of(artist, title)
    wanted = wanted if len(wanted) >= LEAST_LENGTH else "new-release"
    for number in range(1, _MOST_SUGGESTIONS):
        slug = wanted if number == 1 else numbered(wanted, number)
        if _is_free(slug):
            return slug
    newest = db.session.scalar(select(func.coalesce(func.max(Campaign.id), 0))) or 0
    return numbered(wanted, newest + _MOST_SUGGESTIONS)


def _is_free(slug: str) -> bool:
    try:
        check_free(slug, None)
    except FieldError:
        return False
    return True
