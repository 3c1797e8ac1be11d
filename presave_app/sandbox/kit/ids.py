"""Made-up ids: the same seed always gives the same one, so that a fan stays the same after a restart."""

import hashlib


def made_up_number(seed: str, digits: int = 9) -> str:
    """A number of so many digits, the first one not a nought."""
    lowest = 10 ** (digits - 1)
    return str(lowest + _number(seed) % (9 * lowest))


def made_up_text(seed: str, alphabet: str, length: int) -> str:
    number = _number(seed)
    characters: list[str] = []
    for _ in range(length):
        number, index = divmod(number, len(alphabet))
        characters.append(alphabet[index])
    return "".join(characters)


def _number(seed: str) -> int:
    return int.from_bytes(hashlib.sha256(seed.encode()).digest())
