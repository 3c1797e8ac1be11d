"""What the tests of the Spotify twin need of an app and a fan, over plain HTTP."""

from typing import Any, ClassVar

import requests
from kit_client import LIVE_SINCE, KitClient, Tokens

CLIENT_ID = "0123456789abcdef0123456789abcdef"
SECRET = "a-secret"
CALLBACK = "http://127.0.0.1:5000/connect/spotify/callback"
SCOPES = "user-library-modify user-library-read"

ALBUM = "2up3OPMp9Tb4dAKM2erWXQ"
ALBUM_URI = f"spotify:album:{ALBUM}"
UPC = "00602445868162"
ISRC = "DEA012600001"


class TwinClient(KitClient):
    """An album of Spotify stands where the other twins have a release."""

    slug: ClassVar[str] = "spotify"
    consent_path: ClassVar[str] = "/accounts/authorize"
    question: ClassVar[dict[str, str]] = {
        "client_id": CLIENT_ID,
        "response_type": "code",
        "redirect_uri": CALLBACK,
        "scope": SCOPES,
        "state": "the-state",
    }

    def album(self, album_id: str = ALBUM, **more: Any) -> None:
        body = {"name": "Night Drive", "artist": "Alba Voss", "upc": UPC, "isrcs": [ISRC], "live_from": LIVE_SINCE}
        self.control("PUT", f"albums/{album_id}", body | more)

    def release(self, release_id: str, **more: Any) -> None:
        self.album(release_id.removeprefix("spotify:album:"), **more)

    def library(self, fan: str = "ida") -> dict[str, dict[str, Any]]:
        return {item["uri"]: item for item in self.control("GET", f"fans/{fan}")["library"]}

    def following(self, fan: str = "ida") -> list[str]:
        """Artists stand in the library itself."""
        return [uri for uri in self.library(fan) if uri.startswith("spotify:artist:")]

    def token(self, auth: tuple[str, str] | None = (CLIENT_ID, SECRET), /, **form: str) -> requests.Response:
        return self.session.post(f"{self.url}/accounts/api/token", data=form, auth=auth)

    def exchange(self, code: str, **more: str) -> requests.Response:
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK}
        return self.token(**(form | more))

    def refresh(self, refresh_token: str) -> requests.Response:
        return self.token(grant_type="refresh_token", refresh_token=refresh_token)

    def sign_in(self, fan: str = "ida", **changes: str | None) -> Tokens:
        answer = self.exchange(self.code(fan, **changes)).json()
        return Tokens(answer["access_token"], answer["refresh_token"], answer)

    def app_token(self) -> str:
        return self.token(grant_type="client_credentials").json()["access_token"]

    def api(self, method: str, path: str, access: str, **more: Any) -> requests.Response:
        headers = {"Authorization": f"Bearer {access}"} | more.pop("headers", {})
        return self.session.request(method, f"{self.url}/api/v1{path}", headers=headers, **more)

    def save(self, access: str, *uris: str) -> requests.Response:
        return self.api("PUT", "/me/library", access, params={"uris": ",".join(uris or (ALBUM_URI,))})


def oauth_error(response: requests.Response) -> tuple[int, str, str]:
    body = response.json()
    return response.status_code, body["error"], body["error_description"]


def api_error(response: requests.Response) -> tuple[int, str]:
    body = response.json()
    assert body["error"]["status"] == response.status_code
    return response.status_code, body["error"]["message"]
