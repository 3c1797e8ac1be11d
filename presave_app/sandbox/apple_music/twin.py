"""The state of Apple Music's twin: what every twin has, the teams' keys, and the Music User Tokens."""

from datetime import datetime, timedelta

from presave_app.sandbox.kit.apps import App
from presave_app.sandbox.kit.permissions import AccessToken, Grant
from presave_app.sandbox.kit.twin import Tokens, Twin, find_twin
from presave_app.sandbox.settings import SandboxSettings

from .fans import AppleMusicFan, SlowFans
from .fault_kinds import FAULT_KINDS
from .releases import AppleMusicRelease
from .switches import AppleMusicSwitches
from .team_keys import TeamKey, made_up_private_key, read_public_key

DAY_SECONDS = 86_400


class AppleMusicTwin(Twin[AppleMusicSwitches, AppleMusicFan, AppleMusicRelease]):
    """An app is a team here: Apple knows no client of a team, only its keys."""

    slug = "apple-music"
    name = "Apple Music"
    save_call = ("POST", "/v1/me/library")
    usual_scopes = ("library",)
    switches_type = AppleMusicSwitches
    fan_type = AppleMusicFan
    release_type = AppleMusicRelease
    fault_kinds = FAULT_KINDS

    def __init__(self, settings: SandboxSettings) -> None:
        super().__init__(settings)
        self.fans = self.slow_fans = SlowFans(self.lock, self.clock)
        self._made_up_key = "" if settings.apple_music_private_key else made_up_private_key()
        self.keys = self._first_keys()

    def first_app(self) -> App:
        return App(self.settings.apple_music_team_id, "", self.settings.app_name, ())

    def reset(self) -> None:
        with self.lock:
            super().reset()
            self.keys = self._first_keys()

    def issue_tokens(self, client_id: str, fan: str, scopes: frozenset[str], now: datetime) -> Tokens:
        """A Music User Token cannot be refreshed."""
        seconds = self.switches.user_token_days * DAY_SECONDS
        return Tokens(self.permissions.issue_access(client_id, fan, scopes, now, seconds), None, seconds)

    def sign_in_json(self, app: App, fan: AppleMusicFan, scopes: frozenset[str]) -> dict[str, object]:
        """Apple tells an app nothing of who the fan is."""
        now = self.clock.now()
        with self.lock:
            self.permissions.allow(app.client_id, fan.name, scopes, now)
            tokens = self.issue_tokens(app.client_id, fan.name, scopes, now)
        return {"name": fan.name, "music_user_token": tokens.access, "storefront": fan.storefront}

    def is_good(self, token: AccessToken) -> bool:
        return not self.permissions.was_revoked(token) and not token.is_expired(self.clock.now())

    def ends_at(self, grant: Grant) -> datetime:
        return grant.authorized_at + timedelta(days=self.switches.user_token_days)

    def own_state_json(self) -> dict[str, object]:
        """The private key is shown where the twin had to make one up: then it is nobody's secret."""
        keys = [{"key_id": key.key_id, "team_id": key.team_id} for key in self.keys.values()]
        return {"keys": keys, "private_key": self._made_up_key or None}

    def title_of(self, ref: str) -> str:
        for release in self.releases.list_all():
            if ref in (release.id, *release.ids.values()):
                return f"{release.title}, {release.artist}"
            for song in release.songs():
                if song.id == ref:
                    return f"{song.title}, {release.artist}"
        return super().title_of(ref)

    def _first_keys(self) -> dict[str, TeamKey]:
        settings = self.settings
        public = read_public_key(settings.apple_music_private_key or self._made_up_key)
        key = TeamKey(settings.apple_music_key_id, settings.apple_music_team_id, public)
        return {key.key_id: key}


def current_twin() -> AppleMusicTwin:
    return find_twin(AppleMusicTwin)
