"""The crowd against a small app of this file's own, and the twin."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from apple_music_client import AppleMusicClient
from flask import Flask, Response, redirect, request
from serving import serving
from twin_client import CLIENT_ID, TwinClient
from werkzeug.wrappers import Response as AnyResponse

from presave_app.sandbox.crowd.arrivals import plan_arrivals
from presave_app.sandbox.crowd.page import read_page
from presave_app.sandbox.server import create_server

CALENDAR_FORM = """<form method="post" action="/night/remind/amazon-music">
    <input type="hidden" name="way" value="calendar"><button>In my calendar</button></form>"""


@dataclass
class LittleApp:
    """As much of a pre-save app as a fan meets: a page, a form, a callback, a page of the fan's own."""

    url: str = ""
    twin: TwinClient | None = None
    posts: list[dict[str, str | None]] = field(default_factory=list)
    callbacks: list[dict[str, str | None]] = field(default_factory=list)
    breaks: bool = False
    developer_token: str = ""
    ways: list[str] = field(default_factory=list)
    offers_reminder_after: bool = False
    is_out: bool = False

    def page(self) -> str:
        return """<a href="/night/connect/apple-music">Apple Music</a><a href="/night/remind/amazon-music">Amazon</a>
            <a id="play-boomplay" href="/go/2">Play</a>
            <form action="/search"><input name="q"></form>
            <form method="post" action="/night/connect/spotify"><input type="hidden" name="src" value="bio">
            <input type="checkbox" name="extra" value="follow"><button>Pre-save</button></form>"""

    def connect(self) -> AnyResponse:
        headers = ("Origin", "Sec-Fetch-Site")
        self.posts.append({**request.form, **{name: request.headers.get(name) for name in headers}})
        assert self.twin is not None
        there = self.twin.consent_url(redirect_uri=f"{self.url}/connect/spotify/callback")
        response = redirect(there.replace("127.0.0.1", "localhost", 1), 303)
        response.set_cookie("flow", "kept")
        return response

    def callback(self) -> AnyResponse:
        self.callbacks.append(
            {
                "error": request.args.get("error"),
                "flow": request.cookies.get("flow"),
                "Sec-Fetch-Site": request.headers.get("Sec-Fetch-Site"),
            }
        )
        if self.breaks:
            return Response(status=500)
        return redirect("/night?refused=1" if "error" in request.args else "/mine/secret", 303)

    def mine(self) -> str:
        return CALENDAR_FORM if self.offers_reminder_after else "yours"

    def sign_in_page(self) -> str:
        assert self.twin is not None
        return f"""<script src="/own.js"></script><script src="{self.twin.root}/apple-music/musickit.js"></script>
            <form method="post" id="sign-in" data-developer-token="{self.developer_token}" data-app-name="Little">
            <input type="hidden" name="music_user_token"><input type="hidden" name="storefront"></form>"""

    def sign_in(self) -> AnyResponse:
        self.posts.append({**request.form})
        return redirect("/mine/secret", 303)

    def remind(self) -> AnyResponse | str:
        if request.method == "GET":
            return CALENDAR_FORM
        if self.is_out:
            return '<a id="play-amazon-music" href="/go/1">Play</a>'
        self.ways.append(request.form["way"])
        return redirect("/mine/reminder", 303)


@pytest.fixture
def little_app(twin: TwinClient) -> Iterator[LittleApp]:
    little = LittleApp(twin=twin)
    app = Flask(__name__)
    app.add_url_rule("/night", "page", little.page)
    app.add_url_rule("/night/connect/spotify", "connect", little.connect, methods=["POST"])
    app.add_url_rule("/connect/spotify/callback", "callback", little.callback)
    app.add_url_rule("/night/connect/apple-music", "sign_in_page", little.sign_in_page)
    app.add_url_rule("/night/connect/apple-music", "sign_in", little.sign_in, methods=["POST"])
    app.add_url_rule("/night/remind/amazon-music", "remind", little.remind, methods=["GET", "POST"])
    app.add_url_rule("/mine/secret", "mine", little.mine)
    app.add_url_rule("/mine/reminder", "reminder", lambda: '<a href="/night/calendar.ics">The file</a>')
    app.add_url_rule("/night/calendar.ics", "calendar", lambda: "BEGIN:VCALENDAR BEGIN:VALARM")
    server = create_server(app, "127.0.0.1", 0)
    little.url = f"http://127.0.0.1:{server.server_port}"
    with serving(server):
        yield little


def send_crowd(page: str, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "presave_app.sandbox.crowd", page, *options]
    # A proxy that does not exist: who used it would fail.
    environment = os.environ | {"http_proxy": "http://127.0.0.1:9", "HTTP_PROXY": "http://127.0.0.1:9"}
    return subprocess.run(command, capture_output=True, text=True, timeout=60, env=environment, check=False)


def send_one(little_app: LittleApp, service: str, refuse: int = 0) -> subprocess.CompletedProcess[str]:
    options = ["--fans", "1", "--seconds", "0", "--refuse", str(refuse), "--on", f"{service}=1"]
    return send_crowd(f"{little_app.url}/night", *options)


def test_a_crowd_pre_saves_and_some_refuse(twin: TwinClient, little_app: LittleApp) -> None:
    result = send_crowd(f"{little_app.url}/night", "--fans", "8", "--seconds", "0.5", "--refuse", "2")
    assert result.returncode == 0, result.stdout + result.stderr
    assert "8 of 8 fans came: 6 pre-saved, 0 reminded, 2 refused, 0 too late, 0 failed" in result.stdout
    assert twin.control("GET", "state")["grants"] == 6


def test_a_fan_behaves_like_a_browser(little_app: LittleApp) -> None:
    send_crowd(f"{little_app.url}/night", "--fans", "1", "--seconds", "0", "--refuse", "0")
    assert little_app.posts == [{"src": "bio", "Origin": little_app.url, "Sec-Fetch-Site": "same-origin"}]
    assert little_app.callbacks == [{"error": None, "flow": "kept", "Sec-Fetch-Site": "cross-site"}]


def test_a_failure_is_told_and_ends_in_1(little_app: LittleApp) -> None:
    little_app.breaks = True
    result = send_crowd(f"{little_app.url}/night", "--fans", "2", "--seconds", "0", "--refuse", "0")
    assert result.returncode == 1
    assert "the way back answered 500" in result.stdout
    assert "code=" not in result.stdout


def test_a_page_without_the_form_is_told(little_app: LittleApp) -> None:
    result = send_crowd(f"{little_app.url}/mine/secret", "--fans", "1", "--seconds", "0")
    assert result.returncode == 1
    assert "leads to any service" in result.stdout


def test_a_service_that_is_not_on_the_page_is_told(little_app: LittleApp) -> None:
    result = send_crowd(f"{little_app.url}/night", "--fans", "1", "--seconds", "0", "--on", "deezer=1")
    assert result.returncode == 1
    assert "leads to deezer" in result.stdout


def test_a_fan_signs_in_by_the_window_of_a_page(little_app: LittleApp, apple_music: AppleMusicClient) -> None:
    little_app.developer_token = apple_music.mint(origin=[little_app.url])
    result = send_one(little_app, "apple-music")
    assert result.returncode == 0, result.stdout + result.stderr
    (posted,) = little_app.posts
    assert posted["storefront"] == "de"
    assert apple_music.api("GET", "/me/storefront", posted["music_user_token"]).status_code == 200


def test_a_fan_refuses_in_the_window_and_nothing_is_posted(
    little_app: LittleApp, apple_music: AppleMusicClient
) -> None:
    little_app.developer_token = apple_music.mint(origin=[little_app.url])
    result = send_one(little_app, "apple-music", refuse=1)
    assert "0 pre-saved, 0 reminded, 1 refused, 0 too late, 0 failed" in result.stdout, result.stdout + result.stderr
    assert little_app.posts == []


def test_a_developer_token_of_another_page_lets_nobody_in(little_app: LittleApp, apple_music: AppleMusicClient) -> None:
    little_app.developer_token = apple_music.mint(origin=["https://elsewhere.example"])
    result = send_one(little_app, "apple-music")
    assert result.returncode == 1
    assert "musickit/configuration answered 401" in result.stdout
    assert little_app.posts == []


def test_where_nothing_can_be_added_a_fan_takes_a_reminder(little_app: LittleApp, tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    options = ["--fans", "3", "--seconds", "0", "--refuse", "1", "--on", "amazon-music=1", "--report", str(report)]
    result = send_crowd(f"{little_app.url}/night", *options)
    assert "0 pre-saved, 2 reminded, 1 refused, 0 too late, 0 failed" in result.stdout, result.stdout + result.stderr
    assert little_app.ways == ["calendar", "calendar"]
    told = json.loads(report.read_text())
    assert (told["pre-saved"], len(told["reminded"]["amazon-music"])) == ({}, 2)


def test_who_would_be_reminded_of_what_is_out_already_is_too_late(little_app: LittleApp) -> None:
    result = send_one(little_app, "boomplay")
    assert "0 reminded, 0 refused, 1 too late, 0 failed" in result.stdout, result.stdout + result.stderr


def test_a_release_that_came_out_while_a_fan_was_reading_is_no_failure(little_app: LittleApp) -> None:
    little_app.is_out = True
    result = send_one(little_app, "amazon-music")
    assert "0 reminded, 0 refused, 1 too late, 0 failed" in result.stdout, result.stdout + result.stderr


def test_a_sign_in_that_only_serves_a_reminder_is_none_that_pre_saves(twin: TwinClient, little_app: LittleApp) -> None:
    little_app.offers_reminder_after = True
    result = send_one(little_app, "spotify")
    assert "0 pre-saved, 1 reminded, 0 refused, 0 too late, 0 failed" in result.stdout, result.stdout + result.stderr


def test_an_app_that_is_down_is_told(twin: TwinClient) -> None:
    result = send_crowd("http://127.0.0.1:9/night", "--fans", "1", "--seconds", "0")
    assert result.returncode == 1
    assert "ConnectionError at http://127.0.0.1:9/night" in result.stdout


def test_a_crowd_stops_when_told(little_app: LittleApp) -> None:
    command = [sys.executable, "-u", "-m", "presave_app.sandbox.crowd", f"{little_app.url}/night", "--seconds", "600"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert "will come" in process.stdout.readline()
        process.send_signal(signal.SIGTERM)
        output, _ = process.communicate(timeout=30)
    assert process.returncode == 0, output
    assert "of 40 fans came" in output


def test_the_same_seed_plans_the_same_crowd() -> None:
    assert plan_arrivals(40, 120, 2, 7) == plan_arrivals(40, 120, 2, 7)
    assert plan_arrivals(40, 120, 2, 7) != plan_arrivals(40, 120, 2, 8)


def test_fans_spread_in_proportion_and_nobody_is_left_out() -> None:
    plan = plan_arrivals(40, 120, 2, 7, {"spotify": 24, "youtube": 3, "tidal": 2, "amazon-music": 1})
    counts = {service: sum(fan.service == service for fan in plan) for service in ("spotify", "youtube", "tidal")}
    assert counts == {"spotify": 32, "youtube": 4, "tidal": 3}
    assert sum(fan.service == "amazon-music" for fan in plan) == 1
    assert len({fan.service for fan in plan[-20:]}) > 1
    assert len(plan_arrivals(1, 0, 0, 7, {"spotify": 1, "youtube": 1})) == 1


def test_fans_come_in_a_burst_and_rise_at_the_end() -> None:
    plan = plan_arrivals(1000, 100.0, 2, 7)
    counts = [sum(low <= fan.after_seconds < low + 20 for fan in plan) for low in range(0, 100, 20)]
    assert counts[0] > 400
    assert counts[4] > counts[2]
    assert counts[4] > counts[3]
    assert len({fan.name for fan in plan}) == 1000
    assert sum(fan.refuses for fan in plan) == 2
    assert all(0 <= fan.after_seconds <= 100 for fan in plan)


def test_a_form_is_read_as_a_browser_would_send_it() -> None:
    page = read_page(
        """<form method=POST action="?x=1&amp;y=2"><input type=hidden name=a value="&lt;"><input name=b>
        <input type=checkbox name=c><input type=checkbox name=d checked><input type=submit name=e value=1>
        <input name=f value=1 disabled><button name=decision value=allow>Allow</button></form>""",
        "http://127.0.0.1:1/page",
    )
    (form,) = page.posts()
    assert form.action == "http://127.0.0.1:1/page?x=1&y=2"
    assert form.fields == {"a": "<", "b": "", "d": "on"}
    assert form.has_button("decision", "allow")


def test_links_scripts_and_what_is_held_for_them_are_read() -> None:
    page = read_page(
        """<a href="there">x</a><a name="here">y</a><script src="/s.js"></script><script>no()</script>
        <form data-token="t"></form><div data-message="{}" data-origin="o"></div>""",
        "http://127.0.0.1:1/folder/page",
    )
    assert page.links == ["http://127.0.0.1:1/folder/there"]
    assert page.scripts == ["http://127.0.0.1:1/s.js"]
    assert page.forms[0].held == {"token": "t"}
    assert page.held == [{"token": "t"}, {"message": "{}", "origin": "o"}]


def test_the_command_line_registers_the_app() -> None:
    command = [sys.executable, "-m", "presave_app.sandbox", "--port", "0", "--client-id", CLIENT_ID]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("Sandbox listens on http://localhost:")
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)
    assert process.returncode == 0
