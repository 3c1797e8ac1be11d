"""The few words on a campaign's page in further languages; where there are none, fans read the default ones."""

from __future__ import annotations

from collections.abc import Mapping

from presave_app.campaigns import look
from presave_app.campaigns.fields import FieldError
from presave_app.campaigns.models import Campaign
from presave_app.lib.languages import LANGUAGES

PREFIX = "words-"
SIDES = {"before": "Before the release", "after": "After the release"}
FIELDS = {PREFIX + language: language for language in LANGUAGES}


def inputs_of(language: str) -> dict[str, str]:
    """The names of the two inputs of a language, by their sides of the release."""
    return {side: f"{PREFIX}{language}-{side}" for side in SIDES}


def texts_of(campaign: Campaign) -> dict[str, str]:
    """What is stored, by the names of the inputs."""
    kept = campaign.words_by_language or {}
    return {
        name: kept.get(language, {}).get(side, "")
        for language in LANGUAGES
        for side, name in inputs_of(language).items()
    }


def save_words(campaign: Campaign, language: str, texts: Mapping[str, str]) -> None:
    """Keep what was typed in one language, or nothing of it; raises FieldError."""
    shown = texts_of(campaign) | dict(texts)
    parsed = {side: _parse(side, shown[name]) for side, name in inputs_of(language).items()}
    words = {side: text for side, text in parsed.items() if text}
    others = {each: kept for each, kept in (campaign.words_by_language or {}).items() if each != language}
    campaign.words_by_language = others | ({language: words} if words else {}) or None


def find_words(campaign: Campaign, language: str, side: str) -> str | None:
    """What the label wrote in that language for one side of the release."""
    return (campaign.words_by_language or {}).get(language, {}).get(side)


def _parse(side: str, text: str) -> str | None:
    try:
        return look.parse_words(text)
    except FieldError as fault:
        raise FieldError(f"{SIDES[side]}: {fault}") from None
