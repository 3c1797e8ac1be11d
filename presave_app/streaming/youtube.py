"""YouTube, by its Data API. There is no library to add to: what is done there is a like, and it is called that.

https://developers.google.com/youtube/v3/docs/videos/rate
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import datetime, time, timedelta
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from presave_app.lib import clock
from presave_app.lib.languages import marked
from presave_app.lib.shapes import as_list, as_object, as_text
from presave_app.settings import ServiceOptions, ServiceSettings
from presave_app.streaming.connector import (
    Extra,
    Outcome,
    Player,
    Release,
    Setup,
    SignIn,
    Units,
)
from presave_app.streaming.errors import AsWanted, NeedsReauth, NotEntitled, RetryLater, ServiceError
from presave_app.streaming.http import Answer, ServiceHTTP
from presave_app.streaming.oauth import OAuthClient, OAuthConnector
from presave_app.streaming.youtube_faults import fault_of

# "Daily quotas reset at midnight Pacific Time"
# (https://developers.google.com/youtube/v3/determine_quota_cost).
_BUDGET_ZONE = "America/Los_Angeles"
OPTIONS = ServiceOptions(
    service="youtube",
    credentials=("YOUTUBE_CLIENT_ID", "YOUTUBE_CLIENT_SECRET"),
    urls={
        "YOUTUBE_AUTH_URL": "https://accounts.google.com",
        "YOUTUBE_TOKEN_URL": "https://oauth2.googleapis.com",
        "YOUTUBE_API_URL": "https://www.googleapis.com/youtube/v3",
        "YOUTUBE_EMBED_URL": "https://www.youtube-nocookie.com/embed",
    },
    calls_per_second=5.0,
    units_per_day=10_000,
    budget_zone=_BUDGET_ZONE,
    choices={"YOUTUBE_MODE": ("production", "testing")},
)

_VIDEO = re.compile(r"[\w-]{11}", re.ASCII)
_LINK = re.compile(
    r"(?:https?://)?(?:(?:www\.|m\.|music\.)?youtube\.com/(?:watch\?(?:[^#]*&)?v=|shorts/|live/)|youtu\.be/)"
    r"([\w-]{11})(?:[&?/#].*)?",
    re.ASCII,
)
_CHANNEL = re.compile(
    r"(?:(?:https?://)?(?:www\.|m\.|music\.)?youtube\.com/channel/)?(UC[\w-]{22})(?:[/?#].*)?", re.ASCII
)
# While the consent screen is in testing, permissions end after a week and 100 test users are the most
# (https://developers.google.com/identity/protocols/oauth2).
_TESTING_LIFE = timedelta(days=7)
_TESTING_USERS = 100
_PLAYLIST_TITLE = "Pre-saved"
# Of 50 playlists, each for one unit (https://developers.google.com/youtube/v3/docs/playlists/list).
_MOST_PAGES = 10


class YouTube(OAuthConnector):
    """The connector. A project has 10,000 units a day and a like costs 50: some 200 fans a day."""

    service = "youtube"
    name = "YouTube"
    deed = marked("like its video on {service} for you")
    place = marked("your liked videos on {service}")
    scopes: tuple[str, ...] = ("https://www.googleapis.com/auth/youtube.force-ssl",)
    permissions_url = "https://myaccount.google.com/connections"
    ref_example = "https://www.youtube.com/watch?v=dQw4w9WgXcQ"
    setup = Setup(
        register_url="https://console.cloud.google.com/apis/credentials",
        steps=(
            "Create a project of your own, turn on the YouTube Data API v3, and make an OAuth client for the web.",
            "Enter the redirect address below.",
            "Set YOUTUBE_CLIENT_ID and YOUTUBE_CLIENT_SECRET.",
            "Publish the consent screen and have Google verify it.",
            "Until then set YOUTUBE_MODE to testing: permissions last a week, for 100 listeners whom you name.",
        ),
        terms=(
            "YouTube wants each like agreed to by name, which the fan page does, and forbids any reward for it. Each "
            "installation needs a project of its own; more units a day are given only after an audit."
        ),
    )
    artist_example = "https://www.youtube.com/channel/UCuAXFkgsw1L7xaCfnd5JJOw"
    extras: Mapping[Extra, tuple[str, ...]] = MappingProxyType({Extra.FOLLOW_ARTIST: (), Extra.ADD_TO_PLAYLIST: ()})
    units = Units(add=50, look=1, extra=52)
    can_remove = True
    finds_by_upc = False

    def __init__(self, settings: ServiceSettings) -> None:
        is_testing = settings.choices["YOUTUBE_MODE"] == "testing"
        self.grant_life: timedelta | None = _TESTING_LIFE if is_testing else None
        self.audience_limit: int | None = _TESTING_USERS if is_testing else None
        self._api = settings.urls["YOUTUBE_API_URL"]
        self._urls = settings.urls
        self._http = ServiceHTTP(_fault_of)
        self._oauth = OAuthClient(
            self._http,
            client_id=settings.credentials["YOUTUBE_CLIENT_ID"],
            client_secret=settings.credentials["YOUTUBE_CLIENT_SECRET"],
            authorize_url=f"{settings.urls['YOUTUBE_AUTH_URL']}/o/oauth2/v2/auth",
            token_url=f"{settings.urls['YOUTUBE_TOKEN_URL']}/token",
            auth_method="client_secret_post",
            # A second consent brings a refresh token only if it is asked for anew.
            authorize_params={"access_type": "offline", "prompt": "consent"},
        )

    def parse_ref(self, text: str) -> str | None:
        pasted = text.strip()
        if _VIDEO.fullmatch(pasted):
            return pasted
        match = _LINK.fullmatch(pasted)
        return match[1] if match else None

    def parse_artist_ref(self, text: str) -> str | None:
        match = _CHANNEL.fullmatch(text.strip())
        return match[1] if match else None

    def listen_url(self, ref: str) -> str | None:
        return f"https://www.youtube.com/watch?v={ref}"

    def player(self, ref: str) -> Player | None:
        """In the mode that keeps no cookie before it plays: https://support.google.com/youtube/answer/171780.

        It has to be at least 200 pixels high (https://developers.google.com/youtube/player_parameters).
        """
        return Player(f"{self._urls['YOUTUBE_EMBED_URL']}/{ref}?playsinline=1", 270)

    def finish_sign_in(self, answer: Mapping[str, str], *, secret: str, redirect_uri: str) -> SignIn:
        tokens = self._oauth.finish(answer, code_verifier=secret, redirect_uri=redirect_uri)
        if not set(self.scopes) <= set(tokens.scopes):
            # Scopes can be unticked, and with them goes the right to ask whose channel it is.
            raise NeedsReauth("scope_missing")
        channels = self._items("/channels", tokens.access_token, {"part": "id", "mine": "true"})
        if not channels:
            raise NotEntitled("no_channel")
        channel_id = as_text(channels[0].get("id"))
        if not channel_id:
            raise RetryLater("answer_unreadable")
        return SignIn(tokens, channel_id)

    def find_release(self, *, ref: str | None, upc: str | None) -> Release | None:  # noqa: ARG002 - not searchable
        """What the label named: there is no way to ask without a fan's permission, and a like tells by itself."""
        return Release(ref, None) if ref else None

    def add(self, access_token: str, ref: str) -> Outcome:
        self._send("POST", "/videos/rate", access_token, {"id": ref, "rating": "like"}, is_empty=True)
        return Outcome.ADDED

    def contains(self, access_token: str, ref: str) -> bool:
        ratings = self._items("/videos/getRating", access_token, {"id": ref})
        if len(ratings) != 1 or ratings[0].get("videoId") != ref:
            raise RetryLater("answer_unreadable")
        return ratings[0].get("rating") == "like"

    def remove(self, access_token: str, ref: str) -> None:
        self._send("POST", "/videos/rate", access_token, {"id": ref, "rating": "none"}, is_empty=True)

    def do_extra(self, access_token: str, extra: Extra, subject: str) -> Outcome:
        if extra is Extra.FOLLOW_ARTIST:
            return self._subscribe(access_token, subject)
        return self._put_into_playlist(access_token, subject)

    def _subscribe(self, token: str, channel: str) -> Outcome:
        resource = {"kind": "youtube#channel", "channelId": channel}
        try:
            self._insert("/subscriptions", token, {"snippet": {"resourceId": resource}})
        except AsWanted:
            return Outcome.ALREADY_THERE
        return Outcome.ADDED

    def _put_into_playlist(self, token: str, video: str) -> Outcome:
        """Putting it in twice would show it twice, so it is looked for first."""
        playlist = self._find_playlist(token) or self._make_playlist(token)
        query = {"part": "id", "playlistId": playlist, "videoId": video}
        if self._items("/playlistItems", token, query):
            return Outcome.ALREADY_THERE
        resource = {"kind": "youtube#video", "videoId": video}
        self._insert("/playlistItems", token, {"snippet": {"playlistId": playlist, "resourceId": resource}})
        return Outcome.ADDED

    def _find_playlist(self, token: str) -> str:
        """The id of the fan's playlist, or nothing where all playlists were seen and none is it."""
        query = {"part": "snippet", "mine": "true", "maxResults": "50"}
        for _ in range(_MOST_PAGES):
            page = self._list("/playlists", token, query)
            for item in _items_in(page):
                if as_object(item.get("snippet")).get("title") == _PLAYLIST_TITLE:
                    return as_text(item.get("id"))
            next_page = as_text(page.get("nextPageToken"))
            if not next_page:
                return ""
            query["pageToken"] = next_page
        # It may be among the rest, and a second one of its name must not be made.
        raise RetryLater("answer_unreadable")

    def _make_playlist(self, token: str) -> str:
        made = self._insert(
            "/playlists", token, {"snippet": {"title": _PLAYLIST_TITLE}, "status": {"privacyStatus": "private"}}
        )
        return as_text(made.get("id"))

    def _insert(self, path: str, token: str, resource: Mapping[str, Any]) -> dict[str, Any]:
        made = self._send("POST", path, token, {"part": ",".join(resource)}, json.dumps(resource)).json_object()
        if not as_text(made.get("id")):
            raise RetryLater("answer_unreadable")
        return made

    def _items(self, path: str, token: str, query: Mapping[str, str]) -> list[dict[str, Any]]:
        return _items_in(self._list(path, token, query))

    def _list(self, path: str, token: str, query: Mapping[str, str]) -> dict[str, Any]:
        found = self._send("GET", path, token, query).json_object()
        if "kind" not in found:
            # Every answer of this API says what it is; a list without any items leaves out only those.
            raise RetryLater("answer_unreadable")
        return found

    def _send(
        self,
        method: str,
        path: str,
        token: str,
        query: Mapping[str, str],
        body: str | None = None,
        *,
        is_empty: bool = False,
    ) -> Answer:
        headers = {"Content-Type": "application/json"} if body is not None else {}
        answer = self._http.call(method, self._api + path, bearer=token, query=query, headers=headers, body=body)
        if is_empty and answer.status != 204:
            raise RetryLater("answer_unreadable")
        return answer


def _items_in(page: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [as_object(item) for item in as_list(page.get("items"))]


def _fault_of(answer: Answer) -> ServiceError:
    return fault_of(answer, _seconds_until_new_day())


def _seconds_until_new_day() -> float:
    here = clock.now().astimezone(ZoneInfo(_BUDGET_ZONE))
    midnight = datetime.combine(here.date() + timedelta(days=1), time.min, here.tzinfo)
    return (midnight - clock.now()).total_seconds()
