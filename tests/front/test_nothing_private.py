"""Nobody's own answer is ever kept, and nothing of a visitor's gets into what everybody sees."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from fans import open_campaign, pre_save
from flask import Flask, request, request_started
from front_asking import Said
from makers import sign_in
from twin_client import TwinClient

from presave_app.front.answer import is_everybodys
from presave_app.front.layer import Front
from presave_app.front.offers import Offer
from presave_app.presaves.looking_up import mine_secret
from presave_app.presaves.states import PreSaveId

PUBLIC = ("Cache-Control", "public, max-age=60")
OPEN_PATHS = re.compile(r"/night-drive(/count(\.json)?)?|/static/.+|/art/.+")


@pytest.fixture
def campaign_id(app: Flask) -> int:
    return open_campaign()


@pytest.mark.parametrize(
    ("header", "is_kept"),
    [
        (("Content-Type", "text/html"), True),
        (("Vary", "HX-Request"), True),
        (("Set-Cookie", "session=x"), False),
        (("Vary", "Cookie"), False),
        (("Vary", "Accept-Encoding, cookie"), False),
        (("Vary", "*"), False),
        (("Content-Range", "bytes 0-9/100"), False),
        (("Content-Encoding", "br"), False),
    ],
)
def test_what_an_answer_says_of_itself_counts(header: tuple[str, str], is_kept: bool) -> None:
    for given in (Offer(), Offer(only_here=True)):
        assert is_everybodys("200 OK", [PUBLIC, header], given) == is_kept


@pytest.mark.parametrize("cache", ["private", "no-store", "private, no-cache", "public, no-store", "max-age=60", ""])
def test_what_is_not_public_is_kept_only_by_its_views_own_word(cache: str) -> None:
    headers = [("Cache-Control", cache)] if cache else []
    assert not is_everybodys("200 OK", headers, Offer())
    assert is_everybodys("200 OK", headers, Offer(only_here=True))


@pytest.mark.parametrize(
    "status", ["206 PARTIAL CONTENT", "301 MOVED", "302 FOUND", "404 NOT FOUND", "410 GONE", "503 X"]
)
def test_only_whole_answers_are_kept(status: str) -> None:
    assert not is_everybodys(status, [PUBLIC], Offer())


def addresses(app: Flask, campaign_id: int, secret: str) -> Iterator[str]:
    """Every address of the app that is read, with something real in it where there is something."""
    values = {"slug": "night-drive", "campaign_id": str(campaign_id), "secret": secret, "service": "spotify"}
    for rule in app.url_map.iter_rules():
        if "GET" in (rule.methods or set()):
            path = re.sub(r"<any\((\w+)[^>]*>", r"\1", rule.rule)
            path = re.sub(r"<(?:int[^:]*|uuid|path|string)?:?(\w+)>", lambda m: values.get(m[1], "1"), path)
            yield path


def test_no_page_of_anybodys_own_is_kept(app: Flask, twin: TwinClient, campaign_id: int, front: Front) -> None:
    secret = mine_secret(PreSaveId(pre_save(app, twin, "ida")))
    client = app.test_client()
    sign_in(client, "alice@alba.example")
    front.forget()
    asked = list(addresses(app, campaign_id, secret))
    assert f"/campaigns/{campaign_id}" in asked
    for path in asked * 2:
        client.get(path)
    kept = front.kept_paths()
    assert "/night-drive" in kept
    assert [path for path in kept if not OPEN_PATHS.fullmatch(path)] == []


def test_flask_makes_it_without_anything_of_the_visitors(
    app: Flask, campaign_id: int, through: Callable[..., Said]
) -> None:
    seen: list[dict[str, Any]] = []
    listener = lambda _: seen.append({**request.headers})  # noqa: E731
    with request_started.connected_to(listener, app):
        for path in ("/night-drive?src=x&fbclid=y", "/night-drive/count?seen=0", "/night-drive/count.json"):
            through(
                path,
                Cookie="session=secret; fan=secret; tz=Europe/Berlin",
                Authorization="Bearer secret",
                X_Forwarded_For="203.0.113.9",
                Referer="https://elsewhere.example/secret",
                User_Agent="secret",
                HX_Request="true",
            )
    nobody = {"Host": "127.0.0.1:5000", "Accept-Language": "en"}
    assert seen == [nobody] * 3


def test_a_zone_is_told_only_where_it_matters(app: Flask, campaign_id: int, through: Callable[..., Said]) -> None:
    through("/night-drive", Cookie="tz=Europe/Berlin")
    through("/night-drive", Cookie="tz=Pacific/Auckland")
    front: Front = app.extensions["presave_front"]
    assert len(front.shelf.held_keys()) == 1
