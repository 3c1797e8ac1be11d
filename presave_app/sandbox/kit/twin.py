"""A twin's whole state, in memory, behind one lock, and what its own words are."""

from dataclasses import dataclass
from datetime import datetime
from threading import RLock
from typing import Any, ClassVar, Generic, TypeVar, cast

from flask import current_app

from presave_app.sandbox.settings import SandboxSettings

from .apps import App
from .clock import TwinClock
from .fans import Fan, Fans
from .fault_kinds import FaultKinds
from .faults import FaultQueue
from .journal import Journal
from .permissions import Grant, Permissions, RefreshToken
from .rate_limit import Windows
from .releases import Release, Releases
from .switches import Switches
from .tickets import Tickets

S = TypeVar("S", bound=Switches)
F = TypeVar("F", bound=Fan)
R = TypeVar("R", bound=Release)


@dataclass(frozen=True, slots=True)
class Tokens:
    """`seconds` is the access token's life, None without end; a sign-in may come without a refresh token."""

    access: str
    refresh: str | None
    seconds: int | None


class Twin(Generic[S, F, R]):
    """A service's twin is a child that names its words, its types and its first app.

    `save_call` is the method and the path by which an add is known, for the faults on the page. A look-up has
    no fans and no apps.
    """

    slug: ClassVar[str]
    name: ClassVar[str]
    save_call: ClassVar[tuple[str, str]]
    usual_scopes: ClassVar[tuple[str, ...]] = ()
    has_fans: ClassVar[bool] = True
    switches_type: type[S]
    fan_type: type[F]
    release_type: type[R]
    fault_kinds: FaultKinds

    def __init__(self, settings: SandboxSettings) -> None:
        self.settings = settings
        self.lock = RLock()
        self.clock = TwinClock()
        self.fans: Fans[F] = Fans(self.lock, self.fan_type)
        self.releases: Releases[R] = Releases(self.lock)
        self.permissions = Permissions(self.lock)
        self.tickets = Tickets(self.lock)
        self.windows = Windows(self.lock)
        self.faults = FaultQueue(self.lock)
        self.journal = Journal(self.lock)
        self.switches: S = self.switches_type()
        self.apps = self._first_apps()

    def first_app(self) -> App | None:
        raise NotImplementedError

    def reset(self) -> None:
        """Back to a fresh start: one app, no fans, no releases, switches as usual, the right time."""
        with self.lock:
            for part in (self.clock, self.fans, self.releases, self.permissions, self.tickets, self.windows):
                part.reset()
            self.faults.reset()
            self.journal.reset()
            self.switches = self.switches_type()
            self.apps = self._first_apps()

    def issue_tokens(self, client_id: str, fan: str, scopes: frozenset[str], now: datetime) -> Tokens:
        """What a finished sign-in is worth; a child changes it where its service gives more or less."""
        seconds = self.switches.access_token_seconds
        return Tokens(
            access=self.permissions.issue_access(client_id, fan, scopes, now, seconds),
            refresh=self.permissions.issue_refresh(RefreshToken(client_id, fan, scopes, now)),
            seconds=seconds,
        )

    def sign_in_json(self, app: App, fan: F, scopes: frozenset[str]) -> dict[str, object]:
        """A fan's sign-in without the pages: the same consent and the same tokens, made in one step."""
        now = self.clock.now()
        with self.lock:
            self.permissions.allow(app.client_id, fan.name, scopes, now)
            tokens = self.issue_tokens(app.client_id, fan.name, scopes, now)
        return {
            "name": fan.name,
            "account_id": fan.account_id,
            "access_token": tokens.access,
            "refresh_token": tokens.refresh,
            "expires_in": tokens.seconds,
            "scope": " ".join(sorted(scopes)),
        }

    def revoke(self, fan: F, client_id: str | None = None) -> int:
        """The fan removes one app, or every app, from the account; says how many had access."""
        with self.lock:
            grants = self.permissions.grants_of(fan.name)
            hit = [grant for grant in grants if client_id in (None, grant.client_id)]
            for grant in hit:
                self.permissions.revoke(grant.client_id, fan.name, self.clock.now())
            return len(hit)

    def ends_at(self, grant: Grant) -> datetime | None:  # noqa: ARG002 - a child's grant may end
        """When a consent ends by itself; None: it does not."""
        return None

    def own_state_json(self) -> dict[str, object]:
        """What this service's twin shows at the control API's state beyond the usual."""
        return {}

    def title_of(self, ref: str) -> str:
        release = self.releases.find(ref)
        return f"{release.title}, {release.artist}" if release else "Not in the catalogue"

    def _first_apps(self) -> dict[str, App]:
        app = self.first_app()
        return {app.client_id: app} if app else {}


AnyTwin = Twin[Any, Any, Any]
T = TypeVar("T", bound=AnyTwin)


def find_twin(twin_type: type[T]) -> T:
    """The twin of that type in the sandbox that answers the present request."""
    return cast(T, current_app.extensions[extension_of(twin_type)])


def extension_of(twin_type: type[AnyTwin]) -> str:
    return f"sandbox.{twin_type.slug}"
