"""What the tests of the Spotify twin need of an app and a fan, over plain HTTP."""

import base64
import hashlib
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import requests

CLIENT_ID = "0123456789abcdef0123456789abcdef"
SECRET = "a-secret"
CALLBACK = "http://127.0.0.1:5000/connect/spotify/callback"
SCOPES = "user-library-modify user-library-read"

ALBUM = "2up3OPMp9Tb4dAKM2erWXQ"
ALBUM_URI = f"spotify:album:{ALBUM}"
UPC = "00602445868162"
ISRC = "DEA012600001"
LIVE_SINCE = "2026-01-02T00:00:00Z"
LIVE_NEVER_YET = "2099-01-01T00:00:00Z"

VERIFIER = "v" * 43
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()


@dataclass(frozen=True)
class Tokens:
    access: str
    refresh: str
    answer: dict[str, Any]


class TwinClient:
    def __init__(self, url: str, session: requests.Session) -> None:
        self.url = url
        self.session = session

    def control(self, method: str, path: str, body: dict[str, Any] | None = None, status: int = 200) -> Any:
        response = self.session.request(method, f"{self.url}/spotify/control/{path}", json=body)
        assert response.status_code == status, response.text
        return response.json()

    def switch(self, **changes: Any) -> None:
        self.control("PATCH", "switches", changes)

    def fault(self, kind: str, **more: Any) -> None:
        self.control("POST", "faults", {"kind": kind, **more}, status=201)

    def shift(self, **time: float) -> None:
        seconds = time.get("seconds", 0) + 86_400 * time.get("days", 0)
        self.control("POST", "clock", {"shift_seconds": seconds})

    def album(self, album_id: str = ALBUM, **more: Any) -> None:
        body = {"name": "Night Drive", "artist": "Alba Voss", "upc": UPC, "isrcs": [ISRC], "live_from": LIVE_SINCE}
        self.control("PUT", f"albums/{album_id}", body | more)

    def calls(self, **wanted: Any) -> list[dict[str, Any]]:
        return self.control("GET", f"calls?{urlencode(wanted)}")["calls"]

    def library(self, fan: str = "ida") -> dict[str, dict[str, Any]]:
        return {item["uri"]: item for item in self.control("GET", f"fans/{fan}")["library"]}

    def authorize_url(self, **changes: str | None) -> str:
        query: dict[str, str | None] = {
            "client_id": CLIENT_ID,
            "response_type": "code",
            "redirect_uri": CALLBACK,
            "scope": SCOPES,
            "state": "the-state",
        }
        sent = {name: value for name, value in (query | changes).items() if value is not None}
        return f"{self.url}/spotify/accounts/authorize?{urlencode(sent)}"

    def decide(self, decision: str, fan: str = "ida", **changes: str | None) -> requests.Response:
        """Presses a button of the consent page and stops at the first redirect."""
        return self.session.post(
            self.authorize_url(**changes), data={"fan": fan, "decision": decision}, allow_redirects=False
        )

    def end_of(self, response: requests.Response) -> tuple[str, dict[str, str]]:
        """Goes through the twin's own hop and gives the app's address and what is in its query."""
        assert response.status_code == 302, response.text
        hop = f"{self.url}{response.headers['Location']}"
        last = self.session.get(hop, allow_redirects=False)
        assert last.status_code == 302
        parts = urlsplit(last.headers["Location"])
        return parts._replace(query="").geturl(), {name: values[0] for name, values in parse_qs(parts.query).items()}

    def code(self, fan: str = "ida", **changes: str | None) -> str:
        return self.end_of(self.decide("allow", fan, **changes))[1]["code"]

    def token(self, auth: tuple[str, str] | None = (CLIENT_ID, SECRET), /, **form: str) -> requests.Response:
        return self.session.post(f"{self.url}/spotify/accounts/api/token", data=form, auth=auth)

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
        return self.session.request(method, f"{self.url}/spotify/api/v1{path}", headers=headers, **more)

    def save(self, access: str, *uris: str) -> requests.Response:
        return self.api("PUT", "/me/library", access, params={"uris": ",".join(uris or (ALBUM_URI,))})


def oauth_error(response: requests.Response) -> tuple[int, str, str]:
    body = response.json()
    return response.status_code, body["error"], body["error_description"]


def api_error(response: requests.Response) -> tuple[int, str]:
    body = response.json()
    assert body["error"]["status"] == response.status_code
    return response.status_code, body["error"]["message"]
