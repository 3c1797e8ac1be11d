"""With what the sandbox starts. The sandbox reads the environment here and nowhere else."""

import os
from collections.abc import Mapping
from dataclasses import dataclass

CLIENT_ID = "5a4db0c5afe05a4db0c5afe05a4db0c5"
CLIENT_SECRET = "sandbox-secret"
PUBLIC_URL = "http://127.0.0.1:5000"


@dataclass(frozen=True, slots=True)
class SandboxSettings:
    spotify_client_id: str = CLIENT_ID
    spotify_client_secret: str = CLIENT_SECRET
    public_url: str = PUBLIC_URL
    app_name: str = "Presave"

    @property
    def spotify_redirect_uri(self) -> str:
        return f"{self.public_url.rstrip('/')}/connect/spotify/callback"


def settings_from(environment: Mapping[str, str] = os.environ) -> SandboxSettings:
    return SandboxSettings(
        spotify_client_id=environment.get("SPOTIFY_CLIENT_ID") or CLIENT_ID,
        spotify_client_secret=environment.get("SPOTIFY_CLIENT_SECRET") or CLIENT_SECRET,
        public_url=environment.get("PUBLIC_URL") or PUBLIC_URL,
    )
