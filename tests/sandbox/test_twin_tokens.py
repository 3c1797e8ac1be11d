"""The token endpoint: codes, refreshing, who is refused with which words."""

import threading

from kit_client import CHALLENGE, VERIFIER
from twin_client import CALLBACK, CLIENT_ID, SCOPES, SECRET, TwinClient, oauth_error

INVALID_CODE = (400, "invalid_grant", "Invalid authorization code")
INVALID_CLIENT = (400, "invalid_client", "Invalid client")
REVOKED = (400, "invalid_grant", "Refresh token revoked")
PKCE = {"code_challenge": CHALLENGE, "code_challenge_method": "S256"}


def test_a_code_becomes_tokens(twin: TwinClient) -> None:
    response = twin.exchange(twin.code())
    answer = response.json()
    assert set(answer) == {"access_token", "token_type", "scope", "expires_in", "refresh_token"}
    assert (answer["token_type"], answer["expires_in"]) == ("Bearer", 3600)
    assert set(answer["scope"].split()) == set(SCOPES.split())
    assert response.headers["Cache-Control"] == "no-store"


def test_a_code_is_good_once(twin: TwinClient) -> None:
    code = twin.code()
    assert twin.exchange(code).status_code == 200
    assert oauth_error(twin.exchange(code)) == INVALID_CODE


def test_of_two_with_one_code_one_wins(twin: TwinClient) -> None:
    for _ in range(5):
        code = twin.code()
        barrier = threading.Barrier(2)
        answers: list[int] = []

        def bring(code: str = code, barrier: threading.Barrier = barrier, answers: list[int] = answers) -> None:
            barrier.wait()
            answers.append(twin.exchange(code).status_code)

        threads = [threading.Thread(target=bring) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(answers) == [200, 400]


def test_a_code_dies_after_a_minute(twin: TwinClient) -> None:
    code = twin.code()
    twin.shift(seconds=60)
    assert oauth_error(twin.exchange(code)) == INVALID_CODE


def test_a_code_dies_when_the_fan_revokes(twin: TwinClient) -> None:
    code = twin.code()
    twin.control("POST", "fans/ida/revoke")
    assert oauth_error(twin.exchange(code)) == INVALID_CODE


def test_a_made_up_code_is_refused(twin: TwinClient) -> None:
    assert oauth_error(twin.exchange("made-up")) == INVALID_CODE


def test_another_app_cannot_use_or_burn_a_code(twin: TwinClient) -> None:
    twin.control("PUT", "apps/other", {"secret": "s", "redirect_uris": [CALLBACK]})
    code = twin.code()
    stolen = twin.token(("other", "s"), grant_type="authorization_code", code=code, redirect_uri=CALLBACK)
    assert oauth_error(stolen) == INVALID_CODE
    assert twin.exchange(code).status_code == 200


def test_the_exchange_checks_the_redirect_uri(twin: TwinClient) -> None:
    refused = twin.exchange(twin.code(), redirect_uri=CALLBACK + "x")
    assert oauth_error(refused) == (400, "invalid_grant", "Invalid redirect URI")


def test_missing_fields_are_named(twin: TwinClient) -> None:
    for name, form in {
        "code": {"grant_type": "authorization_code", "redirect_uri": CALLBACK},
        "redirect_uri": {"grant_type": "authorization_code", "code": "x"},
        "refresh_token": {"grant_type": "refresh_token"},
    }.items():
        assert oauth_error(twin.token(**form)) == (400, "invalid_request", f"{name} must be supplied")


def test_an_unknown_grant_type_is_refused(twin: TwinClient) -> None:
    assert oauth_error(twin.token(grant_type="password"))[1] == "unsupported_grant_type"


def test_a_wrong_secret_is_400_not_401(twin: TwinClient) -> None:
    assert oauth_error(twin.token((CLIENT_ID, "wrong"), grant_type="client_credentials")) == INVALID_CLIENT


def test_an_unknown_client_has_its_own_words(twin: TwinClient) -> None:
    refused = twin.token(("nobody", SECRET), grant_type="client_credentials")
    assert oauth_error(refused) == (400, "invalid_client", "Failed to get client")


def test_no_credentials_are_refused(twin: TwinClient) -> None:
    assert oauth_error(twin.token(None, grant_type="client_credentials")) == INVALID_CLIENT


def test_credentials_that_are_no_base64_are_refused(twin: TwinClient) -> None:
    url = f"{twin.url}/accounts/api/token"
    refused = twin.session.post(url, data={"grant_type": "client_credentials"}, headers={"Authorization": "Basic ?"})
    assert oauth_error(refused) == INVALID_CLIENT


def test_the_verifier_is_checked(twin: TwinClient) -> None:
    assert twin.exchange(twin.code(**PKCE), code_verifier=VERIFIER).status_code == 200
    wrong = twin.exchange(twin.code(**PKCE), code_verifier="w" * 43)
    assert oauth_error(wrong) == (400, "invalid_grant", "code_verifier was incorrect")
    missing = twin.exchange(twin.code(**PKCE))
    assert oauth_error(missing) == (400, "invalid_request", "code_verifier must be supplied")


def test_a_public_client_needs_a_challenge(twin: TwinClient) -> None:
    form = {"grant_type": "authorization_code", "redirect_uri": CALLBACK, "client_id": CLIENT_ID}
    assert oauth_error(twin.token(None, code=twin.code(), **form)) == INVALID_CLIENT
    good = twin.token(None, code=twin.code(**PKCE), code_verifier=VERIFIER, **form)
    assert good.status_code == 200


def test_a_public_client_s_refresh_token_is_good_once(twin: TwinClient) -> None:
    form = {"grant_type": "authorization_code", "redirect_uri": CALLBACK, "client_id": CLIENT_ID}
    first = twin.token(None, code=twin.code(**PKCE), code_verifier=VERIFIER, **form).json()["refresh_token"]
    again = {"grant_type": "refresh_token", "client_id": CLIENT_ID}
    second = twin.token(None, refresh_token=first, **again).json()["refresh_token"]
    assert second != first
    assert oauth_error(twin.token(None, refresh_token=first, **again)) == REVOKED
    assert twin.token(None, refresh_token=second, **again).status_code == 200


def test_a_refresh_leaves_out_the_refresh_token(twin: TwinClient) -> None:
    tokens = twin.sign_in()
    answer = twin.refresh(tokens.refresh).json()
    assert set(answer) == {"access_token", "token_type", "scope", "expires_in"}
    assert twin.refresh(tokens.refresh).status_code == 200


def test_a_refresh_may_repeat_the_refresh_token(twin: TwinClient) -> None:
    twin.switch(omit_refresh_token=False)
    tokens = twin.sign_in()
    assert twin.refresh(tokens.refresh).json()["refresh_token"] == tokens.refresh


def test_rotation_makes_the_old_token_useless(twin: TwinClient) -> None:
    twin.switch(rotate=True)
    tokens = twin.sign_in()
    following = twin.refresh(tokens.refresh).json()["refresh_token"]
    assert oauth_error(twin.refresh(tokens.refresh)) == REVOKED
    assert twin.refresh(following).status_code == 200


def test_reuse_can_revoke_the_good_token_too(twin: TwinClient) -> None:
    twin.switch(rotate=True, reuse_revokes_all=True)
    tokens = twin.sign_in()
    following = twin.refresh(tokens.refresh).json()["refresh_token"]
    twin.refresh(tokens.refresh)
    assert oauth_error(twin.refresh(following)) == REVOKED


def test_a_refresh_token_dies_183_days_after_consent(twin: TwinClient) -> None:
    tokens = twin.sign_in()
    twin.shift(days=182)
    assert twin.refresh(tokens.refresh).status_code == 200
    twin.shift(days=1)
    assert oauth_error(twin.refresh(tokens.refresh)) == (400, "invalid_grant", "Refresh token expired")


def test_a_silent_sign_in_does_not_renew_the_six_months(twin: TwinClient) -> None:
    twin.sign_in()
    twin.shift(days=100)
    silent = twin.session.get(twin.consent_url(), allow_redirects=False)
    later = twin.exchange(twin.end_of(silent)[1]["code"]).json()["refresh_token"]
    twin.shift(days=83)
    assert oauth_error(twin.refresh(later))[2] == "Refresh token expired"


def test_a_silent_sign_in_may_renew_by_switch(twin: TwinClient) -> None:
    twin.switch(silent_sign_in_renews=True)
    twin.sign_in()
    twin.shift(days=100)
    silent = twin.session.get(twin.consent_url(), allow_redirects=False)
    later = twin.exchange(twin.end_of(silent)[1]["code"]).json()["refresh_token"]
    twin.shift(days=83)
    assert twin.refresh(later).status_code == 200


def test_a_new_consent_starts_six_months_again(twin: TwinClient) -> None:
    twin.sign_in()
    twin.shift(days=183)
    assert twin.refresh(twin.sign_in().refresh).status_code == 200


def test_a_revoked_refresh_token_says_so(twin: TwinClient) -> None:
    tokens = twin.sign_in()
    assert twin.control("POST", "fans/ida/revoke") == {"revoked": 1}
    assert oauth_error(twin.refresh(tokens.refresh)) == REVOKED


def test_a_garbage_refresh_token_says_so(twin: TwinClient) -> None:
    assert oauth_error(twin.refresh("garbage")) == (400, "invalid_grant", "Invalid refresh token")


def test_another_app_s_refresh_token_is_refused(twin: TwinClient) -> None:
    twin.control("PUT", "apps/other", {"secret": "s"})
    form = {"grant_type": "refresh_token", "refresh_token": twin.sign_in().refresh}
    assert oauth_error(twin.token(("other", "s"), **form)) == (400, "invalid_grant", "Invalid refresh token")
    twin.switch(foreign_refresh_token="invalid_client")
    assert oauth_error(twin.token(("other", "s"), **form)) == INVALID_CLIENT


def test_an_app_token_has_no_refresh_token(twin: TwinClient) -> None:
    answer = twin.token(grant_type="client_credentials").json()
    assert set(answer) == {"access_token", "token_type", "expires_in"}


def test_a_changed_secret_stops_every_refresh(twin: TwinClient) -> None:
    tokens = twin.sign_in()
    twin.control("PUT", f"apps/{CLIENT_ID}", {"secret": "changed"})
    assert oauth_error(twin.refresh(tokens.refresh)) == INVALID_CLIENT


def test_the_journal_knows_the_fan_of_a_refresh(twin: TwinClient) -> None:
    twin.refresh(twin.sign_in().refresh)
    (call,) = twin.calls(grant_type="refresh_token")
    assert (call["path"], call["fan"], call["status"]) == ("/api/token", "ida", 200)
