"""Logs: no secret gets through, whatever shape it comes in."""

from __future__ import annotations

import pytest

from presave_app.ops.logs import redact

CANARY = "c4n4ry-s3cr3t-v4lu3-0000"


@pytest.mark.parametrize(
    "line",
    [
        f"GET /connect/spotify/callback?code={CANARY}&state={CANARY}",
        f"{{'refresh_token': '{CANARY}', 'expires_in': 3600}}",
        f'{{"access_token": "{CANARY}"}}',
        f"Authorization: Bearer {CANARY}",
        f"Cookie: {CANARY}",
        f"code_verifier={CANARY}",
        f"client_secret={CANARY}",
        f"password={CANARY}",
        f"Music-User-Token: {CANARY}",
        f"music_user_token={CANARY}&storefront=us",
        f"{{'developer_token': '{CANARY}'}}",
        f"GET /connect/audiomack/callback?state=s&oauth_token=t&oauth_verifier={CANARY}",
        f"oauth_token={CANARY}&oauth_token_secret={CANARY}",
        f'Authorization: OAuth oauth_consumer_key="k", oauth_token="{CANARY}", oauth_signature="{CANARY}"',
        f"Max retries exceeded with url: /user/me/albums?album_id=1&access_token={CANARY} (Caused by nothing)",
        f"app_id=1&secret={CANARY}&output=json",
        f"GET /mine/{CANARY} 200",
        f"GET /live/{CANARY} 200",
        f"GET /welcome/{CANARY} 200",
    ],
)
def test_a_named_secret_is_blotted_out(line: str) -> None:
    assert CANARY not in redact(line)


def test_tokens_are_known_by_their_look() -> None:
    line = "got BQ" + "x" * 60 + " and eyJhbGciOi.eyJzdWIiOi.c2lnbmF0dXJl"
    assert redact(line) == "got [redacted] and [redacted]"


def test_a_harmless_line_stays_as_it_is() -> None:
    line = "a grant on spotify is dead (grant_revoked): 2 waiting pre-saves need a new sign-in"
    assert redact(line) == line
