"""A service in the sandbox: its twin, its addresses, and its card on the first page."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from flask import Blueprint, Flask, url_for

from .control import create_control
from .pages import create_pages
from .twin import AnyTwin, extension_of

SHOWN_FANS = 12


@dataclass(frozen=True, slots=True)
class ServiceCard:
    """One service on the first page. `fans` are the newest ones, as name and address of their page, if it has any."""

    slug: str
    name: str
    url: str
    facts: tuple[tuple[str, str], ...]
    fans: tuple[tuple[str, str], ...] | None


class ServiceTwin(Protocol):
    def install(self, app: Flask) -> None:
        """Registers the twin's blueprints and its state."""
        ...

    def card(self) -> ServiceCard: ...


class TwinService:
    """A twin made with the kit; `blueprints` are the service's own addresses."""

    def __init__(self, twin: AnyTwin, blueprints: Sequence[Blueprint]) -> None:
        self.twin = twin
        self.blueprints = (*blueprints, create_control(twin), create_pages(twin))

    def install(self, app: Flask) -> None:
        app.extensions[extension_of(type(self.twin))] = self.twin
        for blueprint in self.blueprints:
            app.register_blueprint(blueprint)

    def card(self) -> ServiceCard:
        twin, pages = self.twin, f"{self.twin.slug}_pages"
        fans = twin.fans.newest(SHOWN_FANS)
        of_fans = (("Fans", f"{len(twin.fans):,}"), ("Apps allowed by fans", f"{twin.permissions.count():,}"))
        return ServiceCard(
            slug=twin.slug,
            name=twin.name,
            url=url_for(f"{pages}.overview"),
            facts=(
                *(of_fans if twin.has_fans else ()),
                ("Releases", f"{len(twin.releases.list_all()):,}"),
                ("Calls", f"{twin.journal.total:,}"),
            ),
            fans=tuple((fan.name, url_for(f"{pages}.fan_page", name=fan.name)) for fan in fans)
            if twin.has_fans
            else None,
        )
