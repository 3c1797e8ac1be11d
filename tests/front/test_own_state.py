"""What is a visitor's own never comes from memory, and never gets into it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from fans import answer_at_spotify, go_to_spotify, open_campaign
from flask import Flask
from flask.testing import FlaskClient
from front_asking import Said
from twin_client import TwinClient

from presave_app.front.layer import Front

ME = "/night-drive/me"


@pytest.fixture(autouse=True)
def campaign_id(app: Flask) -> int:
    return open_campaign()


def fan(app: Flask, twin: TwinClient, name: str) -> tuple[FlaskClient, str]:
    """A fan's browser, and the path of their own page."""
    client = app.test_client()
    answer = client.get(answer_at_spotify(twin, go_to_spotify(client), name))
    return client, urlsplit(answer.headers["Location"]).path


@pytest.mark.parametrize("headers", [{"HX-Request": "true"}, {}], ids=["fragment", "page"])
def test_each_fan_gets_their_own(app: Flask, twin: TwinClient, front: Front, headers: dict[str, str]) -> None:
    (ida, idas), (leo, leos), stranger = fan(app, twin, "ida"), fan(app, twin, "leo"), app.test_client()
    for _ in range(2):
        assert idas in (said := ida.get(ME, headers=headers).text)
        assert leos not in said
        assert leos in (said := leo.get(ME, headers=headers).text)
        assert idas not in said
        assert "/mine/" not in stranger.get(ME, headers=headers).text
    assert ME not in front.kept_paths()


def test_it_is_asked_of_flask_each_time(app: Flask, twin: TwinClient, asked: list[str]) -> None:
    client, _ = fan(app, twin, "ida")
    asked.clear()
    for _ in range(3):
        client.get(ME, headers={"HX-Request": "true"})
    assert asked == [ME] * 3


def test_the_page_in_memory_is_made_without_the_cookie(
    app: Flask, twin: TwinClient, front: Front, through: Callable[..., Said]
) -> None:
    """Asked by the fan first, so that a page made for them would be everybody's."""
    client, path = fan(app, twin, "ida")
    front.forget()
    made = client.get_cookie("made")
    assert made is not None
    own = through("/night-drive", Cookie=f"made={made.value}; here=1")
    assert b"/mine/" not in own.body
    assert path.encode() not in own.body
    assert own.body == through("/night-drive").body
    assert not [header for header in own.headers if header[0] == "Set-Cookie"]


def test_the_policy_goes_out_with_the_page_that_it_belongs_to(through: Callable[..., Said], app: Flask) -> None:
    open_campaign(timedelta(seconds=-10), slug="red-hour")
    for _ in range(2):
        assert "frame-src http" in dict(through("/red-hour").headers)["Content-Security-Policy"]
        assert "frame-src" not in dict(through("/night-drive").headers)["Content-Security-Policy"]
