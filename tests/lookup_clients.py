"""What the tests of the look-ups' twins need, over plain HTTP."""

from typing import Any, ClassVar

import requests
from kit_client import KitClient

UPC = "00602445868162"
AGENT = "PresaveTests/1.0 ( https://label.example/contact )"


class LookupClient(KitClient):
    base: ClassVar[str]
    first_id: ClassVar[str]

    def release(self, release_id: str = "", **more: Any) -> None:
        super().release(release_id or self.first_id, **{"upc": UPC} | more)

    def ask(self, path: str, *, headers: dict[str, str] | None = None, **params: Any) -> requests.Response:
        return self.session.get(f"{self.url}{self.base}{path}", params=params, headers=headers)


class ITunesClient(LookupClient):
    slug = "itunes"
    base = ""
    first_id = "1700000001"

    def find(self, **params: Any) -> list[dict[str, Any]]:
        answer = self.ask("/lookup", **params).json()
        assert answer["resultCount"] == len(answer["results"])
        return answer["results"]


class OdesliClient(LookupClient):
    slug = "odesli"
    base = "/v1-alpha.1"
    first_id = "night-drive"

    def links(self, **params: Any) -> requests.Response:
        return self.ask("/links", **params)


class MusicBrainzClient(LookupClient):
    slug = "musicbrainz"
    base = "/ws/2"
    first_id = "11111111-2222-4333-8444-555555555555"

    def get(self, path: str, agent: str = AGENT, **params: Any) -> requests.Response:
        return self.ask(path, headers={"User-Agent": agent}, **{"fmt": "json"} | params)
