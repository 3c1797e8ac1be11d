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
from makers import make_campaign, make_picture
from PIL import Image
from sqlalchemy import event

from presave_app.extensions import db

CSS_BUDGET = 12 * 1024
PAGE_BUDGET = 50 * 1024
MOST_QUERIES = 6


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
