"""With what the sandbox starts. The sandbox reads the environment here and nowhere else."""

import os
from collections.abc import Mapping
from dataclasses import dataclass

CLIENT_ID = "5a4db0c5afe05a4db0c5afe05a4db0c5"
CLIENT_SECRET = "sandbox-secret"
PUBLIC_URL = "http://127.0.0.1:5000"

# Of each twin's first app, by the app's own names of these settings.
CREDENTIALS = (
    "spotify_client_id",
    "spotify_client_secret",
    "apple_music_team_id",
    "apple_music_key_id",
    "apple_music_private_key",
    "deezer_app_id",
    "deezer_secret",
    "tidal_client_id",
    "tidal_client_secret",
    "soundcloud_client_id",
    "soundcloud_client_secret",
    "youtube_client_id",
    "youtube_client_secret",
    "audiomack_key",
    "audiomack_secret",
)


@dataclass(frozen=True, slots=True)
class SandboxSettings:
    """`apple_music_private_key` is PEM; empty means that the twin makes a key of its own."""

    spotify_client_id: str = CLIENT_ID
    spotify_client_secret: str = CLIENT_SECRET
    public_url: str = PUBLIC_URL
    app_name: str = "Presave"
    apple_music_team_id: str = "SANDBOXTEA"
    apple_music_key_id: str = "SANDBOXKEY"
    apple_music_private_key: str = ""
    deezer_app_id: str = "600100"
    deezer_secret: str = CLIENT_SECRET
    tidal_client_id: str = "sandbox-tidal"
    tidal_client_secret: str = CLIENT_SECRET
    soundcloud_client_id: str = "sandbox-soundcloud"
    soundcloud_client_secret: str = CLIENT_SECRET
    youtube_client_id: str = "100000000001-sandbox.apps.googleusercontent.com"
    youtube_client_secret: str = CLIENT_SECRET
    audiomack_key: str = "sandbox-audiomack"
    audiomack_secret: str = CLIENT_SECRET

    def redirect_uri(self, service: str) -> str:
        return f"{self.public_url.rstrip('/')}/connect/{service}/callback"


def settings_from(environment: Mapping[str, str] = os.environ) -> SandboxSettings:
    """An empty or missing variable means the made-up default."""
    named = {name: environment.get(name.upper(), "") for name in (*CREDENTIALS, "public_url")}
    return SandboxSettings(**{name: value for name, value in named.items() if value})
