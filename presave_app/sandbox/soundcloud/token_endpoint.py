"""The token endpoint, and signing out. A refresh token is good once: the next one comes with the answer.

https://developers.soundcloud.com/docs/api/guide#authentication
"""

from datetime import timedelta

from flask import Blueprint, Response, request

from presave_app.sandbox.kit.apps import App
from presave_app.sandbox.kit.oauth import CodeRefused, basic_credentials, no_store, take_good_code
from presave_app.sandbox.kit.permissions import RefreshState, RefreshToken
from presave_app.sandbox.kit.recording import CurrentCall, current_call, record_calls

from .errors import TokenError, gateway_limit, json_answer, unauthorized
from .twin import SoundCloudTwin, current_twin

APP_WINDOW_SECONDS = 12 * 3600
ADDRESS_WINDOW_SECONDS = 3600


def create_token_endpoint(twin: SoundCloudTwin) -> Blueprint:
    blueprint = Blueprint("soundcloud_token", __name__, url_prefix="/soundcloud/auth")
    record_calls(blueprint, twin, "auth", identify)
    blueprint.after_request(no_store)
    blueprint.add_url_rule("/oauth/token", view_func=token, methods=["POST"])
    blueprint.add_url_rule("/sign-out", view_func=sign_out, methods=["POST"])
    return blueprint


def identify(call: CurrentCall) -> None:
    call.grant_type = request.form.get("grant_type")
    held = current_twin().permissions.find_refresh(request.form.get("refresh_token", ""))
    call.fan = held.fan if held else None


def token() -> Response:
    twin = current_twin()
    match request.form.get("grant_type"):
        case "authorization_code":
            return _exchange(twin, _app_of_form(twin))
        case "refresh_token":
            return _refresh(twin, _app_of_form(twin))
        case "client_credentials":
            return _app_token(twin)
        case _:
            raise _refused("unsupported_grant")


def sign_out() -> Response:
    """Ends the session of the token that the call carries."""
    twin = current_twin()
    access = twin.permissions.find_access(_token_to_end())
    if access is None or access.fan is None:
        raise unauthorized()
    current_call().fan = access.fan
    twin.permissions.revoke(access.client_id, access.fan, twin.clock.now())
    return json_answer({})


def _token_to_end() -> str:
    body = request.get_json(silent=True)
    if isinstance(body, dict):
        return str(body.get("access_token", ""))
    return request.form.get("access_token") or request.headers.get("Authorization", "").partition(" ")[2]


def _app_of_form(twin: SoundCloudTwin) -> App:
    return _checked_app(twin, request.form.get("client_id", ""), request.form.get("client_secret", ""))


def _checked_app(twin: SoundCloudTwin, client_id: str, secret: str) -> App:
    app = twin.apps.get(client_id)
    if app is None or not app.has_secret(secret):
        raise _refused("invalid_client", 401)
    current_call().client_id = client_id
    return app


def _exchange(twin: SoundCloudTwin, app: App) -> Response:
    try:
        code = take_good_code(twin, app.client_id)
    except CodeRefused:
        raise _refused("invalid_grant") from None
    current_call().fan = code.fan
    now = twin.clock.now()
    tokens = twin.issue_tokens(app.client_id, code.fan, code.scopes, now)
    return _token_answer(twin, tokens.access, tokens.refresh)


def _refresh(twin: SoundCloudTwin, app: App) -> Response:
    """Of two who bring the same token one gets the next one, and the other is told that it is no good."""
    with twin.lock:
        held = _good_refresh_token(twin, app)
        following = twin.permissions.rotate(held)
    seconds = twin.switches.access_token_seconds
    access = twin.permissions.issue_access(app.client_id, held.fan, held.scopes, twin.clock.now(), seconds)
    return _token_answer(twin, access, following)


def _good_refresh_token(twin: SoundCloudTwin, app: App) -> RefreshToken:
    switches = twin.switches
    held = twin.permissions.find_refresh(request.form.get("refresh_token", ""))
    lost = _refused("invalid_grant", int(switches.lost_grant))
    if held is None or held.client_id != app.client_id:
        raise lost
    if held.state is RefreshState.USED and switches.reuse_revokes_family:
        twin.permissions.revoke_family(held)
    days = switches.refresh_token_days
    is_old = days is not None and held.authorized_at + timedelta(days=days) <= twin.clock.now()
    if held.state is not RefreshState.GOOD or is_old:
        raise lost
    return held


def _app_token(twin: SoundCloudTwin) -> Response:
    """An app's own token, for looking things up: scarce, and asked for with Basic alone."""
    app = _checked_app(twin, *(basic_credentials() or ("", "")))
    now, switches = twin.clock.now(), twin.switches
    limits = (
        (f"address {request.remote_addr}", switches.app_tokens_of_address, ADDRESS_WINDOW_SECONDS),
        (f"app {app.client_id}", switches.app_tokens, APP_WINDOW_SECONDS),
    )
    for key, calls, window_seconds in limits:
        if twin.windows.take(key, now, calls, window_seconds) is not None:
            return gateway_limit({})
    access = twin.permissions.issue_access(app.client_id, None, frozenset(), now, switches.access_token_seconds)
    return _token_answer(twin, access, None)


def _token_answer(twin: SoundCloudTwin, access: str, refresh: str | None) -> Response:
    answer: dict[str, object] = {
        "access_token": access,
        "token_type": "bearer",
        "expires_in": twin.switches.access_token_seconds,
        "scope": "",
    }
    if refresh is not None:
        answer["refresh_token"] = refresh
    return json_answer(answer)


def _refused(error: str, code: int = 400) -> TokenError:
    return TokenError(code, error, current_twin().switches.token_error_form)
