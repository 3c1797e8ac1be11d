"""What the tests of the Apple Music connector share: the connector itself, its key, and answers as documented."""

from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from scripted_service import ScriptedService

from presave_app.settings import ServiceSettings
from presave_app.streaming.apple_music import AppleMusic
from presave_app.streaming.connector import SignIn

ALBUM = "album:1700000001"
SONG = "song:1700000002"
UPC = "602445868162"
MUT = "Am3sicUserT0ken+/=="
TOKEN = f"de:{MUT}"
ORIGIN = "https://presave.label.example"
KEY = ec.generate_private_key(ec.SECP256R1())


def pem_of(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def make_connector(service: ScriptedService, private_key: str) -> AppleMusic:
    return AppleMusic(
        ServiceSettings(
            is_on=True,
            credentials={
                "APPLE_MUSIC_TEAM_ID": "TEAM123456",
                "APPLE_MUSIC_KEY_ID": "KEY1234567",
                "APPLE_MUSIC_PRIVATE_KEY": private_key,
            },
            urls={"APPLE_MUSIC_API_URL": service.url, "APPLE_MUSIC_JS_URL": f"{service.url}/js/musickit.js"},
            choices={},
            calls_per_second=1000,
        )
    )


def album(**attributes: object) -> dict[str, object]:
    usual = {
        "name": "Night Drive",
        "artistName": "Alba Voss",
        "upc": "00602445868162",
        "releaseDate": "2026-01-02",
        "isComplete": True,
    }
    return {"id": "1700000001", "type": "albums", "attributes": usual | attributes}


def list_of(*resources: object) -> dict[str, object]:
    return {"data": list(resources)}


def error(status: int, code: str, title: str = "Something") -> dict[str, object]:
    return {"errors": [{"id": "X", "title": title, "detail": "About it.", "status": str(status), "code": code}]}


def finish(apple: AppleMusic, **answer: str) -> SignIn:
    given = {"music_user_token": MUT, "storefront": "us"} | answer
    return apple.finish_sign_in(given, secret="", redirect_uri=ORIGIN)
