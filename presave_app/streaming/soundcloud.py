"""SoundCloud, by its API and OAuth 2.1. What is done there is a like.

Paths, headers and answers as in SoundCloud's own description of its API (https://github.com/soundcloud/api).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any
from urllib.parse import parse_qs, unquote, urlencode, urlsplit

from presave_app.lib.languages import marked
from presave_app.lib.shapes import as_list, as_object, as_text
from presave_app.settings import ServiceOptions, ServiceSettings
from presave_app.streaming.connector import Extra, Outcome, Player, Release, Setup, SignIn, Tokens
from presave_app.streaming.errors import (
    AccessExpired,
    AppBlocked,
    NeedsReauth,
    NotYetAvailable,
    Refused,
    RetryLater,
    ServiceError,
)
from presave_app.streaming.http import Answer, ServiceHTTP
from presave_app.streaming.oauth import OAuthClient, OAuthConnector

OPTIONS = ServiceOptions(
    service="soundcloud",
    credentials=("SOUNDCLOUD_CLIENT_ID", "SOUNDCLOUD_CLIENT_SECRET"),
    urls={
        "SOUNDCLOUD_AUTH_URL": "https://secure.soundcloud.com",
        "SOUNDCLOUD_API_URL": "https://api.soundcloud.com",
        "SOUNDCLOUD_EMBED_URL": "https://w.soundcloud.com/player",
    },
    # Only plays have a published limit (https://developers.soundcloud.com/docs/api/rate-limits).
    calls_per_second=5.0,
)

_URN = re.compile(r"soundcloud:(tracks|playlists):\d{1,19}")
_LINK = re.compile(
    r"(?:https?://)?(?:(?:www\.|m\.)?soundcloud\.com/(?:[\w-]+/(?:sets/)?[\w-]+(?:/s-\w+)?)|on\.soundcloud\.com/\w+)"
    r"/?(?:[?#].*)?"
)
_SHORT = "https://on.soundcloud.com/"
_ARTIST = re.compile(r"soundcloud:users:\d{1,19}")
# `/resolve` has answered with a bare number, too (https://github.com/soundcloud/api/issues/403).
_RESOURCE = re.compile(r"/(tracks|playlists)/(?:soundcloud:\1:)?(\d{1,19})$")
_ACCEPT = "application/json; charset=utf-8"
# A liked playlist comes with all its tracks, and an answer may only be so large (`streaming.http`).
_PLAYLISTS_PER_PAGE = 10
_MOST_PAGES = 10


class SoundCloud(OAuthConnector):
    """The connector. A refresh token is good once: the answer that brings the next one must not get lost."""

    service = "soundcloud"
    name = "SoundCloud"
    deed = marked("like it on {service} for you")
    place = marked("your likes on {service}")
    # There are none to ask for: a permission is for everything.
    scopes: tuple[str, ...] = ()
    permissions_url = "https://soundcloud.com/settings/connections"
    ref_example = "https://soundcloud.com/alba-voss/sets/night-drive"
    setup = Setup(
        register_url="https://soundcloud.com/you/apps",
        steps=(
            "Register an app from an account with Artist Pro, which has to stay active; one app for each person.",
            "Enter the redirect address below.",
            "Set SOUNDCLOUD_CLIENT_ID and SOUNDCLOUD_CLIENT_SECRET.",
        ),
        terms=(
            "SoundCloud says that its public API can in general not be used for commercial purposes: ask before you "
            "use it for a label. New apps have a lower limit until SoundCloud has looked at them."
        ),
    )
    artist_example = "soundcloud:users:1"
    extras: Mapping[Extra, tuple[str, ...]] = MappingProxyType({Extra.FOLLOW_ARTIST: (), Extra.REPOST: ()})
    can_remove = True
    finds_by_upc = False

    def __init__(self, settings: ServiceSettings) -> None:
        accounts = settings.urls["SOUNDCLOUD_AUTH_URL"]
        self._api = settings.urls["SOUNDCLOUD_API_URL"]
        self._urls = settings.urls
        self._http = ServiceHTTP(_fault_of)
        self._oauth = OAuthClient(
            self._http,
            client_id=settings.credentials["SOUNDCLOUD_CLIENT_ID"],
            client_secret=settings.credentials["SOUNDCLOUD_CLIENT_SECRET"],
            authorize_url=f"{accounts}/authorize",
            token_url=f"{accounts}/oauth/token",
            auth_method="client_secret_post",
            # The app's own token is asked for by header (SoundCloud's guide to authentication).
            app_auth_method="client_secret_basic",
        )

    def parse_ref(self, text: str) -> str | None:
        """A link is kept as it is: only the service knows whose number it is."""
        pasted = text.strip()
        if _URN.fullmatch(pasted):
            return pasted
        if not _LINK.fullmatch(pasted):
            return None
        return "https://" + pasted.removeprefix("https://").removeprefix("http://").split("?")[0].split("#")[0]

    def parse_artist_ref(self, text: str) -> str | None:
        return text.strip() if _ARTIST.fullmatch(text.strip()) else None

    def listen_url(self, ref: str) -> str | None:
        return ref if ref.startswith("https://") else None

    def player(self, ref: str) -> Player | None:
        """It is told a sound by its permalink or by its address in the API, never by a short link.

        https://developers.soundcloud.com/docs/api/html5-widget
        """
        if ref.startswith(_SHORT):
            return None
        _, _, name = ref.partition("soundcloud:")
        address = f"https://api.soundcloud.com/{name.replace(':', '/')}" if name else ref
        is_list = "playlists/" in address or "/sets/" in address
        query = urlencode({"url": address, "show_comments": "false"})
        return Player(f"{self._urls['SOUNDCLOUD_EMBED_URL']}/?{query}", 400 if is_list else 166)

    def finish_sign_in(self, answer: Mapping[str, str], *, secret: str, redirect_uri: str) -> SignIn:
        tokens = self._oauth.finish(answer, code_verifier=secret, redirect_uri=redirect_uri)
        account_id = as_text(self._call("GET", "/me", tokens.access_token).get("urn"))
        if not account_id:
            raise RetryLater("answer_unreadable")
        return SignIn(tokens, account_id)

    def refresh(self, refresh_token: str) -> Tokens:
        try:
            tokens = self._oauth.refresh(refresh_token)
        except (Refused, AccessExpired):
            # A used or revoked token may be told in OAuth's words or in the API's own, which have no code for it.
            raise NeedsReauth("grant_revoked") from None
        if tokens.refresh_token is None:
            # The old one is used up, so an answer without a new one is not a whole answer.
            raise RetryLater("answer_unreadable")
        return tokens

    def find_release(self, *, ref: str | None, upc: str | None) -> Release | None:  # noqa: ARG002 - not searchable
        if ref is None:
            return None
        try:
            return self._oauth.as_app(lambda token: self._release(token, ref))
        except NotYetAvailable:
            return None

    def add(self, access_token: str, ref: str) -> Outcome:
        self._call("POST", f"/likes/{_kind_of(ref)}/{ref}", access_token)
        return Outcome.ADDED

    def contains(self, access_token: str, ref: str) -> bool:
        if _kind_of(ref) == "playlists":
            return self._is_among_the_likes(access_token, ref)
        # The list of liked tracks is minutes behind (https://github.com/soundcloud/api/issues/255).
        is_liked = self._call("GET", f"/tracks/{ref}", access_token).get("user_favorite")
        if not isinstance(is_liked, bool):
            raise RetryLater("answer_unreadable")
        return is_liked

    def remove(self, access_token: str, ref: str) -> None:
        self._call("DELETE", f"/likes/{_kind_of(ref)}/{ref}", access_token)

    def do_extra(self, access_token: str, extra: Extra, subject: str) -> Outcome:
        if extra is Extra.REPOST:
            self._send("POST", f"/reposts/{_kind_of(subject)}/{subject}", access_token)
        else:
            self._send("PUT", f"/me/followings/{subject}", access_token)
        return Outcome.ADDED

    def _is_among_the_likes(self, token: str, ref: str) -> bool:
        """Whether a playlist is liked: it does not say so itself (https://github.com/soundcloud/api/issues/194).

        No order of the likes is documented. Who likes more than these pages hold may be told no; that repeats a like
        or leaves it unproven, while a look without an end would keep others waiting.
        """
        query = {"limit": str(_PLAYLISTS_PER_PAGE), "linked_partitioning": "true"}
        for _ in range(_MOST_PAGES):
            page = self._call("GET", "/me/likes/playlists", token, query)
            if "collection" not in page:
                raise RetryLater("answer_unreadable")
            if any(as_object(item).get("urn") == ref for item in as_list(page["collection"])):
                return True
            # Only the query of the next page is used: a token goes to no address that an answer names.
            rest = parse_qs(urlsplit(as_text(page.get("next_href"))).query)
            if not rest:
                return False
            query = {name: values[-1] for name, values in rest.items()}
        return False

    def _release(self, app_token: str, ref: str) -> Release | None:
        """What is at a number or a link; a link answers with the address of the number, on the API's own host."""
        if _URN.fullmatch(ref):
            return _release_in(self._call("GET", f"/{_kind_of(ref)}/{ref}", app_token))
        moved = self._send("GET", "/resolve", app_token, {"url": ref}, redirects=True)
        resource = _RESOURCE.search(unquote(urlsplit(moved.headers.get("Location", "")).path))
        if resource is None:
            return None
        kind, number = resource.groups()
        found = _release_in(self._call("GET", f"/{kind}/soundcloud:{kind}:{number}", app_token))
        return replace(found, url=found.url or ref) if found else None

    def _call(self, method: str, path: str, token: str, query: Mapping[str, str] | None = None) -> dict[str, Any]:
        return self._send(method, path, token, query).json_object()

    def _send(
        self,
        method: str,
        path: str,
        token: str,
        query: Mapping[str, str] | None = None,
        *,
        redirects: bool = False,
    ) -> Answer:
        # Not "Bearer", whatever the token answer says.
        headers = {"Accept": _ACCEPT, "Authorization": f"OAuth {token}"}
        return self._http.call(method, self._api + path, query=query, headers=headers, redirect_is_answer=redirects)


def _kind_of(ref: str) -> str:
    found = _URN.fullmatch(ref)
    if found is None:
        # A link that could not be resolved so far.
        raise NotYetAvailable("not_in_catalogue")
    return found[1]


def _release_in(found: Mapping[str, Any]) -> Release | None:
    urn = as_text(found.get("urn"))
    if not _URN.fullmatch(urn):
        raise RetryLater("answer_unreadable")
    if found.get("sharing") == "private":
        return None
    user = as_object(found.get("user"))
    return Release(
        urn,
        as_text(found.get("ean")) or None,
        title=as_text(found.get("title")),
        artist=as_text(user.get("username")),
        artist_ref=as_text(user.get("urn")) or None,
        url=as_text(found.get("permalink_url")) or None,
    )


def _fault_of(answer: Answer) -> ServiceError:
    body = answer.json_or_empty()
    # The specification gives the token endpoint the API's own shape, in practice it has been OAuth's.
    error = body.get("error") or body.get("message")
    match answer.status:
        case status if status >= 500:
            return RetryLater(f"http_{status}")
        case 429:
            # With and without a note on spam; neither tells for how long.
            return RetryLater("rate_limited", answer.retry_after_seconds())
        case _ if error == "invalid_grant":
            return NeedsReauth("grant_revoked")
        case _ if error in ("invalid_client", "unauthorized_client"):
            return AppBlocked("invalid_client")
        case 401:
            return AccessExpired("access_expired")
        case 403:
            return Refused("forbidden")
        case 404:
            return NotYetAvailable("not_in_catalogue")
        case 422:
            return Refused("library_full")
        case status:
            return Refused(f"http_{status}") if status >= 400 else RetryLater(f"http_{status}")
