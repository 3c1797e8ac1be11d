"""The authorize page: a fan is shown who asks for what, and allows or refuses."""

from datetime import timedelta

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from presave_app.sandbox.kit.fan_cookie import FIRST_FAN, remember_fan, remembered_fan
from presave_app.sandbox.kit.fans import FanNameError, clean_fan_name
from presave_app.sandbox.kit.permissions import Code
from presave_app.sandbox.kit.recording import current_call, finish_call, start_call, take_early_fault

from .authorize_request import AuthorizeRequest, AuthorizeRequestError, read_authorize_request
from .scopes import CONSENT_TEXTS
from .twin import SpotifyTwin, current_twin

SLUG = "spotify"
PREFIX = "/spotify/accounts"
HOP_PATH = "/authorize/continue"

blueprint = Blueprint("spotify_accounts", __name__, url_prefix=PREFIX)


@blueprint.before_request
def before_authorize() -> Response | None:
    path = HOP_PATH if request.path.startswith(f"{PREFIX}{HOP_PATH}") else request.path.removeprefix(PREFIX)
    call = start_call(current_twin(), "accounts", path)
    call.fan = remembered_fan(SLUG)
    call.client_id = request.args.get("client_id")
    return take_early_fault(call)


blueprint.after_request(finish_call)


@blueprint.errorhandler(AuthorizeRequestError)
def authorize_refused(error: AuthorizeRequestError) -> tuple[str, int]:
    return render_template("sandbox/kit/consent_error.html", service="Spotify", error=error), 400


@blueprint.get("/authorize")
def authorize() -> Response | str:
    twin = current_twin()
    asked = read_authorize_request(request.args, twin.apps)
    fan = remembered_fan(SLUG)
    if fan is not None and not asked.show_dialog and _is_already_allowed(twin, asked, fan):
        return _hop(twin, asked.address(code=_issue_code(twin, asked, fan)))
    return _consent_page(asked, fan or FIRST_FAN)


@blueprint.post("/authorize")
def decide() -> Response | tuple[str, int]:
    twin = current_twin()
    asked = read_authorize_request(request.args, twin.apps)
    typed = request.form.get("fan", "")
    if request.form.get("decision") == "refuse":
        return _hop(twin, asked.address(error="access_denied"))
    if request.form.get("decision") != "allow":
        abort(400)
    try:
        fan = clean_fan_name(typed)
    except FanNameError as error:
        return _consent_page(asked, typed, str(error)), 422
    return remember_fan(_allow(twin, asked, fan), SLUG, fan)


@blueprint.get(f"{HOP_PATH}/<ticket>")
def hop(ticket: str) -> Response:
    address = current_twin().tickets.take(ticket)
    if address is None:
        abort(404)
    return redirect(address)


def _allow(twin: SpotifyTwin, asked: AuthorizeRequest, fan: str) -> Response:
    twin.fans.welcome(fan)
    current_call().fan = fan
    twin.permissions.allow(asked.app.client_id, fan, asked.scopes, twin.clock.now())
    return _hop(twin, asked.address(code=_issue_code(twin, asked, fan)))


def _is_already_allowed(twin: SpotifyTwin, asked: AuthorizeRequest, fan: str) -> bool:
    grant = twin.permissions.find_grant(asked.app.client_id, fan)
    return grant is not None and asked.scopes <= grant.scopes and twin.is_grant_good(asked.app, grant)


def _issue_code(twin: SpotifyTwin, asked: AuthorizeRequest, fan: str) -> str:
    now = twin.clock.now()
    switches = asked.app.switches
    grant = twin.permissions.find_grant(asked.app.client_id, fan)
    keeps_day = grant is not None and not switches.silent_sign_in_renews
    return twin.permissions.issue_code(
        Code(
            client_id=asked.app.client_id,
            fan=fan,
            scopes=asked.scopes,
            redirect_uri=asked.redirect_uri,
            challenge=asked.challenge,
            authorized_at=grant.authorized_at if grant and keeps_day else now,
            expires_at=now + timedelta(seconds=switches.code_seconds),
        )
    )


def _hop(twin: SpotifyTwin, address: str) -> Response:
    return redirect(url_for("spotify_accounts.hop", ticket=twin.tickets.issue(address)))


def _consent_page(asked: AuthorizeRequest, fan: str, fan_error: str | None = None) -> str:
    return render_template(
        "sandbox/kit/consent.html",
        service="Spotify",
        app_name=asked.app.name,
        without_scopes="asks for your name and nothing else.",
        tickable=False,
        scopes=[(CONSENT_TEXTS[scope], scope) for scope in sorted(asked.scopes)],
        fan=fan,
        fan_error=fan_error,
        action=request.full_path,
    )
