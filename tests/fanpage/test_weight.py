"""What a fan on bad mobile data has to load, in bytes, requests and queries."""

from __future__ import annotations

import gzip
import io
import os
import re
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from fans import move_release, open_campaign, run_sql
from flask import Flask
from flask.testing import FlaskClient
from makers import make_campaign, make_picture, make_team
from PIL import Image
from sqlalchemy import event

from presave_app.extensions import db

CSS_BUDGET = 12 * 1024
PAGE_BUDGET = 50 * 1024
ARTWORK_BUDGET = 60 * 1024
# What a phone of 360 points with a sharp screen takes out of the sizes on offer: 82 of 100 parts of its width.
PHONE_PIXELS = 2 * 360 * 82 // 100
MOST_BEFORE_PAINT = 3
# One of them is the front's, and all are asked once for a whole crowd.
MOST_QUERIES = 7


@pytest.fixture(autouse=True)
def campaign_id(app: Flask) -> int:
    return open_campaign()


def packed(body: bytes) -> int:
    return len(gzip.compress(body))


def file_of(app: Flask, address: str) -> bytes:
    name = urlsplit(address).path.removeprefix("/static/")
    return (Path(str(app.static_folder)) / name).read_bytes()


def parts_of(html: str) -> set[str]:
    return set(re.findall(r'<(?:link rel="stylesheet"|script defer)[^>]*?(?:href|src)="([^"]+)"', html))


def test_the_stylesheet_stays_small(app: Flask, client: FlaskClient) -> None:
    (css,) = [part for part in parts_of(client.get("/night-drive").text) if ".css" in part]
    assert packed(file_of(app, css)) < CSS_BUDGET


def test_the_page_with_all_it_loads_stays_small(app: Flask, client: FlaskClient) -> None:
    page = client.get("/night-drive")
    parts = parts_of(page.text)
    assert len(parts) == 3
    assert packed(page.data) + sum(packed(file_of(app, part)) for part in parts) < PAGE_BUDGET


def test_what_is_sent_is_packed(client: FlaskClient) -> None:
    """The budgets above are of packed files, so that is how they have to go out."""
    takes = {"Accept-Encoding": "gzip, deflate, br, zstd"}
    page = client.get("/night-drive", headers=takes)
    sent = [page, *(client.get(part, headers=takes) for part in parts_of(gzip.decompress(page.data).decode()))]
    assert len(sent) == 4
    assert [answer.headers.get("Content-Encoding") for answer in sent] == ["gzip"] * 4
    assert sum(len(answer.data) for answer in sent) < PAGE_BUDGET


@pytest.mark.parametrize("release_in", [timedelta(days=7), timedelta(minutes=-5)], ids=["before", "after"])
def test_artwork_and_first_paint_stay_small(app: Flask, client: FlaskClient, release_in: timedelta) -> None:
    picture = (Path(str(app.root_path)).parent / "bin/local/night-drive.jpg").read_bytes()
    move_release(make_campaign(make_team("Other", "o@other.example"), slug="red-hour", artwork=picture), release_in)
    page = client.get("/red-hour").text
    sizes = {int(w): path for path, w in re.findall(r"(/art/\w+\.webp) (\d+)w", page)}
    chosen = min((width for width in sizes if width >= PHONE_PIXELS), default=max(sizes))
    assert len(client.get(sizes[chosen]).data) < ARTWORK_BUDGET
    # The page itself, and what the head names that holds up the paint: stylesheets, and scripts that don't wait.
    head = page.partition("</head>")[0]
    blocking = re.findall(r'<link rel="stylesheet"|<script (?!defer)', head)
    assert 1 + len(blocking) <= MOST_BEFORE_PAINT


def test_nothing_comes_from_elsewhere(client: FlaskClient) -> None:
    html = client.get("/night-drive").text
    assert not re.findall(r'(?:src|srcset|data)="(?:https?:)?//', html)
    assert re.findall(r'<link (?!rel="canonical")[^>]*href="http', html) == []


def test_htmx_is_loaded_only_while_something_moves(client: FlaskClient, campaign_id: int) -> None:
    assert "htmx-" in client.get("/night-drive").text
    move_release(campaign_id, timedelta(days=-2))
    assert "vendor/htmx" not in client.get("/night-drive").text


def test_a_page_costs_few_queries(client: FlaskClient) -> None:
    client.get("/healthz")
    seen: list[str] = []
    listener = lambda *given: seen.append(given[2])  # noqa: E731
    event.listen(db.engine, "before_cursor_execute", listener)
    try:
        client.get("/night-drive")
    finally:
        event.remove(db.engine, "before_cursor_execute", listener)
    assert len([statement for statement in seen if "clock_timestamp" not in statement]) <= MOST_QUERIES


def test_whatever_a_phone_chooses_of_a_hard_artwork_is_small(client: FlaskClient) -> None:
    """All that the page offers: 295 CSS pixels of a phone take 590 at twice the density, 885 at three times."""
    noise = Image.frombytes("RGB", (1300, 1300), os.urandom(1300 * 1300 * 3))
    out = io.BytesIO()
    noise.save(out, "JPEG", quality=85)
    make_campaign(1, slug="hard-picture", artwork=out.getvalue())
    (shown,) = re.findall(r"<picture>.*?</picture>", client.get("/hard-picture").text, re.DOTALL)
    kinds = re.findall(r'<source type="image/(\w+)" srcset="([^"]+)"', shown)
    widths = {kind: [int(width) for width in re.findall(r" (\d+)w", srcset)] for kind, srcset in kinds}
    assert widths == {"avif": [320, 640, 960], "webp": [320, 640]}
    offered = re.findall(r"/art/\w+\.(?:avif|webp|jpg)", shown)
    assert len(offered) == 6
    assert max(len(client.get(path).data) for path in offered) <= 60_000


def test_an_artwork_of_before_avif_is_shown_as_it_is(client: FlaskClient) -> None:
    make_campaign(1, slug="old-picture", artwork=make_picture())
    run_sql("DELETE FROM artwork_file WHERE content_type = 'image/avif'")
    page = client.get("/old-picture").text
    assert "image/avif" not in page
    assert '<source type="image/webp"' in page
