"""What a request asks for, with all that does not change the answer left out."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import parse_qsl, urlencode

from presave_app.counts.tally import FACES
from presave_app.fanpage.language import chosen_language
from presave_app.fanpage.poster import clean_source
from presave_app.fanpage.rolls import clean_ids

# Whoever asks longer questions is answered by Flask.
_LONGEST_QUERY = 512
_REMEMBERED = 2048

_OF_CAMPAIGN = re.compile(r"/([a-z0-9][a-z0-9-]{1,62}[a-z0-9])(/count|/count\.json)?")
_FILE = re.compile(r"/art/[0-9a-f]{32}\.(?:avif|webp|jpg|css)|/static/(?:[\w-]+/)*[\w-][\w.-]*")


class Question(NamedTuple):
    """A path, the query that matters in one spelling, and the slug of the campaign if there is one behind it.

    A page in another language is another answer: `language` is what the browser asks for, where the query names none.
    """

    path: str
    query: str
    slug: str | None
    language: str = ""


def reader(own_words: Collection[str]) -> Callable[[str, str], Question | None]:
    """Reads path and query of a request; None where the front has nothing to say.

    `own_words` are first parts of paths that are pages of our own and no campaign's.
    """

    @lru_cache(_REMEMBERED)
    def read(path: str, query: str) -> Question | None:
        found = _OF_CAMPAIGN.fullmatch(path)
        if found and found[1] not in own_words:
            plain = _QUERIES[found[2]](query)
            return None if plain is None else Question(path, plain, found[1])
        return Question(path, "", None) if _FILE.fullmatch(path) else None

    def read_short(path: str, query: str) -> Question | None:
        return read(path, query) if len(query) <= _LONGEST_QUERY and query.isascii() else None

    return read_short


def _page_query(query: str) -> str:
    values = _first_values(query)
    kept = {
        "src": clean_source(values.get("src", "")),
        "without": clean_ids(values.get("without", "")),
        "lang": chosen_language({"QUERY_STRING": query}) or "",
    }
    return urlencode({name: value for name, value in kept.items() if value})


def _count_query(query: str) -> str | None:
    """Only what our own pages ask; anything odd is Flask's to understand."""
    values = _first_values(query)
    seen, face = values.get("seen", ""), values.get("face", "")
    if not (seen.isascii() and seen.isdecimal() and len(seen) < 10):
        return None
    language = chosen_language({"QUERY_STRING": query}) or ""
    kept = {"seen": seen, "face": face if face in FACES else "", "lang": language}
    return urlencode({name: value for name, value in kept.items() if value or name == "seen"})


def _no_query(_: str) -> str:
    return ""


def _first_values(query: str) -> dict[str, str]:
    # As werkzeug reads a query; the first value of a name counts.
    return dict(reversed(parse_qsl(query, keep_blank_values=True, errors="werkzeug.url_quote")))


_QUERIES: dict[str | None, Callable[[str], str | None]] = {
    None: _page_query,
    "/count": _count_query,
    "/count.json": _no_query,
}
