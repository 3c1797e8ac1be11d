"""What the tests of the SoundCloud twin need of an app and a fan, over plain HTTP."""

from dataclasses import dataclass
from typing import Any, ClassVar

import requests
from kit_client import CHALLENGE, VERIFIER, KitClient

CLIENT_ID = "sandbox-soundcloud"
SECRET = "sandbox-secret"
CALLBACK = "http://127.0.0.1:5000/connect/soundcloud/callback"

ALBUM = "soundcloud:playlists:1"
TRACK = "soundcloud:tracks:2"
ARTIST = "soundcloud:users:3"


@dataclass(frozen=True)
class Tokens:
    access: str
    refresh: str
    answer: dict[str, Any]


class SoundCloudClient(KitClient):
    slug: ClassVar[str] = "soundcloud"
    consent_path: ClassVar[str] = "/auth/authorize"
    question: ClassVar[dict[str, str]] = {
        "client_id": CLIENT_ID,
        "redirect_uri": CALLBACK,
        "response_type": "code",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
        "state": "the-state",
    }

    def token(self, auth: tuple[str, str] | None = None, /, **form: str) -> requests.Response:
        return self.session.post(f"{self.url}/auth/oauth/token", data=form, auth=auth)

    def exchange(self, code: str, **more: str) -> requests.Response:
        form = {
            "grant_type": "authorization_code",
            "client_id": CLIENT_ID,
            "client_secret": SECRET,
            "redirect_uri": CALLBACK,
            "code_verifier": VERIFIER,
            "code": code,
        }
        return self.token(**(form | more))

    def refresh(self, refresh_token: str, **more: str) -> requests.Response:
        form = {
            "grant_type": "refresh_token",
            "client_id": CLIENT_ID,
            "client_secret": SECRET,
            "refresh_token": refresh_token,
        }
        return self.token(**(form | more))

    def sign_in(self, fan: str = "ida") -> Tokens:
        answer = self.exchange(self.code(fan)).json()
        return Tokens(answer["access_token"], answer["refresh_token"], answer)

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
