"""What the tests of the TIDAL connector share: the connector itself, and answers as documented."""

from __future__ import annotations

from scripted_service import ScriptedService

from presave_app.settings import ServiceSettings
from presave_app.streaming.tidal import Tidal

ALBUM = "albums:251380836"
ITEM = {"type": "albums", "id": "251380836"}
APP_TOKEN = {"access_token": "ey-app", "expires_in": 86400, "token_type": "Bearer"}
ATTRIBUTES = {"title": "Night Drive", "barcodeId": "00602445868162", "releaseDate": "2026-01-02"}
BY = {"artists": {"data": [{"type": "artists", "id": "7804"}, {"type": "artists", "id": "2"}], "links": {"self": "x"}}}
INCLUDED = [
    {"type": "artists", "id": "2", "attributes": {"name": "Somebody Else", "popularity": 0.9}},
    {"type": "artists", "id": "7804", "attributes": {"name": "Alba Voss", "popularity": 0.5}},
]
FOUND = {"data": ITEM | {"attributes": ATTRIBUTES, "relationships": BY}, "included": INCLUDED}


def make_tidal(service: ScriptedService) -> Tidal:
    return Tidal(
        ServiceSettings(
            is_on=True,
            credentials={"TIDAL_CLIENT_ID": "the-client", "TIDAL_CLIENT_SECRET": "the-secret"},
            urls={
                "TIDAL_LOGIN_URL": f"{service.url}/login",
                "TIDAL_AUTH_URL": f"{service.url}/auth",
                "TIDAL_API_URL": f"{service.url}/api",
            },
            choices={},
            calls_per_second=1000,
        )
    )


def errors(status: int, code: str) -> dict[str, object]:
    return {"errors": [{"status": str(status), "code": code, "detail": "Something about it."}]}
