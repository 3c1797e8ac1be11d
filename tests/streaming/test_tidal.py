"""The TIDAL connector against documented answers: a 200 may tell only that everything was passed over."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import parse_qs, urlsplit

import pytest
from scripted_service import ScriptedService
from tidal_answers import ALBUM, ITEM, errors

from presave_app.streaming.connector import Extra, Outcome, SignIn
from presave_app.streaming.errors import (
    AccessExpired,
    AppBlocked,
    NeedsReauth,
    NotYetAvailable,
    Refused,
    RetryLater,
    ServiceError,
    SignInRefused,
)
from presave_app.streaming.tidal import Tidal

ITEMS = "/api/userCollectionAlbums/me/relationships/items"
JSON_API = "application/vnd.api+json"
CALLBACK = "https://presave.label.example/connect/tidal/callback"
TOKENS = {"access_token": "ey-access", "expires_in": 14400, "token_type": "Bearer", "user_id": 12345}


def skipped(reason: str) -> dict[str, object]:
    return {"data": [], "links": {"self": "x"}, "meta": {"skipped": [ITEM | {"reason": reason}]}}


def finish(tidal: Tidal, service: ScriptedService, tokens: Mapping[str, object]) -> SignIn:
    service.answers(200, tokens)
    service.answers(200, {"data": {"type": "users", "id": "12345", "attributes": {"country": "DE"}}})
    return tidal.finish_sign_in({"code": "the-code", "state": "s"}, secret="v" * 43, redirect_uri=CALLBACK)


class TestSigningIn:
    def test_the_fan_is_sent_with_pkce(self, tidal: Tidal, service: ScriptedService) -> None:
        start = tidal.begin_sign_in(redirect_uri=CALLBACK, state="s", code_verifier="v" * 43, scopes=tidal.scopes)
        parts = urlsplit(start.url)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        assert parts.path == "/login/authorize"
        assert query.pop("code_challenge")
        assert query == {
            "response_type": "code",
            "client_id": "the-client",
            "redirect_uri": CALLBACK,
            "scope": "user.read collection.read collection.write",
            "state": "s",
            "code_challenge_method": "S256",
            "prompt": "consent",
        }
        assert start.secret == "v" * 43

    def test_the_code_is_exchanged_in_a_form(self, tidal: Tidal, service: ScriptedService) -> None:
        signed_in = finish(tidal, service, TOKENS | {"refresh_token": "r", "scope": "user.read"})
        assert service.asked[0].path == "/auth/v1/oauth2/token"
        assert service.asked[0].form == {
            "grant_type": "authorization_code",
            "client_id": "the-client",
            "client_secret": "the-secret",
            "code": "the-code",
            "code_verifier": "v" * 43,
            "redirect_uri": CALLBACK,
        }
        assert "Authorization" not in service.asked[0].headers
        assert signed_in.account_id == "12345"
        assert signed_in.tokens.refresh_token == "r"
        assert signed_in.tokens.scopes == ("user.read",)

    def test_a_missing_refresh_token_is_no_fault_of_the_sign_in(self, tidal: Tidal, service: ScriptedService) -> None:
        tokens = finish(tidal, service, TOKENS).tokens
        assert (tokens.refresh_token, tokens.expires_in_seconds) == (None, 14400)

    def test_a_refusal_is_the_fans_own(self, tidal: Tidal, service: ScriptedService) -> None:
        with pytest.raises(SignInRefused):
            tidal.finish_sign_in({"error": "access_denied"}, secret="v", redirect_uri=CALLBACK)
        assert service.asked == []

    @pytest.mark.parametrize(("given", "kept"), [({"refresh_token": "new"}, "new"), ({}, None)])
    def test_a_refresh_may_rotate(
        self, given: dict[str, str], kept: str | None, tidal: Tidal, service: ScriptedService
    ) -> None:
        service.answers(200, TOKENS | given)
        assert tidal.refresh("old").refresh_token == kept
        assert service.asked[0].form["refresh_token"] == "old"
        assert service.asked[0].form["client_secret"] == "the-secret"

    @pytest.mark.parametrize(
        ("status", "error", "sub_status", "fault", "reason"),
        [
            (400, "invalid_grant", 11003, NeedsReauth, "grant_expired"),
            (400, "invalid_grant", 11002, NeedsReauth, "grant_revoked"),
            (401, "invalid_grant", 6001, NeedsReauth, "grant_revoked"),
            (401, "session_not_found", 6001, NeedsReauth, "grant_revoked"),
            (400, "invalid_request", 11002, NeedsReauth, "grant_revoked"),
            (400, "invalid_request", 11001, RetryLater, "service_busy"),
            (401, "invalid_client", 1005, AppBlocked, "invalid_client"),
            (400, "invalid_request", 1002, Refused, "token_invalid_request"),
        ],
    )
    def test_errors_of_the_token_endpoint(
        self,
        status: int,
        error: str,
        sub_status: int,
        fault: type[ServiceError],
        reason: str,
        tidal: Tidal,
        service: ScriptedService,
    ) -> None:
        service.answers(status, {"status": status, "error": error, "sub_status": sub_status, "error_description": "x"})
        with pytest.raises(fault) as raised:
            tidal.refresh("old")
        assert raised.value.reason == reason


class TestAdding:
    def test_it_is_added_when_the_answer_names_it(self, tidal: Tidal, service: ScriptedService) -> None:
        service.answers(200, {"data": [ITEM], "links": {"self": "x"}, "meta": {"skipped": []}})
        assert tidal.add("ey-access", ALBUM) is Outcome.ADDED
        asked = service.asked[0]
        assert (asked.method, asked.path, asked.json) == ("POST", ITEMS, {"data": [ITEM]})
        assert asked.headers["Authorization"] == "Bearer ey-access"
        assert asked.headers["Accept"] == asked.headers["Content-Type"] == JSON_API

    def test_no_two_calls_share_a_key(self, tidal: Tidal, service: ScriptedService) -> None:
        for _ in range(2):
            service.answers(200, {"data": [ITEM], "meta": {"skipped": []}})
            tidal.add("ey-access", ALBUM)
        keys = {asked.headers["Idempotency-Key"] for asked in service.asked}
        assert len(keys) == 2
        assert all(len(key) <= 128 for key in keys)

    def test_what_is_there_already_is_passed_over(self, tidal: Tidal, service: ScriptedService) -> None:
        service.answers(200, skipped("ALREADY_PRESENT"))
        assert tidal.add("ey-access", ALBUM) is Outcome.ALREADY_THERE

    def test_a_duplicate_may_be_a_conflict_too(self, tidal: Tidal, service: ScriptedService) -> None:
        service.answers(409, errors(409, "DUPLICATE_ITEMS_IN_COLLECTION"))
        assert tidal.add("ey-access", ALBUM) is Outcome.ALREADY_THERE

    def test_what_is_not_found_is_passed_over_in_a_200(self, tidal: Tidal, service: ScriptedService) -> None:
        service.answers(200, skipped("NOT_FOUND"))
        with pytest.raises(NotYetAvailable):
            tidal.add("ey-access", ALBUM)

    @pytest.mark.parametrize(
        "body",
        ["", "true", "{}", "<html>", skipped("SOMETHING_NEW"), {"data": [ITEM | {"id": "1"}], "meta": {"skipped": []}}],
    )
    def test_a_200_that_does_not_name_it_is_no_success(
        self, body: object, tidal: Tidal, service: ScriptedService
    ) -> None:
        service.answers(200, body)
        with pytest.raises(RetryLater, match="answer_unreadable"):
            tidal.add("ey-access", ALBUM)

    @pytest.mark.parametrize(
        ("status", "code", "fault", "reason"),
        [
            (400, "", Refused, "http_400"),
            (401, "", AccessExpired, "access_expired"),
            (403, "", NeedsReauth, "scope_missing"),
            (404, "", NotYetAvailable, "not_in_catalogue"),
            (405, "", Refused, "http_405"),
            (406, "", Refused, "http_406"),
            (409, "TOO_MANY_ITEMS_IN_COLLECTION", Refused, "library_full"),
            (409, "IDEMPOTENT_REQUEST_IN_PROGRESS", RetryLater, "service_busy"),
            (415, "", Refused, "http_415"),
            (422, "IDEMPOTENT_REQUEST_PAYLOAD_MISMATCH", Refused, "http_422"),
            (429, "", RetryLater, "rate_limited"),
            (500, "", RetryLater, "http_500"),
            (503, "", RetryLater, "http_503"),
        ],
    )
    def test_errors(
        self,
        status: int,
        code: str,
        fault: type[ServiceError],
        reason: str,
        tidal: Tidal,
        service: ScriptedService,
    ) -> None:
        service.answers(status, errors(status, code))
        with pytest.raises(fault) as raised:
            tidal.add("ey-access", ALBUM)
        assert type(raised.value) is fault
        assert raised.value.reason == reason

    @pytest.mark.parametrize(
        "body",
        [
            {"error": "invalid_token", "error_description": "x"},
            {"error": "invalid_token", "sub_status": 11003},
            {"status": 401, "subStatus": 11002, "userMessage": "x"},
            "",
        ],
    )
    def test_a_401_wants_another_access_token(self, body: object, tidal: Tidal, service: ScriptedService) -> None:
        service.answers(401, body)
        with pytest.raises(AccessExpired):
            tidal.add("ey-access", ALBUM)

    def test_a_limit_is_kept_as_long_as_it_says(self, tidal: Tidal, service: ScriptedService) -> None:
        service.answers(429, "", {"Retry-After": "7"})
        with pytest.raises(RetryLater) as raised:
            tidal.add("ey-access", ALBUM)
        assert raised.value.pause_seconds == 7


class TestLooking:
    def test_the_newest_come_first_page_by_page(self, tidal: Tidal, service: ScriptedService) -> None:
        service.answers(200, {"data": [ITEM | {"id": "1"}], "links": {"self": "x", "next": "/x?page[cursor]=abc"}})
        service.answers(200, {"data": [ITEM], "links": {"self": "x"}})
        assert tidal.contains("ey-access", ALBUM)
        assert [asked.query for asked in service.asked] == [
            {"sort": "-addedAt"},
            {"sort": "-addedAt", "page[cursor]": "abc"},
        ]

    def test_what_is_not_there_is_not_there(self, tidal: Tidal, service: ScriptedService) -> None:
        service.answers(200, {"data": [], "links": {"self": "x"}})
        assert not tidal.contains("ey-access", ALBUM)

    def test_a_library_without_an_end_is_left(self, tidal: Tidal, service: ScriptedService) -> None:
        for _ in range(6):
            service.answers(200, {"data": [], "links": {"self": "x", "next": "/x?page%5Bcursor%5D=abc"}})
        assert not tidal.contains("ey-access", ALBUM)
        assert len(service.asked) == 5

    @pytest.mark.parametrize("body", [{}, {"data": None}, {"data": ITEM}])
    def test_an_answer_without_a_list_says_nothing(
        self, body: dict[str, object], tidal: Tidal, service: ScriptedService
    ) -> None:
        service.answers(200, body | {"links": {"self": "x"}})
        with pytest.raises(RetryLater):
            tidal.contains("ey-access", ALBUM)


def test_following_adds_the_artist(tidal: Tidal, service: ScriptedService) -> None:
    artist = {"type": "artists", "id": "7804"}
    service.answers(200, {"data": [artist], "meta": {"skipped": []}})
    tidal.do_extra("ey-access", Extra.FOLLOW_ARTIST, "artists:7804")
    assert service.asked[0].path == "/api/userCollectionArtists/me/relationships/items"
    assert service.asked[0].json == {"data": [artist]}


def test_removing(tidal: Tidal, service: ScriptedService) -> None:
    service.answers(200, "")
    tidal.remove("ey-access", ALBUM)
    assert (service.asked[0].method, service.asked[0].path, service.asked[0].json) == (
        "DELETE",
        ITEMS,
        {"data": [ITEM]},
    )


@pytest.mark.parametrize(
    ("text", "ref"),
    [
        ("251380836", ALBUM),
        ("https://tidal.com/album/251380836", ALBUM),
        ("https://listen.tidal.com/album/251380836", ALBUM),
        ("https://tidal.com/browse/album/251380836/u", ALBUM),
        ("https://tidal.com/browse/track/1", "tracks:1"),
        ("https://tidal.com/artist/7804", None),
        ("https://nottidal.com/album/251380836", None),
        ("https://tidal.com/album/\u0663\u0664", None),
        (ALBUM, ALBUM),
    ],
)
def test_pasted_links(text: str, ref: str | None, tidal: Tidal) -> None:
    assert tidal.parse_ref(text) == ref


@pytest.mark.parametrize(
    ("text", "ref"),
    [
        ("7804", "artists:7804"),
        ("artists:7804", "artists:7804"),
        ("https://tidal.com/artist/7804", "artists:7804"),
        ("https://listen.tidal.com/browse/artist/7804?u", "artists:7804"),
        ("https://tidal.com/album/251380836", None),
        ("https://nottidal.com/artist/7804", None),
    ],
)
def test_pasted_artists(text: str, ref: str | None, tidal: Tidal) -> None:
    assert tidal.parse_artist_ref(text) == ref
