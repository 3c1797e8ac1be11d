"""Deezer's sign-in: a consent, a code, and a token that comes as a text and may live for ever."""

from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest
from deezer_client import APP_ID, CALLBACK, SECRET, DeezerClient, error_of

INVALID = ("OAuthException", 300)


def token_of(text: str) -> dict[str, str]:
    return dict(parse_qsl(text, strict_parsing=True))


def test_a_consent_ends_at_the_app(deezer: DeezerClient) -> None:
    page = deezer.session.get(deezer.consent_url()).text
    assert "Add favourites, and make and fill playlists" in page
    assert "<code>offline_access</code>" in page
    assert "Read your e-mail address" not in page
    address, answer = deezer.end_of(deezer.decide("allow"))
    assert (address, answer["state"], set(answer)) == (CALLBACK, "the-state", {"code", "state"})


def test_a_refusal_has_a_word_of_its_own(deezer: DeezerClient) -> None:
    assert deezer.end_of(deezer.decide("refuse"))[1] == {"error_reason": "user_denied", "state": "the-state"}
    deezer.switch(refusal_has_state=False)
    assert deezer.end_of(deezer.decide("refuse"))[1] == {"error_reason": "user_denied"}


@pytest.mark.parametrize(
    "wrong",
    [
        {"app_id": "1"},
        {"app_id": None},
        {"redirect_uri": None},
        {"redirect_uri": "http://evil.example/connect/deezer/callback"},
        {"redirect_uri": "http://127.0.0.1.evil.example/"},
        {"redirect_uri": "http://evil127.0.0.1/"},
        {"redirect_uri": "javascript://127.0.0.1/"},
        {"perms": "basic_access,everything"},
    ],
)
def test_an_app_that_asks_wrongly_gets_nobody_back(deezer: DeezerClient, wrong: dict[str, str | None]) -> None:
    assert deezer.decide("allow", **wrong).status_code == 400


def test_an_address_lies_in_the_domain_of_the_app(deezer: DeezerClient) -> None:
    elsewhere = "http://127.0.0.1:5000/other?a=b"
    address, answer = deezer.end_of(deezer.decide("allow", redirect_uri=elsewhere))
    assert (address, answer["a"]) == ("http://127.0.0.1:5000/other", "b")
    deezer.switch(redirect_check="exact")
    assert deezer.decide("allow", redirect_uri=elsewhere).status_code == 400
    assert deezer.decide("allow").status_code == 302


def test_a_code_becomes_a_token_that_lives_for_ever(deezer: DeezerClient) -> None:
    response = deezer.exchange(deezer.code())
    answer = token_of(response.text)
    assert (response.status_code, set(answer), answer["expires"]) == (200, {"access_token", "expires"}, "0")
    assert response.headers["Content-Type"] == "text/html; charset=utf-8"
    assert response.headers["Cache-Control"] == "no-store"
    deezer.shift(days=4000)
    assert deezer.add(answer["access_token"]) is True


def test_a_token_may_call_itself_plain_text(deezer: DeezerClient) -> None:
    deezer.switch(token_content_type="text/plain")
    assert deezer.exchange(deezer.code()).headers["Content-Type"] == "text/plain; charset=utf-8"


def test_without_offline_access_a_token_ends(deezer: DeezerClient) -> None:
    answer = token_of(deezer.exchange(deezer.code(perms="manage_library")).text)
    assert answer["expires"] == "3600"
    deezer.shift(seconds=3599)
    assert deezer.add(answer["access_token"]) is True
    deezer.shift(seconds=1)
    assert error_of(deezer.add(answer["access_token"])) == INVALID


def test_offline_access_may_be_worth_nothing(deezer: DeezerClient) -> None:
    deezer.switch(never_expires=False)
    assert token_of(deezer.exchange(deezer.code()).text)["expires"] == "3600"


def test_a_token_comes_as_json_or_xml_too(deezer: DeezerClient) -> None:
    answer = deezer.exchange(deezer.code(), output="json").json()
    assert (set(answer), answer["expires"]) == ({"access_token", "expires"}, 0)
    page = deezer.exchange(deezer.code(), output="xml")
    assert page.headers["Content-Type"] == "text/xml; charset=utf-8"
    assert "<expires>0</expires>" in page.text


def test_the_secret_may_travel_in_a_form(deezer: DeezerClient) -> None:
    answer = deezer.exchange(deezer.code(), "POST", output="json").json()
    assert deezer.add(answer["access_token"]) is True


@pytest.mark.parametrize("wrong", [{"code": "x"}, {"code": ""}, {"secret": "x"}, {"secret": ""}, {"app_id": "1"}])
@pytest.mark.parametrize("output", ["", "json"])
def test_a_wrong_exchange_is_a_text(deezer: DeezerClient, wrong: dict[str, str], output: str) -> None:
    response = deezer.exchange(**({"code": deezer.code(), "output": output} | wrong))
    assert (response.status_code, response.text) == (200, "wrong code")


def test_a_code_is_good_once_and_for_a_minute(deezer: DeezerClient) -> None:
    code = deezer.code()
    assert deezer.exchange(code).text.startswith("access_token=")
    assert deezer.exchange(code).text == "wrong code"
    late = deezer.code()
    deezer.shift(seconds=60)
    assert deezer.exchange(late).text == "wrong code"


def test_a_code_dies_with_the_consent(deezer: DeezerClient) -> None:
    code = deezer.code()
    deezer.control("POST", "fans/ida/revoke")
    assert deezer.exchange(code).text == "wrong code"


def test_a_wrong_code_may_look_otherwise(deezer: DeezerClient) -> None:
    deezer.switch(token_error_form="json")
    assert error_of(deezer.exchange("x").json()) == INVALID
    deezer.switch(token_error_form="400")
    response = deezer.exchange("x")
    assert (response.status_code, response.text) == (400, "wrong code")


def test_another_app_cannot_use_the_code(deezer: DeezerClient) -> None:
    deezer.control("PUT", "apps/2", {"secret": "s", "redirect_uris": []})
    code = deezer.code()
    assert deezer.exchange(code, app_id="2", secret="s").text == "wrong code"
    assert deezer.exchange(code).text.startswith("access_token=")


def test_who_allowed_it_is_not_asked_again(deezer: DeezerClient) -> None:
    deezer.sign_in()
    skipped = deezer.session.get(deezer.consent_url(), allow_redirects=False)
    code = deezer.end_of(skipped)[1]["code"]
    assert deezer.add(token_of(deezer.exchange(code).text)["access_token"]) is True
    more = deezer.session.get(deezer.consent_url(perms="email,manage_library"), allow_redirects=False)
    assert (more.status_code, "Read your e-mail address" in more.text) == (200, True)


def test_basic_access_is_always_asked(deezer: DeezerClient) -> None:
    access = deezer.sign_in(perms=None)
    granted = deezer.api("GET", "/user/me/permissions", access)["permissions"]
    assert [name for name, is_granted in granted.items() if is_granted] == ["basic_access"]


def test_the_permissions_can_be_read(deezer: DeezerClient) -> None:
    granted = deezer.api("GET", "/user/me/permissions", deezer.sign_in())["permissions"]
    assert (granted["manage_library"], granted["offline_access"], granted["delete_library"]) == (True, True, False)
    assert error_of(deezer.api("GET", "/user/me/permissions")) == ("OAuthException", 200)


def test_the_client_side_flow_ends_in_the_fragment(deezer: DeezerClient) -> None:
    for response in (
        deezer.decide("allow", response_type="token"),
        deezer.session.get(deezer.consent_url(response_type="token"), allow_redirects=False),
    ):
        last = deezer.session.get(f"{deezer.root}{response.headers['Location']}", allow_redirects=False)
        parts = urlsplit(last.headers["Location"])
        answer = token_of(parts.fragment)
        assert (parse_qs(parts.query), answer["expires"]) == ({"state": ["the-state"]}, "0")
        assert deezer.add(answer["access_token"]) is True


def test_a_token_dies_with_the_consent(deezer: DeezerClient) -> None:
    access = deezer.sign_in()
    deezer.control("POST", "fans/ida/revoke")
    assert error_of(deezer.add(access)) == INVALID
    assert deezer.add(deezer.sign_in()) is True


def test_a_sign_in_can_be_hit_by_a_fault(deezer: DeezerClient) -> None:
    deezer.fault("wrong_code", path="/oauth/access_token.php")
    code = deezer.code()
    assert deezer.exchange(code).text == "wrong code"
    assert deezer.exchange(code).text.startswith("access_token=")


def test_a_crowd_signs_in_at_once(deezer: DeezerClient) -> None:
    ida, _ = deezer.sign_in_at_once("ida", "ben")
    assert (ida["refresh_token"], ida["expires_in"]) == (None, None)
    assert deezer.add(ida["access_token"]) is True
    assert str(deezer.api("GET", "/user/me", ida["access_token"])["id"]) == ida["account_id"]


def test_the_journal_holds_no_secret(deezer: DeezerClient) -> None:
    code = deezer.code()
    access = token_of(deezer.exchange(code).text)["access_token"]
    deezer.add(access)
    written = str(deezer.control("GET", "calls"))
    assert not any(secret in written for secret in (code, access, SECRET))
    (consent, _, exchange, _) = deezer.calls()
    assert (consent["client_id"], consent["path"], consent["host"]) == (APP_ID, "/oauth/auth.php", "connect")
    assert (exchange["client_id"], exchange["fan"]) == (APP_ID, "ida")
