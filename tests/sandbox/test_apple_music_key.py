"""The key of the twin's first team: the app's own, or a made-up one that anybody may read."""

import time

import pytest
from apple_music_client import ALBUM, AppleMusicClient
from flask.testing import FlaskClient
from joserfc import jwt
from joserfc.jwk import ECKey

from presave_app.sandbox import create_sandbox
from presave_app.sandbox.apple_music.team_keys import TeamKeyError
from presave_app.sandbox.settings import settings_from

TEAM, KEY = "ALBATEAM01", "ALBAKEY001"


def sandbox_with(pem: str) -> FlaskClient:
    environment = {"APPLE_MUSIC_TEAM_ID": TEAM, "APPLE_MUSIC_KEY_ID": KEY, "APPLE_MUSIC_PRIVATE_KEY": pem}
    return create_sandbox(settings_from(environment)).test_client()


@pytest.mark.parametrize("newline", ["\n", "\\n"])
def test_a_given_key_is_used_and_never_shown(newline: str) -> None:
    key = ECKey.generate_key("P-256")
    client = sandbox_with(key.as_pem(private=True).decode().replace("\n", newline))
    now = int(time.time())
    token = jwt.encode({"alg": "ES256", "kid": KEY}, {"iss": TEAM, "iat": now, "exp": now + 60}, key)
    headers = {"Authorization": f"Bearer {token}"}
    assert client.get(f"/apple-music/api/v1/catalog/de/albums?ids={ALBUM}", headers=headers).json == {"data": []}
    state = client.get("/apple-music/control/state")
    assert state.get_json()["private_key"] is None
    assert "PRIVATE" not in state.text


def test_a_made_up_key_outlives_a_reset(apple_music: AppleMusicClient) -> None:
    apple_music.control("POST", "reset")
    assert apple_music.find_albums(ids=ALBUM) == []


def test_a_key_that_is_none_stops_the_sandbox() -> None:
    for pem in ("x", ECKey.generate_key("P-384").as_pem(private=True).decode()):
        with pytest.raises(TeamKeyError):
            sandbox_with(pem)
