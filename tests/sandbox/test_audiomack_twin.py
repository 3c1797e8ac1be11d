"""Audiomack's twin: signatures, the three steps of OAuth 1.0a, favourites and reposts."""

import time
from typing import Any
from urllib.parse import parse_qsl

import pytest
from audiomack_client import CALLBACK, MUSIC, AudiomackClient, Token, error_of, sign_as
from authlib.oauth1.rfc5849.util import escape
from kit_client import LIVE_NEVER_YET

from presave_app.sandbox.audiomack.signature import base_string, sign

GONE = "Invalid or expired token"
ADDRESS = "/music/album/alba-voss/night-drive"


@pytest.fixture
def ida(audiomack: AudiomackClient) -> Token:
    """Ida's access token and its secret."""
    return audiomack.sign_in()


def test_the_example_of_the_standard_is_signed_as_it_says() -> None:
    """https://www.rfc-editor.org/rfc/rfc5849#section-3.4.1.1 and its erratum on the port."""
    parameters = [
        *(("b5", "=%3D"), ("a3", "a"), ("c@", ""), ("a2", "r b"), ("c2", ""), ("a3", "2 q")),
        ("oauth_consumer_key", "9djdj82h48djs9d2"),
        ("oauth_token", "kkk9d7dh3k39sjv7"),
        ("oauth_signature_method", "HMAC-SHA1"),
        ("oauth_timestamp", "137131201"),
        ("oauth_nonce", "7d8f3e4a"),
        ("oauth_signature", "bYT5CMsGcbgUdFHObYMEfcx6bsw="),
    ]
    base = base_string("post", "HTTP://EXAMPLE.COM:80/request?b5=x", parameters)
    assert base == (
        "POST&http%3A%2F%2Fexample.com%2Frequest&a2%3Dr%2520b%26a3%3D2%2520q%26a3%3Da%26b5%3D%253D%25253D%26c%2540"
        "%3D%26c2%3D%26oauth_consumer_key%3D9djdj82h48djs9d2%26oauth_nonce%3D7d8f3e4a%26oauth_signature_method%3D"
        "HMAC-SHA1%26oauth_timestamp%3D137131201%26oauth_token%3Dkkk9d7dh3k39sjv7"
    )
    assert sign(base, "j49sk3j29djd", "dh893hdasih9") == "r6/TJjbCOr97/+UU0NsvSne7s5g="


def test_the_three_steps_end_in_an_access_token(audiomack: AudiomackClient) -> None:
    asked = audiomack.request_token()
    answer = dict(parse_qsl(asked.text))
    assert asked.headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert answer["oauth_callback_confirmed"] == "true"
    token = answer["oauth_token"], answer["oauth_token_secret"]
    address, back = audiomack.end_of(audiomack.decide("allow", "ida", oauth_token=token[0]))
    assert (address, back["oauth_token"]) == (CALLBACK, token[0])
    got = dict(parse_qsl(audiomack.exchange(token, back["oauth_verifier"]).text))
    assert audiomack.favourite((got["oauth_token"], got["oauth_token_secret"])).json() == {"success": True}


def test_a_request_token_lives_for_an_hour_and_works_once(audiomack: AudiomackClient) -> None:
    token, back = audiomack.allowed()
    assert audiomack.exchange(token, back["oauth_verifier"]).status_code == 200
    assert error_of(audiomack.exchange(token, back["oauth_verifier"])) == (401, "Invalid or expired request token")
    late, back = audiomack.allowed()
    audiomack.shift(seconds=3600)
    assert audiomack.exchange(late, back["oauth_verifier"]).status_code == 401
    assert audiomack.session.get(audiomack.consent_url(oauth_token=late[0])).status_code == 400


def test_a_wrong_verifier_gives_nothing(audiomack: AudiomackClient) -> None:
    token, back = audiomack.allowed()
    for verifier in ("made-up", None):
        assert error_of(audiomack.exchange(token, verifier)) == (401, "Invalid verifier")
    assert audiomack.exchange(token, back["oauth_verifier"]).status_code == 200
    fresh = dict(parse_qsl(audiomack.request_token().text))
    not_allowed = fresh["oauth_token"], fresh["oauth_token_secret"]
    assert error_of(audiomack.exchange(not_allowed, None)) == (401, "Invalid verifier")


def test_a_callback_has_to_be_registered_or_not(audiomack: AudiomackClient) -> None:
    elsewhere = "https://elsewhere.example/back?x=1"
    assert error_of(audiomack.request_token(elsewhere)) == (400, "Callback is not registered")
    assert error_of(audiomack.request_token(None)) == (400, "Missing oauth_callback")
    audiomack.switch(callback="any")
    _, back = audiomack.allowed(callback=elsewhere)
    assert (back["x"], "oauth_verifier" in back) == ("1", True)


@pytest.mark.parametrize(("refusal", "told"), [("denied", "denied"), ("no_verifier", "oauth_token")])
def test_a_refusal_is_told_in_two_ways(audiomack: AudiomackClient, refusal: str, told: str) -> None:
    audiomack.switch(refusal=refusal)
    answer = dict(parse_qsl(audiomack.request_token().text))
    _, back = audiomack.end_of(audiomack.decide("refuse", oauth_token=answer["oauth_token"]))
    assert back == {told: answer["oauth_token"]}
    token = answer["oauth_token"], answer["oauth_token_secret"]
    assert audiomack.exchange(token, "x").status_code == 401


@pytest.mark.parametrize(
    ("signed", "status", "message"),
    [
        ({"client_id": "nobody"}, 401, "Invalid consumer key"),
        ({"client_secret": "wrong"}, 401, "Invalid signature"),
        ({"signature_method": "PLAINTEXT"}, 400, "Unsupported signature method"),
    ],
)
def test_a_wrongly_signed_call_is_refused(
    audiomack: AudiomackClient, ida: Token, signed: dict[str, str], status: int, message: str
) -> None:
    assert error_of(audiomack.favourite(ida, signed=signed)) == (status, message)
    assert audiomack.library() == {}


def test_a_wrong_token_secret_or_token_is_refused(audiomack: AudiomackClient, ida: Token) -> None:
    assert error_of(audiomack.favourite((ida[0], "wrong"))) == (401, "Invalid signature")
    assert error_of(audiomack.favourite(("made-up", ida[1]))) == (401, GONE)
    assert error_of(audiomack.session.put(f"{audiomack.url}/api/v1/music/{MUSIC}/favorite"))[0] == 400


def test_query_form_and_header_are_signed_together(audiomack: AudiomackClient, ida: Token) -> None:
    for place in ("HEADER", "QUERY", "BODY"):
        more: dict[str, Any] = {"params": {"note": "a b+c&d=é", "empty": ""}, "signed": {"signature_type": place}}
        if place == "BODY":
            more["data"] = {"x": "ü *~"}
        assert audiomack.favourite(ida, **more).status_code == 200, place
    assert audiomack.library()[MUSIC]["times"] == 3


def test_a_parameter_added_on_the_way_breaks_the_signature(audiomack: AudiomackClient, ida: Token) -> None:
    url, headers, _ = sign_as(ida, {}).prepare("PUT", f"{audiomack.url}/api/v1/music/{MUSIC}/favorite", {}, "")
    assert error_of(audiomack.session.put(f"{url}?added=1", headers=headers)) == (401, "Invalid signature")
    assert audiomack.session.put(url, headers=headers).status_code == 200


def test_a_nonce_works_once(audiomack: AudiomackClient, ida: Token) -> None:
    url, headers, _ = sign_as(ida, {}).prepare("PUT", f"{audiomack.url}/api/v1/music/{MUSIC}/favorite", {}, "")
    assert audiomack.session.put(url, headers=headers).status_code == 200
    assert error_of(audiomack.session.put(url, headers=headers)) == (401, "Nonce was used before")
    assert audiomack.library()[MUSIC]["times"] == 1


@pytest.mark.parametrize("off", [-400, 400])
def test_a_timestamp_that_is_off_is_refused(audiomack: AudiomackClient, ida: Token, off: int) -> None:
    assert error_of(send_at(audiomack, ida, str(int(time.time()) + off))) == (401, "Timestamp is off")
    audiomack.switch(timestamp_seconds=1000)
    assert send_at(audiomack, ida, str(int(time.time()) + off)).status_code == 200
    assert error_of(send_at(audiomack, ida, "yesterday")) == (400, "Invalid timestamp")


def send_at(audiomack: AudiomackClient, token: Token, timestamp: str, **more: str) -> Any:
    url = f"{audiomack.url}/api/v1/music/{MUSIC}/favorite"
    named = {
        "oauth_consumer_key": "sandbox-audiomack",
        "oauth_token": token[0],
        "oauth_signature_method": "HMAC-SHA1",
        "oauth_timestamp": timestamp,
        "oauth_nonce": f"nonce {timestamp}",
    } | more
    signature = sign(base_string("PUT", url, named.items()), "sandbox-secret", token[1])
    pairs = ", ".join(f'{name}="{escape(value)}"' for name, value in (named | {"oauth_signature": signature}).items())
    return audiomack.session.put(url, headers={"Authorization": f'OAuth realm="Audiomack", {pairs}'})


def test_an_unknown_version_or_a_doubled_parameter_is_refused(audiomack: AudiomackClient, ida: Token) -> None:
    now = str(int(time.time()))
    assert error_of(send_at(audiomack, ida, now, oauth_version="2.0")) == (400, "Unsupported version")
    assert send_at(audiomack, ida, now, oauth_version="1.0").status_code == 200
    url, headers, _ = sign_as(ida, {}).prepare("PUT", f"{audiomack.url}/api/v1/music/{MUSIC}/favorite", {}, "")
    doubled = audiomack.session.put(f"{url}?oauth_nonce=x", headers=headers)
    assert error_of(doubled) == (400, "Duplicated OAuth parameter")


def test_a_favourite_is_set_twice_and_removed(audiomack: AudiomackClient, ida: Token) -> None:
    assert [audiomack.favourite(ida).status_code for _ in range(2)] == [200, 200]
    assert audiomack.library()[MUSIC]["times"] == 2
    audiomack.switch(favourite_twice="409", success_body="empty")
    assert audiomack.favourite(ida).status_code == 409
    removed = audiomack.favourite(ida, method="DELETE")
    assert (removed.status_code, removed.content, audiomack.library()) == (200, b"", {})
    assert audiomack.control("GET", f"libraries?ref={MUSIC}")["total"] == 0


def test_a_repost_is_set_and_removed(audiomack: AudiomackClient, ida: Token) -> None:
    path = f"/music/{MUSIC}/repost"
    assert [audiomack.api("PUT", path, ida).status_code for _ in range(2)] == [200, 200]
    (repost,) = audiomack.control("GET", "fans/ida")["reposts"]
    assert (repost["ref"], repost["times"]) == (MUSIC, 2)
    assert audiomack.api("DELETE", path, ida).status_code == 200
    assert audiomack.control("GET", "fans/ida")["reposts"] == []


def test_music_is_found_by_its_slugs_once_it_is_out(audiomack: AudiomackClient, ida: Token) -> None:
    for token in (None, ida):
        found = audiomack.api("GET", ADDRESS, token).json()["results"]
        assert (found["id"], found["title"], found["type"]) == (int(MUSIC), "Night Drive", "album")
    assert audiomack.api("GET", ADDRESS.replace("album", "song")).status_code == 404
    audiomack.release(live_from=LIVE_NEVER_YET, slug="nd", artist_slug="alba")
    assert audiomack.api("GET", "/music/album/alba/nd").status_code == 404
    assert error_of(audiomack.favourite(ida)) == (404, "Not found")
    audiomack.release(kind="song", slug="nd", artist_slug="alba")
    assert audiomack.api("GET", "/music/song/alba/nd").status_code == 200
    assert audiomack.api("GET", "/no/such/address").status_code == 404


def test_the_fan_s_favourites_and_profile_may_be_read(audiomack: AudiomackClient, ida: Token) -> None:
    audiomack.release("2077854", title="Second")
    audiomack.favourite(ida)
    audiomack.favourite(ida, "2077854")
    page = audiomack.api("GET", "/user/favorites", ida, params={"limit": 1}).json()
    assert ([one["title"] for one in page["results"]], page["count"]) == (["Second"], 2)
    second = audiomack.api("GET", "/user/favorites/page/2", ida, params={"limit": 1}).json()
    assert [one["id"] for one in second["results"]] == [int(MUSIC)]
    assert len(audiomack.api("GET", "/user/favorites", ida, params={"limit": 0}).json()["results"]) == 2
    fan = audiomack.control("GET", "fans/ida")
    assert str(audiomack.api("GET", "/user", ida).json()["id"]) == fan["account_id"]
    audiomack.switch(favourites_read=False, user_read=False)
    assert audiomack.api("GET", "/user/favorites", ida).status_code == 404
    assert audiomack.api("GET", "/user", ida).status_code == 404


def test_an_access_token_lives_for_a_year(audiomack: AudiomackClient, ida: Token) -> None:
    audiomack.shift(days=364.9)
    assert audiomack.favourite(ida).status_code == 200
    audiomack.shift(days=0.2)
    assert error_of(audiomack.favourite(ida)) == (401, GONE)


@pytest.mark.parametrize("status", ["401", "403"])
def test_removed_access_ends_the_token(audiomack: AudiomackClient, ida: Token, status: str) -> None:
    audiomack.switch(revoked_status=status)
    assert audiomack.control("POST", "fans/ida/revoke") == {"revoked": 1}
    assert error_of(audiomack.favourite(ida)) == (int(status), GONE)
    assert audiomack.favourite(audiomack.sign_in()).status_code == 200


def test_the_body_of_an_error_is_a_switch(audiomack: AudiomackClient) -> None:
    audiomack.switch(error_body="text")
    assert audiomack.api("GET", "/user").text == GONE
    audiomack.switch(error_body="empty", calls=0)
    answer = audiomack.api("GET", ADDRESS)
    assert (answer.status_code, answer.content) == (429, b"")
    assert int(answer.headers["Retry-After"]) > 0


FAULTS = {"401": 401, "401_signature": 401, "403": 403, "404": 404, "429": 429, "500": 500, "502": 502}


@pytest.mark.parametrize("kind", FAULTS)
def test_a_fault_keeps_the_favourite_away(audiomack: AudiomackClient, ida: Token, kind: str) -> None:
    audiomack.fault(kind, method="PUT", path="/music/*/favorite", fan="ida")
    assert error_of(audiomack.favourite(ida))[0] == FAULTS[kind]
    assert audiomack.library() == {}
    assert audiomack.favourite(ida).status_code == 200


def test_a_crowd_signs_in_at_once(audiomack: AudiomackClient) -> None:
    for made in audiomack.sign_in_at_once("ida", "ben"):
        assert audiomack.favourite((made["oauth_token"], made["oauth_token_secret"])).status_code == 200
    assert audiomack.control("GET", f"libraries?ref={MUSIC}")["fans"] == ["ida", "ben"]


def test_the_journal_holds_no_secret(audiomack: AudiomackClient, ida: Token) -> None:
    audiomack.favourite(ida)
    written = (
        str(audiomack.calls()) + str(audiomack.control("GET", "fans/ida")) + str(audiomack.control("GET", "state"))
    )
    assert not [secret for secret in (*ida, "sandbox-secret") if secret in written]
    (call,) = audiomack.calls(ref=MUSIC, fan="ida")
    assert (call["client_id"], call["status"]) == ("sandbox-audiomack", 200)


def test_the_pages_show_music_and_fans(audiomack: AudiomackClient, ida: Token) -> None:
    audiomack.favourite(ida)
    assert "Night Drive" in audiomack.session.get(f"{audiomack.url}/").text
    assert "Night Drive, Alba Voss" in audiomack.session.get(f"{audiomack.url}/fans/ida").text


def test_an_artist_is_followed_once(audiomack: AudiomackClient, ida: Token) -> None:
    for _ in range(2):
        assert audiomack.api("PUT", "/artist/alba-voss/follow", ida).ok
    assert audiomack.following() == ["alba-voss"]
    assert audiomack.api("DELETE", "/artist/alba-voss/follow", ida).ok
    assert audiomack.following() == []
    assert error_of(audiomack.api("PUT", "/artist/nobody/follow", ida)) == (404, "Not found")
