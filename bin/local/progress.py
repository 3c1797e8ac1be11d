"""What `flask campaigns status` says, reduced to what the demo tells."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .demo_services import SERVICES


@dataclass(frozen=True)
class Progress:
    """`of_services` has pre-saves and those read back, by the service's name and in the order of the pages."""

    total: int = 0
    done: int = 0
    verified: int = 0
    waiting: int = 0
    reminders: int = 0
    of_services: Mapping[str, tuple[int, int]] = field(default_factory=dict)

    @classmethod
    def of(cls, status: dict[str, Any]) -> "Progress":
        services = status["services"]
        states = [service["states"] for service in services.values()]
        return cls(
            total=status["total"],
            done=sum(state.get("done", 0) for state in states),
            verified=sum(service["verified"] for service in services.values()),
            waiting=sum(state.get(name, 0) for state in states for name in ("armed", "claimed")),
            reminders=status["reminders"],
            of_services={
                known.name: (_wanted(services[known.slug]["states"]), services[known.slug]["verified"])
                for known in SERVICES
                if known.slug in services
            },
        )

    @property
    def is_finished(self) -> bool:
        """Nothing more will happen by itself."""
        return self.done > 0 and self.waiting == 0 and self.verified >= self.done

    @property
    def is_complete(self) -> bool:
        """Every fan who still wants the release has it: no failure, no lost permission."""
        return self.is_finished and self.done == self.total

    def __str__(self) -> str:
        each = ", ".join(f"{name} {verified}/{wanted}" for name, (wanted, verified) in self.of_services.items())
        return f"{self.done} of {self.total} added, {self.verified} read back: {each}"


def _wanted(states: Mapping[str, int]) -> int:
    return sum(number for state, number in states.items() if state != "withdrawn")
