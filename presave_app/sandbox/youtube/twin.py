"""The whole state of the YouTube twin: a project of the label's, its users, and its units of the day."""

from datetime import datetime, timedelta
from typing import ClassVar

from presave_app.sandbox.kit.apps import App
from presave_app.sandbox.kit.clock import iso_exact
from presave_app.sandbox.kit.permissions import Grant, RefreshState, RefreshToken
from presave_app.sandbox.kit.twin import Tokens, Twin, find_twin
from presave_app.sandbox.settings import SandboxSettings

from .fans import Fan
from .fault_kinds import FAULT_KINDS
from .quota import DailyUnits, next_reset
from .scopes import MANAGE
from .switches import Switches
from .videos import Video


class YouTubeTwin(Twin[Switches, Fan, Video]):
    """`users` are all who ever allowed the project something: Google's cap does not forget them."""

    slug: ClassVar[str] = "youtube"
    name: ClassVar[str] = "YouTube"
    save_call: ClassVar[tuple[str, str]] = ("POST", "/videos/rate")
    usual_scopes: ClassVar[tuple[str, ...]] = (MANAGE,)
    switches_type = Switches
    fan_type = Fan
    release_type = Video
    fault_kinds = FAULT_KINDS

    def __init__(self, settings: SandboxSettings) -> None:
        super().__init__(settings)
        self.units = DailyUnits(self.lock)
        self.users: set[str] = set()

    def first_app(self) -> App:
        settings = self.settings
        redirects = (settings.redirect_uri("youtube"),)
        return App(settings.youtube_client_id, settings.youtube_client_secret, settings.app_name, redirects)

    def reset(self) -> None:
        with self.lock:
            super().reset()
            self.units.reset()
            self.users.clear()

    def own_state(self) -> dict[str, object]:
        now = self.clock.now()
        used = self.units.used(now)
        left = max(0, self.switches.daily_units - used)
        return {"units_used": used, "units_left": left, "units_reset_at": iso_exact(next_reset(now))}

    def issue_tokens(self, client_id: str, fan: str, scopes: frozenset[str], now: datetime) -> Tokens:
        """One refresh token too many ends the oldest one, without a word."""
        with self.lock:
            tokens = super().issue_tokens(client_id, fan, scopes, now)
            self.users.add(fan)
            live = self.live_refresh_tokens(client_id, fan)
            for token in live[: max(0, len(live) - self.switches.live_refresh_tokens)]:
                token.state = RefreshState.REVOKED
            return tokens

    def live_refresh_tokens(self, client_id: str, fan: str) -> list[RefreshToken]:
        return [token for token in self.permissions.refresh_tokens_of(client_id, fan) if self.is_live(token)]

    def is_live(self, token: RefreshToken) -> bool:
        """A token dies of a revocation, of lying idle, and in Testing of seven days."""
        now, switches = self.clock.now(), self.switches
        idle = now - (token.used_at or token.authorized_at)
        is_too_old = switches.publishing == "testing" and now - token.authorized_at >= timedelta(
            days=switches.testing_days
        )
        return token.state is RefreshState.GOOD and idle < timedelta(days=switches.unused_days) and not is_too_old

    def may_join(self, fan: Fan) -> bool:
        """Until Google has verified the project, it may have so many users; in Testing it may know them by name."""
        switches = self.switches
        if switches.publishing == "verified":
            return True
        if switches.publishing == "testing" and switches.only_test_users and not fan.is_test_user:
            return False
        return fan.name in self.users or len(self.users) < switches.user_cap

    def ends_at(self, grant: Grant) -> datetime | None:
        is_testing = self.switches.publishing == "testing"
        return grant.authorized_at + timedelta(days=self.switches.testing_days) if is_testing else None


def current_twin() -> YouTubeTwin:
    return find_twin(YouTubeTwin)
