"""When fans come: a burst after the post, a long quiet, and a rise when the release is near."""

import random
from dataclasses import dataclass

FIRST_NAMES = (
    "ida", "noah", "lea", "emil", "mia", "ben", "zoe", "luis", "nora", "finn",
    "ada", "jonas", "yara", "paul", "elif", "theo", "maya", "oscar", "lena", "amir",
    "ruth", "hugo", "sofia", "milan", "greta", "omar", "clara", "ravi", "ines", "leon",
    "aiko", "tom", "marta", "kofi", "eva", "samir", "lotte", "jan", "nina", "alex",
)  # fmt: skip

BURST_SHARE = 0.55
QUIET_SHARE = 0.25
# Both as parts of the whole time: how fast the burst fades, and how long before the end the rise begins.
BURST_FADES_IN = 0.12
RISE_LASTS = 0.12


@dataclass(frozen=True, slots=True)
class Arrival:
    after_seconds: float
    name: str
    refuses: bool


def plan_arrivals(fans: int, seconds: float, refusals: int, seed: int) -> list[Arrival]:
    """The same seed gives the same fans at the same moments, and the same ones of them refuse."""
    chance = random.Random(seed)  # noqa: S311 - a plausible crowd, nothing secret
    moments = sorted(_moment(chance) * seconds for _ in range(fans))
    refusing = set(chance.sample(range(fans), min(refusals, fans)))
    digits = max(2, len(str(fans - 1)))
    return [
        Arrival(moment, f"{chance.choice(FIRST_NAMES)}-{number:0{digits}}", number in refusing)
        for number, moment in enumerate(moments)
    ]


def _moment(chance: random.Random) -> float:
    """Where between 0 and 1 one fan comes."""
    part = chance.random()
    if part < BURST_SHARE:
        return min(chance.expovariate(1 / BURST_FADES_IN), 1.0)
    if part < BURST_SHARE + QUIET_SHARE:
        return chance.random()
    return max(0.0, 1.0 - chance.expovariate(1 / RISE_LASTS))
