"""Passwords: which ones are taken, and how they are kept."""

from __future__ import annotations

import unicodedata
from functools import cache
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

LEAST_LENGTH = 12
MOST_LENGTH = 200

# The smallest of OWASP's equal choices, so that a few sign-ins at once fit into a small machine
# (https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html).
_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)

# The first guesses of anybody who tries; shorter ones are refused by their length already.
_FIRST_GUESSES = frozenset(Path(__file__).with_name("first_guesses.txt").read_text().split())


class BadPassword(ValueError):
    """A password that is not taken; the message says why."""


def check_password(password: str, email: str) -> str:
    """The password as it is kept, for a member of that address; raises BadPassword."""
    composed = unicodedata.normalize("NFC", password)
    if len(composed) < LEAST_LENGTH:
        raise BadPassword(f"A password has at least {LEAST_LENGTH} characters. A few words in a row are good.")
    if len(composed) > MOST_LENGTH:
        raise BadPassword(f"A password has at most {MOST_LENGTH} characters.")
    folded = "".join(composed.casefold().split())
    if folded in _FIRST_GUESSES or folded in (email, email.partition("@")[0]):
        raise BadPassword("That is one of the first passwords anybody would try. Choose another.")
    return composed


def hash_password(password: str) -> str:
    """What is kept of a checked password: its argon2id hash."""
    return _hasher.hash(password)


def matches(password_hash: str | None, password: str) -> bool:
    """Whether the password fits; takes as long when there is none to compare with."""
    composed = unicodedata.normalize("NFC", password[: MOST_LENGTH * 4])
    try:
        is_right = _hasher.verify(password_hash or _nobodys_hash(), composed)
    except (VerificationError, InvalidHashError):
        return False
    return is_right and password_hash is not None


@cache
def _nobodys_hash() -> str:
    return _hasher.hash("of no member at all")
