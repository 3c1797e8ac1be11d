"""A service's twin is a child of this: it names its words and types, its first app, and its own addresses."""

from collections.abc import Sequence
from typing import Any, TypeVar, cast

from flask import Blueprint, Flask, current_app, url_for

from .control import create_control
from .pages import create_pages
from .service import ServiceCard
from .state import F, R, S, TwinState

SHOWN_FANS = 12


class Twin(TwinState[S, F, R]):
    def blueprints(self) -> Sequence[Blueprint]:
        """The service's own addresses: consent page, tokens, API."""
        raise NotImplementedError

    def install(self, app: Flask) -> None:
        app.extensions[f"sandbox.{self.slug}"] = self
        for blueprint in (*self.blueprints(), create_control(self), create_pages(self)):
            app.register_blueprint(blueprint)

    def card(self) -> ServiceCard:
        fans = self.fans.newest(SHOWN_FANS)
        return ServiceCard(
            slug=self.slug,
            name=self.name,
            url=url_for(f"{self.slug}_pages.overview"),
            facts=(
                ("Fans", f"{len(self.fans):,}"),
                ("Apps allowed by fans", f"{self.permissions.count():,}"),
                ("Releases", f"{len(self.releases.list_all()):,}"),
                ("Calls", f"{self.journal.total:,}"),
            ),
            fans=tuple((fan.name, url_for(f"{self.slug}_pages.fan_page", name=fan.name)) for fan in fans),
        )


T = TypeVar("T", bound=Twin[Any, Any, Any])


def find_twin(twin_type: type[T]) -> T:
    """The twin of that type in the sandbox that answers the present request."""
    return cast(T, current_app.extensions[f"sandbox.{twin_type.slug}"])
