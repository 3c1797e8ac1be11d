"""What is new for an open editor: what has to be shown again, and what others did, in one sentence."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from presave_app.campaigns import changes, editing
from presave_app.campaigns.change_models import Change
from presave_app.campaigns.change_words import names_of, words_of_act
from presave_app.campaigns.fields import TARGET_PREFIX
from presave_app.extensions import db

_MOST_TOLD = 40
# What stands in the list of the roll-out, beside who belongs to it.
_OF_ROLL_OUT = ("title", "artist", "kind", "release")


@dataclass(frozen=True)
class News:
    """What was done since an editor looked last: the fields it touched, the other parts, and the sentence."""

    fields: list[str]
    parts: list[str]
    told: str


def news_since(campaign_id: int, since: int, member_id: int) -> News:
    """What was done after that line of the history.

    What it touched is complete, however much was done; the sentence is about the newest acts of others.
    """
    newer = (Change.campaign_id == campaign_id, Change.id > since)
    acts = db.session.execute(select(Change.act, Change.field).where(*newer).distinct()).all()
    touched = {part for row in acts for part in _touched_by(row.act, row.field or "")}
    by_others = select(Change).where(*newer, changes.IS_TOLD, Change.member_id.is_distinct_from(member_id))
    rows = db.session.scalars(by_others.order_by(Change.id.desc()).limit(_MOST_TOLD)).all()
    names = names_of(rows, member_id)
    told = dict.fromkeys(f"{names[row.id]} {words_of_act(row)}." for row in reversed(rows))
    return News(
        fields=[name for name in editing.field_names() if name in touched],
        parts=[part for part in ("artwork", "rollout", "sources") if part in touched],
        told=" ".join(told),
    )


def _touched_by(act: str, field: str) -> set[str]:
    """The fields and parts in which an act may show."""
    shows = {
        editing.LINK_FIELD: _is_of_links(act, field),
        "artwork": act == "artwork",
        "rollout": act.startswith("rollout-") or act in ("publish", "unpublish") or field in _OF_ROLL_OUT,
        # Their links begin with the page's own.
        "sources": act.startswith("source-") or field == "slug",
    }
    return {field} | {part for part, is_shown in shows.items() if is_shown}


def _is_of_links(act: str, field: str) -> bool:
    """Whether it may show in the list of links: a name or another UPC also ends what was suggested."""
    return act == "dismiss-link" or field in (changes.LINKS, "upc") or field.startswith(TARGET_PREFIX)
