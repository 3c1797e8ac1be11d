"""What the tests of the Apple Music twin need of a developer, an app and a fan, over plain HTTP."""

import time
from typing import Any, ClassVar

import requests
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey
from joserfc.jws import JWSRegistry
from kit_client import KitClient

TEAM, KEY = "SANDBOXTEA", "SANDBOXKEY"
ORIGIN = "http://127.0.0.1:5000"

ALBUM = "1700000001"
UPC = "00602445868162"
ISRC = "DEA012600001"


class AppleMusicClient(KitClient):
    slug: ClassVar[str] = "apple-music"
    consent_path: ClassVar[str] = "/authorize/woa"

    def __init__(self, url: str, session: requests.Session) -> None:
        super().__init__(url, session)
        self.private_key = ECKey.import_key(self.state()["private_key"])
        self.developer_token = self.mint()

    def state(self) -> dict[str, Any]:
        return self.control("GET", "state")

    def release(self, release_id: str = ALBUM, **more: Any) -> None:
        super().release(release_id, **{"upc": UPC, "isrc": ISRC} | more)

    def fan(self, name: str = "ida", **fields: Any) -> dict[str, Any]:
        return self.control("PUT", f"fans/{name}", fields)

    def mint(self, key: ECKey | OctKey | None = None, header: dict[str, Any] | None = None, **claims: Any) -> str:
        """A developer token for an hour; a claim that is None is left out."""
        now = int(time.time())
        all_claims = {"iss": TEAM, "iat": now, "exp": now + 3600} | claims
        return jwt.encode(
            {"alg": "ES256", "kid": KEY} | (header or {}),
            {name: value for name, value in all_claims.items() if value is not None},
            key or self.private_key,
            registry=JWSRegistry(algorithms=["ES256", "ES384", "HS256"]),
        )

    def sign_in(self, name: str = "ida", **more: Any) -> str:
        """A Music User Token, without the window."""
        (made,) = self.sign_in_at_once(name, **more)
        return made["music_user_token"]

    def api(self, method: str, path: str, user_token: str | None = None, **more: Any) -> requests.Response:
        headers = {"Authorization": f"Bearer {more.pop('developer_token', self.developer_token)}"}
        if user_token is not None:
            headers["Music-User-Token"] = user_token
        headers |= more.pop("headers", {})
        return self.session.request(method, f"{self.url}/api/v1{path}", headers=headers, **more)

    def add(self, user_token: str, ref: str = ALBUM, kind: str = "albums", **more: Any) -> requests.Response:
        return self.api("POST", "/me/library", user_token, params={f"ids[{kind}]": ref}, **more)

    def album(self, storefront: str = "de", album_id: str = ALBUM, **params: str) -> dict[str, Any]:
        """The only album of the answer."""
        response = self.api("GET", f"/catalog/{storefront}/albums/{album_id}", params=params)
        assert response.status_code == 200, response.text
        (album,) = response.json()["data"]
        return album

    def find_albums(self, storefront: str = "de", **params: str) -> list[str]:
        response = self.api("GET", f"/catalog/{storefront}/albums", params=params)
        assert response.status_code == 200, response.text
        return [album["id"] for album in response.json()["data"]]

    def related(self, user_token: str, storefront: str = "de", album_id: str = ALBUM) -> list[dict[str, Any]]:
        """What `relate=library` says of the album."""
        path = f"/catalog/{storefront}/albums/{album_id}"
        album = self.api("GET", path, user_token, params={"relate": "library"}).json()["data"][0]
        return album["relationships"]["library"]["data"]


def error_of(response: requests.Response) -> tuple[int, str, str]:
    """Status, code and detail of the only error, its shape checked."""
    (error,) = response.json()["errors"]
    assert error["status"] == str(response.status_code)
    assert isinstance(error["id"], str)
    assert error["title"]
    return response.status_code, error["code"], error.get("detail", "")
