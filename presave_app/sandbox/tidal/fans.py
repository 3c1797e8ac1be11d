"""The fans of TIDAL: a country that decides what they can have, and playlists with a visibility."""

from dataclasses import dataclass, field
from datetime import datetime

from presave_app.sandbox.kit import fans
from presave_app.sandbox.kit.clock import iso_exact
from presave_app.sandbox.kit.ids import made_up_number


@dataclass(slots=True, kw_only=True)
class Playlist(fans.Playlist):
    created_at: datetime
    changed_at: datetime
    description: str = ""
    access_type: str = "UNLISTED"


# What may stand in a collection: its type and its id.
CollectionKey = tuple[str, str]


@dataclass
class Fan(fans.Fan):
    """`claimed` are the moments that an app gave as `addedAt`; the library keeps the true ones."""

    country: str = "DE"
    developer_access_tier: str = "THIRD_PARTY"
    claimed: dict[CollectionKey, datetime] = field(default_factory=dict)

    @property
    def account_id(self) -> str:
        return made_up_number(f"tidal {self.name}")

    def own_json(self) -> dict[str, object]:
        claimed = {f"{kind} {ref}": iso_exact(at) for (kind, ref), at in list(self.claimed.items())}
        return {**super().own_json(), "claimed": claimed}
