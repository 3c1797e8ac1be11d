"""What the rehearsal has to say in the sheet."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

from flask import url_for

from presave_app.preflight.facts import Facts
from presave_app.preflight.finding import Check, Finding, Repair, advice, bad, care, good
from presave_app.preflight.rehearsed import Rehearsed

_FRESH = timedelta(days=7)
_KEY, _TITLE = "rehearsal", "Dress rehearsal"
_WHY = "It says how long the adds take, and for whom there will be none, while that can still be changed."


def rehearsed(facts: Facts) -> Iterator[Finding]:
    """Whether the real list was played through lately, and what came of it: the weightiest that is to be said of it."""
    if facts.release is None or not facts.sign_ins.total:
        return
    found = facts.rehearsal
    if found is None:
        yield advice(_KEY, _TITLE, "The list of those who wait was not played through yet.", _WHY, _again(facts))
    else:
        yield next(said for point in _WEIGHTIEST_FIRST if (said := point(facts, found)))


def _nameless(facts: Facts, found: Rehearsed) -> Finding | None:
    if not found.nameless:
        return None
    words = f"Fans wait on {', '.join(found.nameless)}, and nothing tells which release is meant there."
    return bad(_KEY, _TITLE, words, "Nothing can be added without its link or a UPC.", _again(facts))


def _off(facts: Facts, _found: Rehearsed) -> Finding | None:
    if not facts.waiting_on_off:
        return None
    words = f"Whoever waits on {', '.join(each.name for each in facts.waiting_on_off)} gets nothing: it is off."
    return care(_KEY, _TITLE, words, "The rehearsal tells nothing of a service that is off.", _table(facts))


def _missed(facts: Facts, found: Rehearsed) -> Finding | None:
    if not found.play or not found.play.missed:
        return None
    words = f"When it was played, fans got nothing on {', '.join(found.play.missed)}."
    return care(_KEY, _TITLE, words, "The table of the rehearsal says how many, and why.", _table(facts))


def _unserved(facts: Facts, found: Rehearsed) -> Finding | None:
    if found.number <= found.served:
        return None
    names = ", ".join(each.name for each in found.services if each.number and not each.fans_a_second)
    return advice(
        _KEY, _TITLE, f"When it was rehearsed, nothing was added on {names}: it was off.", _WHY, _again(facts)
    )


def _old(facts: Facts, found: Rehearsed) -> Finding | None:
    if found.at >= facts.now - _FRESH:
        return None
    return advice(_KEY, _TITLE, f"The last one was {found.ago} ago.", _WHY, _again(facts))


def _fine(facts: Facts, found: Rehearsed) -> Finding:
    words = f"Rehearsed {found.ago} ago: whoever waits longest has it in {found.longest_words}."
    return good(_KEY, _TITLE, words, _table(facts))


_WEIGHTIEST_FIRST: tuple[Callable[[Facts, Rehearsed], Finding | None], ...] = (
    _nameless,
    _off,
    _missed,
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
