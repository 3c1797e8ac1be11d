"""The whole state of the Deezer twin."""

from datetime import datetime
from typing import ClassVar

from presave_app.sandbox.kit.apps import App
from presave_app.sandbox.kit.twin import Tokens, Twin, find_twin

from .fans import Fan
from .fault_kinds import FAULT_KINDS
from .music import Music
from .perms import BASIC, MANAGE, OFFLINE
from .switches import Switches


class DeezerTwin(Twin[Switches, Fan, Music]):
    slug: ClassVar[str] = "deezer"
    name: ClassVar[str] = "Deezer"
    save_call: ClassVar[tuple[str, str]] = ("POST", "/user/*/albums")
    usual_scopes: ClassVar[tuple[str, ...]] = (BASIC, MANAGE, OFFLINE)
    switches_type = Switches
    fan_type = Fan
    release_type = Music
    fault_kinds = FAULT_KINDS

    def first_app(self) -> App:
        settings = self.settings
        redirects = (settings.redirect_uri("deezer"),)
        return App(settings.deezer_app_id, settings.deezer_secret, settings.app_name, redirects)

    def issue_tokens(self, client_id: str, fan: str, scopes: frozenset[str], now: datetime) -> Tokens:
        """There is nothing to refresh a token with; with `offline_access` it needs none."""
        is_endless = OFFLINE in scopes and self.switches.never_expires
        seconds = None if is_endless else self.switches.access_token_seconds
        return Tokens(self.permissions.issue_access(client_id, fan, scopes, now, seconds), None, seconds)

    def find_music(self, kind: str, number: str) -> Music | None:
        found = self.releases.find(number)
        return found if found and found.kind == kind else None

    def is_live(self, music: Music) -> bool:
        return music.is_live(self.clock.now())

    def is_shown(self, music: Music) -> bool:
        """Whether the catalogue knows it: what has not started is not there, or there and not available."""
        return self.is_live(music) or (self.switches.shown_before_live and music.live_from is not None)

    def shown(self, kind: str) -> list[Music]:
        return [music for music in self.releases.list_all() if music.kind == kind and self.is_shown(music)]


def current_twin() -> DeezerTwin:
    return find_twin(DeezerTwin)
