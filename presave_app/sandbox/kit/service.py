"""What the sandbox's first page asks of each service twin."""

from dataclasses import dataclass
from typing import Protocol

from flask import Flask


@dataclass(frozen=True, slots=True)
class ServiceCard:
    """One service on the first page. `fans` are the newest ones, as name and address of their page."""

    slug: str
    name: str
    url: str
    facts: tuple[tuple[str, str], ...]
    fans: tuple[tuple[str, str], ...]


class ServiceTwin(Protocol):
    def install(self, app: Flask) -> None:
        """Registers the twin's blueprints and its state."""
        ...

    def card(self) -> ServiceCard: ...
