"""The whole state of the TIDAL twin."""

from datetime import datetime, timedelta
from typing import ClassVar

from presave_app.sandbox.kit.apps import App
from presave_app.sandbox.kit.permissions import Grant, RefreshToken
from presave_app.sandbox.kit.twin import Tokens, Twin, find_twin
from presave_app.sandbox.settings import SandboxSettings

from .albums import Album, Artist, Track
from .bucket import Buckets
from .fans import Fan
from .fault_kinds import FAULT_KINDS
from .kept_answers import KeptAnswers
from .scopes import COLLECTION_READ, COLLECTION_WRITE, USER_READ
from .switches import Switches


class TidalTwin(Twin[Switches, Fan, Album]):
    slug: ClassVar[str] = "tidal"
    name: ClassVar[str] = "TIDAL"
    save_call: ClassVar[tuple[str, str]] = ("POST", "/userCollection*")
    usual_scopes: ClassVar[tuple[str, ...]] = (COLLECTION_READ, COLLECTION_WRITE, USER_READ)
    switches_type = Switches
    fan_type = Fan
    release_type = Album
    fault_kinds = FAULT_KINDS

    def __init__(self, settings: SandboxSettings) -> None:
        super().__init__(settings)
        self.buckets = Buckets(self.lock)
        self.kept_answers = KeptAnswers(self.lock)

    def first_app(self) -> App:
        settings = self.settings
        redirects = (settings.redirect_uri("tidal"),)
        return App(settings.tidal_client_id, settings.tidal_client_secret, settings.app_name, redirects)

    def reset(self) -> None:
        with self.lock:
            super().reset()
            self.buckets.reset()
            self.kept_answers.reset()

    def issue_tokens(self, client_id: str, fan: str, scopes: frozenset[str], now: datetime) -> Tokens:
        """Whether a refresh token comes with a sign-in is what developers and documentation differ about."""
        seconds = self.switches.access_token_seconds
        access = self.permissions.issue_access(client_id, fan, scopes, now, seconds)
        if not self.switches.refresh_token_given:
            return Tokens(access, None, seconds)
        refresh = self.permissions.issue_refresh(RefreshToken(client_id, fan, scopes, now))
        return Tokens(access, refresh, seconds)

    def ends_at(self, grant: Grant) -> datetime | None:
        days = self.switches.refresh_token_days
        return None if days is None else grant.authorized_at + timedelta(days=days)

    def title_of(self, ref: str) -> str:
        if self.releases.find(ref):
            return super().title_of(ref)
        track, artist = self.find_track(ref), self.find_artist(ref)
        if track:
            return f"{track.title}, {track.album.artist}"
        return artist.name if artist else super().title_of(ref)

    def find_track(self, track_id: str) -> Track | None:
        """A track, whether it is out or not."""
        tracks = (track for album in self.releases.list_all() for track in album.tracks())
        return next((track for track in tracks if track.id == track_id), None)

    def find_artist(self, artist_id: str) -> Artist | None:
        """Whom a release names, even one that is not out yet."""
        album = self.releases.find_first(lambda one: one.known_artist_id == artist_id)
        return Artist(artist_id, album.artist) if album else None


def current_twin() -> TidalTwin:
    return find_twin(TidalTwin)
