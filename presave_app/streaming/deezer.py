"""Deezer, by its API and its own kind of OAuth. Answers are HTTP 200 even when they are errors.

No new apps are taken at the moment (https://developers.deezer.com/myapps), so this serves labels that have one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, timedelta
from types import MappingProxyType
from typing import Any
from urllib.parse import parse_qs, urlencode

from presave_app.lib import clock
from presave_app.lib.languages import marked
from presave_app.lib.shapes import as_date, as_list, as_object, as_text
from presave_app.lib.upc import same_upc
from presave_app.settings import ServiceOptions, ServiceSettings
from presave_app.streaming.connector import (
    NEVER_ENDS_SECONDS,
    Connector,
    Extra,
    Outcome,
    Player,
    Release,
    Setup,
    SignIn,
    SignInStart,
    Tokens,
)
from presave_app.streaming.deezer_faults import fault_in, http_fault_of
from presave_app.streaming.errors import (
    AsWanted,
    NeedsReauth,
    NotYetAvailable,
    RetryLater,
    SignInRefused,
)
from presave_app.streaming.http import Answer, ServiceHTTP

OPTIONS = ServiceOptions(
    service="deezer",
    credentials=("DEEZER_APP_ID", "DEEZER_SECRET"),
    urls={
        "DEEZER_CONNECT_URL": "https://connect.deezer.com",
        "DEEZER_API_URL": "https://api.deezer.com",
        "DEEZER_EMBED_URL": "https://widget.deezer.com/widget",
    },
    # "Limited to 50 requests / 5 seconds" (https://developers.deezer.com/api); for whom it counts is not said.
    calls_per_second=8.0,
    rate_window_seconds=5.0,
)

_REF = re.compile(r"(album|track):([0-9]{1,19})")
_LINK = re.compile(r"(?:https?://)?(?:www\.)?deezer\.com/(?:[a-z]{2}/)?(album|track)/([0-9]{1,19})(?:[/?#].*)?")
_ARTIST = re.compile(r"(?:(?:https?://)?(?:www\.)?deezer\.com/(?:[a-z]{2}/)?artist/)?([0-9]{1,19})(?:[/?#].*)?")
# The list of favourites has no order that is promised, so all of it is looked through, up to this many pages.
_PAGE_SIZE = 100
_MOST_PAGES = 30
# A day begins so much before it does in UTC, and ends so much after, somewhere in the world.
_BEGINS_FIRST, _ENDS_LAST = timedelta(hours=14), timedelta(hours=12)


class Deezer(Connector):
    """The connector. A permission with `offline_access` does not end and can't be renewed."""

    service = "deezer"
    name = "Deezer"
    deed = marked("add it to your favourites on {service}")
    place = marked("your favourites on {service}")
    scopes: tuple[str, ...] = ("basic_access", "offline_access", "manage_library")
    permissions_url = "https://www.deezer.com/account/apps"
    ref_example = "https://www.deezer.com/album/302127"
    setup = Setup(
        register_url="https://developers.deezer.com/myapps",
        steps=(
            "You need an app that you registered earlier: Deezer takes no new ones at the moment.",
            "Enter the domain of the redirect address below in the app.",
            "Set DEEZER_APP_ID and DEEZER_SECRET.",
        ),
        terms=(
            "Deezer's terms allow its API for non-commercial use only, and any other use after its approval. A label's "
            "pre-saves are promotion, so ask Deezer first. It may end an app's access at any time."
        ),
    )
    artist_example = "https://www.deezer.com/artist/27"
    extras: Mapping[Extra, tuple[str, ...]] = MappingProxyType({Extra.FOLLOW_ARTIST: ()})
    # First in France by what it paid out, second in Brazil by its own word (https://www.musicbusinessworldwide.com
    # on the trade body's half-year report, 2019; https://musically.com/2020/07/02/deezer-1-4-billion-valuation-mexico/).
    home_countries: tuple[str, ...] = ("FR", "BR")

    def __init__(self, settings: ServiceSettings) -> None:
        self._connect = settings.urls["DEEZER_CONNECT_URL"]
        self._api = settings.urls["DEEZER_API_URL"]
        self._urls = settings.urls
        self._app_id = settings.credentials["DEEZER_APP_ID"]
        self._secret = settings.credentials["DEEZER_SECRET"]
        self._http = ServiceHTTP(http_fault_of)

    def close(self) -> None:
        self._http.close()

    def parse_ref(self, text: str) -> str | None:
        pasted = text.strip()
        if pasted.isascii() and pasted.isdigit() and len(pasted) < 20:
            return f"album:{pasted}"
        match = _REF.fullmatch(pasted) or _LINK.fullmatch(pasted)
        return f"{match[1]}:{match[2]}" if match else None

    def parse_artist_ref(self, text: str) -> str | None:
        match = _ARTIST.fullmatch(text.strip())
        return match[1] if match else None

    def listen_url(self, ref: str) -> str | None:
        return f"https://www.deezer.com/{ref.replace(':', '/')}"

    def player(self, ref: str) -> Player | None:
        """As the widget's own page makes it (https://widget.deezer.com)."""
        return Player(f"{self._urls['DEEZER_EMBED_URL']}/auto/{ref.replace(':', '/')}", 300)

    def begin_sign_in(
        self, *, redirect_uri: str, state: str, code_verifier: str, scopes: tuple[str, ...]
    ) -> SignInStart:
        # There is no PKCE here (https://developers.deezer.com/api/oauth); the flow is bound by its state alone.
        query = {"app_id": self._app_id, "redirect_uri": redirect_uri, "perms": ",".join(scopes), "state": state}
        return SignInStart(f"{self._connect}/oauth/auth.php?{urlencode(query)}", code_verifier)

    def finish_sign_in(self, answer: Mapping[str, str], *, secret: str, redirect_uri: str) -> SignIn:  # noqa: ARG002
        code = answer.get("code", "")
        if not code:
            raise SignInRefused("sign_in_refused")
        # As a form, so that no secret stands in an address.
        form = {"app_id": self._app_id, "secret": self._secret, "code": code, "output": "json"}
        given = _token_in(self._http.call("POST", f"{self._connect}/oauth/access_token.php", form=form).text)
        token = given["access_token"]
        granted = self._granted(token)
        account_id = self._call("GET", "/user/me", token).get("id")
        if not isinstance(account_id, int):
            raise RetryLater("answer_unreadable")
        # Without `offline_access` the number is seconds, with it 0, which is no end at all.
        life = int(given["expires"]) or NEVER_ENDS_SECONDS
        return SignIn(Tokens(token, None, life, granted), str(account_id))

    def find_release(self, *, ref: str | None, upc: str | None) -> Release | None:
        if ref is None and not upc:
            return None
        path = f"/{ref.replace(':', '/')}" if ref else f"/album/upc:{(upc or '').lstrip('0').zfill(12)}"
        try:
            found = self._call("GET", path)
        except NotYetAvailable:
            return None
        return _release_in(found, ref, upc)

    def add(self, access_token: str, ref: str) -> Outcome:
        kind, release_id = ref.split(":")
        try:
            if self._write(f"/user/me/{kind}s", access_token, {f"{kind}_id": release_id}):
                return Outcome.ADDED
        except AsWanted:
            return Outcome.ALREADY_THERE
        # What `false` means is not documented; one that is there already is no failure.
        if self.contains(access_token, ref):
            return Outcome.ALREADY_THERE
        raise RetryLater("not_taken")

    def contains(self, access_token: str, ref: str) -> bool:
        kind, release_id = ref.split(":")
        index = 0
        for _ in range(_MOST_PAGES):
            query = {"index": str(index), "limit": str(_PAGE_SIZE)}
            found = self._call("GET", f"/user/me/{kind}s", access_token, query)
            if not isinstance(found.get("data"), list):
                raise RetryLater("answer_unreadable")
            items = as_list(found["data"])
            if any(str(as_object(item).get("id")) == release_id for item in items):
                return True
            if not items or not found.get("next"):
                return False
            # A page may be shorter than what was asked for.
            index += len(items)
        return False

    def do_extra(self, access_token: str, extra: Extra, subject: str) -> Outcome:  # noqa: ARG002 - there is one
        try:
            if self._write("/user/me/artists", access_token, {"artist_id": subject}):
                return Outcome.ADDED
        except AsWanted:
            return Outcome.ALREADY_THERE
        raise RetryLater("not_taken")

    def _granted(self, token: str) -> tuple[str, ...]:
        found = as_object(self._call("GET", "/user/me/permissions", token).get("permissions"))
        if not found:
            raise RetryLater("answer_unreadable")
        granted = tuple(scope for scope in self.scopes if found.get(scope) is True)
        if not granted:
            raise NeedsReauth("scope_missing")
        return granted

    def _write(self, path: str, token: str, query: Mapping[str, str]) -> bool:
        answer = self._send("POST", path, token, query).json()
        if not isinstance(answer, bool):
            raise fault_in(as_object(answer)) or RetryLater("answer_unreadable")
        return answer

    def _call(
        self, method: str, path: str, token: str | None = None, query: Mapping[str, str] | None = None
    ) -> dict[str, Any]:
        body = self._send(method, path, token, query).json_object()
        fault = fault_in(body)
        if fault is not None:
            raise fault
        return body

    def _send(self, method: str, path: str, token: str | None, query: Mapping[str, str] | None) -> Answer:
        # The API takes tokens in the query only (https://developers.deezer.com/api/oauth).
        signed = {**(query or {}), **({"access_token": token} if token else {})}
        return self._http.call(method, self._api + path, query=signed)


def _release_in(found: Mapping[str, Any], ref: str | None, upc: str | None) -> Release | None:
    """None where it is another release, or one that can't be listened to yet."""
    its_upc = as_text(found.get("upc"))
    is_other = ref is None and not same_upc(its_upc, upc or "")
    released_on = as_date(found.get("release_date"))
    if is_other or _is_ahead(released_on, found.get("available")) or not found.get("id"):
        return None
    artist = as_object(found.get("artist"))
    return Release(
        ref or f"album:{found['id']}",
        its_upc or None,
        title=as_text(found.get("title")),
        artist=as_text(artist.get("name")),
        artist_ref=str(artist["id"]) if artist.get("id") else None,
        released_on=released_on,
    )


def _is_ahead(released_on: date | None, available: object) -> bool:
    """Whether it can't be listened to yet, as far as the catalogue tells.

    What `available` means is not documented. Once its day is over everywhere, a release that is not available is more
    likely one that is not sold in the country we ask from.
    """
    now = clock.now()
    if released_on is not None and released_on > (now + _BEGINS_FIRST).date():
        return True
    is_over = released_on is not None and released_on < (now - _ENDS_LAST).date()
    return available is False and not is_over


def _token_in(text: str) -> dict[str, str]:
    """The token answer, JSON or a query string; a body without a token is a failure, as `wrong code` in a 200 is."""
    try:
        given = as_object(Answer(200, {}, text).json())
        found = {"access_token": as_text(given.get("access_token")), "expires": str(given.get("expires", ""))}
    except RetryLater:
        found = {name: values[-1] for name, values in parse_qs(text).items()}
    expires = found.get("expires", "")
    if not found.get("access_token") or not (expires.isascii() and expires.isdigit()):
        raise RetryLater("sign_in_not_finished")
    return found
