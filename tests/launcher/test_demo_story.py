"""What the demo sets up and tells."""

from datetime import UTC, datetime, timedelta

import pytest
from local.demo_campaign import COVER, round_release
from local.demo_environment import demo_environment
from local.progress import Progress
from local.proof import Proof, Report
from local.story import counted, has_everybody, is_listening_page, spoken
from PIL import Image


def status(done: int, verified: int, **others: int) -> dict[str, object]:
    states = {"done": done, **others}
    services = {
        "youtube": {"states": {"done": 3, "withdrawn": 1}, "verified": 3},
        "spotify": {"states": states, "verified": verified},
    }
    return {"total": 3 + sum(states.values()), "reminders": 5, "services": services}


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
    assert not Progress.of({"total": 0, "reminders": 0, "services": {}}).is_finished


def test_complete_means_that_nobody_was_left_out() -> None:
    left_out = status(37, 37, failed=1)
    assert Progress.of(left_out).is_finished
    assert not Progress.of(left_out).is_complete
    assert Progress.of(status(37, 37)).is_complete


def test_progress_is_told_by_service_in_the_order_of_the_pages() -> None:
    told = str(Progress.of(status(30, 12, armed=2)))
    assert told == "33 of 35 added, 15 read back: Spotify 12/32, YouTube 3/3"


@pytest.mark.parametrize(
    ("app_says", "libraries_lack", "reminded", "is_everybody_there"),
    [
        (status(37, 37), [], 5, True),
        (status(37, 36), [], 5, False),
        (status(37, 37, failed=1), [], 5, False),
        (status(37, 37), ["ida-03"], 5, False),
        (status(37, 37), [], 6, False),
    ],
)
def test_everybody_is_there_when_the_app_the_libraries_and_the_crowd_agree(
    app_says: dict[str, object], libraries_lack: list[str], reminded: int, is_everybody_there: bool
) -> None:
    report = Report({"spotify": ["ida-03"]}, {"boomplay": ["fan"] * reminded})
    proofs = [Proof("Spotify", 1, libraries_lack)]
    assert has_everybody(Progress.of(app_says), report, proofs) is is_everybody_there


def test_without_a_look_into_libraries_nothing_is_proven() -> None:
    assert not has_everybody(Progress.of(status(37, 37)), Report({}, {}), [])


def test_the_count_tells_reminders_apart() -> None:
    assert counted(1, 0) == "1 fan has pre-saved"
    assert counted(31, 7) == "31 fans have pre-saved, 7 will be reminded"


def test_the_listening_page_is_told_from_the_pre_save_page() -> None:
    assert is_listening_page('<a class="service-button" id="play-spotify" href="/go/abc">Spotify</a>')
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
