"""Who comes, when and for which service: a burst after the post, a long quiet, a rise when the release is near."""

import random
from collections.abc import Mapping
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
    """`service` empty means the first one on the page."""

    after_seconds: float
    name: str
    refuses: bool
    service: str = ""


def plan_arrivals(
    fans: int, seconds: float, refusals: int, seed: int, shares: Mapping[str, int] | None = None
) -> list[Arrival]:
    """The same seed gives the same fans at the same moments on the same services, and the same ones of them refuse.

    `shares` says in what proportion they spread over services.
    """
    chance = random.Random(seed)  # noqa: S311 - a plausible crowd, nothing secret
    moments = sorted(_moment(chance) * seconds for _ in range(fans))
    refusing = set(chance.sample(range(fans), min(refusals, fans)))
    digits = max(2, len(str(fans - 1)))
    names = [f"{chance.choice(FIRST_NAMES)}-{number:0{digits}}" for number in range(fans)]
    services = _spread(shares or {"": 1}, fans)
    chance.shuffle(services)
    return [
        Arrival(moment, name, number in refusing, service)
        for number, (moment, name, service) in enumerate(zip(moments, names, services, strict=True))
    ]


def _spread(shares: Mapping[str, int], fans: int) -> list[str]:
    """Whole fans in proportion to the shares; those left over go where most was cut off."""
    total = sum(shares.values())
    counts = {service: fans * share // total for service, share in shares.items()}
    by_loss = sorted(shares, key=lambda service: fans * shares[service] % total, reverse=True)
    for service in by_loss[: fans - sum(counts.values())]:
        counts[service] += 1
    return [service for service, count in counts.items() for _ in range(count)]


def _moment(chance: random.Random) -> float:
    """Where between 0 and 1 one fan comes."""
    part = chance.random()
    if part < BURST_SHARE:
        return min(chance.expovariate(1 / BURST_FADES_IN), 1.0)
    if part < BURST_SHARE + QUIET_SHARE:
        return chance.random()
    return max(0.0, 1.0 - chance.expovariate(1 / RISE_LASTS))
