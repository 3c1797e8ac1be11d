"""The whole state of the Spotify twin, in memory, behind one lock."""

from threading import RLock

from flask import current_app

from presave_app.sandbox.kit.clock import TwinClock
from presave_app.sandbox.kit.fans import Fans
from presave_app.sandbox.kit.faults import FaultQueue
from presave_app.sandbox.kit.journal import Journal
from presave_app.sandbox.kit.permissions import Grant, Permissions
from presave_app.sandbox.kit.rate_limit import RollingWindow
from presave_app.sandbox.kit.tickets import Tickets
from presave_app.sandbox.settings import SandboxSettings

from .apps import App
from .catalogue import Catalogue
from .fans import Fan
from .fault_kinds import FAULT_KINDS

EXTENSION = "sandbox.spotify"


class SpotifyTwin:
    fault_kinds = FAULT_KINDS

    def __init__(self, settings: SandboxSettings) -> None:
        self._settings = settings
        self.lock = RLock()
        self.clock = TwinClock()
        self.fans = Fans(self.lock, Fan)
        self.catalogue = Catalogue(self.lock)
        self.permissions = Permissions(self.lock, access_prefix="BQ", refresh_prefix="AQ")
        self.tickets = Tickets(self.lock)
        self.faults = FaultQueue(self.lock)
        self.journal = Journal(self.lock)
        self.apps: dict[str, App] = {}
        self._windows: dict[str, RollingWindow] = {}
        self._register_first_app()

    def reset(self) -> None:
        """Back to a fresh start: one app, no fans, no albums, the right time."""
        with self.lock:
            for part in (self.clock, self.fans, self.catalogue, self.permissions, self.tickets):
                part.reset()
            self.faults.reset()
            self.journal.reset()
            self.apps.clear()
            self._windows.clear()
            self._register_first_app()

    def find_app(self, client_id: str) -> App | None:
        return self.apps.get(client_id)

    def window_of(self, app: App) -> RollingWindow:
        with self.lock:
            return self._windows.setdefault(app.client_id, RollingWindow(self.lock))

    def forget_windows(self) -> None:
        """Count calls afresh."""
        with self.lock:
            self._windows.clear()

    @property
    def refused(self) -> int:
        """How many calls the limit has turned away."""
        with self.lock:
            return sum(window.refused for window in self._windows.values())

    def is_grant_good(self, app: App, grant: Grant) -> bool:
        age = self.clock.now() - grant.authorized_at
        return age.days < app.switches.refresh_token_days

    def revoke(self, fan: Fan, client_id: str | None = None) -> int:
        """The fan removes one app, or every app, from the account; says how many had access."""
        with self.lock:
            grants = self.permissions.grants_of(fan.name)
            hit = [grant for grant in grants if client_id in (None, grant.client_id)]
            for grant in hit:
                self.permissions.revoke(grant.client_id, fan.name, self.clock.now())
            return len(hit)

    def _register_first_app(self) -> None:
        settings = self._settings
        self.apps[settings.spotify_client_id] = App(
            settings.spotify_client_id,
            settings.spotify_client_secret,
            settings.app_name,
            (settings.redirect_uri("spotify"),),
        )


def current_twin() -> SpotifyTwin:
    twin = current_app.extensions[EXTENSION]
    assert isinstance(twin, SpotifyTwin)
    return twin
