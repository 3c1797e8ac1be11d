"""Which language a fan's page is in. Nothing is kept in the browser: a language that was chosen is carried in links."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qs, urlencode

from flask import Flask, has_request_context, request
from flask_babel import Babel
from markupsafe import Markup, escape
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

from presave_app.fanpage.carried import carried_in
from presave_app.fanpage.rolls import clean_ids
from presave_app.lib.languages import LANGUAGES, SOURCE, language_now, locale_now, locale_of, say_count, translated

# Blueprints whose pages fans see; the workspace speaks English.
FAN_BLUEPRINTS = ("fanpage", "mine", "connecting", "inside_apps", "reminding", "own", "counts", "privacy")
# Its address is agreed on with the services, to the letter.
_NEVER_CARRIED = ("connecting.callback",)
_LONGEST_HEADER = 200
_PARAMETER = "lang"


@dataclass(frozen=True)
class LanguageLink:
    """The same page in another language; `name` is in that language."""

    language: str
    name: str
    href: str
    is_current: bool


def init_languages(app: Flask) -> None:
    """Let every request speak the language of who asks, and links carry the one that was chosen."""
    Babel(app, default_locale=locale_of(SOURCE), locale_selector=_locale_of_request, configure_jinja=False)
    app.url_defaults(_carry)
    app.add_template_global(_say_in_html, "say")
    app.add_template_global(say_count)
    app.add_template_global(language_now)
    app.add_template_global(text_direction)
    app.add_template_global(language_links)


def language_of(environ: Mapping[str, Any]) -> str:
    """The language of a fan's page, as one of LANGUAGES: `?lang=` first, then what the browser asks for, then English.

    Nothing else of a request decides: with its address and this a cache has all it needs. Cookies don't count.
    """
    return chosen_language(environ) or _wanted(str(environ.get("HTTP_ACCEPT_LANGUAGE", ""))[:_LONGEST_HEADER])


def chosen_language(environ: Mapping[str, Any]) -> str | None:
    """The language that the address names; None when it names none that we speak."""
    query = str(environ.get("QUERY_STRING", ""))
    named = parse_qs(query).get(_PARAMETER, [""])[0] if _PARAMETER in query else ""
    return named if named in LANGUAGES else None


def language_links() -> list[LanguageLink]:
    """This page in each language; none where its address can't be opened again."""
    if request.method not in ("GET", "HEAD"):
        return []
    kept = carried_in(request.args).query
    if also := clean_ids(request.args.get("also", "")):
        kept["also"] = also
    return [
        LanguageLink(language, name, "?" + urlencode({**kept, _PARAMETER: language}), language == language_now())
        for language, name in LANGUAGES.items()
    ]


def text_direction() -> str:
    """Where lines begin in the language at hand: ltr or rtl."""
    return locale_now().text_direction


def _say_in_html(text: str, **values: object) -> Markup:
    """As `say`, for templates: what is filled in may be markup, all else is escaped."""
    return Markup(escape(translated(text))).format(**values)  # noqa: S704 - escaped


def _locale_of_request() -> str:
    return locale_of(language_of(request.environ) if _is_for_fans() else SOURCE)


def _is_for_fans() -> bool:
    return has_request_context() and (request.endpoint is None or request.blueprint in FAN_BLUEPRINTS)


def _carry(endpoint: str, values: dict[str, Any]) -> None:
    """Let an address name the language where the browser by itself would not ask for it."""
    if endpoint in _NEVER_CARRIED or endpoint.split(".")[0] not in FAN_BLUEPRINTS or not _is_for_fans():
        return
    language, environ = language_now(), request.environ
    if chosen_language(environ) or language_of(environ) != language:
        values.setdefault(_PARAMETER, language)


@lru_cache(maxsize=1024)
def _wanted(header: str) -> str:
    """The first language in the browser's order that we speak, whatever its region."""
    for name, quality in parse_accept_header(header, LanguageAccept):
        language = name.split("-")[0].lower()
        if quality > 0 and language in LANGUAGES:
            return language
    return SOURCE
