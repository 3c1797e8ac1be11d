"""Short names for addresses: small Latin letters, digits and dashes."""

from __future__ import annotations

import re
import unicodedata

LEAST_LENGTH = 3
MOST_LENGTH = 64

_SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?")
_NOT_IN_SLUG = re.compile(r"[^a-z0-9]+")
# Letters that Unicode does not take apart into a Latin letter and a mark.
_SPELLED = str.maketrans(
    {
        "ß": "ss",
        "æ": "ae",
        "œ": "oe",
        "ø": "o",
        "đ": "d",
        "ð": "d",
        "þ": "th",
        "ł": "l",
        "\u0131": "i",
        "&": " and ",
    }
)


def is_slug(text: str) -> bool:
    """Whether `text` may be a slug."""
    return LEAST_LENGTH <= len(text) <= MOST_LENGTH and _SLUG.fullmatch(text) is not None


def slug_of(*words: str) -> str:
    """A slug made from words; empty when they hold no letter that Latin spelling knows."""
    spelled = " ".join(words).lower().translate(_SPELLED)
    plain = unicodedata.normalize("NFKD", spelled).encode("ascii", "ignore").decode()
    return _shortened(_NOT_IN_SLUG.sub("-", plain).strip("-"))


def numbered(slug: str, number: int) -> str:
    """The slug with a number behind it, still within the length."""
    ending = f"-{number}"
    return slug[: MOST_LENGTH - len(ending)].rstrip("-") + ending


def _shortened(slug: str) -> str:
    """The slug within the length, cut between two words where it has any."""
    if len(slug) <= MOST_LENGTH:
        return slug
    whole_words, dash, _ = slug[: MOST_LENGTH + 1].rpartition("-")
    return whole_words if dash else slug[:MOST_LENGTH]
