"""On the way to one tap for several releases: what changes meanwhile, and what was left out stays left out."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from html import unescape
from uuid import UUID

import pytest
import user_agents as ua
from engine import beside, until_somebody_waits
from fans import (
    answer_at_spotify,
    come_back,
    go_to_spotify,
    move_local_release,
    move_release,
    pre_save,
    read_sql,
    run_sql,
)
from flask import Flask
from flask.testing import FlaskClient
from small_service import SONG, OnPage, hummingbird
from sqlalchemy import text
from taps import WEEK, also_of, id_of, listed, pre_saved
from twin_client import TwinClient
from werkzeug.test import TestResponse

from presave_app.presaves.looking_up import mine_secret
from presave_app.presaves.states import PreSaveId
from presave_app.releases import gate
from presave_app.streaming.registry import connectors
from presave_app.transaction import transaction


@pytest.fixture
def _on_page(app: Flask, first: int) -> Iterator[None]:
    """Night Drive and Second Light are to be had there too."""
    with hummingbird(app, OnPage):
        for slug in ("night-drive", "second-light"):
            run_sql(
                "INSERT INTO target (campaign_id, service, ref) VALUES (:id, 'hummingbird', :ref)",
                id=id_of(slug),
                ref=SONG,
            )
        yield


def come_out(slug: str) -> None:
    move_release(id_of(slug), timedelta(seconds=-1))


def take_down(slug: str) -> None:
    run_sql("UPDATE campaign SET published_at = NULL WHERE slug = :slug", slug=slug)


@pytest.mark.parametrize("change", [come_out, take_down])
def test_whoever_read_of_a_release_that_went_reads_anew(
    app: Flask, twin: TwinClient, client: FlaskClient, first: int, change: Callable[[str], None]
) -> None:
    also = also_of(client.get("/night-drive").text)
    change("second-light")
    answer = client.post("/night-drive/connect/spotify", data={"also": also})
    assert answer.status_code == 409
    assert "The releases have changed" in answer.text
    assert "The Album: out on" in answer.text
    assert "Second Light" not in answer.text
    assert set(pre_saved(pre_save(app, twin, "ida", also=also_of(answer.text)))) == {"night-drive", "the-album"}


def test_a_page_left_open_over_the_release_asks_for_its_own_anew(
    app: Flask, twin: TwinClient, client: FlaskClient, first: int
) -> None:
    also = also_of(client.get("/night-drive").text)
    come_out("night-drive")
    answer = client.post("/night-drive/connect/spotify", data={"also": also})
    assert answer.status_code == 409
    assert "Night Drive is out. We do this for you now, and nothing else:" in answer.text
    assert also_of(answer.text) == ""
    assert set(pre_saved(pre_save(app, twin, "ida"))) == {"night-drive"}


def test_the_page_is_kept_no_longer_than_what_it_lists(client: FlaskClient, first: int) -> None:
    move_release(id_of("the-album"), timedelta(seconds=20))
    cached = client.get("/night-drive").cache_control.max_age
    assert cached is not None
    assert 0 < cached <= 20
    assert listed(client.get("/second-light").text) == ["The Album", "Night Drive", "Second Light"]


def test_a_release_at_the_fans_own_midnight_is_listed_and_due_there(app: Flask, twin: TwinClient, first: int) -> None:
    second = id_of("second-light")
    move_local_release(second, 2 * WEEK, "Asia/Tokyo")
    assert "where you are" in app.test_client().get("/night-drive").text
    pre_save(app, twin, "ida", also=str(second), time_zone="Asia/Tokyo")
    pre_save(app, twin, "bob", also=str(second), time_zone="America/New_York")
    due = "SELECT max(due_at) - min(due_at) FROM pre_save WHERE campaign_id = :id"
    assert read_sql(due, id=first) == timedelta(0)
    assert read_sql(due, id=second) >= timedelta(hours=13)


def test_a_fan_who_taps_twice_at_once_has_each_once(app: Flask, twin: TwinClient, first: int) -> None:
    one, other = app.test_client(), app.test_client()
    ways = [
        (browser, answer_at_spotify(twin, go_to_spotify(browser, slug, also=also), "ida"))
        for browser, slug, also in (
            (one, "night-drive", str(id_of("second-light"))),
            (other, "second-light", str(first)),
        )
    ]
    with transaction() as session:
        session.execute(text("SELECT 1 FROM campaign ORDER BY id FOR UPDATE"))
        with beside(app, lambda: ways[0][0].get(ways[0][1])), beside(app, lambda: ways[1][0].get(ways[1][1])):
            until_somebody_waits(session, 2)
            session.commit()
    assert read_sql("SELECT count(*) FROM pre_save") == 2
    assert read_sql("SELECT count(DISTINCT tap_id) FROM pre_save p JOIN consent c ON c.id = p.consent_id") == 1


@pytest.mark.usefixtures("_on_page")
def test_where_the_seats_are_gone_the_other_service_covers_all_there_is(
    client: FlaskClient, first: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = client.get("/night-drive").text
    assert "On Hummingbird only for Night Drive and Second Light." in page
    monkeypatch.setattr(connectors()["spotify"], "audience_limit", 0)
    page = client.get("/second-light").text
    assert listed(page) == ["Night Drive", "Second Light"]
    assert "On Hummingbird only" not in page


@pytest.mark.usefixtures("_on_page")
def test_a_service_that_covers_less_has_words_of_its_own(client: FlaskClient, first: int) -> None:
    run_sql("DELETE FROM target WHERE service = 'hummingbird' AND campaign_id <> :id", id=first)
    page = client.get("/night-drive").text
    only = "On Hummingbird only for Night Drive."
    assert f'<p class="note" id="only-hummingbird">{only}</p>' in page
    (own,) = re.findall(r'<p class="promise-text" id="promise-own">(.*?)</p>', page)
    agreed = read_words_of(client, "hummingbird")
    assert own == f"{only} {agreed}"
    assert "erased after that" in own
    assert 'aria-describedby="promise-lead deed-hummingbird only-hummingbird promise-own"' in page
    assert 'aria-describedby="promise-lead deed-spotify promise"' in page


def read_words_of(client: FlaskClient, service: str) -> str:
    """The text of what is agreed to on the page of a sign-in."""
    page = client.get(f"/night-drive/connect/{service}").text
    (words,) = re.findall(r'<p class="promise-text">(.*?)</p>', page)
    return words


@pytest.mark.usefixtures("_on_page")
def test_the_page_of_a_sign_in_keeps_what_was_left_out(client: FlaskClient, first: int) -> None:
    second = id_of("second-light")
    assert f"/night-drive/connect/hummingbird?also={second}" in client.get("/night-drive").text
    album = id_of("the-album")
    thinner = client.get(f"/night-drive?src=bio&without={album}").text
    (way,) = re.findall(r'href="(/night-drive/connect/hummingbird[^"]*)"', thinner)
    page = client.get(unescape(way)).text
    assert "Second Light: out on" in page
    assert also_of(page) == str(second)
    assert f'href="?src=bio&amp;without={album}&amp;also={second}&amp;lang=de"' in page
    assert f'href="/night-drive?src=bio&amp;without={album}"' in page


def take_out(slug: str) -> None:
    run_sql("UPDATE campaign SET rollout_id = NULL WHERE slug = :slug", slug=slug)


def sign_in_there(client: FlaskClient, also: str) -> TestResponse:
    """Send what the page of a sign-in sends once its script has the permission."""
    token = {"music_user_token": "ida-token", "storefront": "de"}
    return client.post("/night-drive/connect/hummingbird", data={**token, "also": also})


@pytest.mark.usefixtures("_on_page")
@pytest.mark.parametrize("change", [come_out, take_down, take_out])
def test_the_page_of_a_sign_in_adds_nothing_alone_that_was_read_with_another(
    client: FlaskClient, first: int, change: Callable[[str], None]
) -> None:
    second = id_of("second-light")
    assert also_of(client.get(f"/night-drive/connect/hummingbird?also={second}").text) == str(second)
    change("second-light")
    answer = sign_in_there(client, str(second))
    assert answer.status_code == 409
    assert "The releases have changed" in answer.text
    assert "When Night Drive is out we do this for you, and nothing else:" in answer.text
    assert read_sql("SELECT count(*) FROM pre_save") == 0
    (way,) = re.findall(r'href="(/night-drive/connect/hummingbird[^"]*)"', answer.text)
    assert sign_in_there(client, also_of(client.get(unescape(way)).text)).status_code == 303


@pytest.mark.usefixtures("_on_page")
def test_the_page_of_a_sign_in_adds_what_is_out_by_now_alone(client: FlaskClient, first: int) -> None:
    come_out("night-drive")
    assert sign_in_there(client, str(id_of("second-light"))).status_code == 303
    assert read_sql("SELECT string_agg(campaign_id::text, ',') FROM pre_save") == str(first)


def test_who_says_no_at_the_service_comes_back_to_what_they_had_chosen(
    app: Flask, twin: TwinClient, client: FlaskClient, first: int
) -> None:
    chosen = form_of(client.get(f"/night-drive?src=bio&without={id_of('the-album')}").text)
    back = answer_at_spotify(twin, go_to_spotify(client, **chosen), "ida", decision="refuse")
    assert f'href="/night-drive?src=bio&amp;without={id_of("the-album")}"' in client.get(back).text


def form_of(page: str) -> dict[str, str]:
    """What the first form on a page would send."""
    form = page.split("<form", 1)[1].split("</form>", 1)[0]
    return dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form))


@pytest.mark.parametrize("kind", ["503_html", "429", ""])
def test_a_service_that_fails_leads_back_to_it_as_well(
    app: Flask, twin: TwinClient, client: FlaskClient, first: int, kind: str
) -> None:
    album = id_of("the-album")
    back = answer_at_spotify(twin, go_to_spotify(client, also=str(id_of("second-light")), without=str(album)), "ida")
    if kind:
        twin.fault(kind, path="/api/token")
    else:
        gate.shut("spotify", 60, "rate_limited")
    assert f'href="/night-drive?without={album}"' in client.get(back).text


def test_where_the_text_has_changed_the_ticks_stay(client: FlaskClient, first: int) -> None:
    run_sql(
        "INSERT INTO label_page (campaign_id, service, artist_ref) VALUES (:id, 'spotify', :ref)",
        id=first,
        ref="spotify:artist:0TnOYISbd1XYRBk9myaseg",
    )
    also = also_of(client.get("/night-drive").text)
    take_down("second-light")
    asked = {"also": also, "extra": "follow_artist", "src": "bio"}
    page = client.post("/night-drive/connect/spotify", data=asked).text
    assert re.search(r'name="extra" value="follow_artist"\s+checked', page)
    assert form_of(page)["src"] == "bio"


@pytest.mark.usefixtures("_on_page")
def test_where_it_is_out_already_a_sign_in_on_our_page_adds_it_alone(
    app: Flask, client: FlaskClient, first: int
) -> None:
    """The page was made for the label's own zone, and the form brings the fan's."""
    move_local_release(first, timedelta(hours=-2), "Asia/Tokyo")
    asked = {"also": str(id_of("second-light")), "time_zone": "Asia/Tokyo", "music_user_token": "x"}
    answer = client.post("/night-drive/connect/hummingbird", data=asked)
    assert answer.status_code == 303, answer.text
    assert read_sql("SELECT string_agg(campaign_id::text, ',') FROM pre_save") == str(first)


@pytest.mark.parametrize("address", ["/night-drive/?src=bio&without={}", "/Night-Drive?src=bio&without={}"])
def test_the_way_to_the_right_spelling_keeps_it(client: FlaskClient, first: int, address: str) -> None:
    album = id_of("the-album")
    assert client.get(address.format(album)).headers["Location"] == f"/night-drive?src=bio&without={album}"


def test_the_page_that_swaps_at_the_moment_keeps_it(client: FlaskClient, first: int) -> None:
    album = id_of("the-album")
    page = client.get(f"/night-drive?without={album}").text
    swapped = page.rpartition('hx-trigger="released from:body"')[0].rpartition("hx-get=")[2]
    assert swapped.startswith(f'"/night-drive?without={album}"')


def test_the_way_out_of_an_app_keeps_it(client: FlaskClient, first: int) -> None:
    client.environ_base["HTTP_USER_AGENT"] = ua.INSTAGRAM_IOS
    album = id_of("the-album")
    assert f"/night-drive/way-out?without={album}" in client.get(f"/night-drive?without={album}").text
    words = client.get(f"/night-drive/way-out?without={album}").text
    assert f"/night-drive?without={album}" in words
    (out,) = re.findall(r"/night-drive/open/[\w.-]+", words)
    assert client.get(out).headers["Location"] == f"/night-drive?without={album}"


def test_who_can_only_be_reminded_is_told_what_it_does_not_cover(app: Flask, twin: TwinClient, first: int) -> None:
    twin.switch(mode="development")
    twin.control("PUT", "fans/ida", {"allow_listed": False})
    answer = come_back(app, twin, "ida", also=str(id_of("second-light")), src="bio")
    page = app.test_client().get(answer.headers["Location"]).text
    assert "This reminder is for Night Drive alone." in page
    assert listed(page) == ["Second Light", "The Album"]
    assert 'href="/second-light?src=bio"' in page
    assert read_sql("SELECT count(*) FROM reminder") == 1


def test_the_state_of_a_page_is_asked_for_without_the_rest_of_its_tap(
    app: Flask, twin: TwinClient, client: FlaskClient, first: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: UUID = pre_save(app, twin, "ida", also=str(id_of("second-light")))
    own = f"/mine/{mine_secret(PreSaveId(made))}"
    assert listed(client.get(own).text) == ["Second Light"]
    monkeypatch.setattr("presave_app.fanpage.mine.tap_lines", lambda _: pytest.fail("asked for nothing"))
    assert client.get(f"{own}/state").status_code == 200


def test_the_own_data_say_which_tap_it_was(app: Flask, twin: TwinClient, client: FlaskClient, first: int) -> None:
    made = pre_save(app, twin, "ida", also=str(id_of("second-light")))
    kept = client.get(f"/mine/{mine_secret(PreSaveId(made))}/data.json").json
    assert kept is not None
    assert kept["consent"]["tap_id"] == str(read_sql("SELECT DISTINCT tap_id FROM consent"))
