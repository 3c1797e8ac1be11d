"""What the rehearsal has to say in the sheet."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from flask import url_for

from presave_app.preflight.facts import Facts
from presave_app.preflight.finding import Check, Finding, Repair, advice, bad, care, good

_FRESH = timedelta(days=7)


def rehearsed(facts: Facts) -> Iterator[Finding]:
    """Whether the real list was played through lately, and what came of it."""
    title, found = "Dress rehearsal", facts.rehearsal
    place = url_for("preflight.sheet", campaign_id=facts.campaign.id, _anchor="rehearsal")
    repair = Repair("Rehearse", place)
    why = "It says how long the adds take, and for whom there will be none, while that can still be changed."
    if facts.release is None or not facts.sign_ins.total:
        return
    if found is None:
        yield advice("rehearsal", title, "The list of those who wait was not played through yet.", why, repair)
    elif found.nameless:
        words = f"Fans wait on {', '.join(found.nameless)}, and nothing tells which release is meant there."
        yield bad("rehearsal", title, words, "Nothing can be added without its link or a UPC.", repair)
    elif found.play and found.play.missed:
        words = f"When it was played, fans got nothing on {', '.join(found.play.missed)}."
        yield care(
            "rehearsal", title, words, "The table of the rehearsal says how many, and why.", Repair("See it", place)
        )
    elif found.at < facts.now - _FRESH:
        yield advice("rehearsal", title, f"The last one was {found.ago} ago.", why, repair)
    else:
        words = f"Rehearsed {found.ago} ago: whoever waits longest has it in {found.longest_words}."
        yield good("rehearsal", title, words, Repair("See it", place))


CHECKS: tuple[Check, ...] = (rehearsed,)
