"""Whether two catalogues speak of the same release: titles and artists are written differently everywhere."""

from __future__ import annotations

import re
import unicodedata

# What stands in brackets or behind a dash about guests, and the kinds that shops add to a title.
_GUESTS = re.compile(r"[\s(\[]+(?:feat|ft|featuring)\b\.?.*", re.IGNORECASE)
_KIND = re.compile(r"\s+[-\N{EN DASH}]\s+(?:single|ep)\s*$|\s*[(\[](?:single|ep)[)\]]\s*$", re.IGNORECASE)
# What stands between the first artist and those named after.
_AMONG_OTHERS = re.compile(r"\s*[,;/&+]\s*|\s+(?:and|with|vs\.?|x)\s+", re.IGNORECASE)


def same_title(one: str, other: str) -> bool:
    """Whether two titles are the same but for case, accents, punctuation, guests and "- Single"."""
    return _bare(_KIND.sub("", one)) == _bare(_KIND.sub("", other)) != ""


def same_artist(one: str, other: str) -> bool:
    """Whether two artists are the same, or one of them is named first among several by the other."""
    names, others = ({_bare(text), _bare(_AMONG_OTHERS.split(text.strip(), maxsplit=1)[0])} for text in (one, other))
    return bool((names & others) - {""})


def _bare(text: str) -> str:
    """Letters and digits in words; what has none of them stays as it is."""
    plain = _GUESTS.sub("", unicodedata.normalize("NFKD", text).casefold())
    letters = "".join(character for character in plain if not unicodedata.combining(character))
    words = "".join(character if character.isalnum() else " " for character in letters.replace("&", " and ")).split()
    return " ".join(words) or "".join(letters.split())
