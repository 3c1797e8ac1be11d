"""The twin's state as the control API shows it. Secrets and tokens are left out."""

from datetime import timedelta

from presave_app.sandbox.kit.clock import iso_exact
from presave_app.sandbox.kit.permissions import Grant

from .apps import App
from .control_album import album_as_json
from .fans import Fan, item_json
from .twin import SpotifyTwin


def app_json(app: App) -> dict[str, object]:
    return {
        "client_id": app.client_id,
        "name": app.name,
        "redirect_uris": list(app.redirect_uris),
        **app.switches.as_json(),
    }


def fan_json(twin: SpotifyTwin, fan: Fan) -> dict[str, object]:
    return {
        "name": fan.name,
        "account_id": fan.account_id,
        "id": fan.user_id,
        "country": fan.country,
        "product": fan.product,
        "allow_listed": fan.allow_listed,
        "library": [item_json(item) for item in twin.fans.library_of(fan)],
        "grants": [_grant_json(twin, grant) for grant in twin.permissions.grants_of(fan.name)],
    }


def state_json(twin: SpotifyTwin) -> dict[str, object]:
    return {
        "now": iso_exact(twin.clock.now()),
        "shift_seconds": twin.clock.shift_seconds,
        "apps": [app_json(app) for app in twin.apps.values()],
        "albums": [album_as_json(twin, album) for album in twin.catalogue.albums()],
        "fans": len(twin.fans),
        "grants": twin.permissions.count(),
        "calls": twin.journal.total,
        "faults": [fault.as_json() for fault in twin.faults.list_all()],
    }


def _grant_json(twin: SpotifyTwin, grant: Grant) -> dict[str, object]:
    app = twin.find_app(grant.client_id)
    days = app.switches.refresh_token_days if app else 0
    return {
        "client_id": grant.client_id,
        "scopes": sorted(grant.scopes),
        "authorized_at": iso_exact(grant.authorized_at),
        "ends_at": iso_exact(grant.authorized_at + timedelta(days=days)),
    }
