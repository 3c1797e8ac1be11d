"""The words in further languages as a campaign file writes them."""

from __future__ import annotations

from typing import Any

from presave_app.campaigns.language_words import FIELDS, PREFIX, SIDES, inputs_of

KEY = "words"


def read_words(given: Any) -> tuple[dict[str, str], dict[str, str]]:
    """The texts by the names of the inputs, and what is wrong by field; a side that is not named is left alone."""
    if not isinstance(given, dict):
        return {}, {KEY: 'Write an object of languages, each with "before" and "after".'}
    texts: dict[str, str] = {}
    errors: dict[str, str] = {}
    for language, words in given.items():
        field = PREFIX + language
        if field not in FIELDS:
            errors[field] = f"No such language. There are: {', '.join(FIELDS.values())}."
        elif (
            not isinstance(words, dict)
            or words.keys() - SIDES
            or not all(isinstance(each, str) for each in words.values())
        ):
            errors[field] = 'Write an object with "before" and "after" as texts, or with one of them.'
        else:
            texts |= {inputs_of(language)[side]: text for side, text in words.items()}
    return texts, errors
