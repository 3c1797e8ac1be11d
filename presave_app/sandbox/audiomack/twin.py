"""The state of Audiomack's twin: what every twin has, and the tokens of OAuth 1.0a."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from presave_app.sandbox.kit.apps import App
from presave_app.sandbox.kit.fans import Fan, SavedItem
from presave_app.sandbox.kit.ids import made_up_number
from presave_app.sandbox.kit.permissions import Grant
from presave_app.sandbox.kit.twin import Tokens, Twin, find_twin
from presave_app.sandbox.settings import SandboxSettings

from .fault_kinds import FAULT_KINDS
from .music import Music
from .switches import AudiomackSwitches
from .tokens import OAuthTokens

DAY_SECONDS = 86_400


@dataclass
class AudiomackFan(Fan):
    reposts: dict[str, SavedItem] = field(default_factory=dict)

    @property
    def account_id(self) -> str:
        return made_up_number(f"audiomack {self.name}", digits=8)

    def repost(self, ref: str, now: datetime) -> bool:
        """Whether it is new to the fan; reposting twice is counted."""
        if ref in self.reposts:
            self.reposts[ref].apply_again(now)
            return False
        self.reposts[ref] = SavedItem(ref, now)
        return True

    def own_json(self) -> dict[str, object]:
        return {**super().own_json(), "reposts": [item.as_json() for item in list(self.reposts.values())]}


class AudiomackTwin(Twin[AudiomackSwitches, AudiomackFan, Music]):
    slug = "audiomack"
    name = "Audiomack"
    save_call = ("PUT", "/music/*/favorite")
    usual_scopes = ("account",)
    switches_type = AudiomackSwitches
    fan_type = AudiomackFan
    release_type = Music
    fault_kinds = FAULT_KINDS

    def __init__(self, settings: SandboxSettings) -> None:
        super().__init__(settings)
        self.oauth = OAuthTokens(self.lock)

    def first_app(self) -> App:
        settings = self.settings
        callback = settings.redirect_uri("audiomack")
        return App(settings.audiomack_key, settings.audiomack_secret, settings.app_name, (callback,))

    def reset(self) -> None:
        with self.lock:
            super().reset()
            self.oauth.reset()

    def issue_tokens(self, client_id: str, fan: str, scopes: frozenset[str], now: datetime) -> Tokens:
        """A token for a year and its secret; there is nothing to refresh it with."""
        seconds = self.switches.access_token_days * DAY_SECONDS
        access = self.permissions.issue_access(client_id, fan, scopes, now, seconds)
        self.oauth.issue_secret(access)
        return Tokens(access, None, seconds)

    def sign_in_json(self, app: App, fan: AudiomackFan, scopes: frozenset[str]) -> dict[str, object]:
        token, secret = self.sign_in(app.client_id, fan.name, scopes)
        return {"name": fan.name, "account_id": fan.account_id, "oauth_token": token, "oauth_token_secret": secret}

    def sign_in(self, client_id: str, fan: str, scopes: frozenset[str]) -> tuple[str, str]:
        """An access token of the fan and its secret."""
        now = self.clock.now()
        with self.lock:
            self.permissions.allow(client_id, fan, scopes, now)
            access = self.issue_tokens(client_id, fan, scopes, now).access
            return access, self.oauth.issue_secret(access)

    def ends_at(self, grant: Grant) -> datetime:
        return grant.authorized_at + timedelta(days=self.switches.access_token_days)


def current_twin() -> AudiomackTwin:
    return find_twin(AudiomackTwin)
