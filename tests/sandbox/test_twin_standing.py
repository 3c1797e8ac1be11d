"""What stands before every call: the token, the app's mode, the fan's place on the list, the rate limit."""

import pytest
from twin_client import CLIENT_ID, TwinClient, api_error


def test_me_has_an_account_id_that_survives_a_reset(twin: TwinClient, access: str) -> None:
    before = twin.api("GET", "/me", access).json()
    assert before["uri"] == "spotify:user:ida"
    twin.control("POST", "reset")
    assert twin.api("GET", "/me", twin.sign_in().access).json()["account_id"] == before["account_id"]


def test_me_tells_more_in_extended_mode_with_the_scope(twin: TwinClient) -> None:
    access = twin.sign_in(scope="user-read-private user-read-email").access
    person = twin.api("GET", "/me", access).json()
    assert (person["country"], person["product"], person["email"]) == ("DE", "premium", "ida@fans.example")


def test_me_tells_little_in_development_mode(twin: TwinClient) -> None:
    access = twin.sign_in(scope="user-read-private user-read-email").access
    twin.control("PUT", "fans/ida", {"allow_listed": True})
    twin.switch(mode="development")
    person = twin.api("GET", "/me", access).json()
    assert not {"country", "email", "product", "followers", "explicit_content"} & person.keys()
    assert person["account_id"]


def test_an_access_token_expires_after_an_hour(twin: TwinClient, access: str) -> None:
    twin.shift(seconds=3599)
    assert twin.api("GET", "/me", access).status_code == 200
    twin.shift(seconds=1)
    assert api_error(twin.api("GET", "/me", access)) == (401, "The access token expired")


def test_a_garbage_token_is_invalid(twin: TwinClient) -> None:
    assert api_error(twin.api("GET", "/me", "garbage")) == (401, "Invalid access token")


def test_no_token_at_all_is_401(twin: TwinClient) -> None:
    assert api_error(twin.session.get(f"{twin.url}/api/v1/me"))[0] == 401


def test_an_access_token_outlives_a_revocation_or_not(twin: TwinClient, access: str) -> None:
    twin.control("POST", "fans/ida/revoke")
    assert twin.api("GET", "/me", access).status_code == 200
    twin.switch(access_survives_revoke=False)
    assert api_error(twin.api("GET", "/me", access)) == (401, "Invalid access token")
    assert twin.api("GET", "/me", twin.sign_in().access).status_code == 200


def test_in_development_only_listed_fans_pass(twin: TwinClient) -> None:
    twin.switch(mode="development")
    access = twin.sign_in().access
    words = "Check settings on developer.spotify.com/dashboard, the user may not be registered."
    assert api_error(twin.api("GET", "/me", access)) == (403, words)
    assert api_error(twin.save(access)) == (403, words)
    twin.control("PUT", "fans/ida", {"allow_listed": True})
    assert twin.api("GET", "/me", access).status_code == 200


def test_an_owner_without_premium_stops_everything(twin: TwinClient, access: str) -> None:
    twin.switch(owner_premium=False)
    response = twin.api("GET", "/me", access)
    assert response.status_code == 403
    assert response.headers["Content-Type"].startswith("text/plain")
    assert response.text.startswith("Active premium subscription required for the owner of the app.")
    assert len(response.content) == 159


def test_the_rate_limit_rolls(twin: TwinClient, access: str) -> None:
    twin.switch(calls=2, window_seconds=30)
    assert [twin.api("GET", "/me", access).status_code for _ in range(3)] == [200, 200, 429]
    refused = twin.api("GET", "/me", access)
    assert api_error(refused) == (429, "API rate limit exceeded")
    assert 1 <= int(refused.headers["Retry-After"]) <= 30
    twin.shift(seconds=30)
    assert twin.api("GET", "/me", access).status_code == 200


def test_the_rate_limit_is_the_app_s_not_the_fan_s(twin: TwinClient, access: str) -> None:
    other = twin.sign_in("ben", show_dialog="true").access
    twin.switch(calls=1)
    assert twin.api("GET", "/me", access).status_code == 200
    assert twin.api("GET", "/me", other).status_code == 429


def test_the_quota_of_development_mode_runs_out(twin: TwinClient) -> None:
    token = twin.app_token()
    twin.switch(mode="development", quota_left=1, quota_retry_after=79_892)
    path = f"/albums/{'0' * 22}"
    assert twin.api("GET", path, token).status_code == 404
    refused = twin.api("GET", path, token)
    assert refused.json()["error"] == {"status": 429, "message": "Too many requests", "reason": "QUOTA_EXCEEDED"}
    assert refused.headers["Retry-After"] == "79892"


def test_latency_delays_every_answer(twin: TwinClient, access: str) -> None:
    twin.switch(latency_seconds=0.2)
    assert twin.api("GET", "/me", access).elapsed.total_seconds() >= 0.2


@pytest.mark.parametrize("path", ["/markets", "/browse/new-releases", f"/artists/{'0' * 22}/top-tracks"])
def test_removed_addresses_are_403_in_development(twin: TwinClient, path: str) -> None:
    token = twin.app_token()
    assert twin.api("GET", path, token).status_code == 404
    twin.switch(mode="development")
    assert api_error(twin.api("GET", path, token)) == (403, "Forbidden")


def test_switches_are_set_for_one_app_alone(twin: TwinClient) -> None:
    twin.control("PUT", "apps/other", {"secret": "s", "mode": "development"})
    answer = twin.control("PATCH", "switches", {"client_id": "other", "owner_premium": False})
    assert answer["other"]["mode"] == "development"
    apps = {app["client_id"]: app for app in twin.control("GET", "state")["apps"]}
    assert apps[CLIENT_ID]["owner_premium"] is True
    assert apps["other"]["owner_premium"] is False
