"""Google's token endpoint and its revocation. A refresh token stays the same, and comes with no refresh answer.

https://developers.google.com/identity/protocols/oauth2/web-server#exchange-authorization-code
"""

from flask import Blueprint, Response, jsonify, request

from presave_app.sandbox.kit.apps import App
from presave_app.sandbox.kit.errors import OAuthError
from presave_app.sandbox.kit.oauth import CodeRefused, no_store, take_good_code
from presave_app.sandbox.kit.permissions import Code, RefreshToken
from presave_app.sandbox.kit.recording import CurrentCall, current_call, record_calls
from presave_app.sandbox.kit.twin import Tokens

from .twin import YouTubeTwin, current_twin

REFUSALS = {
    "code": ("invalid_grant", "Malformed auth code."),
    "redirect_uri": ("redirect_uri_mismatch", "Bad Request"),
    "verifier": ("invalid_grant", "Invalid code verifier."),
}


def create_token_endpoint(twin: YouTubeTwin) -> Blueprint:
    blueprint = Blueprint("youtube_token", __name__, url_prefix="/youtube/oauth2")
    record_calls(blueprint, twin, "oauth2", identify)
    blueprint.after_request(no_store)
    blueprint.add_url_rule("/token", view_func=token, methods=["POST"])
    blueprint.add_url_rule("/revoke", view_func=revoke, methods=["POST"])
    return blueprint


def identify(call: CurrentCall) -> None:
    call.grant_type = request.form.get("grant_type")
    found = _holder(request.form.get("refresh_token") or request.values.get("token", ""))
    call.client_id, call.fan = found or (None, None)


def token() -> Response:
    twin = current_twin()
    app = _get_app(twin)
    match request.form.get("grant_type"):
        case "authorization_code":
            return _exchange(twin, app)
        case "refresh_token":
            return _refresh(twin, app)
        case grant_type:
            raise OAuthError("unsupported_grant_type", f"Invalid grant_type: {grant_type or ''}")


def revoke() -> Response:
    """Either of a fan's tokens ends all that the fan allowed to the app."""
    twin = current_twin()
    found = _holder(request.values.get("token", ""))
    fan = twin.fans.find(found[1]) if found else None
    if found is None or fan is None or twin.revoke(fan, found[0]) == 0:
        raise OAuthError("invalid_token", "Token expired or revoked")
    return jsonify({})


def _holder(text: str) -> tuple[str, str] | None:
    """App and fan of an access or a refresh token."""
    permissions = current_twin().permissions
    held = permissions.find_refresh(text) or permissions.find_access(text)
    return (held.client_id, held.fan) if held and held.fan else None


def _get_app(twin: YouTubeTwin) -> App:
    app = twin.apps.get(request.form.get("client_id", ""))
    if app is None:
        raise OAuthError("invalid_client", "The OAuth client was not found.", 401)
    if not app.has_secret(request.form.get("client_secret", "")):
        raise OAuthError("invalid_client", "Unauthorized", 401)
    current_call().client_id = app.client_id
    return app


def _exchange(twin: YouTubeTwin, app: App) -> Response:
    try:
        code = take_good_code(twin, app.client_id)
    except CodeRefused as refused:
        raise OAuthError(*REFUSALS[refused.reason]) from None
    current_call().fan = code.fan
    return _token_answer(_tokens_for(twin, code), code.scopes)


def _tokens_for(twin: YouTubeTwin, code: Code) -> Tokens:
    now, seconds = twin.clock.now(), twin.switches.access_token_seconds
    if code.own["refresh_token"] == "yes":
        return twin.issue_tokens(code.client_id, code.fan, code.scopes, now)
    access = twin.permissions.issue_access(code.client_id, code.fan, code.scopes, now, seconds)
    return Tokens(access, None, seconds)


def _refresh(twin: YouTubeTwin, app: App) -> Response:
    held = _get_live_token(twin, app)
    now, seconds = twin.clock.now(), twin.switches.access_token_seconds
    held.used_at = now
    access = twin.permissions.issue_access(app.client_id, held.fan, held.scopes, now, seconds)
    return _token_answer(Tokens(access, None, seconds), held.scopes)


def _get_live_token(twin: YouTubeTwin, app: App) -> RefreshToken:
    text = request.form.get("refresh_token", "")
    if not text:
        raise OAuthError("invalid_request", "Missing required parameter: refresh_token")
    held = twin.permissions.find_refresh(text)
    if held is None or held.client_id != app.client_id:
        raise OAuthError("invalid_grant", "Bad Request")
    if not twin.is_live(held):
        raise OAuthError("invalid_grant", "Token has been expired or revoked.")
    return held


def _token_answer(tokens: Tokens, scopes: frozenset[str]) -> Response:
    answer: dict[str, object] = {
        "access_token": tokens.access,
        "expires_in": tokens.seconds,
        "scope": " ".join(sorted(scopes)),
        "token_type": "Bearer",
    }
    if tokens.refresh is not None:
        answer["refresh_token"] = tokens.refresh
    return jsonify(answer)
