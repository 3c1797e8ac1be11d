"""The control API: a test or the demo sets the scene here and looks at what happened.

All of it is JSON under /<service>/control/. A mistake is answered with 400 and {"error": "..."}.
"""

from flask import Blueprint, Response, jsonify, request

from .apps import App
from .clock import iso_exact
from .control_calls import find_calls, newest_of
from .control_fault import read_fault
from .control_shapes import fan_json, release_json, state_json
from .fans import Fan, clean_fan_name
from .json_body import BodyError, JsonBody
from .releases import Release
from .twin import AnyTwin


class NotFoundError(LookupError):
    """What the address names is not there."""


def answer_mistakes(blueprint: Blueprint) -> None:
    """For a twin that adds control addresses of its own: a ValueError becomes a 400, NotFoundError a 404."""
    blueprint.register_error_handler(ValueError, lambda error: (jsonify({"error": str(error)}), 400))
    blueprint.register_error_handler(NotFoundError, lambda error: (jsonify({"error": str(error)}), 404))


def create_control(twin: AnyTwin) -> Blueprint:
    blueprint = Blueprint(f"{twin.slug}_control", __name__, url_prefix=f"/{twin.slug}/control")
    answer_mistakes(blueprint)
    control = Control(twin)
    for method, path, view in (
        ("POST", "/reset", control.reset),
        ("GET", "/state", control.state),
        ("PUT", "/apps/<client_id>", control.app_put),
        ("PATCH", "/switches", control.switches_patch),
        ("GET", "/faults", control.faults_list),
        ("POST", "/faults", control.fault_add),
        ("DELETE", "/faults", control.faults_remove),
        ("DELETE", "/faults/<int:number>", control.faults_remove),
        ("PUT", "/releases/<release_id>", control.release_put),
        ("PATCH", "/releases/<release_id>", control.release_patch),
        ("GET", "/fans/<name>", control.fan_show),
        ("PUT", "/fans/<name>", control.fan_put),
        ("POST", "/fans/<name>/revoke", control.fan_revoke),
        ("POST", "/sign-ins", control.sign_ins),
        ("GET", "/libraries", control.libraries),
        ("GET", "/calls", control.calls),
        ("POST", "/clock", control.clock_shift),
    ):
        blueprint.add_url_rule(path, view.__name__, view, methods=[method])
    return blueprint


class Control:
    def __init__(self, twin: AnyTwin) -> None:
        self.twin = twin

    def reset(self) -> Response:
        self.twin.reset()
        return self.state()

    def state(self) -> Response:
        return jsonify(state_json(self.twin))

    def app_put(self, client_id: str) -> Response:
        """What is not sent stays as it is, or is empty in a fresh app."""
        body = JsonBody(("secret", "name", "redirect_uris"))
        known = self.twin.apps.get(client_id) or App(client_id, "", client_id, ())
        app = App(
            client_id,
            body.text("secret", known.secret),
            body.text("name", known.name),
            body.texts("redirect_uris", known.redirect_uris),
        )
        self.twin.apps[client_id] = app
        return jsonify(app.as_json())

    def switches_patch(self) -> Response:
        twin = self.twin
        changes = JsonBody(twin.switches.settable()).fields
        with twin.lock:
            twin.switches = twin.switches.changed(changes)
        return jsonify(twin.switches.settable_json())

    def faults_list(self) -> Response:
        return jsonify({"faults": [fault.as_json() for fault in self.twin.faults.list_all()]})

    def fault_add(self) -> tuple[Response, int]:
        return jsonify(read_fault(self.twin.faults, self.twin.fault_kinds).as_json()), 201

    def faults_remove(self, number: int | None = None) -> Response:
        return jsonify({"removed": self.twin.faults.remove(number)})

    def release_put(self, release_id: str) -> Response:
        return self._put_release(self.twin.release_type(id=release_id))

    def release_patch(self, release_id: str) -> Response:
        known = self.twin.releases.find(release_id)
        if known is None:
            raise NotFoundError(f"no release {release_id}")
        return self._put_release(known)

    def fan_show(self, name: str) -> Response:
        return jsonify(fan_json(self.twin, self._get_fan(name)))

    def fan_put(self, name: str) -> Response:
        fan = self.twin.fans.welcome(clean_fan_name(name))
        for field, value in fan.check(JsonBody(fan.settable()).fields).items():
            setattr(fan, field, value)
        return jsonify(fan_json(self.twin, fan))

    def fan_revoke(self, name: str) -> Response:
        client_id = JsonBody(("client_id",)).optional_text("client_id")
        return jsonify({"revoked": self.twin.revoke(self._get_fan(name), client_id)})

    def sign_ins(self) -> Response:
        """A whole crowd signs in at once, as if each had been through the consent page. The one answer with tokens."""
        twin = self.twin
        body = JsonBody(("names", "scopes", "client_id"))
        app = twin.apps.get(body.text("client_id", next(iter(twin.apps), "")))
        if app is None:
            raise NotFoundError("no such app")
        scopes = frozenset(body.texts("scopes", twin.usual_scopes))
        names = [clean_fan_name(name) for name in body.texts("names", ())]
        return jsonify({"sign_ins": [twin.sign_in_json(app, twin.fans.welcome(name), scopes) for name in names]})

    def libraries(self) -> Response:
        ref = request.args.get("ref")
        if not ref:
            raise BodyError("ref is missing")
        held = self.twin.fans.times_applied(ref)
        repeated = {name: times for name, times in held.items() if times > 1}
        return jsonify({"ref": ref, "total": len(held), "fans": list(held), "repeated": repeated})

    def calls(self) -> Response:
        journal = self.twin.journal
        found = find_calls(journal)
        shown = [call.as_json() for call in newest_of(found)]
        return jsonify({"total": len(found), "dropped": journal.dropped(), "calls": shown})

    def clock_shift(self) -> Response:
        clock = self.twin.clock
        clock.shift(JsonBody(("shift_seconds",)).number("shift_seconds", 0.0))
        return jsonify({"now": iso_exact(clock.now()), "shift_seconds": clock.shift_seconds})

    def _put_release(self, known: Release) -> Response:
        twin = self.twin
        release = known.changed(JsonBody(known.settable()).fields)
        twin.releases.put(release)
        return jsonify(release_json(twin, release))

    def _get_fan(self, name: str) -> Fan:
        fan = self.twin.fans.find(name)
        if fan is None:
            raise NotFoundError(f"no fan {name}")
        return fan
