"""The window that authorize() opens: the fan allows or refuses, and the page that opened it is told.

What Apple's own window is called, is given and tells was seen from outside and is nowhere promised:
https://github.com/godetremy/Apple-Music-authorization-workflow
"""

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import urlsplit

from flask import make_response, render_template
from werkzeug.wrappers import Response

from presave_app.sandbox.kit.consent import ConsentPage
from presave_app.sandbox.kit.consent_request import ConsentError, ConsentRequest

from .gate import check_developer_token
from .twin import AppleMusicTwin

# Beside the sandbox's usual policy the one script that hands the answer over.
HANDOVER_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'"
)
CALL_ID = "sandbox"
NOT_RESTRICTED = "0"


class AuthorizeWindow(ConsentPage):
    host = "window"
    texts = {"library": "Add to your library, and see what is in it"}  # noqa: RUF012 - a constant of the class

    def __init__(self, twin: AppleMusicTwin) -> None:
        self._apple_music = twin
        super().__init__(twin, prefix="/apple-music", path="/authorize/woa")

    def read(self, query: Mapping[str, str]) -> ConsentRequest:
        """`a` says which app asks, `referrer` which page will be told: the token's `origin` has to allow it."""
        third_party = _read_third_party(query.get("a", ""))
        origin = _origin_of(query.get("referrer", ""))
        token = check_developer_token(self._apple_music, third_party.get("thirdPartyToken", ""), origin)
        if token is None:
            raise ConsentError("The developer token is not good", f"It has to be valid, and good at {origin}.")
        return ConsentRequest(
            app=replace(self._apple_music.apps[token.key.team_id], name=third_party.get("thirdPartyName", "")),
            redirect_uri=origin,
            scopes=frozenset(self.texts),
        )

    def allow(self, asked: ConsentRequest, fan: str, scopes: frozenset[str]) -> dict[str, str]:
        twin = self._apple_music
        is_refused = twin.switches.window_without_subscription == "refuses"
        if is_refused and twin.fans.welcome(fan).subscription == "none":
            return {"error": "SUBSCRIPTION_ERROR"}
        now = twin.clock.now()
        twin.permissions.allow(asked.app.client_id, fan, scopes, now)
        return {"token": twin.issue_tokens(asked.app.client_id, fan, scopes, now).access}

    def refuse(self, asked: ConsentRequest) -> dict[str, str]:  # noqa: ARG002 - always the same
        return {}

    def send_back(self, asked: ConsentRequest, answer: Mapping[str, str]) -> Response:
        """A message to the page instead of a redirect, with a token in it: only that page's origin gets it."""
        page = render_template(
            "sandbox/apple_music/handover.html",
            service=self.twin.name,
            origin=asked.redirect_uri,
            message=json.dumps(_message(answer)),
        )
        response = make_response(page)
        response.headers["Content-Security-Policy"] = HANDOVER_POLICY
        response.headers["Cache-Control"] = "no-store"
        return response


def _message(answer: Mapping[str, str]) -> dict[str, object]:
    method, params = "decline", []
    if "token" in answer:
        method, params = "authorize", [answer["token"], NOT_RESTRICTED, CALL_ID]
    elif "error" in answer:
        method, params = "unavailable", [answer["error"]]
    return {"jsonrpc": "2.0", "method": method, "params": params}


def _read_third_party(text: str) -> dict[str, str]:
    try:
        values = json.loads(base64.b64decode(text, validate=True))
    except (binascii.Error, ValueError):
        values = None
    if not isinstance(values, dict) or not values.get("thirdPartyName"):
        raise ConsentError("The window was opened wrongly", "a has to be base64 of JSON with name and token.")
    return {str(name): str(value) for name, value in values.items()}


def _origin_of(address: str) -> str:
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise ConsentError("The window was opened wrongly", "referrer has to be the address of the page.")
    return f"{parts.scheme}://{parts.netloc}"
