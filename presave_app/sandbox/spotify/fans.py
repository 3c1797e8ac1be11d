"""The fans of Spotify: the country they live in, and their place on the development list."""

from dataclasses import dataclass

from presave_app.sandbox.kit import fans
from presave_app.sandbox.kit.clock import iso_exact
from presave_app.sandbox.kit.fans import SavedItem

from .ids import made_up_id


@dataclass
class Fan(fans.Fan):
    country: str = "DE"
    allow_listed: bool = False
    product: str = "premium"

    @property
    def account_id(self) -> str:
        return made_up_id(f"account {self.name}")

    @property
    def user_id(self) -> str:
        return self.name.replace("-", "_")


def item_json(item: SavedItem) -> dict[str, object]:
    return {
        "uri": item.ref,
        "added_at": iso_exact(item.at),
        "times_applied": item.times,
        "last_applied_at": iso_exact(item.last_at or item.at),
    }
