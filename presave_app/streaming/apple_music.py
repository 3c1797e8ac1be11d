"""Apple Music, by its API and by MusicKit on a page of ours. An add is answered before it is done, or ignored.

https://developer.apple.com/documentation/applemusicapi
"""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

from presave_app.lib.languages import marked
from presave_app.lib.shapes import as_list, as_object, as_text
from presave_app.settings import ServiceOptions, ServiceSettings
from presave_app.streaming.apple_music_catalogue import Catalogue, first_in, is_in_library, path_of
from presave_app.streaming.apple_music_tokens import DeveloperTokens
from presave_app.streaming.connector import (
    Connector,
    Outcome,
    Player,
    Release,
    Setup,
    SignIn,
    SignInPage,
    SignInStart,
    Tokens,
)
from presave_app.streaming.errors import (
    AppBlocked,
    NeedsReauth,
    NotEntitled,
    NotYetAvailable,
    Refused,
    RetryLater,
    ServiceError,
    SignInRefused,
)
from presave_app.streaming.http import Answer, ServiceHTTP

OPTIONS = ServiceOptions(
    service="apple-music",
    credentials=("APPLE_MUSIC_TEAM_ID", "APPLE_MUSIC_KEY_ID", "APPLE_MUSIC_PRIVATE_KEY"),
    urls={
        "APPLE_MUSIC_API_URL": "https://api.music.apple.com",
        "APPLE_MUSIC_JS_URL": "https://js-cdn.music.apple.com/musickit/v3/musickit.js",
        "APPLE_MUSIC_EMBED_URL": "https://embed.music.apple.com",
    },
    # Calls are counted per developer token, and no number is published
    # (https://developer.apple.com/documentation/applemusicapi/generating-developer-tokens). Users report that
    # 20 a second pass.
    calls_per_second=10.0,
)

_REF = re.compile(r"(album|song):\d{1,19}", re.ASCII)
_LINK = re.compile(
    r"(?:https?://)?(?:geo\.|beta\.|embed\.)?(?:music|itunes)\.apple\.com/(?:[a-z]{2}/)?"
    r"(album|song)/(?:[^/?#\s]+/)?(?:id)?(\d{1,19})/?(?:[?#]\S*)?",
    re.ASCII,
)
_ID = re.compile(r"\d{1,19}", re.ASCII)
_STOREFRONT = re.compile(r"[a-z]{2}")
# It goes into a header, so it may hold nothing that ends one.
_MUSIC_USER_TOKEN = re.compile(r"[!-~]{8,4096}")
# Where MusicKit's window opens and whom its script talks to.
_APPLE_SOURCES = ("https://authorize.music.apple.com", "https://*.apple.com")
# How long the token of a fan lives is not documented. Clients agree on about six months; it can't be renewed, and
# ends early with the account's password (https://developer.apple.com/forums/thread/810309).
_GRANT_LIFE = timedelta(days=180)
# A claim leaves time for one whole call. What a slower look brought is remembered, so the next try has that time.
_MOST_LOOK_SECONDS = 4.0


class AppleMusic(Connector):
    """The connector. The access token holds the fan's storefront and their Music User Token."""

    service = "apple-music"
    name = "Apple Music"
    deed = marked("add it to your {service} library")
    place = marked("your {service} library")
    scopes: tuple[str, ...] = ()
    grant_life: timedelta | None = _GRANT_LIFE
    permissions_url = "https://music.apple.com/account/settings"
    ref_example = "https://music.apple.com/us/album/night-drive/1700000001"
    setup = Setup(
        register_url="https://developer.apple.com/account/resources/identifiers/list/musicId",
        steps=(
            "Join the paid Apple Developer Program, make a Media ID and a key for MusicKit, and download the .p8 file.",
            "Set APPLE_MUSIC_TEAM_ID and APPLE_MUSIC_KEY_ID, and APPLE_MUSIC_PRIVATE_KEY to the text of that file.",
            "There is no redirect address to enter: fans sign in on a page of yours.",
        ),
        terms=(
            "Apple wants nothing in return for access to a listener's Apple Music: no payment, and no e-mail address "
            "in front of the button. Its script is loaded from Apple, after a tap. Only accounts with a subscription "
            "have a library to add to."
        ),
    )
    signs_in_on_page = True
    # "202 Accepted" comes at once, and ids that can't be added are ignored
    # (https://developer.apple.com/documentation/applemusicapi/add-a-resource-to-a-library).
    add_is_proof = False
    # A release on pre-order is in the catalogue ahead of its day, and Apple completes what was added of it
    # (https://itunespartner.apple.com/music/articles/music-pre-releases-3364).
    adds_before_release = True
    home_device = "ios"

    def __init__(self, settings: ServiceSettings) -> None:
        self._api = settings.urls["APPLE_MUSIC_API_URL"]
        self._script = settings.urls["APPLE_MUSIC_JS_URL"]
        self._urls = settings.urls
        self._http = ServiceHTTP(self._fault_of)
        self._developer_tokens = DeveloperTokens(
            team_id=settings.credentials["APPLE_MUSIC_TEAM_ID"],
            key_id=settings.credentials["APPLE_MUSIC_KEY_ID"],
            private_key=settings.credentials["APPLE_MUSIC_PRIVATE_KEY"],
        )
        self._catalogue = Catalogue(self._look)

    def close(self) -> None:
        self._http.close()

    def parse_ref(self, text: str) -> str | None:
        pasted = text.strip()
        if _REF.fullmatch(pasted):
            return pasted
        if _ID.fullmatch(pasted):
            return f"album:{pasted}"
        match = _LINK.fullmatch(pasted)
        if match is None:
            return None
        # A song is often linked as a place on its album.
        song = parse_qs(urlsplit(pasted).query).get("i", [""])[-1]
        return f"song:{song}" if _ID.fullmatch(song) else f"{match[1]}:{match[2]}"

    def listen_url(self, ref: str) -> str | None:
        kind, release_id = ref.split(":")
        # The host leads each listener to the storefront of their own.
        return f"https://geo.music.apple.com/us/{kind}/_/{release_id}"

    def player(self, ref: str) -> Player | None:
        """As the marketing tools make it (https://toolbox.marketingtools.apple.com).

        The storefront is that of `listen_url`; nothing leads the player on to a listener's own.
        """
        kind, release_id = ref.split(":")
        return Player(f"{self._urls['APPLE_MUSIC_EMBED_URL']}/us/{kind}/{release_id}", 450 if kind == "album" else 175)

    def sign_in_page(self, origin: str) -> SignInPage:
        sources = (_origin_of(self._script), _origin_of(self._api), *_APPLE_SOURCES)
        # The name stands in Apple's window: it is where the fan comes from.
        fields = {
            "developer_token": self._developer_tokens.for_browser(origin),
            "app_name": urlsplit(origin).hostname or "Presave",
        }
        return SignInPage(self._script, "musickit_sign_in.js", tuple(dict.fromkeys(sources)), fields)

    def begin_sign_in(
        self,
        *,
        redirect_uri: str,  # noqa: ARG002
        state: str,  # noqa: ARG002
        code_verifier: str,  # noqa: ARG002
        scopes: tuple[str, ...],  # noqa: ARG002
    ) -> SignInStart:
        raise Refused("sign_in_on_page")

    def finish_sign_in(self, answer: Mapping[str, str], *, secret: str, redirect_uri: str) -> SignIn:  # noqa: ARG002
        token = answer.get("music_user_token", "")
        said = answer.get("storefront", "").lower()
        if not _MUSIC_USER_TOKEN.fullmatch(token) or not _STOREFRONT.fullmatch(said):
            raise SignInRefused("sign_in_refused")
        # Only Apple knows whether the token is one, and where its account is at home.
        found = self._call("GET", "/v1/me/storefront", token).json_object()
        storefront = first_in(found)["id"]
        if not _STOREFRONT.fullmatch(storefront):
            raise RetryLater("answer_unreadable")
        life = int(_GRANT_LIFE.total_seconds())
        return SignIn(Tokens(f"{storefront}:{token}", None, life, ()), account_id=None)

    def find_release(self, *, ref: str | None, upc: str | None) -> Release | None:
        if ref is not None:
            return self._catalogue.find_release(ref)
        return self._catalogue.find_release_by_upc(upc) if upc else None

    def add(self, access_token: str, ref: str) -> Outcome:
        storefront, token = _parts_of(access_token)
        began_at = time.monotonic()
        resource = self._catalogue.get(storefront, ref)
        if time.monotonic() - began_at > _MOST_LOOK_SECONDS:
            raise RetryLater("no_answer_in_time")
        answer = self._call("POST", "/v1/me/library", token, {f"ids[{resource.kind}s]": resource.id})
        if answer.status != 202:
            raise RetryLater("answer_unreadable")
        return Outcome.PRE_ADDED if resource.is_ahead else Outcome.ADDED

    def contains(self, access_token: str, ref: str) -> bool:
        storefront, token = _parts_of(access_token)
        resource = self._catalogue.get(storefront, ref)
        path = path_of(storefront, resource.kind, resource.id)
        return is_in_library(self._call("GET", path, token, {"relate": "library"}).json_object())

    def _look(self, path: str, query: Mapping[str, str]) -> dict[str, Any]:
        """A question to the catalogue. No fan stands behind it, so a refusal can only mean this installation."""
        try:
            return self._call("GET", path, None, query).json_object()
        except (NeedsReauth, NotEntitled):
            raise AppBlocked("forbidden") from None

    def _call(self, method: str, path: str, token: str | None, query: Mapping[str, str] | None = None) -> Answer:
        headers = {"Music-User-Token": token} if token else {}
        bearer = self._developer_tokens.for_worker()
        return self._http.call(method, self._api + path, bearer=bearer, query=query, headers=headers)

    def _fault_of(self, answer: Answer) -> ServiceError:
        if answer.status == 401:
            self._developer_tokens.forget()
        return _fault_in(answer)


def _parts_of(access_token: str) -> tuple[str, str]:
    storefront, _, token = access_token.partition(":")
    return storefront, token


def _origin_of(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _fault_in(answer: Answer) -> ServiceError:
    """What an answer that is no success means. 401 is about our own token, 403 about the fan's.

    https://developer.apple.com/documentation/applemusicapi/http-status-codes
    """
    if answer.status >= 500:
        return RetryLater(f"http_{answer.status}")
    errors = as_list(answer.json_or_empty().get("errors"))
    match answer.status, as_text(as_object(next(iter(errors), None)).get("code")):
        case 401, _:
            return AppBlocked("invalid_client")
        case 403, "40300":
            return NeedsReauth("grant_revoked")
        case 403, _:
            return Refused("forbidden")
        case 400, "40015":
            # (https://developer.apple.com/forums/thread/694455)
            return NotEntitled("no_subscription")
        case 404, _:
            return NotYetAvailable("not_in_catalogue")
        case 429, _:
            # The header is not documented; without it the pause is a short one.
            return RetryLater("rate_limited", answer.retry_after_seconds())
        case status, _:
            return Refused(f"http_{status}") if status >= 400 else RetryLater(f"http_{status}")
