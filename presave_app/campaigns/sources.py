"""Sources: the campaign's link by a name for each place where it stands, and how many pre-saves came from there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, text

from presave_app.campaigns.collisions import mark_of
from presave_app.campaigns.fields import FieldError
from presave_app.campaigns.models import Campaign
from presave_app.campaigns.source_models import LinkSource
from presave_app.extensions import current_settings, db
from presave_app.lib.slugs import slug_of
from presave_app.lib.text import clean_line

MOST_SOURCES = 40
SUGGESTED = {"bio": "Bio", "tiktok": "TikTok", "newsletter": "Newsletter", "poster": "Poster"}
_MOST_NAME_LENGTH = 40
_MOST_CODE_LENGTH = 32


@dataclass(frozen=True)
class SourceView:
    """A source in the table: its link, and the pre-saves that came by it and were not withdrawn."""

    id: int
    name: str
    code: str
    address: str
    pre_saves: int


def sources_context(campaign: Campaign) -> dict[str, Any]:
    """The table, what came by other words or by none, and the places that are not named yet."""
    counts = _counts(campaign.id)
    link = current_settings().absolute(f"/{campaign.slug}")
    rows = [
        SourceView(each.id, each.name, each.code, f"{link}?src={each.code}", counts.pop(each.code, 0))
        for each in list_sources(campaign.id)
    ]
    taken = {row.code for row in rows}
    direct = counts.pop("", 0)
    return {
        "sources": rows,
        "sources_mark": mark_of({each.address: each.name for each in rows}),
        "other_pre_saves": sum(counts.values()),
        "direct_pre_saves": direct,
        "suggested_sources": {code: name for code, name in SUGGESTED.items() if code not in taken},
        "source_typed": "",
        "source_fault": None,
    }


def add(campaign: Campaign, typed: str) -> LinkSource:
    """Name a place; raises FieldError. Lock the campaign first."""
    name = _parse_name(typed)
    rows = list_sources(campaign.id)
    _refuse_twice(rows, name)
    if len(rows) >= MOST_SOURCES:
        raise FieldError(f"There are {MOST_SOURCES} sources. Remove one first.")
    source = LinkSource(campaign_id=campaign.id, name=name, code=_free_code(name, {each.code for each in rows}))
    db.session.add(source)
    db.session.flush()
    return source


def rename(campaign: Campaign, source_id: int, typed: str) -> tuple[str, str]:
    """Give a place another name, under which its fans are counted on; returns both names. Raises FieldError."""
    source, name = _find(campaign.id, source_id), _parse_name(typed)
    _refuse_twice([each for each in list_sources(campaign.id) if each.id != source_id], name)
    before, source.name = source.name, name
    db.session.flush()
    return before, name


def remove(campaign: Campaign, source_id: int) -> str:
    """Take a place off the table; its link leads on, and its pre-saves stay. Returns its name; raises FieldError."""
    source = _find(campaign.id, source_id)
    db.session.delete(source)
    db.session.flush()
    return source.name


def take_over(campaign: Campaign, code: str, name: str) -> None:
    """Name a place that has its code already, in links that were handed out; raises FieldError. Lock the campaign."""
    clean, rows = _parse_name(name), list_sources(campaign.id)
    _refuse_twice(rows, clean)
    if not code or slug_of(code) != code or code in {each.code for each in rows}:
        raise FieldError("Its code can't be used, or is that of another one.")
    if len(rows) >= MOST_SOURCES:
        raise FieldError(f"A campaign has at most {MOST_SOURCES} sources.")
    db.session.add(LinkSource(campaign_id=campaign.id, name=clean, code=code))
    db.session.flush()


def list_sources(campaign_id: int) -> list[LinkSource]:
    """The named places of a campaign, in the order in which they were named."""
    rows = select(LinkSource).where(LinkSource.campaign_id == campaign_id).order_by(LinkSource.id)
    return list(db.session.scalars(rows))


def _parse_name(typed: str) -> str:
    name = clean_line(typed)
    if not name:
        raise FieldError("Name the place, like Newsletter or Poster in Berlin.")
    if not any(map(str.isalnum, name)):
        raise FieldError("Name it with letters or numbers: its link carries a word made of them.")
    if len(name) > _MOST_NAME_LENGTH:
        raise FieldError(f"At most {_MOST_NAME_LENGTH} characters, these are {len(name)}.")
    return name


def _refuse_twice(rows: list[LinkSource], name: str) -> None:
    if any(each.name.lower() == name.lower() for each in rows):
        raise FieldError(f"There is a source named {name} already.")


def _free_code(name: str, taken: set[str]) -> str:
    known = next((code for code, suggested in SUGGESTED.items() if suggested == name), "")
    stem = known or slug_of(name)[:_MOST_CODE_LENGTH].strip("-") or "place"
    code, number = stem, 2
    while code in taken:
        code, number = f"{stem}-{number}", number + 1
    return code


def _find(campaign_id: int, source_id: int) -> LinkSource:
    found = select(LinkSource).where(LinkSource.id == source_id, LinkSource.campaign_id == campaign_id)
    source = db.session.scalar(found)
    if source is None:
        raise FieldError("This source was removed in the meantime.")
    return source


def _counts(campaign_id: int) -> dict[str, int]:
    rows = db.session.execute(
        text("""
            SELECT coalesce(source, '') AS source, count(*) AS n FROM pre_save
            WHERE campaign_id = :id AND state <> 'withdrawn' GROUP BY 1
        """),
        {"id": campaign_id},
    )
    return {row.source: row.n for row in rows}
