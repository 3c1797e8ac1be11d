"""Pages to look at: the app and its switches, the catalogue, the fans and what is in their libraries."""

from dataclasses import replace

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from .authorize import FAN_COOKIE, remembered_fan
from .catalogue import EVERYWHERE
from .control_fault import KINDS
from .fans import Fan
from .page_views import album_rows, grant_rows, library_rows, switch_rows
from .switches import SwitchError
from .twin import SpotifyTwin, current_twin

SHOWN_FANS = 50
SHOWN_CALLS = 15
MOST_TIMES = 1000

blueprint = Blueprint("spotify_pages", __name__, url_prefix="/spotify")


@blueprint.before_request
def refuse_other_sites() -> None:
    """Another site's page cannot press these buttons; who is no browser sends no such header."""
    if request.method == "POST" and request.headers.get("Sec-Fetch-Site", "none") not in (
        "none",
        "same-origin",
    ):
        abort(403)


@blueprint.get("/")
def overview() -> str:
    twin = current_twin()
    wanted = request.args.get("fan", "").strip().lower()
    return render_template(
        "sandbox/spotify/overview.html",
        now=twin.clock.now(),
        apps=[(app, switch_rows(app.switches)) for app in twin.apps.values()],
        albums=album_rows(twin),
        fans=twin.fans.newest(SHOWN_FANS, wanted),
        fan_total=len(twin.fans),
        wanted=wanted,
        calls=twin.journal.newest(SHOWN_CALLS),
        faults=twin.faults.list_all(),
        fault_kinds=KINDS,
        me=remembered_fan(),
    )


@blueprint.get("/fans/<name>")
def fan_page(name: str) -> str:
    twin = current_twin()
    fan = _get_fan_or_404(twin, name)
    return render_template(
        "sandbox/spotify/fan.html",
        fan=fan,
        items=library_rows(twin, fan),
        grants=grant_rows(twin, fan),
    )


@blueprint.post("/fans/<name>/revoke")
def access_remove(name: str) -> Response:
    twin = current_twin()
    twin.revoke(_get_fan_or_404(twin, name), request.form.get("client_id"))
    return redirect(url_for("spotify_pages.fan_page", name=name), 303)


@blueprint.post("/sign-out")
def sign_out() -> Response:
    response = _back_to_overview()
    response.delete_cookie(FAN_COOKIE, path="/spotify")
    return response


@blueprint.post("/switches")
def switch_flip() -> Response:
    twin = current_twin()
    app = twin.find_app(request.form.get("client_id", ""))
    if app is None:
        abort(404)
    name, text = request.form.get("name", ""), request.form.get("value", "")
    value: str | bool = text == "on" if text in ("on", "off") else text
    try:
        app.switches = app.switches.changed({name: value})
    except SwitchError:
        abort(400)
    return _back_to_overview()


@blueprint.post("/albums/<album_id>/release")
def album_release(album_id: str) -> Response:
    twin = current_twin()
    album = twin.catalogue.find(album_id)
    if album is None:
        abort(404)
    twin.catalogue.put(replace(album, live_from={EVERYWHERE: twin.clock.now()}))
    return _back_to_overview()


@blueprint.post("/faults")
def fault_order() -> Response:
    kind, times = request.form.get("kind", ""), request.form.get("times", "")
    if kind not in KINDS or not times.isdecimal() or not 1 <= int(times) <= MOST_TIMES:
        abort(400)
    current_twin().faults.add(kind, method="PUT", path="/me/library", times=int(times), seconds=1.0)
    return _back_to_overview()


@blueprint.post("/faults/clear")
def faults_clear() -> Response:
    current_twin().faults.remove()
    return _back_to_overview()


def _back_to_overview() -> Response:
    return redirect(url_for("spotify_pages.overview"), 303)


def _get_fan_or_404(twin: SpotifyTwin, name: str) -> Fan:
    fan = twin.fans.find(name)
    if fan is None:
        abort(404)
    return fan
