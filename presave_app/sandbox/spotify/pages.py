"""Pages to look at: the app and its switches, the catalogue, the fans and what is in their libraries."""

from dataclasses import replace

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from presave_app.sandbox.kit.embed import add_embed
from presave_app.sandbox.kit.fan_cookie import forget_fan, remembered_fan
from presave_app.sandbox.kit.pages import MOST_TIMES, SHOWN_CALLS, SHOWN_FANS, refuse_other_sites

from .authorize import SLUG
from .catalogue import EVERYWHERE
from .fans import Fan
from .fault_kinds import FAULT_KINDS
from .page_views import album_rows, grant_rows, library_rows, switch_rows
from .switches import SwitchError
from .twin import SpotifyTwin, current_twin

blueprint = Blueprint("spotify_pages", __name__, url_prefix="/spotify")


blueprint.before_request(refuse_other_sites)
add_embed(blueprint, "Spotify")


@blueprint.get("/")
def overview() -> str:
    twin = current_twin()
    wanted = request.args.get("fan", "").strip().lower()
    return render_template(
        "sandbox/spotify/overview.html",
        pages=blueprint.name,
        has_fans=True,
        now=twin.clock.now(),
        apps=[(app, switch_rows(app.switches)) for app in twin.apps.values()],
        albums=album_rows(twin),
        fans=twin.fans.newest(SHOWN_FANS, wanted),
        fan_total=len(twin.fans),
        wanted=wanted,
        calls=twin.journal.newest(SHOWN_CALLS),
        faults=twin.faults.list_all(),
        fault_kinds=FAULT_KINDS.names,
        me=remembered_fan(SLUG),
    )


@blueprint.get("/fans/<name>")
def fan_page(name: str) -> str:
    twin = current_twin()
    fan = _get_fan_or_404(twin, name)
    return render_template(
        "sandbox/spotify/fan.html",
        pages=blueprint.name,
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
    return forget_fan(_back_to_overview(), SLUG)


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
    if kind not in FAULT_KINDS.names or not times.isdecimal() or not 1 <= int(times) <= MOST_TIMES:
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
