"""Universal Product Codes: the number on the release, in any of its written lengths.

GTIN check digit: https://www.gs1.org/services/how-calculate-check-digit-manually
"""

from __future__ import annotations

_LENGTHS = (12, 13, 14)


class BadUPC(ValueError):
    """Not a UPC; the message says why, in words for the person who typed it."""


def parse_upc(text: str) -> str:
    """The UPC as typed, digits only; raises BadUPC."""
    digits = "".join(text.split()).replace("-", "")
    if not (digits.isascii() and digits.isdigit()):
        raise BadUPC("A UPC is a number of 12 to 14 digits.")
    if len(digits) not in _LENGTHS:
        raise BadUPC(f"A UPC has 12 to 14 digits, this one has {len(digits)}.")
    if _check_digit(digits[:-1]) != digits[-1]:
        raise BadUPC(f"The last digit does not fit: for this number it would be {_check_digit(digits[:-1])}.")
    return digits


def is_upc(text: str) -> bool:
    """Whether it is a UPC, however it is written."""
    try:
        return bool(parse_upc(text))
    except BadUPC:
        return False


def written_forms(upc: str) -> list[str]:
    """The same number with 12, 13 and 14 digits, the way it was typed first.

    Spotify's search finds an album only under the padding its distributor delivered
    (https://github.com/spotify/web-api/issues/621).
    """
    bare = upc.lstrip("0")
    forms = [upc, *(bare.zfill(length) for length in _LENGTHS if len(bare) <= length)]
    return list(dict.fromkeys(forms))


def same_upc(one: str, other: str) -> bool:
    """Whether two written forms are the same number."""
    return one.lstrip("0") == other.lstrip("0")


def _check_digit(body: str) -> str:
    total = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(body)))
    return str(-total % 10)
