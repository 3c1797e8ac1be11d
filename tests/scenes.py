"""One scene for each service: its connector, its twin, a release on both, and a fan who says yes or no.

Connectors and twins were written apart from the documents; where they disagree, one of them has read wrongly.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import requests
from apple_music_client import AppleMusicClient
from audiomack_client import AudiomackClient
from deezer_client import DeezerClient
from kit_client import KitClient
from soundcloud_client import SoundCloudClient
from tidal_client import TidalClient
from twin_client import ALBUM_URI, CLIENT_ID, SECRET, TwinClient
from youtube_client import YouTubeClient

from presave_app.settings import ServiceOptions, ServiceSettings
from presave_app.streaming import apple_music, audiomack, deezer, soundcloud, spotify, tidal, youtube
from presave_app.streaming.connector import Connector, Extra, Outcome, SignIn, Tokens

PUBLIC_URL = "http://127.0.0.1:5000"


@dataclass(frozen=True)
class Service:
    """What a test has to know of one service. `held` is the release's name in the twin's libraries."""

    options: ServiceOptions
    kind: type[Connector]
    client: type[KitClient]
    paths: Mapping[str, str]
    held: str
    save: tuple[str, str]
    look: tuple[str, str]
    exchange: tuple[str, str] | None = None
    renew: tuple[str, str] | None = None
    extras: Mapping[Extra, tuple[str, str]] = field(default_factory=dict)
    artist: str = ""
    limit: str = "429"
    release: Mapping[str, object] = field(default_factory=dict)
    pasted: str = ""
    link: str = ""
    switches: Mapping[str, object] = field(default_factory=dict)
    # A success is a bare 200, so that an empty answer looks like one; then the library alone tells.
    says_nothing_of_success: bool = False
    # An access token goes on for its hour after the permission was taken back.
    outlives_its_permission: bool = False

    def urls_at(self, twin_url: str) -> dict[str, str]:
        """The service's base addresses in the sandbox, under the names of the settings."""
        return {name: twin_url + path for name, path in self.paths.items()}


SERVICES = {
    "spotify": Service(
        spotify.OPTIONS,
        spotify.Spotify,
        TwinClient,
        {
            "SPOTIFY_ACCOUNTS_URL": "/spotify/accounts",
            "SPOTIFY_API_URL": "/spotify/api/v1",
            "SPOTIFY_EMBED_URL": "/spotify/embed",
        },
        held=ALBUM_URI,
        save=("PUT", "*/me/library"),
        look=("GET", "*/me/library/contains"),
        renew=("POST", "*/api/token"),
        extras={Extra.FOLLOW_ARTIST: ("PUT", "*/me/library")},
        artist="spotify:artist:0OdUWJ0sBjDrqHygGUXeCF",
        pasted=ALBUM_URI,
        says_nothing_of_success=True,
        outlives_its_permission=True,
        # Artists are not among the documented types of this call.
        switches={"artist_in_library": True},
    ),
    "apple-music": Service(
        apple_music.OPTIONS,
        apple_music.AppleMusic,
        AppleMusicClient,
        {
            "APPLE_MUSIC_API_URL": "/apple-music/api",
            "APPLE_MUSIC_JS_URL": "/apple-music/musickit.js",
            "APPLE_MUSIC_EMBED_URL": "/apple-music/embed",
        },
        held="1700000001",
        save=("POST", "*/me/library"),
        look=("GET", "*/catalog/*"),
        release={"upc": "00602445868162"},
        pasted="1700000001",
    ),
    "deezer": Service(
        deezer.OPTIONS,
        deezer.Deezer,
        DeezerClient,
        {"DEEZER_CONNECT_URL": "/deezer/connect", "DEEZER_API_URL": "/deezer/api", "DEEZER_EMBED_URL": "/deezer/embed"},
        held="302127",
        save=("POST", "*/user/me/albums"),
        look=("GET", "*/user/me/albums"),
        exchange=("POST", "*/access_token.php"),
        extras={Extra.FOLLOW_ARTIST: ("POST", "*/user/me/artists")},
        artist="27",
        limit="quota",
        release={"artist_id": "27", "upc": "0602445868162"},
        pasted="302127",
        # 50 calls in 5 seconds are soon used up by tests.
        switches={"calls": None},
    ),
    "tidal": Service(
        tidal.OPTIONS,
        tidal.Tidal,
        TidalClient,
        {
            "TIDAL_LOGIN_URL": "/tidal/login",
            "TIDAL_AUTH_URL": "/tidal/auth",
            "TIDAL_API_URL": "/tidal/api/v2",
            "TIDAL_EMBED_URL": "/tidal/embed",
        },
        held="251380836",
        save=("POST", "*/userCollectionAlbums/me/relationships/items"),
        look=("GET", "*/userCollectionAlbums/me/relationships/items"),
        renew=("POST", "*/oauth2/token"),
        extras={Extra.FOLLOW_ARTIST: ("POST", "*/userCollectionArtists/me/relationships/items")},
        artist="artists:8847",
        release={"artist_id": "8847", "upc": "00602445868162", "track_ids": ["251380837"]},
        pasted="251380836",
    ),
    "soundcloud": Service(
        soundcloud.OPTIONS,
        soundcloud.SoundCloud,
        SoundCloudClient,
        {
            "SOUNDCLOUD_AUTH_URL": "/soundcloud/auth",
            "SOUNDCLOUD_API_URL": "/soundcloud/api",
            "SOUNDCLOUD_EMBED_URL": "/soundcloud/embed",
        },
        held="soundcloud:playlists:1",
        save=("POST", "*/likes/*"),
        look=("GET", "*/me/likes/*"),
        renew=("POST", "*/oauth/token"),
        extras={Extra.FOLLOW_ARTIST: ("PUT", "*/me/followings/*"), Extra.REPOST: ("POST", "*/reposts/*")},
        artist="soundcloud:users:3",
        release={"artist_id": "soundcloud:users:3"},
        pasted="soundcloud:playlists:1",
    ),
    "youtube": Service(
        youtube.OPTIONS,
        youtube.YouTube,
        YouTubeClient,
        {
            "YOUTUBE_AUTH_URL": "/youtube/accounts",
            "YOUTUBE_TOKEN_URL": "/youtube/oauth2",
            "YOUTUBE_API_URL": "/youtube/api/youtube/v3",
            "YOUTUBE_EMBED_URL": "/youtube/embed",
        },
        held="dQw4w9WgXcQ",
        save=("POST", "*/videos/rate"),
        look=("GET", "*/videos/getRating"),
        renew=("POST", "*/token"),
        extras={
            Extra.FOLLOW_ARTIST: ("POST", "*/subscriptions"),
            Extra.ADD_TO_PLAYLIST: ("POST", "*/playlistItems"),
        },
        artist="UCalbavossalbavossalbavo",
        release={"artist_id": "UCalbavossalbavossalbavo"},
        pasted="dQw4w9WgXcQ",
    ),
    "audiomack": Service(
        audiomack.OPTIONS,
        audiomack.Audiomack,
        AudiomackClient,
        {"AUDIOMACK_API_URL": "/audiomack/api/v1", "AUDIOMACK_WEB_URL": "/audiomack/web"},
        held="2077853",
        save=("PUT", "*/favorite"),
        look=("GET", "*/favorites"),
        extras={Extra.FOLLOW_ARTIST: ("PUT", "*/follow"), Extra.REPOST: ("PUT", "*/repost")},
        artist="artist:alba-voss",
        release={"kind": "album"},
        link="https://audiomack.com/alba-voss/album/night-drive",
        # Our state travels in the callback's query; whether that is taken is not documented.
        switches={"callback": "any"},
    ),
}


@dataclass
class Scene:
    """The connector of a service in front of its twin, with one release that is out."""

    service: Service
    twin: KitClient
    connector: Connector
    settings: ServiceSettings
    ref: str

    def sign_in(self, fan: str = "ida") -> SignIn:
        return self._finish(self._answer(fan, "allow"))

    def refuse(self, fan: str = "ida") -> SignIn:
        return self._finish(self._answer(fan, "refuse"))

    def held_by(self, fan: str = "ida") -> bool:
        return self.service.held in self.twin.library(fan)

    def fault(self, kind: str, call: tuple[str, str], **more: object) -> None:
        method, path = call
        self.twin.fault(kind, method=method, path=path, **more)

    def call_of(self, deed: str) -> tuple[str, str]:
        """The call by which a deed is done: "add", "renew", "sign_in", or one of the connector's extras."""
        service = self.service
        call = {"add": service.save, "renew": service.renew, "sign_in": service.exchange}.get(deed)
        return call or service.extras[Extra(deed)]

    def do(self, deed: str, tokens: Tokens) -> Outcome:
        """Do a deed for a fan, and say how it went."""
        if deed == "add":
            return self.connector.add(tokens.access_token, self.ref)
        if deed == "renew":
            assert tokens.refresh_token is not None
            self.connector.refresh(tokens.refresh_token)
            return Outcome.ADDED
        if deed == "sign_in":
            self.sign_in()
            return Outcome.ADDED
        extra = Extra(deed)
        subject = self.service.artist if extra is Extra.FOLLOW_ARTIST else self.ref
        return self.connector.do_extra(tokens.access_token, extra, subject)

    def _finish(self, came_back: tuple[Mapping[str, str], str]) -> SignIn:
        answer, secret = came_back
        return self.connector.finish_sign_in(answer, secret=secret, redirect_uri=self._redirect_uri())

    def _answer(self, fan: str, decision: str) -> tuple[Mapping[str, str], str]:
        if self.connector.signs_in_on_page:
            allowed = self.twin.sign_in_at_once(fan)[0] if decision == "allow" else {"music_user_token": ""}
            return {"music_user_token": allowed["music_user_token"], "storefront": "de"}, ""
        asked = (*self.connector.scopes, *(scope for scopes in self.connector.extras.values() for scope in scopes))
        start = self.connector.begin_sign_in(
            redirect_uri=self._redirect_uri(), state="the-state", code_verifier="v" * 43, scopes=asked
        )
        pressed = self.twin.session.post(start.url, data={"fan": fan, "decision": decision}, allow_redirects=False)
        return self.twin.end_of(pressed)[1], start.secret

    def _redirect_uri(self) -> str:
        return f"{PUBLIC_URL}/connect/{self.connector.service}/callback"


def make_scene(name: str, twin_url: str, session: requests.Session) -> Scene:
    """The scene of a service after a fresh start of its twin."""
    service = SERVICES[name]
    twin = service.client(twin_url, session)
    twin.control("POST", "reset")
    twin.switch(**service.switches)
    twin.release(service.held, **service.release)
    settings = _settings(name, twin, twin_url)
    connector = service.kind(settings)
    ref = connector.parse_ref(service.pasted) if service.pasted else _found_by_link(connector, service.link)
    assert ref is not None
    return Scene(service, twin, connector, settings, ref)


def credentials_of(name: str, twin: KitClient) -> dict[str, str]:
    """What the first app of a twin is known by, under the names of the settings."""
    known = {
        "SPOTIFY_CLIENT_ID": CLIENT_ID,
        "SPOTIFY_CLIENT_SECRET": SECRET,
        "APPLE_MUSIC_TEAM_ID": "SANDBOXTEA",
        "APPLE_MUSIC_KEY_ID": "SANDBOXKEY",
        "APPLE_MUSIC_PRIVATE_KEY": twin.control("GET", "state").get("private_key", ""),
        "SOUNDCLOUD_CLIENT_ID": "sandbox-soundcloud",
        "SOUNDCLOUD_CLIENT_SECRET": "sandbox-secret",
        "YOUTUBE_CLIENT_ID": "100000000001-sandbox.apps.googleusercontent.com",
        "YOUTUBE_CLIENT_SECRET": "sandbox-secret",
        "DEEZER_APP_ID": "600100",
        "DEEZER_SECRET": "sandbox-secret",
        "TIDAL_CLIENT_ID": "sandbox-tidal",
        "TIDAL_CLIENT_SECRET": "sandbox-secret",
        "AUDIOMACK_KEY": "sandbox-audiomack",
        "AUDIOMACK_SECRET": "sandbox-secret",
    }
    return {setting: known[setting] for setting in SERVICES[name].options.credentials}


def let_back(twin: KitClient, url: str) -> None:
    """Enter the installation's own address at the service, as a label does."""
    back = f"{url}/connect/{twin.slug}/callback"
    for known in twin.control("GET", "state")["apps"]:
        twin.control("PUT", f"apps/{known['client_id']}", {"redirect_uris": [back]})


def _settings(name: str, twin: KitClient, twin_url: str) -> ServiceSettings:
    service = SERVICES[name]
    return ServiceSettings(
        is_on=True,
        credentials=credentials_of(name, twin),
        urls=service.urls_at(twin_url),
        choices={choice: allowed[0] for choice, allowed in service.options.choices.items()},
        calls_per_second=1000,
    )


def _found_by_link(connector: Connector, link: str) -> str | None:
    found = connector.find_release(ref=connector.parse_ref(link), upc=None)
    return found.ref if found else None
