"""What the tests of the TIDAL twin need of an app and a fan, over plain HTTP."""

from typing import Any, ClassVar

import requests
from kit_client import CHALLENGE, PkceClient

CLIENT_ID = "sandbox-tidal"
SECRET = "sandbox-secret"
CALLBACK = "http://127.0.0.1:5000/connect/tidal/callback"
SCOPES = "collection.read collection.write playlists.read playlists.write user.read"
MEDIA_TYPE = "application/vnd.api+json"

ALBUM = "251380836"
TRACK = "251380837"
ARTIST = "8847"

ALBUMS = "/userCollectionAlbums/me/relationships/items"
ARTISTS = "/userCollectionArtists/me/relationships/items"
TRACKS = "/userCollectionTracks/me/relationships/items"


class TidalClient(PkceClient):
    slug: ClassVar[str] = "tidal"
    consent_path: ClassVar[str] = "/login/authorize"
    token_path: ClassVar[str] = "/auth/v1/oauth2/token"
    question: ClassVar[dict[str, str]] = {
        "client_id": CLIENT_ID,
        "redirect_uri": CALLBACK,
        "response_type": "code",
        "scope": SCOPES,
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
        "state": "the-state",
    }

    def app_token(self) -> str:
        form = {"grant_type": "client_credentials", "client_id": CLIENT_ID, "client_secret": SECRET}
        return self.token(**form).json()["access_token"]

    def api(self, method: str, path: str, access: str, **more: Any) -> requests.Response:
        """`document` is sent as JSON:API."""
        headers = {"Authorization": f"Bearer {access}", "Accept": MEDIA_TYPE}
        if "document" in more:
            headers["Content-Type"] = MEDIA_TYPE
            more["json"] = more.pop("document")
        sent = headers | more.pop("headers", {})
        return self.session.request(method, f"{self.url}/api/v2{path}", headers=sent, **more)

    def add(self, access: str, *ids: str, path: str = ALBUMS, kind: str = "albums", **more: Any) -> requests.Response:
        data = [{"type": kind, "id": one} for one in ids or (ALBUM,)]
        return self.api("POST", path, access, document={"data": data}, **more)

    def follow(self, access: str, artist: str = ARTIST) -> requests.Response:
        return self.add(access, artist, path=ARTISTS, kind="artists")

    def remove(self, access: str, *ids: str, path: str = ALBUMS, kind: str = "albums") -> requests.Response:
        data = [{"type": kind, "id": one} for one in ids or (ALBUM,)]
        return self.api("DELETE", path, access, document={"data": data})

    def held(self, access: str, path: str = ALBUMS, **params: str) -> list[str]:
        return [one["id"] for one in self.api("GET", path, access, params=params).json()["data"]]

    def find(self, access: str, barcode: str, **params: str) -> requests.Response:
        return self.api("GET", "/albums", access, params={"countryCode": "US", "filter[barcodeId]": barcode} | params)

    def new_playlist(self, access: str, name: str = "New music", **attributes: str) -> str:
        data = {"type": "playlists", "attributes": {"name": name} | attributes}
        answer = self.api("POST", "/playlists", access, document={"data": data})
        assert answer.status_code == 201, answer.text
        return answer.json()["data"]["id"]


def error_of(response: requests.Response) -> tuple[int, str | None]:
    """Status and code of an error in JSON:API's shape."""
    assert response.headers["Content-Type"] == MEDIA_TYPE
    (error,) = response.json()["errors"]
    assert error["status"] == str(response.status_code)
    assert error["detail"]
    return response.status_code, error.get("code")


def token_error_of(response: requests.Response) -> tuple[int, str, int | None]:
    body = response.json()
    assert body["status"] == response.status_code
    assert body["error_description"]
    return response.status_code, body["error"], body.get("sub_status")


def outcome_of(response: requests.Response) -> tuple[list[str], dict[str, str]]:
    """What an add did: the ids that are new, and of the others why they were skipped."""
    assert response.status_code == 200, response.text
    body = response.json()
    return [one["id"] for one in body["data"]], {one["id"]: one["reason"] for one in body["meta"]["skipped"]}
