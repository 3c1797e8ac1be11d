"""The control API: a test or the demo sets the scene here and looks at what happened.

All of it is JSON under /spotify/control/. A mistake is answered with 400 and {"error": "..."}.
"""

from flask import Blueprint, Response, jsonify, request

from presave_app.sandbox.kit.clock import iso_exact
from presave_app.sandbox.kit.control import NotFoundError, answer_mistakes
from presave_app.sandbox.kit.control_calls import find_calls, newest_of
from presave_app.sandbox.kit.control_fault import read_fault
from presave_app.sandbox.kit.fans import clean_fan_name
from presave_app.sandbox.kit.journal import Call
from presave_app.sandbox.kit.json_body import BodyError, JsonBody

from .apps import App
from .control_album import album_as_json, read_album
from .control_sign_in import USUAL_SCOPES, sign_in_json
from .control_state import app_json, fan_json, state_json
from .fans import Fan
from .switches import NAMES, Switches
from .twin import SpotifyTwin, current_twin

blueprint = Blueprint("spotify_control", __name__, url_prefix="/spotify/control")


answer_mistakes(blueprint)


@blueprint.post("/reset")
def reset() -> Response:
    current_twin().reset()
    return state()


@blueprint.get("/state")
def state() -> Response:
    return jsonify(state_json(current_twin()))


@blueprint.put("/apps/<client_id>")
def app_put(client_id: str) -> Response:
    """What is not sent stays as it is, or as a fresh app has it."""
    twin = current_twin()
    body = JsonBody(("secret", "name", "redirect_uris", *NAMES))
    with twin.lock:
        known = twin.find_app(client_id) or App(client_id, "", client_id, ())
        changes = {name: value for name, value in body.fields.items() if name in NAMES}
        twin.apps[client_id] = App(
            client_id,
            body.text("secret", known.secret),
            body.text("name", known.name),
            body.texts("redirect_uris", known.redirect_uris),
            known.switches.changed(changes),
        )
    return jsonify(app_json(twin.apps[client_id]))


@blueprint.patch("/switches")
def switches_patch() -> Response:
    twin = current_twin()
    body = JsonBody(("client_id", *NAMES))
    changes = {name: value for name, value in body.fields.items() if name in NAMES}
    chosen = body.optional_text("client_id")
    with twin.lock:
        apps = [_get_app(twin, chosen)] if chosen is not None else list(twin.apps.values())
        # Checked once before the first app is touched, so that a mistake changes none of them.
        Switches().changed(changes)
        for app in apps:
            app.switches = app.switches.changed(changes)
    return jsonify({app.client_id: app.switches.as_json() for app in apps})


@blueprint.get("/faults")
def faults_list() -> Response:
    return jsonify({"faults": [fault.as_json() for fault in current_twin().faults.list_all()]})


@blueprint.post("/faults")
def fault_add() -> tuple[Response, int]:
    return jsonify(read_fault(current_twin().faults, current_twin().fault_kinds).as_json()), 201


@blueprint.delete("/faults")
@blueprint.delete("/faults/<int:number>")
def faults_remove(number: int | None = None) -> Response:
    return jsonify({"removed": current_twin().faults.remove(number)})


@blueprint.put("/albums/<album_id>")
def album_put(album_id: str) -> Response:
    twin = current_twin()
    album = read_album(album_id, None)
    twin.catalogue.put(album)
    return jsonify(album_as_json(twin, album))


@blueprint.patch("/albums/<album_id>")
def album_patch(album_id: str) -> Response:
    twin = current_twin()
    known = twin.catalogue.find(album_id)
    if known is None:
        raise NotFoundError(f"no album {album_id}")
    album = read_album(album_id, known)
    twin.catalogue.put(album)
    return jsonify(album_as_json(twin, album))


@blueprint.put("/fans/<name>")
def fan_put(name: str) -> Response:
    twin = current_twin()
    body = JsonBody(("country", "allow_listed", "product"))
    fan = twin.fans.welcome(clean_fan_name(name))
    fan.country = body.text("country", fan.country).upper()
    fan.allow_listed = body.flag("allow_listed", fan.allow_listed)
    fan.product = body.text("product", fan.product)
    return jsonify(fan_json(twin, fan))


@blueprint.get("/fans/<name>")
def fan_show(name: str) -> Response:
    twin = current_twin()
    return jsonify(fan_json(twin, _get_fan(twin, name)))


@blueprint.post("/fans/<name>/revoke")
def fan_revoke(name: str) -> Response:
    twin = current_twin()
    client_id = JsonBody(("client_id",)).optional_text("client_id")
    return jsonify({"revoked": twin.revoke(_get_fan(twin, name), client_id)})


@blueprint.post("/sign-ins")
def sign_ins() -> Response:
    """A whole crowd signs in at once, as if each had been through the consent page. The one answer with tokens."""
    twin = current_twin()
    body = JsonBody(("names", "scopes", "client_id"))
    app = _get_app(twin, body.text("client_id", next(iter(twin.apps), "")))
    scopes = frozenset(body.texts("scopes", USUAL_SCOPES))
    names = [clean_fan_name(name) for name in body.texts("names", ())]
    return jsonify({"sign_ins": [sign_in_json(twin, app, twin.fans.welcome(name), scopes) for name in names]})


@blueprint.get("/libraries")
def libraries() -> Response:
    uri = request.args.get("uri")
    if not uri:
        raise BodyError("uri is missing")
    held = current_twin().fans.times_applied(uri)
    repeated = {name: times for name, times in held.items() if times > 1}
    return jsonify({"uri": uri, "total": len(held), "fans": list(held), "repeated": repeated})


@blueprint.get("/calls")
def calls() -> Response:
    twin = current_twin()
    found = find_calls(twin.journal, ref_name="uri")
    shown = [_call_json(call) for call in newest_of(found)]
    return jsonify({"total": len(found), "dropped": twin.journal.dropped(), "calls": shown})


@blueprint.post("/clock")
def clock_shift() -> Response:
    clock = current_twin().clock
    clock.shift(JsonBody(("shift_seconds",)).number("shift_seconds", 0.0))
    return jsonify({"now": iso_exact(clock.now()), "shift_seconds": clock.shift_seconds})


def _call_json(call: Call) -> dict[str, object]:
    """Spotify's ids are URIs, and are called so here."""
    shape = call.as_json()
    return {**shape, "uris": shape.pop("refs")}


def _get_app(twin: SpotifyTwin, client_id: str) -> App:
    app = twin.find_app(client_id)
    if app is None:
        raise NotFoundError(f"no app {client_id}")
    return app


def _get_fan(twin: SpotifyTwin, name: str) -> Fan:
    fan = twin.fans.find(name)
    if fan is None:
        raise NotFoundError(f"no fan {name}")
    return fan
