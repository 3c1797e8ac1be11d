"""A fan's sign-in without the pages: the same consent and the same tokens, made in one step."""

from presave_app.sandbox.kit.permissions import RefreshToken

from .apps import App
from .fans import Fan
from .scopes import join_scopes
from .twin import SpotifyTwin

USUAL_SCOPES = ("user-library-modify", "user-library-read")


def sign_in_json(twin: SpotifyTwin, app: App, fan: Fan, scopes: frozenset[str]) -> dict[str, object]:
    """What the app would have learned of this fan at the token endpoint and from the profile."""
    now = twin.clock.now()
    with twin.lock:
        grant = twin.permissions.allow(app.client_id, fan.name, scopes, now)
        refresh = RefreshToken(app.client_id, fan.name, grant.scopes, now, is_public=False)
        seconds = app.switches.access_token_seconds
        return {
            "name": fan.name,
            "account_id": fan.account_id,
            "access_token": twin.permissions.issue_access(app.client_id, fan.name, grant.scopes, now, seconds),
            "refresh_token": twin.permissions.issue_refresh(refresh),
            "expires_in": seconds,
            "scope": join_scopes(grant.scopes),
        }
