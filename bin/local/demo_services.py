"""What the demo shows: one entry for each service that has a twin in the sandbox, and some that are only links."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

TITLE, ARTIST, UPC = "Night Drive", "Alba Voss", "00602445868162"


def new_secret() -> str:
    return secrets.token_urlsafe(24)


def new_private_key() -> str:
    """On the curve P-256 as PEM, the kind that Apple gives out."""
    key = ec.generate_private_key(ec.SECP256R1())
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


@dataclass(frozen=True, kw_only=True)
class Service:
    """`target` is what the label pastes; `share` of the sum of all shares is how large a part of the crowd uses it."""

    slug: str
    name: str
    target: str
    share: int


@dataclass(frozen=True, kw_only=True)
class TwinService(Service):
    """A service whose twin the sandbox plays.

    `known_by` are the app's credentials at the twin, which reads the same settings; the one named `renewed` is made
    anew by `renew` for each demo. `urls` are the settings for base addresses, as paths in the sandbox. `held` is the
    release's name in the fans' libraries, `release` what its twin wants to know of it beside title, artist and start.
    """

    known_by: Mapping[str, str]
    renewed: str
    renew: Callable[[], str] = new_secret
    urls: Mapping[str, str]
    choices: Mapping[str, str] = field(default_factory=dict)
    switches: Mapping[str, object] = field(default_factory=dict)
    held: str
    release: Mapping[str, object] = field(default_factory=dict)
    # How the twin's control API names releases; Spotify's is older than the others'.
    release_path: str = "releases/{held}"
    title_field: str = "title"
    held_field: str = "ref"

    def environment(self, sandbox_url: str, calls_per_second: int) -> dict[str, str]:
        prefix = self.slug.upper().replace("-", "_")
        return {
            **self.known_by,
            self.renewed: self.renew(),
            **{name: sandbox_url + path for name, path in self.urls.items()},
            **self.choices,
            f"{prefix}_CALLS_PER_SECOND": str(calls_per_second),
        }


TWINS = (
    TwinService(
        slug="spotify",
        name="Spotify",
        target="spotify:album:2up3OPMp9Tb4dAKM2erWXQ",
        share=18,
        known_by={"SPOTIFY_CLIENT_ID": "presave-demo"},
        renewed="SPOTIFY_CLIENT_SECRET",
        urls={
            "SPOTIFY_ACCOUNTS_URL": "/spotify/accounts",
            "SPOTIFY_API_URL": "/spotify/api/v1",
            "SPOTIFY_EMBED_URL": "/spotify/embed",
        },
        choices={"SPOTIFY_MODE": "extended"},
        held="spotify:album:2up3OPMp9Tb4dAKM2erWXQ",
        release={"upc": UPC},
        release_path="albums/2up3OPMp9Tb4dAKM2erWXQ",
        title_field="name",
        held_field="uri",
    ),
    TwinService(
        slug="apple-music",
        name="Apple Music",
        target="https://music.apple.com/us/album/night-drive/1700000001",
        share=6,
        known_by={"APPLE_MUSIC_TEAM_ID": "SANDBOXTEA", "APPLE_MUSIC_KEY_ID": "SANDBOXKEY"},
        renewed="APPLE_MUSIC_PRIVATE_KEY",
        renew=new_private_key,
        urls={
            "APPLE_MUSIC_API_URL": "/apple-music/api",
            "APPLE_MUSIC_JS_URL": "/apple-music/musickit.js",
            "APPLE_MUSIC_EMBED_URL": "/apple-music/embed",
        },
        held="1700000001",
        release={"upc": UPC},
    ),
    TwinService(
        slug="deezer",
        name="Deezer",
        target="https://www.deezer.com/album/302127",
        share=3,
        known_by={"DEEZER_APP_ID": "600100"},
        renewed="DEEZER_SECRET",
        urls={
            "DEEZER_CONNECT_URL": "/deezer/connect",
            "DEEZER_API_URL": "/deezer/api",
            "DEEZER_EMBED_URL": "/deezer/embed",
        },
        held="302127",
        release={"kind": "album", "upc": UPC},
    ),
    TwinService(
        slug="tidal",
        name="TIDAL",
        target="https://tidal.com/album/251380836",
        share=2,
        known_by={"TIDAL_CLIENT_ID": "presave-demo"},
        renewed="TIDAL_CLIENT_SECRET",
        urls={
            "TIDAL_LOGIN_URL": "/tidal/login",
            "TIDAL_AUTH_URL": "/tidal/auth",
            "TIDAL_API_URL": "/tidal/api/v2",
            "TIDAL_EMBED_URL": "/tidal/embed",
        },
        held="251380836",
        release={"upc": UPC},
    ),
    TwinService(
        slug="soundcloud",
        name="SoundCloud",
        target="soundcloud:playlists:1",
        share=3,
        known_by={"SOUNDCLOUD_CLIENT_ID": "presave-demo"},
        renewed="SOUNDCLOUD_CLIENT_SECRET",
        urls={
            "SOUNDCLOUD_AUTH_URL": "/soundcloud/auth",
            "SOUNDCLOUD_API_URL": "/soundcloud/api",
            "SOUNDCLOUD_EMBED_URL": "/soundcloud/embed",
        },
        held="soundcloud:playlists:1",
    ),
    TwinService(
        slug="youtube",
        name="YouTube",
        target="https://www.youtube.com/watch?v=nightdrive0",
        # A like costs 50 of a day's 10,000 units: 150 fans of the largest crowd are still served.
        share=3,
        known_by={"YOUTUBE_CLIENT_ID": "100000000001-demo.apps.googleusercontent.com"},
        renewed="YOUTUBE_CLIENT_SECRET",
        urls={
            "YOUTUBE_AUTH_URL": "/youtube/accounts",
            "YOUTUBE_TOKEN_URL": "/youtube/oauth2",
            "YOUTUBE_API_URL": "/youtube/api/youtube/v3",
            "YOUTUBE_EMBED_URL": "/youtube/embed",
        },
        held="nightdrive0",
    ),
    TwinService(
        slug="audiomack",
        name="Audiomack",
        target="https://audiomack.com/alba-voss/album/night-drive",
        share=3,
        known_by={"AUDIOMACK_KEY": "presave-demo"},
        renewed="AUDIOMACK_SECRET",
        urls={"AUDIOMACK_API_URL": "/audiomack/api/v1", "AUDIOMACK_WEB_URL": "/audiomack/web"},
        # Our state travels in the callback's query; whether that is taken is not documented.
        switches={"callback": "any"},
        held="2077853",
        release={"kind": "album"},
    ),
)

LINKS = (
    Service(slug="amazon-music", name="Amazon Music", target="https://music.amazon.com/albums/B0EXAMPLE1", share=4),
    Service(slug="boomplay", name="Boomplay", target="https://www.boomplay.com/albums/10000001", share=3),
)

SERVICES: tuple[Service, ...] = (*TWINS, *LINKS)
