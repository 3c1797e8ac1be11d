"""SoundCloud's sign-in: PKCE, codes, and refresh tokens that are good once."""

import threading

import pytest
import requests
from soundcloud_client import CALLBACK, CLIENT_ID, SECRET, SoundCloudClient, error_of


def test_a_consent_ends_at_the_app(soundcloud: SoundCloudClient) -> None:
    page = soundcloud.session.get(soundcloud.consent_url()).text
    assert "asks to like, repost and follow in your name." in page
    address, answer = soundcloud.end_of(soundcloud.decide("allow"))
    assert (address, answer["state"], len(answer)) == (CALLBACK, "the-state", 2)


def test_a_refusal_ends_at_the_app(soundcloud: SoundCloudClient) -> None:
    _, answer = soundcloud.end_of(soundcloud.decide("refuse"))
    assert answer == {"error": "access_denied", "state": "the-state"}


@pytest.mark.parametrize(
    "wrong",
    [
        {"client_id": "nobody"},
        {"redirect_uri": CALLBACK + "/x"},
        {"response_type": "token"},
        {"code_challenge": None, "code_challenge_method": None},
        {"code_challenge_method": "plain"},
    ],
)
def test_an_app_that_asks_wrongly_gets_nobody_back(soundcloud: SoundCloudClient, wrong: dict[str, str | None]) -> None:
    assert soundcloud.decide("allow", **wrong).status_code == 400


def test_a_scope_means_nothing(soundcloud: SoundCloudClient) -> None:
    assert soundcloud.exchange(soundcloud.code(scope="anything")).json()["scope"] == ""


def test_a_code_becomes_tokens(soundcloud: SoundCloudClient) -> None:
    response = soundcloud.exchange(soundcloud.code())
    answer = response.json()
    assert set(answer) == {"access_token", "token_type", "expires_in", "refresh_token", "scope"}
    assert (answer["token_type"], answer["expires_in"]) == ("bearer", 3599)
    assert response.headers["Cache-Control"] == "no-store"


def test_a_code_is_good_once_and_for_a_minute(soundcloud: SoundCloudClient) -> None:
    code = soundcloud.code()
    soundcloud.exchange(code)
    assert error_of(soundcloud.exchange(code)) == (400, "invalid_grant")
    late = soundcloud.code()
    soundcloud.shift(seconds=60)
    assert error_of(soundcloud.exchange(late)) == (400, "invalid_grant")


@pytest.mark.parametrize("wrong", [{"redirect_uri": CALLBACK + "/x"}, {"code_verifier": "w" * 43}, {"code": "x"}])
def test_the_exchange_is_checked(soundcloud: SoundCloudClient, wrong: dict[str, str]) -> None:
    form = {"code": soundcloud.code(), **wrong}
    assert error_of(soundcloud.exchange(**form)) == (400, "invalid_grant")


def test_a_wrong_client_is_refused(soundcloud: SoundCloudClient) -> None:
    refresh = soundcloud.sign_in().refresh
    assert error_of(soundcloud.refresh(refresh, client_secret="x")) == (401, "invalid_client")
    assert error_of(soundcloud.exchange(soundcloud.code(), client_id="x")) == (401, "invalid_client")
    assert error_of(soundcloud.token(("x", SECRET), grant_type="client_credentials")) == (401, "invalid_client")
    assert error_of(soundcloud.token(grant_type="password")) == (400, "unsupported_grant")


def test_a_refresh_token_is_good_once(soundcloud: SoundCloudClient) -> None:
    first = soundcloud.sign_in().refresh
    second = soundcloud.refresh(first).json()
    assert soundcloud.like(second["access_token"]).status_code == 200
    assert error_of(soundcloud.refresh(first)) == (400, "invalid_grant")
    assert soundcloud.refresh(second["refresh_token"]).status_code == 200


def test_a_reused_token_may_end_its_family(soundcloud: SoundCloudClient) -> None:
    soundcloud.switch(reuse_revokes_family=True)
    first, other = soundcloud.sign_in().refresh, soundcloud.sign_in().refresh
    second = soundcloud.refresh(first).json()["refresh_token"]
    assert error_of(soundcloud.refresh(first)) == (400, "invalid_grant")
    assert error_of(soundcloud.refresh(second)) == (400, "invalid_grant")
    assert soundcloud.refresh(other).status_code == 200


def test_of_two_refreshes_at_once_one_wins(soundcloud: SoundCloudClient) -> None:
    for _ in range(5):
        refresh = soundcloud.sign_in().refresh
        barrier = threading.Barrier(2)
        answers: list[int] = []

        def bring(refresh: str = refresh, barrier: threading.Barrier = barrier, answers: list[int] = answers) -> None:
            barrier.wait()
            answers.append(soundcloud.refresh(refresh).status_code)

        threads = [threading.Thread(target=bring) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(answers) == [200, 400]


def test_a_lost_answer_loses_the_grant(soundcloud: SoundCloudClient) -> None:
    refresh = soundcloud.sign_in().refresh
    soundcloud.fault("apply_then_close", path="/oauth/token")
    with pytest.raises(requests.ConnectionError):
        soundcloud.refresh(refresh)
    assert error_of(soundcloud.refresh(refresh)) == (400, "invalid_grant")


def test_a_dead_grant_may_be_a_401(soundcloud: SoundCloudClient) -> None:
    refresh = soundcloud.sign_in().refresh
    soundcloud.control("POST", "fans/ida/revoke")
    assert error_of(soundcloud.refresh(refresh)) == (400, "invalid_grant")
    soundcloud.switch(lost_grant="401")
    assert error_of(soundcloud.refresh(refresh)) == (401, "invalid_grant")
    soundcloud.switch(token_error_form="oauth")
    assert soundcloud.refresh(refresh).json() == {"error": "invalid_grant"}


def test_refresh_tokens_may_grow_old(soundcloud: SoundCloudClient) -> None:
    refresh = soundcloud.sign_in().refresh
    soundcloud.shift(days=400)
    kept = soundcloud.refresh(refresh).json()["refresh_token"]
    soundcloud.switch(refresh_token_days=90)
    assert error_of(soundcloud.refresh(kept)) == (400, "invalid_grant")


def test_app_tokens_are_scarce(soundcloud: SoundCloudClient) -> None:
    soundcloud.switch(app_tokens=2)
    auth = (CLIENT_ID, SECRET)
    answers = [soundcloud.token(auth, grant_type="client_credentials").status_code for _ in range(3)]
    assert answers == [200, 200, 429]
    soundcloud.shift(seconds=12 * 3600)
    answer = soundcloud.token(auth, grant_type="client_credentials").json()
    assert set(answer) == {"access_token", "token_type", "expires_in", "scope"}
    soundcloud.switch(app_tokens=None, app_tokens_of_address=1)
    assert soundcloud.token(auth, grant_type="client_credentials").status_code == 429


def test_signing_out_ends_the_session(soundcloud: SoundCloudClient) -> None:
    tokens = soundcloud.sign_in()
    url = f"{soundcloud.url}/auth/sign-out"
    assert soundcloud.session.post(url, json={"access_token": tokens.access}).status_code == 200
    assert error_of(soundcloud.like(tokens.access))[0] == 401
    assert error_of(soundcloud.refresh(tokens.refresh)) == (400, "invalid_grant")
    assert error_of(soundcloud.session.post(url))[0] == 401


@pytest.mark.parametrize("kind", ["400_invalid_grant", "401_invalid_grant", "401_invalid_client"])
def test_a_token_error_can_be_ordered(soundcloud: SoundCloudClient, kind: str) -> None:
    refresh = soundcloud.sign_in().refresh
    soundcloud.fault(kind, path="/oauth/token", fan="ida")
    code, _, error = kind.partition("_")
    assert error_of(soundcloud.refresh(refresh)) == (int(code), error)
    assert soundcloud.refresh(refresh).status_code == 200


def test_a_crowd_signs_in_at_once(soundcloud: SoundCloudClient) -> None:
    ida, _ = soundcloud.sign_in_at_once("ida", "ben")
    assert soundcloud.like(ida["access_token"]).status_code == 200
    assert soundcloud.api("GET", "/me", ida["access_token"]).json()["urn"] == ida["account_id"]
    assert soundcloud.refresh(ida["refresh_token"]).status_code == 200
