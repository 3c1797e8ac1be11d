"""Two people at one campaign: nobody overwrites what they have not seen, and nothing typed is lost.

Each field of a form carries a mark of what it showed. What is stored may be another text by the time the form comes
back: a field that was left alone then keeps the newer text, and one that was typed in is shown with both.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from presave_app.campaigns import changes, editing, look
from presave_app.campaigns.change_words import ago, names_of, words_of
from presave_app.campaigns.changes import Texts
from presave_app.campaigns.models import Campaign
from presave_app.lib import clock
from presave_app.lib.marks import SHOWN, mark_of

# Before a field's name: what the two buttons beside both versions send.
USE_MINE = "over-"
KEEP_THEIRS = "keep-"

WORDS = "Somebody else changed this in the meantime, and yours is not saved yet."


@dataclass(frozen=True)
class Collision:
    """What is stored by now while somebody types something else, who put it there, and its mark."""

    words: str
    mark: str


def settle(campaign: Campaign, texts: Mapping[str, str]) -> Texts:
    """What was sent, without the fields that were left alone or given up while somebody else changed them."""
    stored = changes.snapshot(campaign)
    settled = dict(texts)
    for field in stored:
        if USE_MINE + field in texts:
            settled[SHOWN + field] = texts[USE_MINE + field]
        if KEEP_THEIRS + field in texts or _is_left_alone(field, settled, stored[field]):
            for name in (*editing.inputs_of(field), SHOWN + field):
                settled.pop(name, None)
    return settled


def blindly_changed(texts: Mapping[str, str], before: Mapping[str, Texts], after: Mapping[str, Texts]) -> list[str]:
    """The fields that were about to be overwritten by somebody who had not seen what was there."""
    return [
        field
        for field in changes.differing(before, after)
        if SHOWN + field in texts and texts[SHOWN + field] != mark_of(before.get(field, {}))
    ]


def find_collision(
    campaign: Campaign, field: str, typed: Mapping[str, str], stored: Texts, me: int
) -> Collision | None:
    """Both versions, where a form that is shown again was typed over a text that is not there any more."""
    mark = mark_of(stored)
    if typed.get(SHOWN + field, mark) == mark:
        return None
    last = changes.last_of(campaign.id, field)
    text = words_of(field, stored)
    if last is None:
        return Collision(f"This is “{text}” by now.", mark)
    who, when = names_of([last], me)[last.id], ago(last.at, clock.now())
    return Collision(f"{who} changed this to “{text}” {when}.", mark)


def _is_left_alone(field: str, texts: Mapping[str, str], stored: Texts) -> bool:
    shown = texts.get(SHOWN + field)
    if shown is None or shown == mark_of(stored) or (field == look.COLOURS_FIELD and field in texts):
        return False
    return mark_of({name: texts[name] for name in editing.inputs_of(field) if name in texts}) == shown
