"""A small streaming service in one file: its connector, the service itself on loopback, and how it is turned on.

It stands for every service that is still to come: what the product needs to know of one is all here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from types import MappingProxyType
from urllib.parse import parse_qs, urlencode, urlsplit

from flask import Flask, jsonify, redirect, request
from serving import serving
from switching import turned_on
from werkzeug.serving import make_server
from werkzeug.wrappers import Response

from presave_app.settings import ServiceOptions, ServiceSettings
from presave_app.streaming.connector import (
    Extra,
    Outcome,
    Release,
    Setup,
    SignIn,
    SignInPage,
    Tokens,
    Units,
)
from presave_app.streaming.errors import (
    AccessExpired,
    NotYetAvailable,
    Refused,
    RetryLater,
    ServiceError,
    SignInRefused,
)
from presave_app.streaming.http import Answer, ServiceHTTP
from presave_app.streaming.oauth import OAuthClient, OAuthConnector

SONG = "song-1"
OPTIONS = ServiceOptions(
    service="hummingbird",
    credentials=("HUMMINGBIRD_ID", "HUMMINGBIRD_SECRET"),
    urls={"HUMMINGBIRD_URL": "https://hummingbird.example"},
    calls_per_second=1000,
)


class Hummingbird(OAuthConnector):
    """The connector: what a new service takes, and a line in `streaming.registry`."""

    service = "hummingbird"
    name = "Hummingbird"
    deed = "put it into your Hummingbird nest"
    place = "your Hummingbird nest"
    scopes: tuple[str, ...] = ("nest",)
    permissions_url = "https://hummingbird.example/apps"
    ref_example = "https://hummingbird.example/songs/song-1"
    setup = Setup("https://hummingbird.example/register", ("Set HUMMINGBIRD_ID and HUMMINGBIRD_SECRET.",), "Be kind.")
    artist_example = "https://hummingbird.example/birds/alba"
    extras: Mapping[Extra, tuple[str, ...]] = MappingProxyType({Extra.FOLLOW_ARTIST: ("follow",)})

    def __init__(self, settings: ServiceSettings) -> None:
        self._url = settings.urls["HUMMINGBIRD_URL"]
        self._http = ServiceHTTP(_fault_of)
        self._oauth = OAuthClient(
            self._http,
            client_id="humming",
            client_secret="bird",
            authorize_url=f"{self._url}/authorize",
            token_url=f"{self._url}/token",
        )

    def parse_ref(self, text: str) -> str | None:
        found = re.fullmatch(r"(?:https://hummingbird\.example/songs/)?(song-\d+)", text)
        return found[1] if found else None

    def parse_artist_ref(self, text: str) -> str | None:
        found = re.fullmatch(r"(?:https://hummingbird\.example/birds/)?([a-z]+)", text)
        return found[1] if found else None

    def listen_url(self, ref: str) -> str | None:
        return f"https://hummingbird.example/songs/{ref}"

    def finish_sign_in(self, answer: Mapping[str, str], *, secret: str, redirect_uri: str) -> SignIn:
        tokens = self._oauth.finish(answer, code_verifier=secret, redirect_uri=redirect_uri)
        return SignIn(tokens, tokens.access_token.split("-")[0])

    def find_release(self, *, ref: str | None, upc: str | None) -> Release | None:
        return Release(ref or SONG, None)

    def add(self, access_token: str, ref: str) -> Outcome:
        self._http.call("PUT", f"{self._url}/nest/{ref}", bearer=access_token)
        return Outcome.ADDED

    def contains(self, access_token: str, ref: str) -> bool:
        return self._http.call("GET", f"{self._url}/nest/{ref}", bearer=access_token).json_object()["is_there"]

    def do_extra(self, access_token: str, extra: Extra, subject: str) -> Outcome:
        self._http.call("PUT", f"{self._url}/following/{subject}", bearer=access_token)
        return Outcome.ADDED


class OnPage(Hummingbird):
    """A service that names no account, and gives its permission to a script."""

    signs_in_on_page = True

    def sign_in_page(self, origin: str) -> SignInPage:
        return SignInPage(
            f"{self._url}/kit.js", "musickit_sign_in.js", (self._url,), {"developer_token": "ey", "app_name": origin}
        )

    def finish_sign_in(self, answer: Mapping[str, str], *, secret: str, redirect_uri: str) -> SignIn:
        token = answer.get("music_user_token", "")
        if not token:
            raise SignInRefused("sign_in_refused")
        return SignIn(Tokens(token, None, 86_400, ()), None)


class SilentHummingbird(Hummingbird):
    """One that says yes to every add, and can be asked ahead of the day."""

    add_is_proof = False
    adds_before_release = True
    grant_life = timedelta(days=180)
    units = Units(add=50, look=1)


def _fault_of(answer: Answer) -> ServiceError:
    match answer.status:
        case 401:
            return AccessExpired("access_expired")
        case 404:
            return NotYetAvailable("not_in_catalogue")
        case status if status < 500:
            return Refused(f"http_{status}")
        case status:
            return RetryLater(f"http_{status}")


@dataclass
class Nest:
    """The service: what its fans have saved and whom they follow. Switches say how it behaves."""

    url: str = ""
    gives_refresh_token: bool = True
    token_seconds: int = 3600
    ignores_adds: bool = False
    saved: dict[str, list[str]] = field(default_factory=dict)
    following: dict[str, list[str]] = field(default_factory=dict)

    def save(self, fan: str, ref: str) -> None:
        if not self.ignores_adds:
            self.saved.setdefault(fan, []).append(ref)


def _make_app(nest: Nest) -> Flask:
    app = Flask("hummingbird")

    def fan() -> str:
        return request.headers["Authorization"].removeprefix("Bearer ").split("-")[0]

    @app.get("/authorize")
    def authorize() -> Response:
        query = {"code": request.args.get("fan", "ida"), "state": request.args["state"]}
        return redirect(f"{request.args['redirect_uri']}?{urlencode(query)}")

    @app.post("/token")
    def token() -> Response:
        name = request.form.get("code") or request.form["refresh_token"]
        lasting = {"refresh_token": name} if nest.gives_refresh_token else {}
        return jsonify({"access_token": f"{name}-access", "expires_in": nest.token_seconds, "scope": "", **lasting})

    @app.put("/nest/<ref>")
    def save(ref: str) -> Response:
        nest.save(fan(), ref)
        return jsonify({})

    @app.get("/nest/<ref>")
    def look(ref: str) -> Response:
        return jsonify({"is_there": ref in nest.saved.get(fan(), [])})

    @app.put("/following/<artist>")
    def follow(artist: str) -> Response:
        nest.following.setdefault(fan(), []).append(artist)
        return jsonify({})

    return app


@contextmanager
def hummingbird(
    app: Flask, kind: type[Hummingbird] = Hummingbird, *, units_per_day: int | None = None
) -> Iterator[Nest]:
    """The service on loopback, turned on in the app as its line in the registry would."""
    nest = Nest()
    server = make_server("127.0.0.1", 0, _make_app(nest), threaded=True)
    nest.url = f"http://127.0.0.1:{server.server_port}"
    settings = ServiceSettings(
        is_on=True,
        credentials={},
        urls={"HUMMINGBIRD_URL": nest.url},
        choices={},
        calls_per_second=1000,
        units_per_day=units_per_day,
    )
    connector = kind(settings)
    with serving(server), closing(connector), turned_on(app, connector, settings):
        yield nest


def come_from(address: str, fan: str) -> str:
    """What the browser of a fan who said yes comes back with, path and query."""
    parts = urlsplit(address)
    query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    back = urlsplit(query["redirect_uri"])
    return f"{back.path}?{urlencode({'code': fan, 'state': query['state']})}"
