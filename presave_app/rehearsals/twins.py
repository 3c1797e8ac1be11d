"""The twins as a play meets them, over HTTP: how they are met, what they show, and fans who sign in to them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, quote, urljoin, urlsplit

from presave_app.lib.shapes import as_list, as_object
from presave_app.streaming.connector import Connector, SignIn
from presave_app.streaming.errors import Refused, RetryLater, ServiceError
from presave_app.streaming.http import Answer, ServiceHTTP


@dataclass(frozen=True)
class Release:
    """What the catalogues show from the moment on: the label's own words for it."""

    ref: str | None
    upc: str | None
    title: str
    artist: str


class Twins:
    """All of them, at one address of this machine."""

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")
        self._http = ServiceHTTP(_fault_of)

    def close(self) -> None:
        self._http.close()

    def settings(self) -> dict[str, dict[str, str]]:
        """By service what an app has to be told to meet its twin."""
        found = self._call("GET", "/stage")
        return {
            service: {name: str(value) for name, value in as_object(each).items()} for service, each in found.items()
        }

    def show(self, service: str, release: Release) -> bool:
        """Let the catalogue show a release; False where its name is none that this service would give."""
        values = {"ref": release.ref, "upc": release.upc or "", "title": release.title, "artist": release.artist}
        try:
            self._call("PUT", f"/stage/{quote(service)}/release", {k: v for k, v in values.items() if v is not None})
        except Refused:
            return False
        return True

    def lift_limit(self, service: str) -> None:
        """Turn away nobody for now."""
        self._call("DELETE", f"/stage/{quote(service)}/limit")

    def limit(self, service: str, calls: int, window_seconds: float, units_per_day: int | None) -> None:
        """Turn away whoever calls more often from now on, or has spent the day's budget."""
        values = {"calls": calls, "window_seconds": window_seconds}
        budget = {} if units_per_day is None else {"units_per_day": units_per_day}
        self._call("PUT", f"/stage/{quote(service)}/limit", values | budget)

    def refused(self, service: str) -> int:
        """How many calls were turned away."""
        return int(self._call("GET", f"/stage/{quote(service)}")["refused"])

    def sign_in(self, connector: Connector, fan: str, redirect_uri: str, code_verifier: str) -> SignIn:
        """A fan's whole way through the sign-in of a service, as a browser goes it."""
        if connector.signs_in_on_page:
            made = self._call("POST", f"/{quote(connector.service)}/control/sign-ins", {"names": [fan]})
            answer = {name: str(value) for name, value in as_object(as_list(made.get("sign_ins"))[0]).items()}
            return connector.finish_sign_in(answer, secret="", redirect_uri=redirect_uri)
        start = connector.begin_sign_in(
            redirect_uri=redirect_uri, state="rehearsal", code_verifier=code_verifier, scopes=connector.scopes
        )
        pressed = self._http.call("POST", start.url, form={"fan": fan, "decision": "allow"}, redirect_is_answer=True)
        back = self._http.call("GET", urljoin(self.url, _location(pressed)), redirect_is_answer=True)
        answer = dict(parse_qsl(urlsplit(_location(back)).query))
        return connector.finish_sign_in(answer, secret=start.secret, redirect_uri=redirect_uri)

    def _call(self, method: str, path: str, body: Mapping[str, object] | None = None) -> dict[str, Any]:
        text = None if body is None else json.dumps(body)
        headers = {"Content-Type": "application/json"} if body is not None else {}
        return self._http.call(method, self.url + path, body=text, headers=headers).json_object()


def _location(answer: Answer) -> str:
    return answer.headers.get("Location", "")


def _fault_of(answer: Answer) -> ServiceError:
    """A mistake of ours is a 400 there."""
    return Refused(f"http_{answer.status}") if answer.status < 500 else RetryLater(f"http_{answer.status}")
