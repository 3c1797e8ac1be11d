"""The Audiomack connector against what is documented of it: signed calls, and little told in the answers."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterator
from urllib.parse import parse_qs, quote, unquote

import pytest
from scripted_service import Asked, ScriptedService

from presave_app.settings import ServiceSettings
from presave_app.streaming.audiomack import Audiomack
from presave_app.streaming.connector import Extra, Outcome, SignIn
from presave_app.streaming.errors import (
    AppBlocked,
    NeedsReauth,
    NotYetAvailable,
    Refused,
    RetryLater,
    ServiceError,
    SignInRefused,
)

LINK = "alba-voss/album/night-drive"
ALBUM = f"2077853:{LINK}"
CALLBACK = "https://presave.label.example/connect/audiomack/callback"
REQUEST_TOKEN = "oauth_token=request-t&oauth_token_secret=request-s&oauth_callback_confirmed=true"
ACCESS_TOKEN = "oauth_token=access-t&oauth_token_secret=access%2Fs&oauth_token_expires=1796299140"
TOKEN = "oauth_token=access-t&oauth_token_secret=access%2Fs"
FOUND = {"results": {"id": "2077853", "title": "Night Drive", "artist": "Alba Voss", "type": "album"}}


@pytest.fixture
def audiomack(service: ScriptedService) -> Iterator[Audiomack]:
    connector = Audiomack(
        ServiceSettings(
            is_on=True,
            credentials={"AUDIOMACK_KEY": "the-key", "AUDIOMACK_SECRET": "the-secret"},
            urls={"AUDIOMACK_API_URL": f"{service.url}/v1", "AUDIOMACK_WEB_URL": f"{service.url}/web"},
            choices={},
            calls_per_second=1000,
        )
    )
    yield connector
    connector.close()


def error(code: int, message: str = "Something about it.") -> dict[str, object]:
    return {"errorcode": code, "message": message}


def signed_as(asked: Asked) -> dict[str, str]:
    """The parameters of the Authorization header (RFC 5849, 3.5.1)."""
    scheme, _, rest = asked.headers["Authorization"].partition(" ")
    assert scheme == "OAuth"
    pairs = (part.strip().split("=", 1) for part in rest.split(","))
    return {name: unquote(value.strip('"')) for name, value in pairs}


def signature_of(asked: Asked, service: ScriptedService, token_secret: str) -> str:
    """What the signature has to be (RFC 5849, 3.4), reckoned here without the library that made it."""

    def escape(text: str) -> str:
        return quote(text, safe="~")

    given = {**signed_as(asked), **asked.query}
    del given["oauth_signature"]
    parameters = "&".join(sorted(f"{escape(name)}={escape(value)}" for name, value in given.items()))
    base = "&".join(map(escape, (asked.method, service.url + asked.path, parameters)))
    key = f"{escape('the-secret')}&{escape(token_secret)}"
    return base64.b64encode(hmac.digest(key.encode(), base.encode(), hashlib.sha1)).decode()


def begin(audiomack: Audiomack, service: ScriptedService, body: str = REQUEST_TOKEN) -> tuple[str, str]:
    service.answers(200, body)
    start = audiomack.begin_sign_in(redirect_uri=CALLBACK, state="the state", code_verifier="v", scopes=())
    return start.url, start.secret


def finish(audiomack: Audiomack, service: ScriptedService, **answer: str) -> SignIn:
    _, secret = begin(audiomack, service)
    given = {"oauth_token": "request-t", "oauth_verifier": "verified", "state": "the state"} | answer
    return audiomack.finish_sign_in(given, secret=secret, redirect_uri=CALLBACK)


class TestSigningIn:
    def test_the_state_travels_in_the_address_back(self, audiomack: Audiomack, service: ScriptedService) -> None:
        url, secret = begin(audiomack, service)
        (asked,) = service.asked
        assert (asked.method, asked.path, asked.body) == ("POST", "/v1/request_token", "")
        signed = signed_as(asked)
        assert signed["oauth_callback"] == f"{CALLBACK}?state=the+state"
        assert signed["oauth_consumer_key"] == "the-key"
        assert signed["oauth_signature_method"] == "HMAC-SHA1"
        assert "oauth_token" not in signed
        assert signed["oauth_signature"] == signature_of(asked, service, "")
        assert url == f"{service.url}/web/oauth/authenticate?oauth_token=request-t"
        assert parse_qs(secret) == {"oauth_token": ["request-t"], "oauth_token_secret": ["request-s"]}

    def test_the_verifier_buys_a_token_of_a_year(self, audiomack: Audiomack, service: ScriptedService) -> None:
        service.answers(200, REQUEST_TOKEN)
        service.answers(200, ACCESS_TOKEN)
        service.answers(200, {"results": {"id": 4711, "name": "Ida"}})
        start = audiomack.begin_sign_in(redirect_uri=CALLBACK, state="s", code_verifier="v", scopes=())
        answer = {"oauth_token": "request-t", "oauth_verifier": "verified"}
        signed_in = audiomack.finish_sign_in(answer, secret=start.secret, redirect_uri=CALLBACK)
        exchange, who = service.asked[1:]
        assert (exchange.method, exchange.path) == ("POST", "/v1/access_token")
        assert signed_as(exchange)["oauth_verifier"] == "verified"
        assert signed_as(exchange)["oauth_token"] == "request-t"
        assert signed_as(exchange)["oauth_signature"] == signature_of(exchange, service, "request-s")
        assert (who.method, who.path) == ("GET", "/v1/user")
        assert signed_as(who)["oauth_signature"] == signature_of(who, service, "access/s")
        assert signed_in.account_id == "4711"
        assert signed_in.tokens.access_token == TOKEN
        assert (signed_in.tokens.refresh_token, signed_in.tokens.expires_in_seconds) == (None, 365 * 86_400)
        assert "access" not in repr(signed_in)

    @pytest.mark.parametrize(
        ("status", "body", "account_id"),
        [(200, {"id": "4711"}, "4711"), (200, {"results": {"name": "Ida"}}, None), (404, "", None)],
        ids=["bare", "without", "no such call"],
    )
    def test_an_account_may_have_no_name(
        self, status: int, body: object, account_id: str | None, audiomack: Audiomack, service: ScriptedService
    ) -> None:
        service.answers(200, REQUEST_TOKEN)
        service.answers(200, ACCESS_TOKEN)
        service.answers(status, body)
        start = audiomack.begin_sign_in(redirect_uri=CALLBACK, state="s", code_verifier="v", scopes=())
        answer = {"oauth_token": "request-t", "oauth_verifier": "verified"}
        signed_in = audiomack.finish_sign_in(answer, secret=start.secret, redirect_uri=CALLBACK)
        assert signed_in.account_id == account_id

    @pytest.mark.parametrize("answer", [{"oauth_verifier": ""}, {"oauth_token": "another"}, {"oauth_token": ""}])
    def test_an_answer_without_a_permission_is_none(
        self, answer: dict[str, str], audiomack: Audiomack, service: ScriptedService
    ) -> None:
        with pytest.raises(SignInRefused):
            finish(audiomack, service, **answer)
        assert len(service.asked) == 1

    def test_a_request_token_that_is_too_old_is_none(self, audiomack: Audiomack, service: ScriptedService) -> None:
        _, secret = begin(audiomack, service)
        service.answers(401, error(1003, "Invalid access token"))
        answer = {"oauth_token": "request-t", "oauth_verifier": "verified"}
        with pytest.raises(SignInRefused, match="sign_in_refused"):
            audiomack.finish_sign_in(answer, secret=secret, redirect_uri=CALLBACK)

    @pytest.mark.parametrize("body", ["", "<html>", "oauth_token=only", '{"error": "x"}', "oauth_token_secret=only"])
    def test_an_odd_token_is_unknown(self, body: str, audiomack: Audiomack, service: ScriptedService) -> None:
        with pytest.raises(RetryLater, match="answer_unreadable"):
            begin(audiomack, service, body)

    @pytest.mark.parametrize("message", ["Invalid consumer key", "Request unauthorized"])
    def test_a_refusal_at_the_start_is_about_us(
        self, message: str, audiomack: Audiomack, service: ScriptedService
    ) -> None:
        service.answers(401, error(1004, message))
        with pytest.raises(AppBlocked, match="invalid_client"):
            audiomack.begin_sign_in(redirect_uri=CALLBACK, state="s", code_verifier="v", scopes=())


class TestFavourites:
    @pytest.mark.parametrize(("status", "body"), [(200, "{}"), (204, "")])
    def test_an_add_is_signed_for_the_fan(
        self, status: int, body: str, audiomack: Audiomack, service: ScriptedService
    ) -> None:
        service.answers(status, body)
        assert audiomack.add(TOKEN, ALBUM) is Outcome.ADDED
        (asked,) = service.asked
        assert (asked.method, asked.path, asked.query) == ("PUT", "/v1/music/2077853/favorite", {})
        assert signed_as(asked)["oauth_token"] == "access-t"
        assert signed_as(asked)["oauth_signature"] == signature_of(asked, service, "access/s")

    @pytest.mark.parametrize("code", [1000, "1000"])
    def test_a_favourite_already_is_what_was_wanted(
        self, code: int, audiomack: Audiomack, service: ScriptedService
    ) -> None:
        service.answers(422, error(code, "Music is already favorited"))
        assert audiomack.add(TOKEN, ALBUM) is Outcome.ALREADY_THERE

    def test_an_error_inside_a_success_is_none(self, audiomack: Audiomack, service: ScriptedService) -> None:
        service.answers(200, error(1005, "Song not found"))
        with pytest.raises(RetryLater, match="answer_unreadable"):
            audiomack.add(TOKEN, ALBUM)

    def test_a_release_without_a_number_is_looked_up(self, audiomack: Audiomack, service: ScriptedService) -> None:
        service.answers(200, FOUND)
        service.answers(204)
        audiomack.add(TOKEN, LINK)
        paths = [asked.path for asked in service.asked]
        assert paths == ["/v1/music/album/alba-voss/night-drive", "/v1/music/2077853/favorite"]

    def test_a_release_that_is_not_there_is_not_added(self, audiomack: Audiomack, service: ScriptedService) -> None:
        service.answers(404, error(1005))
        with pytest.raises(NotYetAvailable, match="not_in_catalogue"):
            audiomack.add(TOKEN, LINK)

    @pytest.mark.parametrize(
        ("results", "is_there"),
        [
            ([], False),
            ([{"id": "1", "type": "song"}, {"id": 2077853, "type": "album"}], True),
            ([{"id": "2077853"}], True),
            ([{"id": "2077853", "type": "playlist"}], False),
            ([None, "2077853"], False),
        ],
    )
    def test_the_favourites_show_it(
        self, results: list[object], is_there: bool, audiomack: Audiomack, service: ScriptedService
    ) -> None:
        service.answers(200, {"results": results})
        assert audiomack.contains(TOKEN, ALBUM) is is_there
        (asked,) = service.asked
        assert (asked.method, asked.path) == ("GET", "/v1/user/favorites")
        assert asked.query == {"show": "music", "fields": "id,type", "limit": "0"}
        assert signed_as(asked)["oauth_signature"] == signature_of(asked, service, "access/s")

    def test_where_there_is_no_list_nothing_is_proven(self, audiomack: Audiomack, service: ScriptedService) -> None:
        service.answers(404)
        assert audiomack.contains(TOKEN, ALBUM) is False

    @pytest.mark.parametrize("body", ["", "{}", "[]", "<html>", '{"results": {}}'])
    def test_an_odd_list_is_unknown(self, body: str, audiomack: Audiomack, service: ScriptedService) -> None:
        service.answers(200, body)
        with pytest.raises(RetryLater, match="answer_unreadable"):
            audiomack.contains(TOKEN, ALBUM)

    @pytest.mark.parametrize(("status", "body"), [(204, ""), (422, error(1001, "Cannot unfavorite"))])
    def test_a_removal_leaves_none(
        self, status: int, body: object, audiomack: Audiomack, service: ScriptedService
    ) -> None:
        service.answers(status, body)
        audiomack.remove(TOKEN, ALBUM)
        assert (service.asked[0].method, service.asked[0].path) == ("DELETE", "/v1/music/2077853/favorite")

    @pytest.mark.parametrize(
        ("extra", "subject", "path"),
        [
            (Extra.FOLLOW_ARTIST, "artist:alba-voss", "/v1/artist/alba-voss/follow"),
            (Extra.REPOST, ALBUM, "/v1/music/2077853/repost"),
        ],
    )
    def test_each_extra_is_a_call_of_its_own(
        self, extra: Extra, subject: str, path: str, audiomack: Audiomack, service: ScriptedService
    ) -> None:
        service.answers(204)
        assert audiomack.do_extra(TOKEN, extra, subject) is Outcome.ADDED
        assert (service.asked[0].method, service.asked[0].path) == ("PUT", path)


class TestErrors:
    @pytest.mark.parametrize(
        ("status", "body", "decision", "reason"),
        [
            (400, "", Refused, "http_400"),
            (401, error(1003, "Invalid access token"), NeedsReauth, "grant_revoked"),
            (401, error(1004, "Request unauthorized"), NeedsReauth, "grant_revoked"),
            (401, error(1004, "Invalid consumer key"), AppBlocked, "invalid_client"),
            (403, "<html>", NeedsReauth, "grant_revoked"),
            (404, error(1005, "Song not found"), NotYetAvailable, "not_in_catalogue"),
            (422, error(1008, "Validation failed"), Refused, "http_422"),
            (429, "", RetryLater, "rate_limited"),
            (500, error(1011), RetryLater, "http_500"),
            (503, error(1006), RetryLater, "http_503"),
            (302, "", RetryLater, "http_302"),
        ],
    )
    def test_each_error_becomes_a_decision(
        self,
        status: int,
        body: object,
        decision: type[ServiceError],
        reason: str,
        audiomack: Audiomack,
        service: ScriptedService,
    ) -> None:
        service.answers(status, body)
        with pytest.raises(decision, match=f"^{reason}$") as fault:
            audiomack.add(TOKEN, ALBUM)
        assert "access" not in repr(fault.value)

    def test_a_permission_is_not_renewed(self, audiomack: Audiomack) -> None:
        with pytest.raises(NeedsReauth, match="grant_expired"):
            audiomack.refresh("anything")


class TestFinding:
    @pytest.mark.parametrize(
        "results",
        [FOUND["results"], [FOUND["results"]], FOUND["results"] | {"id": 2077853}],
        ids=["one", "list", "number"],
    )
    def test_a_link_becomes_a_number(self, results: object, audiomack: Audiomack, service: ScriptedService) -> None:
        service.answers(200, {"results": results})
        release = audiomack.find_release(ref=LINK, upc="602445868162")
        assert release is not None
        assert (release.ref, release.upc, release.artist_ref) == (ALBUM, None, "artist:alba-voss")
        assert (release.title, release.artist) == ("Night Drive", "Alba Voss")
        (asked,) = service.asked
        assert (asked.method, asked.path) == ("GET", "/v1/music/album/alba-voss/night-drive")
        assert "oauth_token" not in signed_as(asked)
        assert signed_as(asked)["oauth_signature"] == signature_of(asked, service, "")

    def test_a_link_that_leads_nowhere_yet_finds_nothing(self, audiomack: Audiomack, service: ScriptedService) -> None:
        service.answers(404, error(1005))
        assert audiomack.find_release(ref=LINK, upc=None) is None

    def test_there_are_no_upcs(self, audiomack: Audiomack, service: ScriptedService) -> None:
        assert audiomack.find_release(ref=None, upc="602445868162") is None
        assert service.asked == []

    def test_a_refused_look_is_about_us(self, audiomack: Audiomack, service: ScriptedService) -> None:
        service.answers(401, error(1004))
        with pytest.raises(AppBlocked, match="invalid_client"):
            audiomack.find_release(ref=LINK, upc=None)

    @pytest.mark.parametrize("body", ["", "{}", "<html>", '{"results": []}', '{"results": {"id": "x"}}'])
    def test_an_odd_answer_is_unknown(self, body: str, audiomack: Audiomack, service: ScriptedService) -> None:
        service.answers(200, body)
        with pytest.raises(RetryLater, match="answer_unreadable"):
            audiomack.find_release(ref=LINK, upc=None)


class TestNames:
    @pytest.mark.parametrize(
        ("text", "ref"),
        [
            (LINK, LINK),
            (ALBUM, ALBUM),
            (f" https://audiomack.com/{LINK} ", LINK),
            (f"audiomack.com/{LINK}/?key=1", LINK),
            (f"https://www.audiomack.com/embed/{LINK}", LINK),
            ("https://audiomack.com/alba.voss/song/night_drive", "alba.voss/song/night_drive"),
        ],
    )
    def test_a_pasted_link_is_recognised(self, text: str, ref: str, audiomack: Audiomack) -> None:
        assert audiomack.parse_ref(text) == ref
        assert audiomack.parse_ref(audiomack.listen_url(ref) or "") == ref.rpartition(":")[2]

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "2077853",
            "https://audiomack.com/alba-voss",
            "https://audiomack.com/alba-voss/playlist/mine",
            "https://audiomack.com/../album/x",
            "https://audiomack.com/a/album/%2e%2e",
            f"https://audiomack.com.evil.example/{LINK}",
            f"https://evil.example/audiomack.com/{LINK}",
        ],
    )
    def test_anything_else_is_not(self, text: str, audiomack: Audiomack) -> None:
        assert audiomack.parse_ref(text) is None

    @pytest.mark.parametrize(
        ("text", "ref"),
        [
            ("https://audiomack.com/alba-voss", "artist:alba-voss"),
            ("audiomack.com/artist/alba-voss?x=1", "artist:alba-voss"),
            ("artist:alba-voss", "artist:alba-voss"),
            ("alba-voss", None),
            (f"https://audiomack.com/{LINK}", None),
        ],
    )
    def test_an_artist_is_recognised(self, text: str, ref: str | None, audiomack: Audiomack) -> None:
        assert audiomack.parse_artist_ref(text) == ref
