"""bin/bench fan_page: the fan page against a bare reply under the same server, and its first view on a slow phone."""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from statistics import median

from local.environment import ROOT, VAR
from local.ports import next_free
from local.say import say
from sqlalchemy import text

from bench.asking import ask_for, ask_once
from bench.fans import open_release
from bench.first_view import FirstView, median_of, open_browser, view
from bench.installation import Installation, open_installation
from bench.proc import exact_cpu_seconds
from bench.table import Row, at_least, at_most, render
from bench.web_process import WebProcess, running_web
from presave_app.campaigns.artwork import give_artwork
from presave_app.campaigns.artwork_press import press
from presave_app.campaigns.models import Campaign
from presave_app.front.offers import A_WHILE
from presave_app.transaction import transaction

FOLDER = VAR / "bench"
SLICES, SLICE_SECONDS, VISITS = 9, 1.0, 5
_MAKINGS = 3
FIRST_PORT = 23_000
CPU_GOAL, PAINT_GOAL = 0.85, 1.5
# What the page is, how far the release lies ahead, and the face that an open page says it shows.
_STAGES = (
    ("before the release", timedelta(days=7), "pre-save"),
    ("after the release", timedelta(minutes=-5), "out-now"),
)
_NOISE = (
    "Processor times of two servers in the same second can be compared; the seconds of the browser belong "
    "to this machine and this hour."
)


@dataclass(frozen=True)
class Pair:
    """One round: processor time per request in microseconds, and requests a second, bare and through the app."""

    bare_cpu: float
    page_cpu: float
    bare_rate: float
    page_rate: float


def main(arguments: Sequence[str]) -> int:
    """Measure; 1 when a goal is missed."""
    parser = argparse.ArgumentParser(prog="bin/bench fan_page", description=__doc__)
    parser.add_argument("--slices", type=int, default=SLICES, help="paired slices of a second (9)")
    parser.add_argument("--visits", type=int, default=VISITS, help="visits in the browser; 0 for none (5)")
    options = parser.parse_args(arguments)
    with open_installation(FOLDER) as installation:
        return run(installation, slices=options.slices, visits=options.visits)


def run(installation: Installation, *, slices: int, visits: int, seconds: float = SLICE_SECONDS) -> int:
    """Before and after the release: the page and the count's poll by processor time, the page in a browser."""
    installation.empty()
    campaign_id = open_release()
    slug = _with_artwork(campaign_id)
    port = next_free(FIRST_PORT)
    is_good = True
    environ = {**installation.environ, "PUBLIC_URL": f"http://127.0.0.1:{port}"}
    with running_web("wsgi:app", port, environ, installation.folder / "web.log") as web:
        for words, release_in, face in _STAGES:
            _move(campaign_id, release_in)
            paths = {"page": f"/{slug}", "count": f"/{slug}/count?seen=0&face={face}"}
            rows = _server_rows(web, paths, installation.folder, slices, seconds)
            rows += _view_rows(f"{web.url}/{slug}", visits) if visits else []
            say("\n" + render(f"The fan page, {words}", rows))
            is_good = is_good and all(row.is_met is not False for row in rows)
    say(f"\n{_NOISE}")
    return 0 if is_good else 1


def _with_artwork(campaign_id: int) -> str:
    pressed = press((ROOT / "bin/local/night-drive.jpg").read_bytes())
    with transaction() as session:
        campaign = session.get_one(Campaign, campaign_id)
        give_artwork(campaign, pressed)
        return campaign.slug


def _move(campaign_id: int, release_in: timedelta) -> None:
    with transaction() as session:
        session.execute(
            text("""
                UPDATE campaign SET release_at = now() + :late, release_wall = (now() + :late) AT TIME ZONE 'UTC'
                WHERE id = :id
            """),
            {"id": campaign_id, "late": release_in},
        )


def _server_rows(web: WebProcess, paths: Mapping[str, str], folder: Path, slices: int, seconds: float) -> list[Row]:
    rows: list[Row] = []
    for name, path in paths.items():
        pairs = _measure(web, path, folder, slices, seconds)
        ratio = median(pair.bare_cpu / pair.page_cpu for pair in pairs)
        rows += [
            at_least(f"{name}: processor time, bare reply / ours", ratio, CPU_GOAL, "{:.2f}"),
            _told(f"{name}: processor time per request, bare and ours", pairs, "bare_cpu", "page_cpu", "{:.0f} us"),
            _told(f"{name}: requests a second, bare and ours", pairs, "bare_rate", "page_rate", "{:,.0f}"),
            Row(f"{name}: processor time to make it anew", f"{_making(web, path) * 1000:.1f} ms"),
        ]
    return rows


def _told(name: str, pairs: list[Pair], bare: str, page: str, shown: str) -> Row:
    values = (median(getattr(pair, which) for pair in pairs) for which in (bare, page))
    return Row(name, ", ".join(shown.format(value) for value in values))


def _measure(web: WebProcess, path: str, folder: Path, slices: int, seconds: float) -> list[Pair]:
    """Slices of both servers in turn. The bare reply has the very bytes that the page has."""
    kept = folder / "bare_reply.json"
    kept.write_text(_reply_of(ask_once(web.port, path)))
    environ = {"BARE_REPLY": str(kept), "PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT)}
    with ExitStack() as stack:
        log = folder / "bare.log"
        bare = stack.enter_context(running_web("bench.bare_reply:app", next_free(web.port + 1), environ, log))
        return [_pair(bare, web, path, seconds) for _ in range(slices)]


def _pair(bare: WebProcess, web: WebProcess, path: str, seconds: float) -> Pair:
    (bare_cpu, bare_rate), (page_cpu, page_rate) = (_slice(each, path, seconds) for each in (bare, web))
    return Pair(bare_cpu, page_cpu, bare_rate, page_rate)


def _slice(server: WebProcess, path: str, seconds: float) -> tuple[float, float]:
    # What was made anew because nobody had asked for a while is told in a row of its own.
    ask_once(server.port, path)
    before = exact_cpu_seconds([server.pid])
    answers = ask_for(server.port, path, seconds)
    return (exact_cpu_seconds([server.pid]) - before) / answers * 1e6, answers / seconds


def _making(web: WebProcess, path: str) -> float:
    """Seconds on the processor of a request that comes when nothing is kept any more, with all that goes on beside."""
    seen: list[float] = []
    for _ in range(_MAKINGS):
        time.sleep(A_WHILE.total_seconds() + 0.1)
        before = exact_cpu_seconds([web.pid])
        ask_once(web.port, path)
        seen.append(exact_cpu_seconds([web.pid]) - before)
    return median(seen)


def _reply_of(answer: bytes) -> str:
    head, _, body = answer.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    pairs = [line.split(": ", 1) for line in lines]
    headers = [pair for pair in pairs if pair[0] != "server"]
    return json.dumps({"status": first.removeprefix("HTTP/1.1 "), "headers": headers, "body": body.hex()})


def _view_rows(address: str, visits: int) -> list[Row]:
    with open_browser() as browser:
        seen = median_of([view(browser, address) for _ in range(visits)])
    return [
        at_most("browser: largest contentful paint", seen.largest_paint, PAINT_GOAL, "{:.2f} s"),
        Row("browser: first contentful paint", f"{seen.first_paint:.2f} s"),
        at_most("browser: requests before the first paint", seen.requests_before_paint, 3, "{:.0f}"),
        *_byte_rows(seen),
    ]


def _byte_rows(seen: FirstView) -> list[Row]:
    kilobytes: Callable[[float], float] = lambda count: count / 1024  # noqa: E731
    return [
        Row("browser: KB before the first paint", f"{kilobytes(seen.bytes_before_paint):.1f}"),
        at_most("browser: KB of the view without artwork", kilobytes(seen.bytes - seen.artwork_bytes), 50, "{:.1f}"),
        at_most("browser: KB of the artwork", kilobytes(seen.artwork_bytes), 60, "{:.1f}"),
        Row("browser: requests of the view", f"{seen.requests:.0f}"),
    ]
