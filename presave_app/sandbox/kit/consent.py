"""The consent page: a fan is shown who asks for what, picks a name, and allows or refuses."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, ClassVar

from flask import Blueprint, abort, redirect, render_template, request
from werkzeug.wrappers import Response

from .consent_request import (
    ConsentError,
    ConsentRequest,
    check_response_type,
    read_app,
    read_challenge,
    read_redirect_uri,
    read_scopes,
)
from .fan_cookie import FIRST_FAN, remember_fan, remembered_fan
from .fans import FanNameError, clean_fan_name
from .permissions import Code
from .recording import CurrentCall, current_call, record_calls
from .twin import AnyTwin

HOP_PATH = "/continue"


class ConsentPage:
    """The authorize page of OAuth 2; a service's own page is a child that says what is different.

    `texts` has a sentence for each scope, `without_scopes` stands where none is asked for. On a
    `tickable` page the fan may leave single scopes out. `app_parameter` is what the query calls the app's id.
    """

    host: ClassVar[str] = "accounts"
    texts: ClassVar[Mapping[str, str]] = {}
    without_scopes: ClassVar[str] = "asks for your name and nothing else."
    needs_pkce: ClassVar[bool] = False
    tickable: ClassVar[bool] = False
    app_parameter: ClassVar[str] = "client_id"

    def __init__(self, twin: Any, *, prefix: str, path: str) -> None:
        self.twin: AnyTwin = twin
        self.prefix = prefix
        self.path = path

    def blueprint(self) -> Blueprint:
        blueprint = Blueprint(f"{self.twin.slug}_consent", __name__, url_prefix=self.prefix)
        record_calls(blueprint, self.twin, self.host, self._identify)
        blueprint.register_error_handler(ConsentError, self._asked_wrongly)
        blueprint.add_url_rule(self.path, "show", self.show, methods=["GET"])
        blueprint.add_url_rule(self.path, "decide", self.decide, methods=["POST"])
        blueprint.add_url_rule(f"{HOP_PATH}/<ticket>", "hop", self.hop, methods=["GET"])
        return blueprint

    def read(self, query: Mapping[str, str]) -> ConsentRequest:
        """Raises ConsentError for what the service would not show a consent page for."""
        app = read_app(self.twin, query, self.app_parameter)
        redirect_uri = read_redirect_uri(app, query)
        check_response_type(query)
        return ConsentRequest(
            app=app,
            redirect_uri=redirect_uri,
            scopes=read_scopes(query, self.texts),
            state=query.get("state"),
            challenge=read_challenge(query, required=self.needs_pkce),
        )

    def may_skip(self, asked: ConsentRequest, fan: str) -> bool:  # noqa: ARG002 - a child may skip
        """Whether a fan who is known here and has allowed this before is sent on without a page."""
        return False

    def allow(self, asked: ConsentRequest, fan: str, scopes: frozenset[str]) -> dict[str, str]:
        """Keeps the consent and gives what goes to the app with the fan: a code."""
        now = self.twin.clock.now()
        self.twin.permissions.allow(asked.app.client_id, fan, scopes, now)
        return {"code": self.issue_code(asked, fan, scopes)}

    def skip(self, asked: ConsentRequest, fan: str) -> dict[str, str]:
        """What goes to the app with a fan who was not asked again."""
        return {"code": self.issue_code(asked, fan, asked.scopes)}

    def refuse(self, asked: ConsentRequest) -> dict[str, str]:  # noqa: ARG002 - a child may want it
        return {"error": "access_denied"}

    def send_back(self, asked: ConsentRequest, answer: Mapping[str, str]) -> Response:
        """Brings the answer to the app: by a redirect, over a hop of the service's own."""
        return redirect(f"{self.prefix}{HOP_PATH}/{self.twin.tickets.issue(asked.address(answer))}")

    def issue_code(self, asked: ConsentRequest, fan: str, scopes: frozenset[str]) -> str:
        now = self.twin.clock.now()
        code = Code(
            client_id=asked.app.client_id,
            fan=fan,
            scopes=scopes,
            redirect_uri=asked.redirect_uri,
            challenge=asked.challenge,
            authorized_at=now,
            expires_at=now + timedelta(seconds=self.twin.switches.code_seconds),
            own=asked.own,
        )
        return self.twin.permissions.issue_code(code)

    def show(self) -> Response | str:
        asked = self.read(request.args)
        fan = remembered_fan(self.twin.slug)
        if fan is not None and self.may_skip(asked, fan):
            return self.send_back(asked, self.skip(asked, fan))
        return self._page(asked, fan or FIRST_FAN)

    def decide(self) -> Response | tuple[str, int]:
        asked = self.read(request.args)
        decision, typed = request.form.get("decision"), request.form.get("fan", "")
        if decision == "refuse":
            return self.send_back(asked, self.refuse(asked))
        if decision != "allow":
            abort(400)
        try:
            fan = clean_fan_name(typed)
        except FanNameError as error:
            return self._page(asked, typed, str(error)), 422
        self.twin.fans.welcome(fan)
        current_call().fan = fan
        answer = self.allow(asked, fan, self._ticked(asked))
        return remember_fan(self.send_back(asked, answer), self.twin.slug, fan)

    def hop(self, ticket: str) -> Response:
        address = self.twin.tickets.take(ticket)
        if address is None:
            abort(404)
        return redirect(address)

    def _ticked(self, asked: ConsentRequest) -> frozenset[str]:
        left_out = frozenset(request.form.getlist("leave_out")) if self.tickable else frozenset()
        return asked.scopes - left_out

    def _page(self, asked: ConsentRequest, fan: str, fan_error: str | None = None) -> str:
        return render_template(
            "sandbox/kit/consent.html",
            service=self.twin.name,
            app_name=asked.app.name,
            scopes=[(self.texts[scope], scope) for scope in sorted(asked.scopes)],
            without_scopes=self.without_scopes,
            tickable=self.tickable,
            fan=fan,
            fan_error=fan_error,
            action=request.full_path,
        )

    def _asked_wrongly(self, error: ConsentError) -> tuple[str, int]:
        return render_template("sandbox/kit/consent_error.html", service=self.twin.name, error=error), error.status

    def _identify(self, call: CurrentCall) -> None:
        """The path in the journal is without the ticket of the hop."""
        if call.path.startswith(f"{HOP_PATH}/"):
            call.path = HOP_PATH
        call.fan = remembered_fan(self.twin.slug)
        call.client_id = request.args.get(self.app_parameter)
