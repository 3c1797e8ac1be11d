"""The languages of the fans' pages: which there are, and how a sentence is said in the one at hand.

English is the source: what stands in the code is what English readers see. The other languages are the catalogues in
`presave_app/translations`, which `bin/words` keeps in line with the code.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from types import MappingProxyType
from typing import Any, cast

import flask_babel  # pyright: ignore[reportMissingTypeStubs]
from babel import Locale

SOURCE = "en"
# Each by the name that its own readers know.
LANGUAGES: Mapping[str, str] = MappingProxyType(
    {
        "en": "English",
        "de": "Deutsch",
        "fr": "Français",
        "es": "Español",
        "pt": "Português",
        "it": "Italiano",
        "nl": "Nederlands",
        "pl": "Polski",
        "tr": "Türkçe",
        "ja": "日本語",
        "ko": "한국어",
        "ar": "العربية",
    }
)
# Our English is British, also in its dates.
_LOCALES = {SOURCE: "en_GB"}


def marked(text: str) -> str:
    """The text as it is: it is said later, by `say`, and only has to be found by who looks for what is to translate."""
    return text


def say(text: str, **values: object) -> str:
    """The sentence in the language at hand, its {places} filled with `values`."""
    return translated(text).format(**values)


def say_count(one: str, many: str, number: int, **values: object) -> str:
    """The sentence in the form that `number` wants in the language at hand, which may show it as {number}."""
    return _catalogue("ngettext", one, many, number).format(**{"number": number, **values})


def translated(text: str) -> str:
    """The sentence in the language at hand with its {places} still open."""
    return _catalogue("gettext", text) if text else ""


def language_now() -> str:
    """The language at hand: that of the page which is being answered, or of the fan who is being written to."""
    return locale_now().language


def locale_now() -> Locale:
    """How the language at hand writes days, times and figures."""
    return flask_babel.get_locale() or Locale.parse(locale_of(SOURCE))


def speaking(language: str) -> AbstractContextManager[None]:
    """Say all in another language meanwhile; one that is not known any more is as good as English."""
    known = language if language in LANGUAGES else SOURCE
    return getattr(cast(Any, flask_babel), "force_locale")(locale_of(known))  # noqa: B009 - it has no types


def locale_of(language: str) -> str:
    """The name of a language's locale."""
    return _LOCALES.get(language, language)


def english_name(language: str) -> str:
    """How the workspace, which speaks English, calls a language."""
    return Locale.parse(language).english_name or language


def _catalogue(function: str, *given: Any) -> str:
    return cast(str, getattr(flask_babel, function)(*given))
