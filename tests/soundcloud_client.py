"""What the tests of the SoundCloud twin need of an app and a fan, over plain HTTP."""

from typing import Any, ClassVar

import requests
from kit_client import CHALLENGE, PkceClient

CLIENT_ID = "sandbox-soundcloud"
SECRET = "sandbox-secret"
CALLBACK = "http://127.0.0.1:5000/connect/soundcloud/callback"

ALBUM = "soundcloud:playlists:1"
TRACK = "soundcloud:tracks:2"
ARTIST = "soundcloud:users:3"


class SoundCloudClient(PkceClient):
    slug: ClassVar[str] = "soundcloud"
    consent_path: ClassVar[str] = "/auth/authorize"
    token_path: ClassVar[str] = "/auth/oauth/token"
    question: ClassVar[dict[str, str]] = {
        "client_id": CLIENT_ID,
        "redirect_uri": CALLBACK,
        "response_type": "code",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
        "state": "the-state",
    }

    def app_token(self) -> str:
        return self.token((CLIENT_ID, SECRET), grant_type="client_credentials").json()["access_token"]

    def api(self, method: str, path: str, access: str, **more: Any) -> requests.Response:
        headers = {"Authorization": f"OAuth {access}"} | more.pop("headers", {})
        return self.session.request(method, f"{self.url}/api{path}", headers=headers, **more)

    def like(self, access: str, urn: str = ALBUM, **more: Any) -> requests.Response:
        kind = urn.split(":")[1]
        return self.api("POST", f"/likes/{kind}/{urn}", access, **more)


def error_of(response: requests.Response) -> tuple[int, str]:
    """Status and message of an error in the API's own shape."""
    body = response.json()
    assert body["code"] == response.status_code
    assert body["link"].startswith("https://developers.soundcloud.com/docs/api")
    return response.status_code, body["message"]
