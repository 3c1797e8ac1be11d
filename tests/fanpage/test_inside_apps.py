"""Visitors inside other apps: who is recognised, which way out is offered, and how far they get."""

from __future__ import annotations

import re
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
import user_agents as ua
from fans import answer_at_spotify, go_to_spotify, open_campaign, read_sql, run_sql
from flask import Flask
from flask.testing import FlaskClient
from makers import sign_in
from twin_client import TwinClient

from presave_app.counts.funnel import Step, forget_opened, funnels_of
from presave_app.fanpage.carried import Carried
from presave_app.fanpage.hand_over import make_token, open_token
from presave_app.fanpage.inside_apps import Method, System, find_inside, way_out
from presave_app.transaction import transaction

KNOWN = [
    (ua.INSTAGRAM_IOS, "Instagram", System.IOS, Method.X_SAFARI),
    (ua.INSTAGRAM_ANDROID, "Instagram", System.ANDROID, Method.INTENT),
    (ua.TIKTOK_IOS, "TikTok", System.IOS, Method.X_SAFARI),
    (ua.TIKTOK_ANDROID, "TikTok", System.ANDROID, None),
    (ua.THREADS_IOS, "Threads", System.IOS, Method.X_SAFARI),
    (ua.FACEBOOK_ANDROID, "Facebook", System.ANDROID, Method.INTENT),
    (ua.MESSENGER_ANDROID, "Messenger", System.ANDROID, Method.INTENT),
    (ua.SNAPCHAT_IOS, "Snapchat", System.IOS, None),
    (ua.WECHAT_ANDROID, "WeChat", System.ANDROID, None),
    (ua.LINE_ANDROID, "LINE", System.ANDROID, Method.INTENT),
    (ua.LINKEDIN_IOS, "LinkedIn", System.IOS, Method.X_SAFARI),
    (ua.UNKNOWN_ANDROID, "another app", System.ANDROID, Method.INTENT),
]
LINKS = {
    None: None,
    Method.X_SAFARI: "x-safari-https://alba.example/night-drive/open/t",
    Method.INTENT: "intent://alba.example/night-drive/open/t#Intent;scheme=https;end",
}


@pytest.fixture(autouse=True)
def campaign_id(app: Flask) -> int:
    return open_campaign(timedelta(hours=1))


@pytest.mark.parametrize(("agent", "name", "system", "method"), KNOWN, ids=[row[1] + row[2] for row in KNOWN])
def test_an_app_is_known_by_its_own_mark(agent: str, name: str, system: System, method: Method | None) -> None:
    inside = find_inside(agent)
    assert inside is not None
    assert (inside.app.name, inside.system) == (name, system)
    assert way_out(inside, "https://alba.example/night-drive/open/t") == LINKS[method]


@pytest.mark.parametrize("agent", [ua.SAFARI, ua.CHROME_ANDROID, ua.FIREFOX, ""])
def test_a_browser_of_its_own_is_left_alone(client: FlaskClient, agent: str) -> None:
    assert find_inside(agent) is None
    told = client.get("/night-drive/way-out", headers={"User-Agent": agent}).text
    assert "Open in your browser" not in told
    assert read_sql("SELECT count(*) FROM app_step") == 0


def test_the_page_itself_is_the_same_for_everybody(client: FlaskClient) -> None:
    inside, outside = (
        client.get("/night-drive", headers={"User-Agent": agent}) for agent in (ua.TIKTOK_IOS, ua.SAFARI)
    )
    assert inside.data == outside.data
    assert 'data-way-out="/night-drive/way-out"' in inside.text


def test_the_link_carries_where_the_visitor_came_from(client: FlaskClient, campaign_id: int) -> None:
    address = link_out(client, "bio")
    token = address.rsplit("/", 1)[-1]
    handed = open_token(token)
    assert handed is not None
    assert (handed.campaign_id, handed.source, handed.app, handed.system) == (campaign_id, "bio", "Instagram", "iOS")
    assert client.get(address).headers["Location"] == "/night-drive?src=bio"


def test_an_opening_is_counted_once(client: FlaskClient, campaign_id: int) -> None:
    address = link_out(client)
    for _ in range(3):
        client.get(address)
    (funnel,) = funnels_of(campaign_id)
    assert (funnel.app, funnel.system) == ("Instagram", "iOS")
    assert (funnel.steps[Step.SEEN], funnel.steps[Step.OPENED]) == (1, 1)


@pytest.mark.parametrize("token", ["made-up", "WzEsImJpbyJd.aaaa.bbbb"])
def test_a_link_that_is_not_ours_only_leads_to_the_page(client: FlaskClient, token: str) -> None:
    assert client.get(f"/night-drive/open/{token}").headers["Location"] == "/night-drive"
    assert read_sql("SELECT count(*) FROM app_step") == 0


def test_a_link_of_another_campaign_counts_for_nobody(client: FlaskClient, campaign_id: int) -> None:
    inside = find_inside(ua.INSTAGRAM_IOS)
    assert inside is not None
    client.get(f"/night-drive/open/{make_token(campaign_id + 1, Carried('bio'), inside)}")
    assert read_sql("SELECT count(*) FROM app_step") == 0


def test_old_openings_are_forgotten(client: FlaskClient) -> None:
    client.get(link_out(client))
    run_sql("UPDATE opened_link SET at = now() - interval '3 days'")
    with transaction() as session:
        assert forget_opened(session) == 1


def test_each_step_of_the_sign_in_is_counted(app: Flask, twin: TwinClient, campaign_id: int) -> None:
    client = app.test_client()
    client.environ_base["HTTP_USER_AGENT"] = ua.TIKTOK_ANDROID
    assert client.get(answer_at_spotify(twin, go_to_spotify(client), "ida")).status_code == 303
    (funnel,) = funnels_of(campaign_id)
    assert funnel.app == "TikTok"
    assert [funnel.steps[step] for step in (Step.SIGN_IN, Step.BACK, Step.DONE)] == [1, 1, 1]


def test_the_team_sees_where_visitors_are_lost(client: FlaskClient, campaign_id: int) -> None:
    link_out(client)
    sign_in(client, "alice@alba.example")
    page = client.get(f"/campaigns/{campaign_id}/release").text
    row = page.split('<th scope="row">Instagram</th>', 1)[1].split("</tr>", 1)[0]
    assert re.findall(r">([^<>\s]+)</td>", row) == ["iOS", "1", "0", "0", "0", "0", "0"]


def test_a_return_to_another_browser_begins_anew_there(app: Flask, twin: TwinClient, campaign_id: int) -> None:
    inside, own = app.test_client(), app.test_client()
    inside.environ_base["HTTP_USER_AGENT"] = ua.INSTAGRAM_IOS
    back = answer_at_spotify(twin, go_to_spotify(inside), "ida")
    page = own.get(back)
    assert page.status_code == 400
    assert "Continue here" in page.text
    assert 'action="/night-drive/connect/spotify"' in page.text
    assert read_sql("SELECT count(*) FROM pre_save") == 0
    # The first browser can still finish, and once it has, the link is of no use to anybody.
    assert inside.get(back).status_code == 303
    assert "Continue here" not in own.get(back).text


def link_out(client: FlaskClient, source: str = "") -> str:
    """The path of the link that an iPhone inside Instagram is offered."""
    path = f"/night-drive/way-out?src={source}"
    told = client.get(path, headers={"User-Agent": ua.INSTAGRAM_IOS}).text
    href = told.split('id="open-outside" href="', 1)[1].split('"', 1)[0]
    assert href.startswith("x-safari-http://127.0.0.1:5000/night-drive/open/")
    return urlsplit(href.removeprefix("x-safari-")).path
