"""The sign-in round trip: bound to one browser, good once, and friendly when it ends otherwise."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from fans import answer_at_spotify, come_back, go_to_spotify, open_campaign, read_sql, run_sql
from flask import Flask
from flask.testing import FlaskClient
from twin_client import CLIENT_ID, TwinClient

from presave_app.releases import gate
from presave_app.streaming.registry import connectors


@pytest.fixture(autouse=True)
def campaign_id(app: Flask, twin: TwinClient) -> int:
    return open_campaign()


def pre_saves() -> int:
    return read_sql("SELECT count(*) FROM pre_save")


def test_the_fan_is_sent_to_spotify(client: FlaskClient) -> None:
    address = urlsplit(go_to_spotify(client))
    query = {name: values[0] for name, values in parse_qs(address.query).items()}
    assert query["client_id"] == CLIENT_ID
    assert query["redirect_uri"] == "http://127.0.0.1:5000/connect/spotify/callback"
    assert query["scope"] == "user-library-modify user-library-read"
    assert (query["code_challenge_method"], len(query["code_challenge"])) == ("S256", 43)
    assert len(query["state"]) >= 43


def test_the_trip_ends_on_the_fans_own_page(app: Flask, twin: TwinClient) -> None:
    answer = come_back(app, twin, "ida")
    assert answer.status_code == 303
    assert answer.headers["Location"].startswith("/mine/")
    assert pre_saves() == 1


def test_a_refusal_is_a_friendly_page(client: FlaskClient, twin: TwinClient) -> None:
    page = client.get(answer_at_spotify(twin, go_to_spotify(client), "ida", "refuse"))
    assert page.status_code == 200
    assert "Spotify did not give us permission, so nothing was saved." in page.text
    assert pre_saves() == 0


def test_a_sign_in_is_good_once(client: FlaskClient, twin: TwinClient) -> None:
    back = answer_at_spotify(twin, go_to_spotify(client), "ida")
    assert client.get(back).status_code == 303
    again = client.get(back)
    assert again.status_code == 400
    assert "used already" in again.text
    assert pre_saves() == 1


def test_another_browser_cannot_finish_a_sign_in(app: Flask, client: FlaskClient, twin: TwinClient) -> None:
    back = answer_at_spotify(twin, go_to_spotify(client), "ida")
    for stranger in (app.test_client(), with_flow_cookie_of_another(app)):
        page = stranger.get(back)
        assert page.status_code == 400
        assert "only that one could finish" in page.text
    assert pre_saves() == 0
    assert client.get(back).status_code == 303


@pytest.mark.parametrize(
    "query", ["", "?code=x", "?state=x", "?code=x&state=y", "?error=x&state=y", "?state=" + "s" * 9000]
)
def test_a_made_up_return_is_a_plain_page(query: str, client: FlaskClient) -> None:
    go_to_spotify(client)
    assert client.get(f"/connect/spotify/callback{query}").status_code == 400
    assert pre_saves() == 0


def test_a_tampered_state_is_refused(client: FlaskClient, twin: TwinClient) -> None:
    back = answer_at_spotify(twin, go_to_spotify(client), "ida")
    assert client.get(back[:-1] + ("a" if back[-1] != "a" else "b")).status_code == 400


def test_a_flow_ends_after_ten_minutes(client: FlaskClient, twin: TwinClient) -> None:
    back = answer_at_spotify(twin, go_to_spotify(client), "ida")
    run_sql("UPDATE oauth_flow SET expires_at = now()")
    assert client.get(back).status_code == 400


def test_two_tabs_of_one_browser_both_work(client: FlaskClient, twin: TwinClient) -> None:
    first, second = go_to_spotify(client), go_to_spotify(client)
    assert client.get(answer_at_spotify(twin, second, "ida")).status_code == 303
    assert client.get(answer_at_spotify(twin, first, "jonas")).status_code == 303


def test_a_swapped_code_is_refused(app: Flask, client: FlaskClient, twin: TwinClient) -> None:
    other = app.test_client()
    stolen = parse_qs(urlsplit(answer_at_spotify(twin, go_to_spotify(other), "mallory")).query)["code"][0]
    own = parse_qs(urlsplit(answer_at_spotify(twin, go_to_spotify(client), "ida")).query)
    page = client.get(f"/connect/spotify/callback?code={stolen}&state={own['state'][0]}")
    assert page.status_code == 502
    assert pre_saves() == 0


def test_a_fan_not_on_the_list_is_reminded_instead(app: Flask, client: FlaskClient, twin: TwinClient) -> None:
    twin.switch(mode="development")
    twin.control("PUT", "fans/ida", {"allow_listed": False})
    answer = come_back(app, twin, "ida")
    assert answer.status_code == 303
    page = client.get(answer.headers["Location"]).text
    assert "Spotify lets this app serve only listeners on a short list, and it is full." in page
    assert "calendar" in page
    assert pre_saves() == 0
    assert read_sql("SELECT count(*) FROM fan_grant") == 0
    assert read_sql("SELECT reason FROM reminder") == "seats_used"


def test_where_all_seats_are_taken_newcomers_are_reminded(
    app: Flask, client: FlaskClient, twin: TwinClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connectors()["spotify"], "audience_limit", 1)
    assert 'id="connect-spotify"' in client.get("/night-drive").text
    saved = come_back(app, twin, "ida").headers["Location"]
    # A page is kept for three seconds, and how many places are left is no edit.
    app.extensions["presave_front"].forget()
    page = client.get("/night-drive").text
    assert 'id="connect-spotify"' not in page
    assert 'href="/night-drive/remind/spotify"' in page
    assert "the place is taken" in page
    # Whoever has a seat keeps it.
    client.post(saved.split("?")[0] + "/cancel")
    assert "/night-drive/connect/spotify" in client.get(saved).text


@pytest.mark.parametrize(("kind", "path"), [("502", "/me"), ("503_html", "/api/token"), ("close", "/api/token")])
def test_a_broken_service_is_told_plainly(kind: str, path: str, app: Flask, twin: TwinClient) -> None:
    twin.fault(kind, path=path)
    page = come_back(app, twin, "ida")
    assert page.status_code == 502
    assert "nothing was saved" in page.text
    assert pre_saves() == 0


def test_a_wrong_client_secret_is_our_fault(app: Flask, twin: TwinClient) -> None:
    twin.fault("400_invalid_client", method="POST", path="/api/token")
    page = come_back(app, twin, "ida")
    assert page.status_code == 503
    assert "our fault" in page.text


def test_too_many_requests_shut_the_gate_for_all(app: Flask, client: FlaskClient, twin: TwinClient) -> None:
    twin.fault("429", path="/me", retry_after=600)
    assert come_back(app, twin, "ida").status_code == 503
    assert gate.shut_seconds("spotify") > 500
    page = client.post("/night-drive/connect/spotify")
    assert page.status_code == 503
    assert "in 10 minutes" in page.text


def test_a_return_during_a_pause_can_be_tried_again(client: FlaskClient, twin: TwinClient) -> None:
    back = answer_at_spotify(twin, go_to_spotify(client), "ida")
    gate.shut("spotify", 30, "rate_limited")
    answer = client.get(back)
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) in (29, 30)
    run_sql("UPDATE service_gate SET open_at = now()")
    assert client.get(back).status_code == 303


def test_a_missing_scope_is_said_at_once(app: Flask, client: FlaskClient, twin: TwinClient) -> None:
    address = go_to_spotify(client).replace("user-library-modify+user-library-read", "user-library-read")
    page = client.get(answer_at_spotify(twin, address, "ida"))
    assert "Without the permission we asked for Spotify" in page.text
    assert pre_saves() == 0


@pytest.mark.parametrize("address", ["/night-drive/connect/deezer", "/nowhere/connect/spotify"])
def test_an_unknown_service_or_page_is_a_404(address: str, client: FlaskClient) -> None:
    assert client.post(address).status_code == 404


def test_an_unpublished_campaign_takes_nobody(client: FlaskClient) -> None:
    run_sql("UPDATE campaign SET published_at = NULL")
    assert client.post("/night-drive/connect/spotify").status_code == 404


def test_a_release_beyond_six_months_takes_nobody(client: FlaskClient) -> None:
    open_campaign(timedelta(days=300), slug="far-away")
    page = client.post("/far-away/connect/spotify")
    assert page.status_code == 409
    assert "You can pre-save from" in page.text
    assert read_sql("SELECT count(*) FROM oauth_flow") == 0


def test_another_site_cannot_start_a_sign_in(client: FlaskClient) -> None:
    assert client.post("/night-drive/connect/spotify", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert client.post("/night-drive/connect/spotify", headers={"Origin": "https://evil.example"}).status_code == 403
    assert read_sql("SELECT count(*) FROM oauth_flow") == 0


def test_source_and_zone_travel_along(app: Flask, twin: TwinClient) -> None:
    come_back(app, twin, "ida", src="tiktok", time_zone="Europe/Berlin")
    assert read_sql("SELECT source || ' ' || time_zone FROM pre_save") == "tiktok Europe/Berlin"


def test_strange_sources_and_zones_are_dropped(app: Flask, twin: TwinClient) -> None:
    come_back(app, twin, "ida", src="<script>", time_zone="Mars/Olympus")
    assert read_sql("SELECT count(*) FROM pre_save WHERE source IS NULL AND time_zone IS NULL") == 1


def test_the_flow_cookie_is_hidden_from_scripts(client: FlaskClient) -> None:
    cookie = client.post("/night-drive/connect/spotify").headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_no_secret_of_a_flow_is_stored_readably(client: FlaskClient) -> None:
    state = parse_qs(urlsplit(go_to_spotify(client)).query)["state"][0]
    cookie = client.get_cookie("flow")
    assert cookie is not None
    stored = read_sql("SELECT oauth_flow::text FROM oauth_flow")
    assert state not in stored
    assert cookie.value not in stored


def with_flow_cookie_of_another(app: Flask) -> FlaskClient:
    stranger = app.test_client()
    go_to_spotify(stranger)
    return stranger
