"""The SoundCloud connector against documented answers: refresh tokens are good once, and links have to be resolved."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from scripted_service import ScriptedService

from presave_app.settings import ServiceSettings
from presave_app.streaming.connector import Extra, Outcome
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
from presave_app.streaming.soundcloud import SoundCloud

PLAYLIST = "soundcloud:playlists:1"
TRACK = "soundcloud:tracks:2"
LINK = "https://soundcloud.com/alba-voss/sets/night-drive"
CALLBACK = "https://presave.label.example/connect/soundcloud/callback"
TOKENS = {"access_token": "2-access", "token_type": "bearer", "expires_in": 3599, "scope": ""}
OK = {"status": "200 - OK"}
FOUND = {
    "urn": PLAYLIST,
    "title": "Night Drive",
    "ean": "00602445868162",
    "permalink_url": LINK,
    "sharing": "public",
    "user": {"urn": "soundcloud:users:7", "username": "Alba Voss"},
}


@pytest.fixture
def soundcloud(service: ScriptedService) -> Iterator[SoundCloud]:
    connector = SoundCloud(
        ServiceSettings(
            is_on=True,
            credentials={"SOUNDCLOUD_CLIENT_ID": "the-client", "SOUNDCLOUD_CLIENT_SECRET": "the-secret"},
            urls={"SOUNDCLOUD_AUTH_URL": f"{service.url}/auth", "SOUNDCLOUD_API_URL": f"{service.url}/api"},
            choices={},
            calls_per_second=1000,
        )
    )
    yield connector
    connector.close()


class TestSigningIn:
    def test_the_fan_is_sent_with_pkce_and_without_scopes(
        self, soundcloud: SoundCloud, service: ScriptedService
    ) -> None:
        start = soundcloud.begin_sign_in(redirect_uri=CALLBACK, state="s", code_verifier="v" * 43, scopes=())
        query = {name: values[0] for name, values in parse_qs(urlsplit(start.url).query).items()}
        assert urlsplit(start.url).path == "/auth/authorize"
        assert query.pop("code_challenge")
        assert query == {
            "response_type": "code",
            "client_id": "the-client",
            "redirect_uri": CALLBACK,
            "state": "s",
            "code_challenge_method": "S256",
        }

    def test_the_code_is_exchanged_in_a_form(self, soundcloud: SoundCloud, service: ScriptedService) -> None:
        service.answers(200, TOKENS | {"refresh_token": "r"})
        service.answers(200, {"urn": "soundcloud:users:42", "username": "ida"})
        signed_in = soundcloud.finish_sign_in({"code": "the-code"}, secret="v" * 43, redirect_uri=CALLBACK)
        assert service.asked[0].path == "/auth/oauth/token"
        assert service.asked[0].form == {
            "grant_type": "authorization_code",
            "client_id": "the-client",
            "client_secret": "the-secret",
            "code": "the-code",
            "code_verifier": "v" * 43,
            "redirect_uri": CALLBACK,
        }
        assert service.asked[1].headers["Authorization"] == "OAuth 2-access"
        assert signed_in.account_id == "soundcloud:users:42"
        assert signed_in.tokens.refresh_token == "r"

    def test_a_refusal_is_the_fans_own(self, soundcloud: SoundCloud) -> None:
        with pytest.raises(SignInRefused):
            soundcloud.finish_sign_in({"error": "access_denied"}, secret="v", redirect_uri=CALLBACK)

    def test_every_refresh_brings_the_next_token(self, soundcloud: SoundCloud, service: ScriptedService) -> None:
        service.answers(200, TOKENS | {"refresh_token": "next"})
        assert soundcloud.refresh("once").refresh_token == "next"

    def test_a_refresh_without_the_next_token_is_no_answer(
        self, soundcloud: SoundCloud, service: ScriptedService
    ) -> None:
        service.answers(200, TOKENS)
        with pytest.raises(RetryLater, match="answer_unreadable"):
            soundcloud.refresh("once")

    @pytest.mark.parametrize(
        ("status", "error", "fault"),
        [
            (400, "invalid_grant", NeedsReauth),
            (401, "invalid_grant", NeedsReauth),
            (401, "invalid_client", AppBlocked),
            (400, "invalid_request", NeedsReauth),
        ],
    )
    def test_errors_of_the_token_endpoint(
        self, status: int, error: str, fault: type[ServiceError], soundcloud: SoundCloud, service: ScriptedService
    ) -> None:
        service.answers(status, {"error": error})
        with pytest.raises(fault):
            soundcloud.refresh("once")


class TestLiking:
    @pytest.mark.parametrize(
        ("ref", "path"),
        [
            (PLAYLIST, "/api/likes/playlists/soundcloud:playlists:1"),
            (TRACK, "/api/likes/tracks/soundcloud:tracks:2"),
        ],
    )
    def test_a_like(self, ref: str, path: str, soundcloud: SoundCloud, service: ScriptedService) -> None:
        service.answers(200, OK)
        assert soundcloud.add("2-access", ref) is Outcome.ADDED
        asked = service.asked[0]
        assert (asked.method, asked.path) == ("POST", path)
        assert asked.headers["Authorization"] == "OAuth 2-access"
        assert asked.headers["Accept"] == "application/json; charset=utf-8"

    @pytest.mark.parametrize("body", ["", "OK", "<html>", "[]"])
    def test_an_odd_answer_is_no_success(self, body: str, soundcloud: SoundCloud, service: ScriptedService) -> None:
        service.answers(200, body)
        with pytest.raises(RetryLater):
            soundcloud.add("2-access", PLAYLIST)

    @pytest.mark.parametrize(
        ("status", "body", "fault"),
        [
            (400, {"code": 400, "message": "x", "link": "x"}, Refused),
            (401, {"code": 401, "message": "x", "link": "x"}, AccessExpired),
            (403, "", Refused),
            (404, {"code": 404, "message": "x", "link": "x"}, NotYetAvailable),
            (422, {"code": 422, "message": "x", "link": "x"}, Refused),
            (429, {"code": 429, "message": "x", "spam_warning_urn": "soundcloud:spam-warnings:1"}, RetryLater),
            (429, {"error": "Rate Limit Exceeded"}, RetryLater),
            (500, "", RetryLater),
            (503, "<html>", RetryLater),
        ],
    )
    def test_errors(
        self,
        status: int,
        body: object,
        fault: type[ServiceError],
        soundcloud: SoundCloud,
        service: ScriptedService,
    ) -> None:
        service.answers(status, body)
        with pytest.raises(fault) as raised:
            soundcloud.add("2-access", PLAYLIST)
        assert type(raised.value) is fault

    def test_a_link_that_is_not_resolved_is_not_there_yet(self, soundcloud: SoundCloud) -> None:
        with pytest.raises(NotYetAvailable):
            soundcloud.add("2-access", LINK)

    def test_unliking(self, soundcloud: SoundCloud, service: ScriptedService) -> None:
        service.answers(200, OK)
        soundcloud.remove("2-access", PLAYLIST)
        assert service.asked[0].method == "DELETE"

    def test_following(self, soundcloud: SoundCloud, service: ScriptedService) -> None:
        service.answers(201, {})
        soundcloud.do_extra("2-access", Extra.FOLLOW_ARTIST, "soundcloud:users:7")
        assert (service.asked[0].method, service.asked[0].path) == ("PUT", "/api/me/followings/soundcloud:users:7")

    def test_reposting(self, soundcloud: SoundCloud, service: ScriptedService) -> None:
        service.answers(201, "")
        soundcloud.do_extra("2-access", Extra.REPOST, PLAYLIST)
        assert (service.asked[0].method, service.asked[0].path) == ("POST", f"/api/reposts/playlists/{PLAYLIST}")


class TestLooking:
    def test_page_by_page_and_never_to_another_host(self, soundcloud: SoundCloud, service: ScriptedService) -> None:
        service.answers(200, {"collection": [{"urn": "x"}], "next_href": "https://evil.example/?cursor=abc&limit=50"})
        service.answers(200, {"collection": [{"urn": PLAYLIST}]})
        assert soundcloud.contains("2-access", PLAYLIST)
        assert [asked.path for asked in service.asked] == ["/api/me/likes/playlists"] * 2
        assert service.asked[0].query == {"limit": "10", "linked_partitioning": "true"}
        assert service.asked[1].query == {"cursor": "abc", "limit": "50"}

    def test_the_pages_have_an_end(self, soundcloud: SoundCloud, service: ScriptedService) -> None:
        for page in range(12):
            service.answers(200, {"collection": [], "next_href": f"https://api.soundcloud.com/x?cursor={page}"})
        assert not soundcloud.contains("2-access", PLAYLIST)
        assert len(service.asked) == 10

    @pytest.mark.parametrize("is_liked", [True, False])
    def test_a_track_says_itself_whether_it_is_liked(
        self, is_liked: bool, soundcloud: SoundCloud, service: ScriptedService
    ) -> None:
        service.answers(200, {"urn": TRACK, "user_favorite": is_liked})
        assert soundcloud.contains("2-access", TRACK) is is_liked
        asked = service.asked[0]
        assert (asked.method, asked.path) == ("GET", f"/api/tracks/{TRACK}")
        assert asked.headers["Authorization"] == "OAuth 2-access"

    @pytest.mark.parametrize("body", [{}, {"urn": TRACK, "user_favorite": None}, "", "<html>"])
    def test_a_track_that_does_not_say_it_proves_nothing(
        self, body: object, soundcloud: SoundCloud, service: ScriptedService
    ) -> None:
        service.answers(200, body)
        with pytest.raises(RetryLater, match="answer_unreadable"):
            soundcloud.contains("2-access", TRACK)

    def test_what_is_not_there_is_not_there(self, soundcloud: SoundCloud, service: ScriptedService) -> None:
        service.answers(200, {"collection": []})
        assert not soundcloud.contains("2-access", PLAYLIST)

    def test_an_answer_without_a_list_says_nothing(self, soundcloud: SoundCloud, service: ScriptedService) -> None:
        service.answers(200, {})
        with pytest.raises(RetryLater):
            soundcloud.contains("2-access", PLAYLIST)


class TestFinding:
    def test_a_link_is_resolved(self, soundcloud: SoundCloud, service: ScriptedService) -> None:
        service.answers(200, TOKENS)
        service.answers(302, "", {"Location": f"https://elsewhere.example/playlists/{PLAYLIST}"})
        service.answers(200, FOUND)
        found = soundcloud.find_release(ref=LINK, upc=None)
        assert found is not None
        assert (found.ref, found.url, found.artist_ref) == (PLAYLIST, LINK, "soundcloud:users:7")
        assert service.asked[0].form == {"grant_type": "client_credentials"}
        assert service.asked[0].headers["Authorization"].startswith("Basic ")
        assert (service.asked[1].path, service.asked[1].query) == ("/api/resolve", {"url": LINK})
        assert service.asked[2].path == f"/api/playlists/{PLAYLIST}"

    @pytest.mark.parametrize(
        "path",
        [f"/playlists/{PLAYLIST}", "/playlists/soundcloud%3Aplaylists%3A1", "/playlists/1", "/v1/playlists/1?x=y"],
    )
    def test_a_resource_may_be_named_by_urn_or_number(
        self, path: str, soundcloud: SoundCloud, service: ScriptedService
    ) -> None:
        service.answers(200, TOKENS)
        service.answers(302, "", {"Location": f"https://api.soundcloud.com{path}"})
        service.answers(200, FOUND)
        assert soundcloud.find_release(ref=LINK, upc=None) is not None
        assert service.asked[2].path == f"/api/playlists/{PLAYLIST}"

    @pytest.mark.parametrize(
        "location",
        ["", "https://api.soundcloud.com/tracks/2/comments", "https://api.soundcloud.com/tracks/soundcloud:users:7"],
    )
    def test_a_link_to_something_else_is_no_release(
        self, location: str, soundcloud: SoundCloud, service: ScriptedService
    ) -> None:
        service.answers(200, TOKENS)
        service.answers(302, "", {"Location": location})
        assert soundcloud.find_release(ref=LINK, upc=None) is None
        assert len(service.asked) == 2

    def test_what_is_private_is_not_there_yet(self, soundcloud: SoundCloud, service: ScriptedService) -> None:
        service.answers(200, TOKENS)
        service.answers(200, FOUND | {"sharing": "private"})
        assert soundcloud.find_release(ref=PLAYLIST, upc=None) is None

    def test_what_is_not_found_is_not_there_yet(self, soundcloud: SoundCloud, service: ScriptedService) -> None:
        service.answers(200, TOKENS)
        service.answers(404, {"code": 404})
        assert soundcloud.find_release(ref=LINK, upc=None) is None

    def test_nothing_is_found_by_upc(self, soundcloud: SoundCloud, service: ScriptedService) -> None:
        assert soundcloud.find_release(ref=None, upc="00602445868162") is None
        assert service.asked == []


@pytest.mark.parametrize(
    ("text", "ref"),
    [
        (PLAYLIST, PLAYLIST),
        (f"{LINK}?si=abc", LINK),
        ("soundcloud.com/alba-voss/night-drive", "https://soundcloud.com/alba-voss/night-drive"),
        ("https://on.soundcloud.com/abc123", "https://on.soundcloud.com/abc123"),
        ("https://soundcloud.com/alba-voss", None),
        ("https://evil.example/alba-voss/night-drive", None),
    ],
)
def test_pasted_links(text: str, ref: str | None, soundcloud: SoundCloud) -> None:
    assert soundcloud.parse_ref(text) == ref


def test_only_a_link_can_be_listened_to(soundcloud: SoundCloud) -> None:
    assert soundcloud.listen_url(LINK) == LINK
    assert soundcloud.listen_url(PLAYLIST) is None
