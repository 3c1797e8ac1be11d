"""The authorize page: who may ask, what is shown, where the fan goes."""

from urllib.parse import urlsplit

import pytest
import requests
from kit_client import CHALLENGE
from twin_client import CALLBACK, CLIENT_ID, TwinClient


def test_the_page_names_the_app_and_its_scopes(twin: TwinClient) -> None:
    page = twin.session.get(twin.consent_url()).text
    assert "Presave asks for access" in page
    assert "Manage your saved content" in page
    assert "Access your saved content" in page
    assert 'name="decision" value="allow"' in page
    assert 'name="decision" value="refuse"' in page


def test_allow_returns_code_and_state(twin: TwinClient) -> None:
    address, answer = twin.end_of(twin.decide("allow"))
    assert address == CALLBACK
    assert set(answer) == {"code", "state"}
    assert answer["state"] == "the-state"


def test_refuse_returns_access_denied(twin: TwinClient) -> None:
    _, answer = twin.end_of(twin.decide("refuse"))
    assert answer == {"error": "access_denied", "state": "the-state"}


def test_the_form_goes_through_a_hop_on_the_same_host(twin: TwinClient) -> None:
    first = twin.decide("allow").headers["Location"]
    assert first.startswith("/spotify/accounts/authorize/continue/")


def test_a_hop_is_good_once(twin: TwinClient) -> None:
    hop = twin.root + twin.decide("allow").headers["Location"]
    assert twin.session.get(hop, allow_redirects=False).status_code == 302
    assert twin.session.get(hop, allow_redirects=False).status_code == 404


def test_a_query_of_the_redirect_uri_is_kept(twin: TwinClient) -> None:
    uri = "https://label.example/back?service=spotify"
    twin.control("PUT", f"apps/{CLIENT_ID}", {"redirect_uris": [uri]})
    _, answer = twin.end_of(twin.decide("allow", redirect_uri=uri))
    assert answer["service"] == "spotify"
    assert "code" in answer


def test_no_state_comes_back_when_none_was_sent(twin: TwinClient) -> None:
    assert set(twin.end_of(twin.decide("allow", state=None))[1]) == {"code"}


def refused(twin: TwinClient, **changes: str | None) -> str:
    response = twin.session.get(twin.consent_url(**changes), allow_redirects=False)
    assert response.status_code == 400
    assert "Location" not in response.headers
    return response.text


def test_an_unknown_client_gets_an_error_page(twin: TwinClient) -> None:
    assert "INVALID_CLIENT: Invalid client" in refused(twin, client_id="nobody")


@pytest.mark.parametrize(
    "uri",
    [
        f"{CALLBACK}/",
        CALLBACK.replace("callback", "Callback"),
        CALLBACK.replace("127.0.0.1", "[::1]"),
        CALLBACK.replace("http:", "https:"),
        "https://evil.example/callback",
        "http://127.0.0.1:port/connect/spotify/callback",
        "",
    ],
)
def test_a_redirect_uri_must_match_exactly(twin: TwinClient, uri: str) -> None:
    assert "INVALID_CLIENT: Invalid redirect URI" in refused(twin, redirect_uri=uri)


def test_a_loopback_redirect_uri_may_vary_in_port(twin: TwinClient) -> None:
    moved = CALLBACK.replace(":5000", ":61234")
    assert twin.end_of(twin.decide("allow", redirect_uri=moved))[0] == moved


@pytest.mark.parametrize(
    "uri", ["http://localhost:5000/back", "http://label.example/back", "https://localhost/back", "app://back"]
)
def test_an_unsafe_redirect_uri_is_refused(twin: TwinClient, uri: str) -> None:
    twin.control("PUT", f"apps/{CLIENT_ID}", {"redirect_uris": [uri]})
    page = refused(twin, redirect_uri=uri)
    assert "INVALID_CLIENT: Invalid redirect URI" in page
    assert "localhost is refused" in page


@pytest.mark.parametrize("uri", ["https://label.example/back", "http://[::1]:5000/back"])
def test_https_and_ipv6_loopback_are_accepted(twin: TwinClient, uri: str) -> None:
    twin.control("PUT", f"apps/{CLIENT_ID}", {"redirect_uris": [uri]})
    assert twin.end_of(twin.decide("allow", redirect_uri=uri))[0] == uri


def test_the_implicit_grant_is_gone(twin: TwinClient) -> None:
    assert "response_type must be code" in refused(twin, response_type="token")


def test_an_unknown_scope_gets_an_error_page(twin: TwinClient) -> None:
    assert "INVALID_SCOPE" in refused(twin, scope="user-library-modify everything")


@pytest.mark.parametrize(
    ("challenge", "method"), [(CHALLENGE, "plain"), (CHALLENGE, None), ("short", "S256"), (None, "S256")]
)
def test_a_challenge_must_be_s256(twin: TwinClient, challenge: str | None, method: str | None) -> None:
    assert "S256" in refused(twin, code_challenge=challenge, code_challenge_method=method)


def test_a_wrong_request_is_refused_on_post_too(twin: TwinClient) -> None:
    assert twin.decide("allow", client_id="nobody").status_code == 400


def test_a_bad_fan_name_keeps_what_was_typed(twin: TwinClient) -> None:
    response = twin.decide("allow", "Ida & Co")
    assert response.status_code == 422
    assert 'value="Ida &amp; Co"' in response.text
    assert "A fan&#39;s name has" in response.text


def test_a_form_without_a_decision_is_refused(twin: TwinClient) -> None:
    assert twin.decide("perhaps").status_code == 400


def test_a_fan_who_allowed_is_not_asked_again(twin: TwinClient) -> None:
    twin.decide("allow")
    again = twin.session.get(twin.consent_url(), allow_redirects=False)
    assert "code" in twin.end_of(again)[1]


def test_show_dialog_asks_again(twin: TwinClient) -> None:
    twin.decide("allow")
    page = twin.session.get(twin.consent_url(show_dialog="true"))
    assert page.status_code == 200
    assert 'value="ida"' in page.text


def test_a_further_scope_asks_again(twin: TwinClient) -> None:
    twin.decide("allow")
    assert twin.session.get(twin.consent_url(scope="user-follow-modify")).status_code == 200


def test_another_browser_is_asked_again(twin: TwinClient) -> None:
    twin.decide("allow")
    with requests.Session() as other:
        other.trust_env = False
        assert 'value="fan-one"' in other.get(twin.consent_url()).text


def test_a_revoked_fan_is_asked_again(twin: TwinClient) -> None:
    twin.decide("allow")
    twin.control("POST", "fans/ida/revoke")
    assert twin.session.get(twin.consent_url()).status_code == 200


def test_a_fan_is_asked_again_after_six_months(twin: TwinClient) -> None:
    twin.decide("allow")
    twin.shift(days=183)
    assert twin.session.get(twin.consent_url()).status_code == 200


def test_the_consent_page_loads_nothing_from_elsewhere(twin: TwinClient) -> None:
    response = twin.session.get(twin.consent_url())
    assert "default-src 'none'" in response.headers["Content-Security-Policy"]
    assert "<script" not in response.text
    assert "style=" not in response.text


def test_the_journal_holds_no_ticket(twin: TwinClient) -> None:
    twin.code()
    paths = {call["path"] for call in twin.calls(host="accounts")}
    assert paths == {"/authorize", "/authorize/continue"}
    assert urlsplit(twin.consent_url()).path == "/spotify/accounts/authorize"
