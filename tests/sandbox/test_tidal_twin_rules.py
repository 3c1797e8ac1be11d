"""What holds for every call of TIDAL's API: media types, tokens, limits, idempotency keys, faults."""

import threading

import pytest
from tidal_client import (
    ALBUM,
    ALBUMS,
    MEDIA_TYPE,
    TidalClient,
    error_of,
    outcome_of,
    token_error_of,
)

KEY = {"Idempotency-Key": "presave-1"}
LIMIT = {"calls": 10, "window_seconds": 10.0}


@pytest.fixture
def access(tidal: TidalClient) -> str:
    return tidal.sign_in().access


@pytest.mark.parametrize("accept", ["application/json", "text/html", f"{MEDIA_TYPE};q=0"])
def test_an_answer_has_to_be_acceptable(tidal: TidalClient, access: str, accept: str) -> None:
    assert error_of(tidal.api("GET", ALBUMS, access, headers={"Accept": accept}))[0] == 406


@pytest.mark.parametrize("accept", [None, "*/*", f"text/html, {MEDIA_TYPE};q=0.5"])
def test_anything_is_acceptable(tidal: TidalClient, access: str, accept: str | None) -> None:
    assert tidal.api("GET", ALBUMS, access, headers={"Accept": accept}).status_code == 200


@pytest.mark.parametrize("kind", ["application/json", f"{MEDIA_TYPE}; charset=utf-8", "", None])
def test_a_body_has_to_be_json_api(tidal: TidalClient, access: str, kind: str | None) -> None:
    assert error_of(tidal.add(access, headers={"Content-Type": kind}))[0] == 415
    assert tidal.library() == {}


def test_a_body_has_to_be_json(tidal: TidalClient, access: str) -> None:
    broken = tidal.api("POST", ALBUMS, access, data="{", headers={"Content-Type": MEDIA_TYPE})
    assert error_of(broken)[0] == 400
    assert error_of(tidal.api("POST", ALBUMS, access))[0] == 400


@pytest.mark.parametrize("sent", ["Bearer nonsense", "OAuth {}", "", "{}"])
def test_a_bearer_token_is_needed(tidal: TidalClient, access: str, sent: str) -> None:
    header = {"Authorization": sent.format(access)}
    assert error_of(tidal.api("GET", "/users/me", "", headers=header))[0] == 401


def test_a_wrong_method_is_told(tidal: TidalClient, access: str) -> None:
    answer = tidal.api("PUT", ALBUMS, access)
    assert error_of(answer)[0] == 405
    assert answer.headers["Allow"] == "GET, POST, DELETE"
    assert error_of(tidal.api("PUT", "/nothing", access))[0] == 404


def test_a_bucket_runs_empty_and_fills(tidal: TidalClient, access: str) -> None:
    tidal.switch(**LIMIT)
    first = tidal.api("GET", ALBUMS, access, params={"include": "items"})
    names = ("remaining", "replenish-rate", "burst-capacity", "requested-tokens")
    assert [first.headers[f"x-ratelimit-{name}"] for name in names] == ["5", "1", "10", "5"]
    assert tidal.api("GET", ALBUMS, access, params={"include": "items"}).status_code == 200
    refused = tidal.api("GET", ALBUMS, access, params={"include": "items"})
    assert error_of(refused)[0] == 429
    assert "Retry-After" not in refused.headers
    tidal.switch(retry_after_sent=True)
    later = int(tidal.api("GET", ALBUMS, access, params={"include": "items"}).headers["Retry-After"])
    assert 4 <= later <= 5
    tidal.shift(seconds=later)
    assert tidal.api("GET", ALBUMS, access, params={"include": "items"}).status_code == 200


def test_the_bucket_is_the_app_s_or_the_fan_s(tidal: TidalClient, access: str) -> None:
    tidal.switch(calls=1, window_seconds=3600.0)
    ben = tidal.sign_in("ben").access
    assert tidal.add(access).status_code == 200
    assert error_of(tidal.add(ben))[0] == 429
    tidal.switch(bucket_of="fan")
    assert tidal.add(ben).status_code == 200
    assert error_of(tidal.add(ben))[0] == 429
    tidal.switch(calls=0)
    assert error_of(tidal.add(access))[0] == 429
    assert tidal.library("ben").keys() == {ALBUM}


def test_a_key_gives_the_first_answer_again(tidal: TidalClient, access: str) -> None:
    first = tidal.add(access, headers=KEY)
    assert outcome_of(first) == ([ALBUM], {})
    again = tidal.add(access, headers=KEY)
    assert (again.json(), again.headers["Content-Type"]) == (first.json(), MEDIA_TYPE)
    assert tidal.library()[ALBUM]["times"] == 1
    tidal.shift(seconds=3600)
    assert outcome_of(tidal.add(access, headers=KEY)) == ([], {ALBUM: "ALREADY_PRESENT"})


def test_a_key_also_keeps_that_nothing_was_there(tidal: TidalClient, access: str) -> None:
    tidal.control("PATCH", f"releases/{ALBUM}", {"live_from": None})
    tidal.add(access, headers=KEY)
    tidal.control("PATCH", f"releases/{ALBUM}", {"live_from": "2026-01-02T00:00:00Z"})
    assert outcome_of(tidal.add(access, headers=KEY)) == ([], {ALBUM: "NOT_FOUND"})
    assert outcome_of(tidal.add(access, headers={"Idempotency-Key": "presave-2"})) == ([ALBUM], {})


def test_a_key_is_for_one_payload_of_one_fan(tidal: TidalClient, access: str) -> None:
    tidal.add(access, headers=KEY)
    assert error_of(tidal.add(access, "1", headers=KEY)) == (422, "IDEMPOTENT_REQUEST_PAYLOAD_MISMATCH")
    removal = tidal.api("DELETE", ALBUMS, access, document={"data": [{"type": "albums", "id": ALBUM}]}, headers=KEY)
    assert error_of(removal) == (422, "IDEMPOTENT_REQUEST_PAYLOAD_MISMATCH")
    assert outcome_of(tidal.add(tidal.sign_in("ben").access, headers=KEY)) == ([ALBUM], {})
    assert error_of(tidal.add(access, headers={"Idempotency-Key": "k" * 129}))[0] == 400
    assert tidal.add(access, headers={"Idempotency-Key": "k" * 128}).status_code == 200


def test_an_error_is_an_answer_too(tidal: TidalClient, access: str) -> None:
    tidal.switch(most_items=0)
    tidal.add(access, headers=KEY)
    tidal.switch(most_items=10)
    assert error_of(tidal.add(access, headers=KEY)) == (409, "TOO_MANY_ITEMS_IN_COLLECTION")


def test_a_key_at_work_is_told(tidal: TidalClient, access: str) -> None:
    tidal.switch(write_seconds=1.0)
    statuses: list[int] = []
    start = threading.Barrier(2)

    def add() -> None:
        start.wait()
        statuses.append(tidal.add(access, headers=KEY).status_code)

    threads = [threading.Thread(target=add) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [200, 409]
    assert tidal.library()[ALBUM]["times"] == 1


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 406, 415, 429, 500, 502, 503])
def test_every_error_can_be_ordered(tidal: TidalClient, access: str, status: int) -> None:
    tidal.fault(str(status), method="POST", path="/userCollection*", fan="ida")
    assert error_of(tidal.add(access)) == (status, None)
    assert tidal.library() == {}
    assert tidal.add(access).status_code == 200


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("409_duplicate", "DUPLICATE_ITEMS_IN_COLLECTION"),
        ("409_too_many", "TOO_MANY_ITEMS_IN_COLLECTION"),
        ("409_in_progress", "IDEMPOTENT_REQUEST_IN_PROGRESS"),
        ("422_mismatch", "IDEMPOTENT_REQUEST_PAYLOAD_MISMATCH"),
    ],
)
def test_every_code_can_be_ordered(tidal: TidalClient, access: str, kind: str, code: str) -> None:
    tidal.fault(kind)
    assert error_of(tidal.add(access)) == (int(kind[:3]), code)


@pytest.mark.parametrize("reason", ["NOT_FOUND", "ALREADY_PRESENT", "NOT_HEARD_OF_YET"])
def test_every_reason_can_be_ordered(tidal: TidalClient, access: str, reason: str) -> None:
    kinds = {"NOT_HEARD_OF_YET": "200_skipped_new_reason"}
    tidal.fault(kinds.get(reason, f"200_skipped_{reason.lower()}"))
    answer = tidal.add(access)
    assert outcome_of(answer) == ([], {ALBUM: reason})
    assert answer.json()["links"]["self"] == ALBUMS
    assert tidal.library() == {}


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("400_invalid_request", (400, "invalid_request", None)),
        ("400_invalid_grant", (400, "invalid_grant", 11002)),
        ("401_invalid_grant", (401, "invalid_grant", 11002)),
        ("400_expired_grant", (400, "invalid_grant", 11003)),
        ("400_temporary", (400, "temporarily_unavailable", 11001)),
        ("401_invalid_client", (401, "invalid_client", 1005)),
    ],
)
def test_every_token_error_can_be_ordered(tidal: TidalClient, kind: str, error: tuple[int, str, int | None]) -> None:
    refresh = tidal.sign_in().refresh
    tidal.fault(kind, path="/v1/oauth2/token")
    assert token_error_of(tidal.refresh(refresh)) == error
    assert tidal.refresh(refresh).status_code == 200


def test_a_401_may_be_no_json_api(tidal: TidalClient, access: str) -> None:
    tidal.fault("401_gateway")
    answer = tidal.add(access)
    assert (answer.status_code, answer.json()["sub_status"]) == (401, 11003)


def test_a_limit_may_say_when_to_come_back(tidal: TidalClient, access: str) -> None:
    tidal.fault("429", retry_after=7)
    assert tidal.add(access).headers["Retry-After"] == "7"
    tidal.fault("429", retry_after_form="none")
    assert "Retry-After" not in tidal.add(access).headers


def test_the_add_can_be_done_and_its_answer_lost(tidal: TidalClient, access: str) -> None:
    tidal.fault("apply_then_502", method="POST")
    assert tidal.add(access, headers=KEY).status_code == 502
    assert outcome_of(tidal.add(access, headers=KEY)) == ([ALBUM], {})
    assert tidal.library()[ALBUM]["times"] == 1


def test_the_pages_show_it_all(tidal: TidalClient, access: str) -> None:
    tidal.add(access)
    tidal.follow(access)
    overview = tidal.session.get(f"{tidal.url}/").text
    assert "A sign-in comes with a refresh token" in overview
    assert f"POST {ALBUMS}" in overview
    fan = tidal.session.get(f"{tidal.url}/fans/ida").text
    assert "Night Drive, Alba Voss" in fan
    press = tidal.session.post(f"{tidal.url}/switches", data={"name": "refresh_token_given", "value": "off"})
    assert press.status_code == 200
    assert tidal.sign_in("ben", prompt="consent").refresh == ""
    assert "TIDAL" in tidal.session.get(tidal.root).text


def test_reset_forgets_keys_and_buckets(tidal: TidalClient, access: str) -> None:
    tidal.add(access, "1", headers=KEY)
    tidal.control("POST", "reset")
    tidal.release(ALBUM)
    assert outcome_of(tidal.add(tidal.sign_in().access, headers=KEY)) == ([ALBUM], {})
