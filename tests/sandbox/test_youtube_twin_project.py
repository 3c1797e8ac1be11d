"""A Google project's sign-in and its limits: scopes, offline access, Testing, the units of a day."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from kit_client import CHALLENGE, VERIFIER
from youtube_client import CALLBACK, CLIENT_ID, MANAGE, READONLY, YouTubeClient, error_of, token_error_of

PKCE = {"code_challenge": CHALLENGE, "code_challenge_method": "S256"}
BOTH = f"{MANAGE} {READONLY}"
DEAD = (400, "invalid_grant")


def units_used(youtube: YouTubeClient) -> int:
    return youtube.control("GET", "state")["units_used"]


def shift_to_pacific(youtube: YouTubeClient, day: int, hour: int, minute: int = 0) -> None:
    """Moves the twin's time to a moment of December 2026 in California."""
    now = datetime.fromisoformat(youtube.control("GET", "state")["now"])
    wanted = datetime(2026, 12, day, hour, minute, tzinfo=ZoneInfo("America/Los_Angeles"))
    youtube.shift(seconds=(wanted - now).total_seconds())


def test_a_consent_ends_at_the_app(youtube: YouTubeClient) -> None:
    page = youtube.session.get(youtube.consent_url()).text
    assert "Manage your YouTube account" in page
    address, answer = youtube.end_of(youtube.decide("allow"))
    assert (address, answer["state"], answer["scope"]) == (CALLBACK, "the-state", MANAGE)
    assert youtube.end_of(youtube.decide("refuse"))[1] == {"error": "access_denied", "state": "the-state"}


@pytest.mark.parametrize(
    "wrong",
    [
        {"client_id": "nobody"},
        {"redirect_uri": CALLBACK + "/x"},
        {"response_type": "token"},
        {"scope": "https://www.googleapis.com/auth/drive"},
        {"scope": None},
        {"code_challenge": "x", "code_challenge_method": "plain"},
    ],
)
def test_an_app_that_asks_wrongly_gets_nobody_back(youtube: YouTubeClient, wrong: dict[str, str | None]) -> None:
    assert youtube.decide("allow", **wrong).status_code == 400


def test_a_code_becomes_tokens(youtube: YouTubeClient) -> None:
    response = youtube.exchange(youtube.code())
    answer = response.json()
    assert set(answer) == {"access_token", "token_type", "expires_in", "refresh_token", "scope"}
    assert (answer["token_type"], answer["expires_in"], answer["scope"]) == ("Bearer", 3599, MANAGE)
    assert response.headers["Cache-Control"] == "no-store"


def test_a_code_is_good_once(youtube: YouTubeClient) -> None:
    code = youtube.code()
    youtube.exchange(code)
    assert token_error_of(youtube.exchange(code)) == DEAD


def test_the_exchange_is_checked(youtube: YouTubeClient) -> None:
    wrong_address = youtube.exchange(youtube.code(), redirect_uri=CALLBACK + "/x")
    assert token_error_of(wrong_address) == (400, "redirect_uri_mismatch")
    assert token_error_of(youtube.exchange(youtube.code(**PKCE), code_verifier="w" * 43)) == DEAD
    assert token_error_of(youtube.exchange(youtube.code(**PKCE))) == DEAD
    assert youtube.exchange(youtube.code(**PKCE), code_verifier=VERIFIER).status_code == 200
    assert token_error_of(youtube.exchange(youtube.code(), client_secret="x")) == (401, "invalid_client")
    assert token_error_of(youtube.exchange(youtube.code(), client_id="x")) == (401, "invalid_client")
    assert token_error_of(youtube.token(grant_type="password")) == (400, "unsupported_grant_type")
    assert token_error_of(youtube.token(grant_type="refresh_token")) == (400, "invalid_request")


def test_a_fan_may_leave_scopes_out(youtube: YouTubeClient) -> None:
    url = youtube.consent_url(scope=BOTH)
    form = {"fan": "ida", "decision": "allow", "leave_out": MANAGE}
    code = youtube.end_of(youtube.session.post(url, data=form, allow_redirects=False))[1]["code"]
    answer = youtube.exchange(code).json()
    assert answer["scope"] == READONLY
    assert error_of(youtube.rate(answer["access_token"])) == (403, "insufficientPermissions")


def test_earlier_scopes_come_along_when_asked_for(youtube: YouTubeClient) -> None:
    youtube.sign_in(scope=READONLY)
    assert youtube.sign_in().answer["scope"] == MANAGE
    assert set(youtube.sign_in(include_granted_scopes="true").answer["scope"].split()) == {MANAGE, READONLY}


def test_a_refresh_token_comes_once_without_a_prompt(youtube: YouTubeClient) -> None:
    assert youtube.sign_in(prompt=None).refresh
    assert youtube.sign_in(prompt=None).refresh == ""
    assert youtube.sign_in(prompt="consent").refresh


def test_no_refresh_token_without_offline_access(youtube: YouTubeClient) -> None:
    assert youtube.sign_in(access_type=None).refresh == ""
    assert youtube.sign_in(prompt=None).refresh


def test_who_has_allowed_it_is_not_asked_again(youtube: YouTubeClient) -> None:
    youtube.sign_in()
    asked = youtube.session.get(youtube.consent_url(), allow_redirects=False)
    assert asked.status_code == 200
    silent = youtube.session.get(youtube.consent_url(prompt=None), allow_redirects=False)
    answer = youtube.exchange(youtube.end_of(silent)[1]["code"]).json()
    assert "refresh_token" not in answer
    more = youtube.session.get(youtube.consent_url(prompt=None, scope=BOTH), allow_redirects=False)
    assert more.status_code == 200


def test_a_refresh_token_is_used_again_and_again(youtube: YouTubeClient) -> None:
    refresh = youtube.sign_in().refresh
    for _ in range(2):
        answer = youtube.refresh(refresh).json()
        assert set(answer) == {"access_token", "token_type", "expires_in", "scope"}
        assert youtube.rate(answer["access_token"]).status_code == 204


def test_testing_ends_a_refresh_token_after_a_week(youtube: YouTubeClient) -> None:
    refresh = youtube.sign_in().refresh
    youtube.shift(days=8)
    assert youtube.refresh(refresh).status_code == 200
    youtube.switch(publishing="testing")
    assert token_error_of(youtube.refresh(refresh)) == DEAD
    fresh = youtube.sign_in(prompt=None).refresh
    youtube.shift(days=6.9)
    assert youtube.refresh(fresh).status_code == 200
    youtube.shift(days=0.1)
    assert token_error_of(youtube.refresh(fresh)) == DEAD


def test_an_idle_refresh_token_dies(youtube: YouTubeClient) -> None:
    used, idle = youtube.sign_in().refresh, youtube.sign_in("ben").refresh
    youtube.shift(days=100)
    youtube.refresh(used)
    youtube.shift(days=100)
    assert youtube.refresh(used).status_code == 200
    assert token_error_of(youtube.refresh(idle)) == DEAD


def test_too_many_refresh_tokens_end_the_oldest(youtube: YouTubeClient) -> None:
    youtube.switch(live_refresh_tokens=2)
    tokens = [youtube.sign_in().refresh for _ in range(3)]
    assert [youtube.refresh(token).status_code for token in tokens] == [400, 200, 200]


@pytest.mark.parametrize("which", ["access", "refresh"])
def test_a_token_is_revoked_with_all_the_app_has(youtube: YouTubeClient, which: str) -> None:
    tokens = youtube.sign_in()
    url = f"{youtube.url}/oauth2/revoke"
    form = {"token": getattr(tokens, which)}
    assert youtube.session.post(url, data=form).status_code == 200
    assert error_of(youtube.rate(tokens.access)) == (401, "authError")
    assert token_error_of(youtube.refresh(tokens.refresh)) == DEAD
    assert token_error_of(youtube.session.post(url, data=form)) == (400, "invalid_token")


@pytest.mark.parametrize("publishing", ["unverified", "testing"])
def test_an_unverified_project_has_few_users(youtube: YouTubeClient, publishing: str) -> None:
    youtube.switch(publishing=publishing, user_cap=1)
    youtube.sign_in()
    blocked = youtube.decide("allow", "ben")
    assert (blocked.status_code, "Access blocked" in blocked.text) == (403, True)
    youtube.control("POST", "fans/ida/revoke")
    assert youtube.decide("allow", "ben").status_code == 403
    assert youtube.sign_in().refresh
    youtube.switch(publishing="verified")
    assert youtube.sign_in("ben").refresh


def test_testing_may_know_its_users_by_name(youtube: YouTubeClient) -> None:
    youtube.switch(publishing="testing", only_test_users=True)
    assert youtube.decide("allow").status_code == 403
    youtube.control("PUT", "fans/ida", {"is_test_user": True})
    assert youtube.sign_in().refresh


def test_writes_cost_fifty_and_reads_one(youtube: YouTubeClient) -> None:
    access = youtube.sign_in().access
    youtube.rate(access)
    assert units_used(youtube) == 50
    youtube.ratings(access)
    assert units_used(youtube) == 51
    youtube.rate(access, "unknown0000")
    assert units_used(youtube) == 101
    youtube.switch(failed_calls_cost="1")
    youtube.rate(access, "unknown0000")
    assert units_used(youtube) == 102


def test_the_day_s_units_end(youtube: YouTubeClient) -> None:
    youtube.switch(daily_units=101)
    access = youtube.sign_in().access
    assert [youtube.rate(access).status_code for _ in range(2)] == [204, 204]
    refused = youtube.rate(access)
    assert error_of(refused) == (403, "quotaExceeded")
    assert refused.json()["error"]["errors"][0]["domain"] == "youtube.quota"
    assert youtube.ratings(access) == ["like"]
    assert youtube.library()["dQw4w9WgXcQ"]["times"] == 2


def test_the_day_begins_at_midnight_in_california(youtube: YouTubeClient) -> None:
    youtube.switch(daily_units=50, access_token_seconds=86_400)
    shift_to_pacific(youtube, day=3, hour=23, minute=50)
    access = youtube.sign_in().access
    youtube.rate(access)
    assert error_of(youtube.rate(access)) == (403, "quotaExceeded")
    assert youtube.control("GET", "state")["units_reset_at"] == "2026-12-04T08:00:00.000000Z"
    youtube.shift(seconds=10 * 60)
    assert youtube.rate(access).status_code == 204
    youtube.shift(seconds=12 * 3600)
    assert error_of(youtube.rate(access)) == (403, "quotaExceeded")


@pytest.mark.parametrize(("kind", "status"), [("invalid_grant", 400), ("invalid_client", 401)])
def test_a_token_error_can_be_ordered(youtube: YouTubeClient, kind: str, status: int) -> None:
    refresh = youtube.sign_in().refresh
    youtube.fault(kind, path="/token", fan="ida")
    assert token_error_of(youtube.refresh(refresh)) == (status, kind)
    assert youtube.refresh(refresh).status_code == 200


def test_a_crowd_signs_in_at_once(youtube: YouTubeClient) -> None:
    ida, ben = youtube.sign_in_at_once("ida", "ben")
    assert youtube.rate(ida["access_token"]).status_code == 204
    assert youtube.list_of(ben["access_token"], "channels", mine="true")[0]["id"] == ben["account_id"]
    assert youtube.refresh(ida["refresh_token"], client_id=CLIENT_ID).status_code == 200
