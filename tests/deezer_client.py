"""What the tests of the Deezer twin need of an app and a fan, over plain HTTP."""

from typing import Any, ClassVar
from urllib.parse import parse_qsl

import requests
from kit_client import KitClient

APP_ID, SECRET = "600100", "sandbox-secret"
CALLBACK = "http://127.0.0.1:5000/connect/deezer/callback"

ALBUM, TRACK, ARTIST = "302127", "3135556", "27"
# Of thirteen digits with a nought in front: the twelve after it are the UPC.
UPC, EAN = "602445868162", "0602445868162"
ISRC = "DEA012600001"

PERMS = "basic_access,manage_library,offline_access"


class DeezerClient(KitClient):
    slug: ClassVar[str] = "deezer"
    consent_path: ClassVar[str] = "/connect/oauth/auth.php"
    question: ClassVar[dict[str, str]] = {
        "app_id": APP_ID,
        "redirect_uri": CALLBACK,
        "perms": PERMS,
        "state": "the-state",
    }

    def exchange(self, code: str, method: str = "GET", **more: str) -> requests.Response:
        sent = {"app_id": APP_ID, "secret": SECRET, "code": code} | more
        url = f"{self.url}/connect/oauth/access_token.php"
        return self.session.get(url, params=sent) if method == "GET" else self.session.post(url, data=sent)

    def sign_in(self, fan: str = "ida", /, **changes: str | None) -> str:
        return dict(parse_qsl(self.exchange(self.code(fan, **changes)).text))["access_token"]

    def api(self, method: str, path: str, access: str | None = None, **query: Any) -> Any:
        """The JSON of an answer, which is always a 200."""
        response = self.call(method, path, access, **query)
        assert response.status_code == 200
        assert response.headers["Content-Type"] == "application/json; charset=utf-8"
        return response.json()

    def call(self, method: str, path: str, access: str | None = None, **query: Any) -> requests.Response:
        params = query if access is None else {"access_token": access} | query
        return self.session.request(method, f"{self.url}/api{path}", params=params)

    def add(self, access: str, album: str = ALBUM) -> Any:
        return self.api("POST", "/user/me/albums", access, album_id=album)

    def favourites(self, access: str, shelf: str = "albums", **query: Any) -> list[str]:
        return [str(item["id"]) for item in self.api("GET", f"/user/me/{shelf}", access, **query)["data"]]

    def new_playlist(self, access: str, title: str = "New music") -> str:
        return str(self.api("POST", "/user/me/playlists", access, title=title)["id"])

    def fill(self, access: str, playlist: str, songs: str = TRACK) -> Any:
        return self.api("POST", f"/playlist/{playlist}/tracks", access, songs=songs)

    def songs_of(self, playlist: str) -> list[str]:
        return [str(item["id"]) for item in self.api("GET", f"/playlist/{playlist}/tracks")["data"]]


def error_of(body: Any) -> tuple[str, int]:
    """Type and code of an error; it has a message for people, too."""
    assert set(body) == {"error"}
    assert set(body["error"]) == {"type", "message", "code"}
    assert body["error"]["message"]
    return body["error"]["type"], body["error"]["code"]
