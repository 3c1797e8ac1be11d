"""TIDAL's sign-in: PKCE, codes, tokens of apps, and a refresh token that may not come."""

import pytest
from tidal_client import CALLBACK, CLIENT_ID, SCOPES, SECRET, TidalClient, error_of, token_error_of

GRANT_REFUSED = (400, "invalid_grant", 11002)


def test_a_consent_ends_at_the_app(tidal: TidalClient) -> None:
    page = tidal.session.get(tidal.consent_url()).text
    assert "Change your &#34;My Collection&#34;" in page
    assert "<code>collection.write</code>" in page
    address, answer = tidal.end_of(tidal.decide("allow"))
    assert (address, answer["state"], len(answer)) == (CALLBACK, "the-state", 2)


def test_a_refusal_ends_at_the_app(tidal: TidalClient) -> None:
    _, answer = tidal.end_of(tidal.decide("refuse"))
    assert answer == {"error": "access_denied", "state": "the-state"}


@pytest.mark.parametrize(
    "wrong",
    [
        {"client_id": "nobody"},
        {"redirect_uri": CALLBACK + "/x"},
        {"response_type": "token"},
        {"code_challenge": None, "code_challenge_method": None},
        {"code_challenge_method": "plain"},
        {"scope": "collection.read r_usr"},
        {"scope": "w_usr"},
    ],
)
def test_an_app_that_asks_wrongly_gets_nobody_back(tidal: TidalClient, wrong: dict[str, str | None]) -> None:
    assert tidal.decide("allow", **wrong).status_code == 400


def test_a_known_fan_comes_back_with_the_old_scopes(tidal: TidalClient) -> None:
    tidal.sign_in(scope="collection.read")
    silent = tidal.session.get(tidal.consent_url(scope="collection.write"), allow_redirects=False)
    assert tidal.exchange(tidal.end_of(silent)[1]["code"]).json()["scope"] == "collection.read"
    asked = tidal.session.get(tidal.consent_url(scope="collection.write", prompt="consent"))
    assert (asked.status_code, "collection.write" in asked.text) == (200, True)
    assert tidal.sign_in(scope="collection.write", prompt="consent").answer["scope"] == "collection.write"


def test_a_known_fan_may_be_asked_again(tidal: TidalClient) -> None:
    tidal.sign_in()
    tidal.switch(asks_known_fans=True)
    assert tidal.session.get(tidal.consent_url(), allow_redirects=False).status_code == 200


def test_a_code_becomes_tokens(tidal: TidalClient) -> None:
    response = tidal.exchange(tidal.code())
    answer = response.json()
    assert set(answer) == {"access_token", "expires_in", "refresh_token", "scope", "token_type", "user_id"}
    assert (answer["expires_in"], answer["scope"], answer["token_type"]) == (14400, SCOPES, "Bearer")
    assert str(answer["user_id"]) == tidal.control("GET", "fans/ida")["account_id"]
    assert response.headers["Cache-Control"] == "no-store"


def test_a_refresh_token_may_not_come(tidal: TidalClient) -> None:
    tidal.switch(refresh_token_given=False)
    tokens = tidal.sign_in()
    assert "refresh_token" not in tokens.answer
    assert tidal.add(tokens.access).status_code == 200
    (at_once,) = tidal.sign_in_at_once("ben")
    assert (at_once["refresh_token"], at_once["expires_in"]) == (None, 14400)
    tidal.shift(seconds=14400)
    assert error_of(tidal.add(tokens.access))[0] == 401


def test_a_code_is_good_once_and_for_a_minute(tidal: TidalClient) -> None:
    code = tidal.code()
    tidal.exchange(code)
    assert token_error_of(tidal.exchange(code)) == GRANT_REFUSED
    late = tidal.code()
    tidal.shift(seconds=60)
    assert token_error_of(tidal.exchange(late)) == GRANT_REFUSED


@pytest.mark.parametrize(
    "wrong", [{"redirect_uri": CALLBACK + "/x"}, {"code_verifier": "w" * 43}, {"code_verifier": None}, {"code": "x"}]
)
def test_the_exchange_is_checked(tidal: TidalClient, wrong: dict[str, str | None]) -> None:
    form = {"code": tidal.code(), **wrong}
    assert token_error_of(tidal.token(**_exchange_form(**form))) == GRANT_REFUSED


def _exchange_form(**more: str | None) -> dict[str, str | None]:
    return {
        "grant_type": "authorization_code",
        "client_id": CLIENT_ID,
        "redirect_uri": CALLBACK,
        "code_verifier": "v" * 43,
        **more,
    }


def test_pkce_may_stand_for_the_secret(tidal: TidalClient) -> None:
    assert tidal.exchange(tidal.code(), client_secret=None).status_code == 200
    assert token_error_of(tidal.exchange(tidal.code(), client_secret="x")) == (401, "invalid_client", 1005)
    tidal.switch(secret_required=True)
    assert token_error_of(tidal.exchange(tidal.code(), client_secret=None))[:2] == (401, "invalid_client")
    refresh = tidal.sign_in().refresh
    assert tidal.refresh(refresh, client_secret=None).status_code == 200


def test_a_wrong_client_is_refused(tidal: TidalClient) -> None:
    refused = (401, "invalid_client", 1005)
    assert token_error_of(tidal.exchange(tidal.code(), client_id="x")) == refused
    assert token_error_of(tidal.refresh(tidal.sign_in().refresh, client_secret="x")) == refused
    assert token_error_of(tidal.token((CLIENT_ID, "x"), grant_type="client_credentials")) == refused
    assert token_error_of(tidal.token(grant_type="client_credentials", client_id=CLIENT_ID)) == refused


def test_a_form_is_needed(tidal: TidalClient) -> None:
    assert token_error_of(tidal.token(grant_type="password"))[1] == "unsupported_grant_type"
    assert token_error_of(tidal.token())[1] == "invalid_request"
    assert token_error_of(tidal.refresh(""))[1] == "invalid_request"


def test_a_refresh_token_stays(tidal: TidalClient) -> None:
    refresh = tidal.sign_in().refresh
    answer = tidal.refresh(refresh).json()
    assert "refresh_token" not in answer
    assert answer["scope"] == SCOPES
    assert tidal.add(answer["access_token"]).status_code == 200
    assert tidal.refresh(refresh).status_code == 200


def test_a_refresh_token_may_rotate(tidal: TidalClient) -> None:
    tidal.switch(refresh_rotates=True)
    first = tidal.sign_in().refresh
    second = tidal.refresh(first).json()["refresh_token"]
    assert token_error_of(tidal.refresh(first)) == GRANT_REFUSED
    assert tidal.refresh(second).status_code == 200


def test_scopes_can_be_narrowed(tidal: TidalClient) -> None:
    refresh = tidal.sign_in(scope="collection.read collection.write").refresh
    narrow = tidal.refresh(refresh, scope="collection.read").json()
    assert narrow["scope"] == "collection.read"
    assert error_of(tidal.add(narrow["access_token"]))[0] == 403
    assert token_error_of(tidal.refresh(refresh, scope="user.read"))[:2] == (400, "invalid_scope")


def test_a_lost_refresh_token(tidal: TidalClient) -> None:
    tokens = tidal.sign_in()
    tidal.switch(lost_grant="401")
    tidal.control("POST", "fans/ida/revoke", {})
    assert token_error_of(tidal.refresh(tokens.refresh)) == (401, "invalid_grant", 11002)
    assert error_of(tidal.add(tokens.access))[0] == 401
    tidal.switch(access_survives_revoke=True)
    assert tidal.add(tokens.access).status_code == 200


def test_a_refresh_token_may_end(tidal: TidalClient) -> None:
    refresh = tidal.sign_in().refresh
    tidal.switch(refresh_token_days=30)
    assert tidal.control("GET", "fans/ida")["grants"][0]["ends_at"] is not None
    tidal.shift(days=30)
    assert token_error_of(tidal.refresh(refresh)) == (400, "invalid_grant", 11003)


def test_another_app_s_refresh_token_is_no_good(tidal: TidalClient) -> None:
    tidal.control("PUT", "apps/other", {"secret": "s"})
    refresh = tidal.sign_in().refresh
    assert token_error_of(tidal.refresh(refresh, client_id="other", client_secret="s")) == GRANT_REFUSED


def test_an_app_s_own_token_has_no_fan(tidal: TidalClient) -> None:
    form = {"grant_type": "client_credentials"}
    answer = tidal.token((CLIENT_ID, SECRET), **form).json()
    assert set(answer) == {"access_token", "expires_in", "scope", "token_type"}
    assert tidal.find(answer["access_token"], "602445868162").status_code == 200
    assert error_of(tidal.add(answer["access_token"]))[0] == 403
    assert error_of(tidal.api("GET", "/users/me", tidal.app_token()))[0] == 403


def test_the_journal_knows_whose_call_it_was(tidal: TidalClient) -> None:
    tidal.refresh(tidal.sign_in().refresh)
    calls = tidal.calls(host="auth", fan="ida")
    assert [call["grant_type"] for call in calls] == ["authorization_code", "refresh_token"]
    assert {call["client_id"] for call in calls} == {CLIENT_ID}
    assert all("continue/" not in call["path"] for call in tidal.calls(host="login"))
