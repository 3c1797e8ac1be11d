"""What every Web API call passes before its own work: rate limit, token, the app's standing, the fan's."""

from flask import Blueprint, Response, g, request

from presave_app.sandbox.kit.broken_answers import html_answer, text_answer
from presave_app.sandbox.kit.clock import wait
from presave_app.sandbox.kit.errors import ServiceError, answer_error
from presave_app.sandbox.kit.permissions import AccessToken
from presave_app.sandbox.kit.recording import CurrentCall, finish_call, start_call, take_early_fault

from .apps import App
from .errors import (
    OWNER_NEEDS_PREMIUM,
    ApiError,
    forbidden,
    insufficient_scope,
    not_registered,
)
from .fans import Fan
from .fault_kinds import quota_exceeded, token_expired, token_invalid, too_many
from .twin import SpotifyTwin, current_twin

PREFIX = "/spotify/api/v1"


def install_gate(blueprint: Blueprint) -> None:
    blueprint.before_request(pass_gate)
    blueprint.after_request(finish_call)
    blueprint.register_error_handler(ServiceError, answer_error)


def pass_gate() -> Response | None:
    twin = current_twin()
    call = start_call(twin, "api", request.path.removeprefix(PREFIX))
    call.refs = tuple(uri for uri in request.args.get("uris", "").split(",") if uri)
    token = _read_token(twin, call)
    app = twin.find_app(token.client_id) if token else None
    if app is not None:
        wait(app.switches.latency_seconds)
    fault = take_early_fault(call)
    if fault is not None:
        return fault
    if token is None or app is None:
        raise token_invalid() if request.headers.get("Authorization") else ApiError(401, "No token provided")
    _check_limits(twin, app)
    _check_token(twin, app, token)
    g.app, g.token = app, token
    return _check_standing(twin, app, token) or _check_length(app)


def current_app_of_call() -> App:
    app = g.app
    assert isinstance(app, App)
    return app


def current_token() -> AccessToken:
    token = g.token
    assert isinstance(token, AccessToken)
    return token


def get_fan() -> Fan:
    """The fan of the token; an app's own token has none and may not touch anything personal."""
    name = current_token().fan
    if name is None:
        raise ApiError(401, "Unauthorized.")
    return current_twin().fans.welcome(name)


def require_scopes(scopes: set[str]) -> None:
    if not scopes <= current_token().scopes:
        raise insufficient_scope()


def require_extended_mode() -> None:
    if current_app_of_call().switches.in_development:
        raise forbidden()


def _read_token(twin: SpotifyTwin, call: CurrentCall) -> AccessToken | None:
    scheme, _, text = request.headers.get("Authorization", "").partition(" ")
    token = twin.permissions.find_access(text) if scheme.lower() == "bearer" else None
    if token is not None:
        call.fan, call.client_id = token.fan, token.client_id
    return token


def _check_limits(twin: SpotifyTwin, app: App) -> None:
    switches = app.switches
    seconds = twin.window_of(app).take(twin.clock.now(), switches.calls, switches.window_seconds)
    if seconds is not None:
        raise too_many({"Retry-After": str(seconds)})
    if not switches.in_development or switches.quota_left is None:
        return
    with twin.lock:
        left = app.switches.quota_left or 0
        if left == 0:
            raise quota_exceeded({"Retry-After": str(switches.quota_retry_after)})
        app.switches = app.switches.changed({"quota_left": left - 1})


def _check_token(twin: SpotifyTwin, app: App, token: AccessToken) -> None:
    if twin.permissions.was_revoked(token) and not app.switches.access_survives_revoke:
        raise token_invalid()
    if token.is_expired(twin.clock.now()):
        raise token_expired()


def _check_standing(twin: SpotifyTwin, app: App, token: AccessToken) -> Response | None:
    """In development mode the owner needs Premium and each fan a place on the app's list.

    https://developer.spotify.com/documentation/web-api/concepts/quota-modes
    """
    if not app.switches.owner_premium:
        return text_answer(403, OWNER_NEEDS_PREMIUM)
    if app.switches.in_development and token.fan and not twin.fans.welcome(token.fan).allow_listed:
        raise not_registered()
    return None


def _check_length(app: App) -> Response | None:
    """The front end wants a Content-Length on a write, even on an empty one, and answers in HTML."""
    is_write = request.method in ("PUT", "POST")
    if is_write and app.switches.length_required and "CONTENT_LENGTH" not in request.environ:
        return html_answer(411, "Error 411 (Length Required)!!1")
    return None
