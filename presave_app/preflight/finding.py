"""What one check of the preflight found, and the places where it is put right."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from flask import url_for

from presave_app.preflight.facts import Facts


class Level(StrEnum):
    """How it stands. The values are the shapes that are drawn beside it; a page says the word as well."""

    GOOD = "good"
    CARE = "care"
    BAD = "bad"


WORDS = {Level.GOOD: "Good", Level.CARE: "Look at this", Level.BAD: "Not ready"}


@dataclass(frozen=True)
class Repair:
    """Where it is put right: what is pressed, and where that leads."""

    words: str
    url: str


@dataclass(frozen=True)
class Finding:
    """One point: what it is about, how it stands, why it matters. Only advice can be put aside."""

    key: str
    level: Level
    title: str
    words: str
    why: str = ""
    repair: Repair | None = None
    is_advice: bool = False
    is_aside: bool = False

    @property
    def level_words(self) -> str:
        return "Worth knowing" if self.is_advice and self.level is Level.CARE else WORDS[self.level]

    def put_aside(self) -> Finding:
        """The same, as something the team knows already."""
        return replace(self, is_aside=True)


Check = Callable[[Facts], Iterable[Finding]]


def good(key: str, title: str, words: str, repair: Repair | None = None) -> Finding:
    """A point that is as it should be."""
    return Finding(key, Level.GOOD, title, words, repair=repair)


def care(key: str, title: str, words: str, why: str, repair: Repair | None = None) -> Finding:
    """A point that a person should look at."""
    return Finding(key, Level.CARE, title, words, why, repair)


def bad(key: str, title: str, words: str, why: str, repair: Repair | None = None) -> Finding:
    """A point without which the release will not go well."""
    return Finding(key, Level.BAD, title, words, why, repair)


def advice(key: str, title: str, words: str, why: str, repair: Repair | None = None) -> Finding:
    """Something worth knowing, which the team may put aside."""
    return Finding(key, Level.CARE, title, words, why, repair, is_advice=True)


def field_of(facts: Facts, words: str, place: str) -> Repair:
    """The place in the editor where it is put right."""
    return Repair(words, url_for("campaigns.campaign_edit", campaign_id=facts.campaign.id, _anchor=place))


def try_of(facts: Facts, service: str, words: str) -> Repair:
    """Trying a service as a fan does, with an account of one's own."""
    return Repair(words, url_for("connection_tests.test_page", service=service, campaign=facts.campaign.id))
