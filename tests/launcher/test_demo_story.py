"""What the demo sets up and tells."""

from datetime import UTC, datetime, timedelta

import pytest
from local.demo_campaign import COVER, round_release
from local.demo_environment import demo_environment
from local.story import Progress, is_listening_page, spoken
from PIL import Image


def status(done: int, verified: int, **others: int) -> dict[str, object]:
    states = {"done": done, **others}
    return {"total": sum(states.values()), "services": {"spotify": {"states": states, "verified": verified}}}


def test_the_release_is_on_a_full_five_seconds_in_berlin() -> None:
    moment = round_release(datetime(2026, 7, 1, 10, 0, 1, 500_000, tzinfo=UTC), 180)
    assert moment.isoformat() == "2026-07-01T12:03:05+02:00"


def test_a_moment_on_the_mark_stays() -> None:
    moment = round_release(datetime(2026, 12, 1, 10, 0, tzinfo=UTC), 60)
    assert moment.isoformat() == "2026-12-01T11:01:00+01:00"


def test_real_credentials_do_not_reach_the_demo(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEEZER_APP_ID", "real")
    monkeypatch.setenv("SPOTIFY_CLIENT_ID", "real")
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example")
    environment = demo_environment(database_url="d", redis_url="r", public_url="p", sandbox_url="s")
    assert "real" not in environment.values()
    assert "HTTPS_PROXY" not in environment
    assert environment["SPOTIFY_API_URL"] == "s/spotify/api/v1"


def test_finished_means_done_and_read_back() -> None:
    assert Progress.of(status(38, 38)).is_finished
    assert not Progress.of(status(38, 37)).is_finished
    assert not Progress.of(status(37, 37, armed=1)).is_finished
    assert not Progress.of(status(0, 0)).is_finished


def test_complete_means_that_nobody_was_left_out() -> None:
    left_out = status(37, 37, failed=1)
    assert Progress.of(left_out).is_finished
    assert not Progress.of(left_out).is_complete
    assert Progress.of(status(37, 37)).is_complete


def test_the_listening_page_is_told_from_the_pre_save_page() -> None:
    assert is_listening_page('<a href="/go/abc">Spotify</a>')
    assert not is_listening_page('<form action="/night-drive/connect/spotify"></form>')
    assert not is_listening_page(None)


def test_spans_are_spoken() -> None:
    assert spoken(timedelta(seconds=125)) == "2 min 5 s"
    assert spoken(timedelta(seconds=9)) == "9 s"
    assert spoken(timedelta(seconds=-3)) == "0 s"


def test_the_cover_is_square_large_and_light() -> None:
    with Image.open(COVER) as cover:
        assert cover.size == (1500, 1500)
    assert COVER.stat().st_size < 150_000
