"""The end of the demo: each fan of the crowd is looked for, by name, in the library of the fan's own service."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from .demo_services import Service, TwinService
from .demo_twins import holders

PRE_SAVED, REMINDED = "pre-saved", "reminded"


@dataclass(frozen=True)
class Report:
    """The names of the crowd's fans by service, as the crowd wrote them down."""

    pre_saved: Mapping[str, Sequence[str]]
    reminded: Mapping[str, Sequence[str]]

    @classmethod
    def read(cls, file: Path) -> "Report":
        """Without the file, which a crowd that was ended does not write, nobody came."""
        told = json.loads(file.read_text()) if file.exists() else {}
        return cls(told.get(PRE_SAVED, {}), told.get(REMINDED, {}))

    @property
    def reminders(self) -> int:
        return sum(map(len, self.reminded.values()))


@dataclass(frozen=True)
class Proof:
    """Of one service: how many of its fans it was looked for, and who of them has nothing."""

    name: str
    asked: int
    missing: Sequence[str]

    def __str__(self) -> str:
        told = f"{self.name}: {self.asked - len(self.missing)} of {self.asked} libraries have it"
        return f"{told}, missing: {', '.join(self.missing)}" if self.missing else told


def prove(report: Report, twins: Sequence[TwinService], sandbox_url: str) -> list[Proof]:
    """One for each service on which somebody pre-saved, in the order of `twins`.

    Where there is no twin to ask, and while it does not answer, everybody is missing.
    """
    proofs = [
        _prove(twin.name, report.pre_saved[twin.slug], holders(twin, sandbox_url))
        for twin in twins
        if twin.slug in report.pre_saved
    ]
    unknown = report.pre_saved.keys() - {twin.slug for twin in twins}
    return proofs + [_prove(slug, report.pre_saved[slug], frozenset()) for slug in sorted(unknown)]


def _prove(name: str, fans: Sequence[str], has_it: frozenset[str]) -> Proof:
    return Proof(name, len(fans), sorted(set(fans) - has_it))


def say_reminders(report: Report, services: Sequence[Service]) -> str:
    """Who was reminded, in words; empty where nobody was."""
    names = {service.slug: service.name for service in services}
    told = [f"{names.get(slug, slug)} {len(fans)}" for slug, fans in sorted(report.reminded.items())]
    return f"In calendars, where nothing can be added: {', '.join(told)}" if told else ""
