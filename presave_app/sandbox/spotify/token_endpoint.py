"""The token endpoint: a code or a refresh token comes in, an access token goes out.

https://developer.spotify.com/documentation/web-api/tutorials/refreshing-tokens
"""

import base64
import binascii
from dataclasses import dataclass

from flask import Blueprint, Response, jsonify, request

from presave_app.sandbox.kit.clock import wait
from presave_app.sandbox.kit.oauth import fits_challenge
from presave_app.sandbox.kit.permissions import Code, RefreshState, RefreshToken
from presave_app.sandbox.kit.recording import current_call, finish_call, start_call, take_early_fault

from .apps import App
from .errors import OAuthError, invalid_client, invalid_grant, must_be_supplied
from .scopes import join_scopes
from .twin import SpotifyTwin, current_twin

blueprint = Blueprint("spotify_token", __name__, url_prefix="/spotify/accounts/api")


@dataclass(frozen=True, slots=True)
class Client:
    """Who calls: `is_public` when no secret was shown, which only a PKCE flow may do."""

    app: App
    is_public: bool


@blueprint.before_request
def before_token() -> Response | None:
    call = start_call(current_twin(), "accounts", request.path.removeprefix("/spotify/accounts"))
    call.grant_type = request.form.get("grant_type")
    call.fan = _fan_of_request(current_twin())
    return take_early_fault(call)


@blueprint.after_request
def after_token(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return finish_call(response)


@blueprint.errorhandler(OAuthError)
def token_refused(error: OAuthError) -> Response:
    return error.response()


@blueprint.post("/token")
def token() -> Response:
    twin = current_twin()
    client = _identify(twin)
    current_call().client_id = client.app.client_id
    wait(client.app.switches.latency_seconds)
    match request.form.get("grant_type"):
        case "authorization_code":
            return _exchange(twin, client)
        case "refresh_token":
            return _refresh(twin, client)
        case "client_credentials":
            return _app_token(twin, client)
        case _:
            raise OAuthError(
                "unsupported_grant_type",
                "grant_type must be client_credentials, authorization_code or refresh_token",
            )


def _fan_of_request(twin: SpotifyTwin) -> str | None:
    known = twin.permissions.find_refresh(request.form.get("refresh_token", ""))
    return known.fan if known else None


def _identify(twin: SpotifyTwin) -> Client:
    client_id, secret = _basic_credentials()
    if client_id is None:
        client_id, secret = request.form.get("client_id"), request.form.get("client_secret")
    if not client_id:
        raise invalid_client()
    app = twin.find_app(client_id)
    if app is None:
        raise invalid_client("Failed to get client")
    if secret is not None and not app.has_secret(secret):
        raise invalid_client()
    return Client(app, is_public=secret is None)


def _basic_credentials() -> tuple[str | None, str | None]:
    scheme, _, encoded = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None, None
    try:
        client_id, _, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        raise invalid_client() from None
    return client_id, secret


def _exchange(twin: SpotifyTwin, client: Client) -> Response:
    for name in ("code", "redirect_uri"):
        if not request.form.get(name):
            raise must_be_supplied(name)
    code = twin.permissions.take_code(request.form["code"], client.app.client_id)
    if code is None or not _is_still_good(twin, code):
        raise invalid_grant("Invalid authorization code")
    current_call().fan = code.fan
    if code.redirect_uri != request.form["redirect_uri"]:
        raise invalid_grant("Invalid redirect URI")
    _check_verifier(code, client)
    refresh_token = twin.permissions.issue_refresh(
        RefreshToken(client.app.client_id, code.fan, code.scopes, code.authorized_at, client.is_public)
    )
    return _token_answer(twin, client.app, code.fan, code.scopes, refresh_token)


def _is_still_good(twin: SpotifyTwin, code: Code) -> bool:
    allowed = twin.permissions.find_grant(code.client_id, code.fan) is not None
    return allowed and twin.clock.now() < code.expires_at


def _check_verifier(code: Code, client: Client) -> None:
    """RFC 7636, section 4.6. Without a secret the verifier is all that proves who calls."""
    verifier = request.form.get("code_verifier", "")
    if code.challenge is None:
        if client.is_public:
            raise invalid_client()
        return
    if not verifier:
        raise must_be_supplied("code_verifier")
    if not fits_challenge(verifier, code.challenge):
        raise invalid_grant("code_verifier was incorrect")


def _refresh(twin: SpotifyTwin, client: Client) -> Response:
    text = request.form.get("refresh_token")
    if not text:
        raise must_be_supplied("refresh_token")
    with twin.lock:
        held = _good_refresh_token(twin, client, text)
        rotates = held.is_public or client.app.switches.rotate
        following = twin.permissions.rotate(held) if rotates else None
    if following is None and not client.app.switches.omit_refresh_token:
        following = text
    return _token_answer(twin, client.app, held.fan, held.scopes, following)


def _good_refresh_token(twin: SpotifyTwin, client: Client, text: str) -> RefreshToken:
    switches = client.app.switches
    held = twin.permissions.find_refresh(text)
    if held is None:
        raise invalid_grant("Invalid refresh token")
    if held.client_id != client.app.client_id:
        is_client_error = switches.foreign_refresh_token == "invalid_client"
        raise invalid_client() if is_client_error else invalid_grant("Invalid refresh token")
    if client.is_public and not held.is_public:
        raise invalid_client()
    if held.state is RefreshState.USED and switches.reuse_revokes_all:
        twin.permissions.revoke(held.client_id, held.fan, twin.clock.now())
    if held.state is not RefreshState.GOOD:
        raise invalid_grant("Refresh token revoked")
    if (twin.clock.now() - held.authorized_at).days >= switches.refresh_token_days:
        raise invalid_grant("Refresh token expired")
    return held


def _app_token(twin: SpotifyTwin, client: Client) -> Response:
    if client.is_public:
        raise invalid_client()
    seconds = client.app.switches.access_token_seconds
    access = twin.permissions.issue_access(client.app.client_id, None, frozenset(), twin.clock.now(), seconds)
    return jsonify({"access_token": access, "token_type": "Bearer", "expires_in": seconds})


def _token_answer(twin: SpotifyTwin, app: App, fan: str, scopes: frozenset[str], refresh_token: str | None) -> Response:
    seconds = app.switches.access_token_seconds
    answer: dict[str, object] = {
        "access_token": twin.permissions.issue_access(app.client_id, fan, scopes, twin.clock.now(), seconds),
        "token_type": "Bearer",
        "scope": join_scopes(scopes),
        "expires_in": seconds,
    }
    if refresh_token is not None:
        answer["refresh_token"] = refresh_token
    return jsonify(answer)
