"""What the rehearsal has to say in the sheet."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

from flask import url_for

from presave_app.campaigns.fields import TARGET_PREFIX
from presave_app.preflight.facts import Facts
from presave_app.preflight.finding import Check, Finding, Repair, advice, bad, care, field_of, good
from presave_app.preflight.rehearsed import Rehearsed, is_named

_FRESH = timedelta(days=7)
_KEY, _TITLE = "rehearsal", "Dress rehearsal"
_WHY = "It says how long the adds take, and for whom there will be none, while that can still be changed."


def rehearsed(facts: Facts) -> Iterator[Finding]:
    """Whether the real list was played through lately, and what came of it: the weightiest that is to be said of it."""
    if facts.release is None or not facts.sign_ins.total:
        return
    found = facts.rehearsal
    if (nameless := _nameless(facts)) is not None:
        yield nameless
    elif found is None:
        yield advice(_KEY, _TITLE, "The list of those who wait was not played through yet.", _WHY, _again(facts))
    else:
        yield next(said for point in _WEIGHTIEST_FIRST if (said := point(facts, found)))


def _nameless(facts: Facts) -> Finding | None:
    """Services that are on, where fans wait and nothing tells which release is meant: as the targets are now."""
    waiting = [each for each in facts.sign_ins.services if each.is_on and each.total > each.dead_number]
    upc = facts.campaign.upc
    nameless = [
        each for each in waiting if not is_named(facts.connectors[each.service], facts.targets.get(each.service), upc)
    ]
    if not nameless:
        return None
    words = f"Fans wait on {', '.join(each.name for each in nameless)}, and nothing tells which release is meant there."
    first = nameless[0]
    repair = field_of(facts, f"Paste the {first.name} link", f"input-{TARGET_PREFIX}{first.service}")
    return bad(_KEY, _TITLE, words, "Nothing can be added without its link or a UPC.", repair)


def _off(facts: Facts, _found: Rehearsed) -> Finding | None:
    if not facts.waiting_on_off:
        return None
    words = f"Whoever waits on {', '.join(each.name for each in facts.waiting_on_off)} gets nothing: it is off."
    return care(_KEY, _TITLE, words, "The rehearsal tells nothing of a service that is off.", _table(facts))


def _starved(facts: Facts, _found: Rehearsed) -> Finding | None:
    waited_on = {each.service for each in facts.sign_ins.services if each.total}
    names = [each.name for each in facts.starved if each.service in waited_on]
    if not names:
        return None
    words = f"Whoever waits on {', '.join(names)} gets nothing: a day's budget there is less than one fan takes."
    return bad(_KEY, _TITLE, words, "The budget is set where Presave is hosted.", _table(facts))


def _unplayed(facts: Facts, found: Rehearsed) -> Finding | None:
    if found.play is None or found.play.state == "done":
        return None
    why = "Only the play tells what the engine makes of the list; so far it is calculated alone."
    if found.play.is_on:
        words = "It is being played." if found.play.state == "running" else "It waits for a worker to play it."
        return care(_KEY, _TITLE, words, why, _table(facts))
    return care(_KEY, _TITLE, f"It was not played: {found.play.reason_words}.", why, _again(facts))


def _missed(facts: Facts, found: Rehearsed) -> Finding | None:
    # What could not be added by the calculation either is told of by itself, and may be mended since.
    names = [name for name in found.play.missed if name not in found.unserved] if found.play else []
    if not names:
        return None
    words = f"When it was played, fans got nothing on {', '.join(names)}."
    return care(_KEY, _TITLE, words, "The table of the rehearsal says how many, and why.", _table(facts))


def _moved(facts: Facts, found: Rehearsed) -> Finding | None:
    if found.moments <= facts.moments:
        return None
    words = "The moments of the release are others now than when it was rehearsed."
    return advice(_KEY, _TITLE, words, _WHY, _again(facts))


def _unserved(facts: Facts, found: Rehearsed) -> Finding | None:
    if found.number and not found.unserved:
        return None
    words = "When it was rehearsed, there was nobody to serve."
    if found.unserved:
        words = f"When it was rehearsed, nothing could be added on {', '.join(found.unserved)}."
    return advice(_KEY, _TITLE, words, _WHY, _again(facts))


def _old(facts: Facts, found: Rehearsed) -> Finding | None:
    if found.at >= facts.now - _FRESH:
        return None
    return advice(_KEY, _TITLE, f"The last one was {found.ago} ago.", _WHY, _again(facts))


def _fine(facts: Facts, found: Rehearsed) -> Finding:
    words = f"Rehearsed {found.ago} ago: whoever waits longest has it in {found.longest_words}."
    return good(_KEY, _TITLE, words, _table(facts))


_WEIGHTIEST_FIRST: tuple[Callable[[Facts, Rehearsed], Finding | None], ...] = (
    _starved,
    _off,
    _unplayed,
    _missed,
    _moved,
    _unserved,
    _old,
    _fine,
)


def _again(facts: Facts) -> Repair:
    return Repair("Rehearse", _place(facts))


def _table(facts: Facts) -> Repair:
    return Repair("See it", _place(facts))


def _place(facts: Facts) -> str:
    return url_for("preflight.sheet", campaign_id=facts.campaign.id, _anchor="rehearsal")


CHECKS: tuple[Check, ...] = (rehearsed,)
