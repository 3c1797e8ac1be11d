"""What the pages show, as plain rows."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from presave_app.sandbox.kit.page_rows import GrantRow, ItemRow, SwitchRow
from presave_app.sandbox.kit.permissions import Grant

from .catalogue import Album
from .fans import Fan
from .switches import CHOICES, Switches
from .twin import SpotifyTwin

# The switches worth a button; all the others are set through the control API.
ON_PAGE = {
    "mode": "App mode",
    "owner_premium": "The app's owner has Premium",
    "before_live": "An album before its start, when read",
    "put_before_live": "An album before its start, when saved",
    "search_before_live": "An album before its start, when searched",
    "omit_refresh_token": "A refresh answer leaves out the refresh token",
    "rotate": "A refresh brings a new refresh token",
    "artist_in_library": "An artist may be saved like an album",
}


@dataclass(frozen=True, slots=True)
class AlbumRow:
    album: Album
    starts_at: datetime | None
    by_country: bool
    is_live: bool
    libraries: int


def switch_rows(switches: Switches) -> list[SwitchRow]:
    return [_switch_row(name, label, getattr(switches, name)) for name, label in ON_PAGE.items()]


def album_rows(twin: SpotifyTwin) -> list[AlbumRow]:
    return [_album_row(twin, album) for album in reversed(twin.catalogue.albums())]


def library_rows(twin: SpotifyTwin, fan: Fan) -> list[ItemRow]:
    return [
        ItemRow(item.ref, _title(twin, item.ref), item.at, item.times) for item in reversed(twin.fans.library_of(fan))
    ]


def grant_rows(twin: SpotifyTwin, fan: Fan) -> list[GrantRow]:
    return [_grant_row(twin, grant) for grant in twin.permissions.grants_of(fan.name)]


def _switch_row(name: str, label: str, value: str | bool) -> SwitchRow:
    choices = CHOICES.get(name, ("on", "off"))
    shown = value if isinstance(value, str) else ("on" if value else "off")
    return SwitchRow(name, label, shown, tuple(choice for choice in choices if choice != shown))


def _album_row(twin: SpotifyTwin, album: Album) -> AlbumRow:
    return AlbumRow(
        album=album,
        starts_at=min(album.live_from.values(), default=None),
        by_country=len(album.live_from) > 1,
        is_live=any(album.is_live(code, twin.clock.now()) for code in album.live_from),
        libraries=twin.fans.count_holders(album.uri),
    )


def _title(twin: SpotifyTwin, uri: str) -> str:
    _, kind, item_id = uri.split(":", 2)
    if kind == "album" and (album := twin.catalogue.find(item_id)):
        return f"{album.name}, {album.artist.name}"
    if kind == "track" and (found := twin.catalogue.find_track(item_id)):
        return f"{found[1].name}, {found[0].artist.name}"
    return kind.capitalize()


def _grant_row(twin: SpotifyTwin, grant: Grant) -> GrantRow:
    app = twin.find_app(grant.client_id)
    days = app.switches.refresh_token_days if app else 0
    name = app.name if app else grant.client_id
    return GrantRow(grant, name, grant.authorized_at + timedelta(days=days))
