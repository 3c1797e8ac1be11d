"""Faults on order: which call is hit, and by what."""

from email.utils import parsedate_to_datetime

import pytest
import requests
from twin_client import ALBUM_URI, TwinClient, api_error, oauth_error

JSON_FAULTS = {
    "429": (429, "API rate limit exceeded"),
    "429_quota": (429, "Too many requests"),
    "401_expired": (401, "The access token expired"),
    "401_invalid": (401, "Invalid access token"),
    "403_scope": (403, "Insufficient client scope"),
    "403_forbidden": (403, "Forbidden"),
    "404": (404, "Resource not found"),
    "500": (500, "Server error."),
    "502": (502, "Something went wrong"),
}


@pytest.mark.parametrize("kind", JSON_FAULTS)
def test_a_json_fault_keeps_the_write_away(twin: TwinClient, access: str, kind: str) -> None:
    twin.fault(kind)
    assert api_error(twin.save(access)) == JSON_FAULTS[kind]
    assert twin.library() == {}
    assert twin.save(access).status_code == 200


def test_an_unregistered_fan_s_fault(twin: TwinClient, access: str) -> None:
    twin.fault("403_unregistered")
    assert "may not be registered" in api_error(twin.save(access))[1]


def test_plain_text_and_html_faults_are_no_json(twin: TwinClient, access: str) -> None:
    for kind, status, begin in (
        ("429_text", 429, "Too many requests"),
        ("403_premium", 403, "Active premium"),
        ("503_html", 503, "<!DOCTYPE html>"),
        ("empty_200", 200, ""),
    ):
        twin.fault(kind)
        response = twin.save(access)
        assert response.status_code == status
        assert response.text.startswith(begin)
        assert twin.library() == {}


def test_token_faults_have_the_oauth_shape(twin: TwinClient) -> None:
    refresh = twin.sign_in().refresh
    twin.fault("400_revoked", path="/api/token")
    twin.fault("400_invalid_client", path="/api/token")
    assert oauth_error(twin.refresh(refresh)) == (400, "invalid_grant", "Refresh token revoked")
    assert oauth_error(twin.refresh(refresh)) == (400, "invalid_client", "Invalid client")
    assert twin.refresh(refresh).status_code == 200


@pytest.mark.parametrize(
    ("form", "expected"), [("seconds", "86400"), ("none", None), ("garbage", "soon"), ("date", "date")]
)
def test_retry_after_comes_in_four_forms(twin: TwinClient, access: str, form: str, expected: str | None) -> None:
    twin.fault("429", retry_after=86_400, retry_after_form=form)
    header = twin.save(access).headers.get("Retry-After")
    if expected == "date":
        assert header is not None
        assert parsedate_to_datetime(header).tzinfo is not None
    else:
        assert header == expected


def test_a_closed_socket_leaves_nothing_done(twin: TwinClient, access: str) -> None:
    twin.fault("close")
    with pytest.raises(requests.ConnectionError):
        twin.save(access)
    assert twin.library() == {}
    (call,) = twin.calls(path="/me/library")
    assert (call["status"], call["fault"]) == (None, "close")


def test_a_socket_may_close_after_the_write(twin: TwinClient, access: str) -> None:
    twin.fault("apply_then_close")
    with pytest.raises(requests.ConnectionError):
        twin.save(access)
    assert ALBUM_URI in twin.library()
    assert twin.calls(path="/me/library")[0]["status"] is None


def test_a_502_may_come_after_the_write(twin: TwinClient, access: str) -> None:
    twin.fault("apply_then_502")
    assert api_error(twin.save(access))[0] == 502
    assert ALBUM_URI in twin.library()


def test_a_write_may_be_done_long_before_its_answer(twin: TwinClient, access: str) -> None:
    twin.fault("apply_then_delay", seconds=0.6)
    with pytest.raises(requests.ReadTimeout):
        twin.api("PUT", "/me/library", access, params={"uris": ALBUM_URI}, timeout=0.2)
    assert ALBUM_URI in twin.library()


def test_a_delay_holds_the_write_back_too(twin: TwinClient, access: str) -> None:
    twin.fault("delay", seconds=0.6)
    with pytest.raises(requests.ReadTimeout):
        twin.api("PUT", "/me/library", access, params={"uris": ALBUM_URI}, timeout=0.2)
    assert twin.library() == {}


def test_a_dripping_answer_is_slow_and_whole(twin: TwinClient, access: str) -> None:
    twin.fault("drip", seconds=0.4)
    response = twin.api("GET", "/me", access, stream=True)
    assert response.elapsed.total_seconds() < 0.3
    assert response.json()["id"] == "ida"
    twin.fault("drip", seconds=0.1)
    assert twin.save(access).text.strip() == ""


def test_a_fault_hits_only_what_it_names(twin: TwinClient, access: str) -> None:
    other = twin.sign_in("ben", show_dialog="true").access
    twin.fault("500", method="PUT", path="/me/*", fan="ben", times=2)
    assert twin.api("GET", "/me", other).status_code == 200
    assert twin.save(access).status_code == 200
    assert [twin.save(other).status_code for _ in range(3)] == [500, 500, 200]


def test_faults_are_used_in_order(twin: TwinClient, access: str) -> None:
    twin.fault("500")
    twin.fault("502")
    assert [twin.save(access).status_code for _ in range(3)] == [500, 502, 200]


def test_a_rate_hits_the_same_calls_each_time(twin: TwinClient) -> None:
    def play() -> list[int]:
        twin.control("POST", "reset")
        token = twin.app_token()
        twin.fault("500", path="/search", rate=0.4)
        params = {"q": "x", "type": "album"}
        return [twin.api("GET", "/search", token, params=params).status_code for _ in range(20)]

    first = play()
    assert play() == first
    assert 3 <= first.count(500) <= 14


def test_faults_are_listed_and_removed(twin: TwinClient, access: str) -> None:
    twin.fault("500", times=None, rate=1.0)
    twin.fault("502")
    first, _ = twin.control("GET", "faults")["faults"]
    assert (first["kind"], first["times"], first["hits"]) == ("500", None, 0)
    assert twin.control("DELETE", f"faults/{first['id']}") == {"removed": 1}
    assert twin.control("DELETE", "faults") == {"removed": 1}
    assert twin.save(access).status_code == 200


@pytest.mark.parametrize(
    "body", [{}, {"kind": "418"}, {"kind": "500", "rate": 2}, {"kind": "500", "often": 1}, {"kind": 500}]
)
def test_a_wrong_fault_is_explained(twin: TwinClient, body: dict[str, object]) -> None:
    assert twin.control("POST", "faults", body, status=400)["error"]
