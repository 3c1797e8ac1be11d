"""The token endpoint: codes and refresh tokens of fans, and the app's own token for the catalogue.

https://developer.tidal.com/documentation/api-sdk/api-sdk-authorization
"""

from datetime import timedelta

from flask import Blueprint, Response, jsonify, request

from presave_app.sandbox.kit.apps import App
from presave_app.sandbox.kit.oauth import CodeRefused, basic_credentials, no_store, take_good_code
from presave_app.sandbox.kit.permissions import RefreshState, RefreshToken
from presave_app.sandbox.kit.recording import CurrentCall, current_call, record_calls
from presave_app.sandbox.kit.twin import Tokens

from .errors import TokenError, expired_grant, invalid_client, invalid_grant
from .twin import TidalTwin, current_twin

Json = dict[str, object]


def create_token_endpoint(twin: TidalTwin) -> Blueprint:
    blueprint = Blueprint("tidal_token", __name__, url_prefix="/tidal/auth")
    record_calls(blueprint, twin, "auth", identify)
    blueprint.after_request(no_store)
    blueprint.add_url_rule("/v1/oauth2/token", view_func=token, methods=["POST"])
    return blueprint


def identify(call: CurrentCall) -> None:
    call.grant_type = request.form.get("grant_type")
    held = current_twin().permissions.find_refresh(request.form.get("refresh_token", ""))
    call.fan = held.fan if held else None


def token() -> Response:
    twin = current_twin()
    match request.form.get("grant_type"):
        case "authorization_code":
            return _exchange(twin)
        case "refresh_token":
            return _refresh(twin)
        case "client_credentials":
            return _app_token(twin)
        case None:
            raise TokenError(400, "invalid_request", "grant_type is missing in the form")
        case grant_type:
            raise TokenError(400, "unsupported_grant_type", f"{grant_type} is not supported")


def _get_app(twin: TidalTwin, *, needs_secret: bool) -> App:
    """The secret may be left out where PKCE stands for it; a wrong one is always refused."""
    form_pair = (request.form.get("client_id", ""), request.form.get("client_secret"))
    client_id, secret = basic_credentials() or form_pair
    app = twin.apps.get(client_id)
    if app is None or (secret is None and needs_secret):
        raise invalid_client()
    if secret is not None and not app.has_secret(secret):
        raise invalid_client()
    current_call().client_id = client_id
    return app


def _exchange(twin: TidalTwin) -> Response:
    app = _get_app(twin, needs_secret=twin.switches.secret_required)
    try:
        code = take_good_code(twin, app.client_id)
    except CodeRefused:
        raise invalid_grant() from None
    current_call().fan = code.fan
    scopes = _narrowed(code.scopes)
    return _fan_answer(twin, code.fan, twin.issue_tokens(app.client_id, code.fan, scopes, twin.clock.now()), scopes)


def _refresh(twin: TidalTwin) -> Response:
    """Mostly the token stays as it is, and none comes with the answer."""
    app = _get_app(twin, needs_secret=False)
    with twin.lock:
        held = _get_good_token(twin, app)
        following = twin.permissions.rotate(held) if twin.switches.refresh_rotates else None
    scopes, seconds = _narrowed(held.scopes), twin.switches.access_token_seconds
    access = twin.permissions.issue_access(app.client_id, held.fan, scopes, twin.clock.now(), seconds)
    return _fan_answer(twin, held.fan, Tokens(access, following, seconds), scopes)


def _get_good_token(twin: TidalTwin, app: App) -> RefreshToken:
    text = request.form.get("refresh_token", "")
    if not text:
        raise TokenError(400, "invalid_request", "refresh_token is missing in the form")
    status, days = int(twin.switches.lost_grant), twin.switches.refresh_token_days
    held = twin.permissions.find_refresh(text)
    if held is None or held.client_id != app.client_id or held.state is not RefreshState.GOOD:
        raise invalid_grant(status)
    if days is not None and held.authorized_at + timedelta(days=days) <= twin.clock.now():
        raise expired_grant(status)
    return held


def _app_token(twin: TidalTwin) -> Response:
    """It belongs to no fan and has no scopes: the catalogue is all that it opens."""
    app = _get_app(twin, needs_secret=True)
    seconds = twin.switches.access_token_seconds
    access = twin.permissions.issue_access(app.client_id, None, frozenset(), twin.clock.now(), seconds)
    return jsonify({"access_token": access, "expires_in": seconds, "scope": "", "token_type": "Bearer"})


def _narrowed(held: frozenset[str]) -> frozenset[str]:
    """The scopes that the form asks for; none asked for means all that are held."""
    asked = frozenset(request.form.get("scope", "").split())
    if not asked <= held:
        raise TokenError(400, "invalid_scope", "The fan did not allow all of these scopes")
    return asked or held


def _fan_answer(twin: TidalTwin, fan: str, tokens: Tokens, scopes: frozenset[str]) -> Response:
    answer: Json = {
        "access_token": tokens.access,
        "expires_in": tokens.seconds,
        "scope": " ".join(sorted(scopes)),
        "token_type": "Bearer",
        "user_id": int(twin.fans.welcome(fan).account_id),
    }
    if tokens.refresh is not None:
        answer["refresh_token"] = tokens.refresh
    return jsonify(answer)
