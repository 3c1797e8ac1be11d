"""Audiomack, by its Data API and OAuth 1.0a (https://audiomack.com/data-api/docs).

**Untested against the live service**: its keys are given out on request only. What is known is its documentation, in
part as quoted by others. What that does not tell is marked "not documented", and decided for the safe side.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Any

from presave_app.lib.languages import marked
from presave_app.lib.shapes import as_list, as_object, as_text
from presave_app.settings import ServiceOptions, ServiceSettings
from presave_app.streaming.connector import Connector, Extra, Outcome, Release, Setup, SignIn, SignInStart, Tokens
from presave_app.streaming.errors import (
    AppBlocked,
    AsWanted,
    NeedsReauth,
    NotYetAvailable,
    Refused,
    RetryLater,
    ServiceError,
)
from presave_app.streaming.http import Answer, ServiceHTTP
from presave_app.streaming.oauth1 import OAuth1Client

OPTIONS = ServiceOptions(
    service="audiomack",
    credentials=("AUDIOMACK_KEY", "AUDIOMACK_SECRET"),
    urls={
        "AUDIOMACK_API_URL": "https://api.audiomack.com/v1",
        "AUDIOMACK_WEB_URL": "https://audiomack.com",
    },
    # Not documented: neither a number nor how one is told of it.
    calls_per_second=2.0,
)

_SLUG = r"[\w-][\w.-]*"
_LINK = re.compile(
    rf"(?:https?://)?(?:www\.|m\.)?audiomack\.com/(?:embed/)?({_SLUG})/(song|album)/({_SLUG})/?(?:[?#]\S*)?", re.ASCII
)
# What the catalogue made of a link: the number that its calls want, and the link's own words.
_REF = re.compile(rf"(?:\d{{1,19}}:)?({_SLUG})/(song|album)/({_SLUG})", re.ASCII)
_ARTIST = re.compile(
    rf"(?:artist:|(?:https?://)?(?:www\.|m\.)?audiomack\.com/(?:artist/)?)({_SLUG})/?(?:[?#]\S*)?", re.ASCII
)
# "Access tokens expire one year after creation", and there is no refresh.
_GRANT_LIFE = timedelta(days=365)


class Audiomack(Connector):
    """The connector. A release is known by its link; the catalogue gives the number that stands in front of its ref."""

    service = "audiomack"
    name = "Audiomack"
    deed = marked("add it to your favourites on {service}")
    place = marked("your favourites on {service}")
    scopes: tuple[str, ...] = ()
    grant_life: timedelta | None = _GRANT_LIFE
    permissions_url = "https://audiomack.com"
    ref_example = "https://audiomack.com/alba-voss/album/night-drive"
    artist_example = "https://audiomack.com/alba-voss"
    setup = Setup(
        register_url="https://creators.audiomack.com/contact-us",
        steps=(
            "Ask Audiomack for a consumer key and its secret: there is no form that gives them out.",
            "Set AUDIOMACK_KEY and AUDIOMACK_SECRET.",
            "Try it with an account of your own before a fan does: see the terms.",
        ),
        terms=(
            "This connection is written from Audiomack's documentation and was never tried against the live service. "
            "Audiomack has no UPCs and gives a release its address at its upload, so paste the link yourself, at the "
            "latest on the day."
        ),
    )
    extras: Mapping[Extra, tuple[str, ...]] = MappingProxyType({Extra.FOLLOW_ARTIST: (), Extra.REPOST: ()})
    can_remove = True
    finds_by_upc = False
    # By its own word first in Ghana, and over ten million listeners in Nigeria
    # (https://tribuneonlineng.com/why-audiomack-remains-committed-to-giving-african-talents-global-recognition-charlotte-char-bwana/).
    home_countries: tuple[str, ...] = ("NG", "GH")

    def __init__(self, settings: ServiceSettings) -> None:
        self._api = settings.urls["AUDIOMACK_API_URL"]
        self._http = ServiceHTTP(_fault_of)
        self._oauth = OAuth1Client(
            self._http,
            key=settings.credentials["AUDIOMACK_KEY"],
            secret=settings.credentials["AUDIOMACK_SECRET"],
            request_token_url=f"{self._api}/request_token",
            authorize_url=f"{settings.urls['AUDIOMACK_WEB_URL']}/oauth/authenticate",
            access_token_url=f"{self._api}/access_token",
        )

    def close(self) -> None:
        self._http.close()

    def parse_ref(self, text: str) -> str | None:
        pasted = text.strip()
        if _REF.fullmatch(pasted):
            return pasted
        match = _LINK.fullmatch(pasted)
        return f"{match[1]}/{match[2]}/{match[3]}" if match else None

    def parse_artist_ref(self, text: str) -> str | None:
        match = _ARTIST.fullmatch(text.strip())
        return f"artist:{match[1]}" if match else None

    def listen_url(self, ref: str) -> str | None:
        return f"https://audiomack.com/{ref.rpartition(':')[2]}"

    def begin_sign_in(
        self,
        *,
        redirect_uri: str,
        state: str,
        code_verifier: str,  # noqa: ARG002
        scopes: tuple[str, ...],  # noqa: ARG002
    ) -> SignInStart:
        return self._oauth.begin(redirect_uri=redirect_uri, state=state)

    def finish_sign_in(self, answer: Mapping[str, str], *, secret: str, redirect_uri: str) -> SignIn:  # noqa: ARG002
        token = self._oauth.finish(answer, secret=secret)
        life = int(_GRANT_LIFE.total_seconds())
        return SignIn(Tokens(token, None, life, ()), self._account_id(token))

    def find_release(self, *, ref: str | None, upc: str | None) -> Release | None:  # noqa: ARG002 - it has no UPCs
        return self._release(ref) if ref is not None else None

    def add(self, access_token: str, ref: str) -> Outcome:
        return self._write("PUT", f"/music/{self._number(ref)}/favorite", access_token)

    def contains(self, access_token: str, ref: str) -> bool:
        number = self._number(ref)
        # "Passing a limit of 0 will return ALL results."
        query = {"show": "music", "fields": "id,type", "limit": "0"}
        try:
            found = self._call("GET", "/user/favorites", access_token, query).json_object()
        except NotYetAvailable:
            # Where the list is not given, nothing is proven.
            return False
        if not isinstance(found.get("results"), list):
            raise RetryLater("answer_unreadable")
        # Playlists have numbers of their own.
        music = [item for item in map(as_object, as_list(found["results"])) if item.get("type") != "playlist"]
        return any(_id_in(item) == number for item in music)

    def remove(self, access_token: str, ref: str) -> None:
        self._write("DELETE", f"/music/{self._number(ref)}/favorite", access_token)

    def do_extra(self, access_token: str, extra: Extra, subject: str) -> Outcome:
        if extra is Extra.FOLLOW_ARTIST:
            return self._write("PUT", f"/artist/{subject.removeprefix('artist:')}/follow", access_token)
        return self._write("PUT", f"/music/{self._number(subject)}/repost", access_token)

    def _account_id(self, token: str) -> str | None:
        """The number of the account; None where Audiomack does not name it, then the browser is the account."""
        try:
            found = self._call("GET", "/user", token).json_object()
        except NotYetAvailable:
            return None
        # Not documented is whether it stands in an envelope, as music does.
        return _id_in(found.get("results")) or _id_in(found) or None

    def _number(self, ref: str) -> str:
        """The number that calls want; of a release that was not looked up so far, it is looked up now."""
        if ":" in ref:
            return ref.partition(":")[0]
        release = self._release(ref)
        if release is None:
            raise NotYetAvailable("not_in_catalogue")
        return release.ref.partition(":")[0]

    def _release(self, ref: str) -> Release | None:
        link = ref.rpartition(":")[2]
        artist, kind, slug = link.split("/")
        try:
            answer = self._oauth.call_as_app("GET", f"{self._api}/music/{kind}/{artist}/{slug}")
        except NotYetAvailable:
            return None
        return _release_in(answer.json_object(), link)

    def _write(self, method: str, path: str, token: str) -> Outcome:
        try:
            answer = self._call(method, path, token)
        except AsWanted:
            return Outcome.ALREADY_THERE
        # A success has no body and says so by its status; a body has to be one that can be read, and tell of no error.
        if answer.status != 204 and "errorcode" in answer.json_object():
            raise RetryLater("answer_unreadable")
        return Outcome.ADDED

    def _call(self, method: str, path: str, token: str, query: Mapping[str, str] | None = None) -> Answer:
        return self._oauth.call(method, self._api + path, token, query)


def _is_about_us(message: str) -> bool:
    return "consumer" in message or "signature" in message


def _id_in(value: object) -> str:
    """An id, which comes as a number or as a text."""
    found = as_object(value).get("id")
    return str(found) if isinstance(found, int) and not isinstance(found, bool) else as_text(found)


def _release_in(found: Mapping[str, Any], link: str) -> Release:
    results = found.get("results")
    # Not documented is whether the one result stands in a list; clients have met both.
    music = as_object(next(iter(as_list(results)), None)) or as_object(results)
    number = _id_in(music)
    if not (number.isascii() and number.isdigit()):
        raise RetryLater("answer_unreadable")
    artist_slug = link.split("/")[0]
    return Release(
        f"{number}:{link}",
        None,
        title=as_text(music.get("title")),
        artist=as_text(music.get("artist")),
        artist_ref=f"artist:{artist_slug}",
    )


def _fault_of(answer: Answer) -> ServiceError:
    """What an answer that is no success means.

    The `errorcode` 1000 tells that it was a favourite already, 1001 that it was none. A wrong consumer key was seen to
    give a 401 that names it; a wrong secret of ours can only show in the signature. Not documented are what else a 403
    may mean (read as the fan's), and a limit of calls.
    """
    if answer.status >= 500:
        return RetryLater(f"http_{answer.status}")
    error = answer.json_or_empty()
    match answer.status:
        case 401 | 403 if _is_about_us(as_text(error.get("message")).lower()):
            return AppBlocked("invalid_client")
        case 401 | 403:
            return NeedsReauth("grant_revoked")
        case 404:
            return NotYetAvailable("not_in_catalogue")
        case 422 if str(error.get("errorcode")) in ("1000", "1001"):
            return AsWanted("already_there")
        case 429:
            return RetryLater("rate_limited", answer.retry_after_seconds())
        case status:
            return Refused(f"http_{status}") if status >= 400 else RetryLater(f"http_{status}")
