"""Spotify, by its Web API and its accounts service."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Any

from presave_app.lib.languages import marked
from presave_app.lib.shapes import as_list, as_object, as_text
from presave_app.lib.upc import same_upc, written_forms
from presave_app.settings import ServiceOptions, ServiceSettings
from presave_app.streaming.connector import Countdown, Extra, Outcome, Player, Release, Setup, SignIn
from presave_app.streaming.errors import (
    AccessExpired,
    AppBlocked,
    NeedsReauth,
    NotEntitled,
    NotYetAvailable,
    Refused,
    RetryLater,
    ServiceError,
)
from presave_app.streaming.http import Answer, ServiceHTTP
from presave_app.streaming.oauth import OAuthClient, OAuthConnector

OPTIONS = ServiceOptions(
    service="spotify",
    credentials=("SPOTIFY_CLIENT_ID", "SPOTIFY_CLIENT_SECRET"),
    urls={
        "SPOTIFY_ACCOUNTS_URL": "https://accounts.spotify.com",
        "SPOTIFY_API_URL": "https://api.spotify.com/v1",
        "SPOTIFY_EMBED_URL": "https://open.spotify.com/embed",
    },
    # Spotify publishes no number, only that calls are counted per app in a rolling 30 seconds
    # (https://developer.spotify.com/documentation/web-api/concepts/rate-limits).
    calls_per_second=5.0,
    rate_window_seconds=30.0,
    choices={"SPOTIFY_MODE": ("development", "extended")},
)

_REF = re.compile(r"spotify:(album|track):([0-9A-Za-z]{22})")
_LINK = re.compile(
    r"(?:https?://)?(?:open|play)\.spotify\.com/(?:intl-[a-z-]+/)?(album|track)/([0-9A-Za-z]{22})(?:[/?#].*)?"
)
_ARTIST = re.compile(
    r"(?:spotify:artist:|(?:https?://)?open\.spotify\.com/(?:intl-[a-z-]+/)?artist/)([0-9A-Za-z]{22})(?:[/?#].*)?"
)
_COUNTDOWN = re.compile(
    r"(?:spotify:prerelease:|(?:https?://)?open\.spotify\.com/(?:intl-[a-z-]+/)?prerelease/)([0-9A-Za-z]{22})(?:[/?#].*)?"
)
_DEVELOPMENT_MODE_USERS = 5
# "Refresh tokens expire six months after the user's authorisation", and refreshing does not extend that
# (https://developer.spotify.com/documentation/web-api/tutorials/refreshing-tokens). The exact number of
# days is not published, so the shortest six months there are.
_GRANT_LIFE = timedelta(days=181)


class Spotify(OAuthConnector):
    """The connector. Development mode serves five fans; `PUT /me/library` works in both modes."""

    service = "spotify"
    name = "Spotify"
    deed = marked("add it to your {service} library")
    place = marked("your {service} library")
    scopes: tuple[str, ...] = ("user-library-modify", "user-library-read")
    grant_life: timedelta | None = _GRANT_LIFE
    permissions_url = "https://www.spotify.com/account/apps/"
    ref_example = "https://open.spotify.com/album/2up3OPMp9Tb4dAKM2erWXQ"
    setup = Setup(
        register_url="https://developer.spotify.com/dashboard",
        steps=(
            "Create an app with the Web API, and enter the redirect address below, letter for letter.",
            "Set SPOTIFY_CLIENT_ID and SPOTIFY_CLIENT_SECRET.",
            "In development mode name your listeners under User Management; the app's owner needs Premium.",
            "Once Spotify has granted extended quota, set SPOTIFY_MODE to extended.",
        ),
        terms=(
            "A new app is in development mode: it serves five listeners whom you name, and Spotify says it is no "
            "foundation for a business. Extended quota is for registered organisations with a launched service and "
            "at least 250,000 monthly users. Saves must not be rewarded, and a listener's data has to go within five "
            "days of disconnecting; here it goes at once."
        ),
    )
    artist_example = "https://open.spotify.com/artist/0OdUWJ0sBjDrqHygGUXeCF"
    # https://support.spotify.com/us/artists/article/getting-started-with-countdown-pages-on-spotify
    countdown = Countdown(
        "Spotify Countdown Page",
        "You make one in Spotify for Artists, for an album or an EP.",
        "https://open.spotify.com/prerelease/6tQDJpMB6LsOsSUkdTOHd5",
    )
    extras: Mapping[Extra, tuple[str, ...]] = MappingProxyType({Extra.FOLLOW_ARTIST: ("user-follow-modify",)})
    can_remove = True

    def __init__(self, settings: ServiceSettings) -> None:
        accounts = settings.urls["SPOTIFY_ACCOUNTS_URL"]
        self._api = settings.urls["SPOTIFY_API_URL"]
        self._urls = settings.urls
        is_development = settings.choices["SPOTIFY_MODE"] == "development"
        self.audience_limit: int | None = _DEVELOPMENT_MODE_USERS if is_development else None
        self._http = ServiceHTTP(_fault_of)
        self._oauth = OAuthClient(
            self._http,
            client_id=settings.credentials["SPOTIFY_CLIENT_ID"],
            client_secret=settings.credentials["SPOTIFY_CLIENT_SECRET"],
            authorize_url=f"{accounts}/authorize",
            token_url=f"{accounts}/api/token",
        )

    def parse_ref(self, text: str) -> str | None:
        match = _REF.fullmatch(text.strip()) or _LINK.fullmatch(text.strip())
        return f"spotify:{match[1]}:{match[2]}" if match else None

    def listen_url(self, ref: str) -> str:
        _, kind, release_id = ref.split(":")
        return f"https://open.spotify.com/{kind}/{release_id}"

    def player(self, ref: str) -> Player | None:
        """Its address and heights: https://developer.spotify.com/documentation/embeds/references/oembed."""
        _, kind, release_id = ref.split(":")
        return Player(f"{self._urls['SPOTIFY_EMBED_URL']}/{kind}/{release_id}", 352 if kind == "album" else 152)

    def parse_artist_ref(self, text: str) -> str | None:
        match = _ARTIST.fullmatch(text.strip())
        return f"spotify:artist:{match[1]}" if match else None

    def parse_countdown(self, text: str) -> str | None:
        match = _COUNTDOWN.fullmatch(text.strip())
        return f"https://open.spotify.com/prerelease/{match[1]}" if match else None

    def finish_sign_in(self, answer: Mapping[str, str], *, secret: str, redirect_uri: str) -> SignIn:
        tokens = self._oauth.finish(answer, code_verifier=secret, redirect_uri=redirect_uri)
        profile = self._call("GET", "/me", tokens.access_token).json_object()
        # `account_id` never changes and is the one to link accounts by; older answers lack it
        # (https://developer.spotify.com/documentation/web-api/references/changes/may-2026).
        account_id = as_text(profile.get("account_id")) or as_text(profile.get("id"))
        if not account_id:
            raise RetryLater("answer_unreadable")
        return SignIn(tokens, account_id)

    def find_release(self, *, ref: str | None, upc: str | None) -> Release | None:
        if ref is not None:
            return self._oauth.as_app(lambda token: self._release_by_ref(token, ref))
        return self._oauth.as_app(lambda token: self._release_by_upc(token, upc)) if upc else None

    def add(self, access_token: str, ref: str) -> Outcome:
        answer = self._call("PUT", "/me/library", access_token, {"uris": ref})
        # A success has nothing in it (https://developer.spotify.com/documentation/web-api/reference/save-library-items).
        if answer.text.strip():
            answer.json()
        return Outcome.ADDED

    def contains(self, access_token: str, ref: str) -> bool:
        found = as_list(self._call("GET", "/me/library/contains", access_token, {"uris": ref}).json())
        if found not in ([True], [False]):
            raise RetryLater("answer_unreadable")
        return bool(found[0])

    def remove(self, access_token: str, ref: str) -> None:
        self._call("DELETE", "/me/library", access_token, {"uris": ref})

    def do_extra(self, access_token: str, extra: Extra, subject: str) -> Outcome:  # noqa: ARG002 - there is one
        # Artists are not among the documented types of this call, yet clients of 2026 send them
        # (https://github.com/thlucas1/SpotifyWebApiPython); `/me/following` is closed to new apps.
        return self.add(access_token, subject)

    def _release_by_ref(self, app_token: str, ref: str) -> Release | None:
        _, kind, release_id = ref.split(":")
        try:
            found = self._call("GET", f"/{kind}s/{release_id}", app_token).json_object()
        except NotYetAvailable:
            return None
        artist = as_object(next(iter(as_list(found.get("artists"))), None))
        return Release(
            ref,
            as_text(as_object(found.get("external_ids")).get("upc")) or None,
            title=as_text(found.get("name")),
            artist=as_text(artist.get("name")),
            artist_ref=self.parse_artist_ref(as_text(artist.get("uri"))),
        )

    def _release_by_upc(self, app_token: str, upc: str) -> Release | None:
        """The album that carries this UPC; the hits of a search do not say theirs, so each one is asked."""
        for form in written_forms(upc):
            query = {"q": f"upc:{form}", "type": "album", "limit": "10"}
            found = self._call("GET", "/search", app_token, query).json_object()
            for ref in filter(None, map(self.parse_ref, _refs_in(found))):
                release = self._release_by_ref(app_token, ref)
                if release and same_upc(release.upc or "", upc):
                    return release
        return None

    def _call(self, method: str, path: str, token: str, query: Mapping[str, str] | None = None) -> Answer:
        return self._http.call(method, self._api + path, bearer=token, query=query)


def _refs_in(found: Mapping[str, Any]) -> list[str]:
    # `items` may hold nulls (https://github.com/spotify/web-api/issues/1547).
    items = as_list(as_object(found.get("albums")).get("items"))
    return [as_text(as_object(item).get("uri")) for item in items]


def _fault_of(answer: Answer) -> ServiceError:
    """What an answer that is no success means.

    The token endpoint answers in OAuth's shape, the Web API in its own, and some answers are plain text
    (https://developer.spotify.com/documentation/web-api/concepts/api-calls).
    """
    if answer.status >= 500:
        return RetryLater(f"http_{answer.status}")
    error = answer.json_or_empty().get("error")
    if answer.status == 429:
        quota = as_object(error).get("reason") == "QUOTA_EXCEEDED"
        return RetryLater("quota_exceeded" if quota else "rate_limited", answer.retry_after_seconds())
    if isinstance(error, str):
        return _token_fault(error, as_text(answer.json_or_empty().get("error_description")))
    return _api_fault(answer.status, as_text(as_object(error).get("message")) or answer.text[:300])


def _token_fault(error: str, description: str) -> ServiceError:
    match error:
        case "invalid_grant" if "expired" in description.lower():
            return NeedsReauth("grant_expired")
        case "invalid_grant":
            return NeedsReauth("grant_revoked")
        case "invalid_client" | "unauthorized_client":
            return AppBlocked("invalid_client")
        case _:
            return Refused(f"token_{error}"[:60])


def _api_fault(status: int, message: str) -> ServiceError:
    match status:
        case 401:
            return AccessExpired("access_expired")
        case 403:
            return _forbidden(message.lower())
        case 404:
            return NotYetAvailable("not_in_catalogue")
        case _ if 400 <= status < 500:
            return Refused(f"http_{status}")
        case _:
            return RetryLater(f"http_{status}")


def _forbidden(message: str) -> ServiceError:
    if "scope" in message:
        return NeedsReauth("scope_missing")
    if "not be registered" in message or "not registered" in message:
        return NotEntitled("not_on_the_list")
    if "premium subscription required" in message:
        return AppBlocked("owner_premium_lapsed")
    # Said of one account as well as of a whole app; the engine tells the two apart by how many it meets.
    return Refused("forbidden")
