"""The players of the sandbox: pages that may be framed, unlike all its others."""

import pytest
from twin_client import TwinClient


@pytest.mark.parametrize("service", ["spotify", "apple-music", "deezer", "tidal", "soundcloud", "youtube"])
def test_a_player_may_be_framed(twin: TwinClient, service: str) -> None:
    for path in ("embed/album/1", "embed/?url=x"):
        answer = twin.session.get(f"{twin.root}/{service}/{path}")
        assert answer.status_code == 200
        assert "frame-ancestors *" in answer.headers["Content-Security-Policy"]
        assert "script-src" not in answer.headers["Content-Security-Policy"]


def test_no_other_page_may(twin: TwinClient) -> None:
    assert "frame-ancestors 'none'" in twin.session.get(f"{twin.root}/spotify/").headers["Content-Security-Policy"]
