"""What came of the crowd: who pre-saved where, who is reminded, who said no, and what went wrong."""

from dataclasses import dataclass, field

from .ways import Outcome


@dataclass(slots=True)
class Tally:
    """`fans` are names, by outcome and then by service."""

    planned: int
    fans: dict[Outcome, dict[str, list[str]]] = field(default_factory=lambda: {outcome: {} for outcome in Outcome})
    errors: list[str] = field(default_factory=list)

    def note(self, fan: str, service: str, outcome: Outcome) -> None:
        self.fans[outcome].setdefault(service, []).append(fan)

    def count(self, outcome: Outcome) -> int:
        return sum(map(len, self.fans[outcome].values()))

    @property
    def came(self) -> int:
        return sum(map(self.count, Outcome)) + len(self.errors)

    def as_json(self) -> dict[str, object]:
        return {outcome.value: by_service for outcome, by_service in self.fans.items()}

    def __str__(self) -> str:
        counts = ", ".join(f"{self.count(outcome)} {outcome.value}" for outcome in Outcome)
        return f"{self.came} of {self.planned} fans came: {counts}, {len(self.errors)} failed"
