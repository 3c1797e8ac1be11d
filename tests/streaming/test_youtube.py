"""The YouTube connector against documented answers: reasons decide, the budget has a day, and a like is a like."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from scripted_service import ScriptedService

from presave_app.settings import ServiceSettings
from presave_app.streaming.connector import Extra, Outcome, SignIn
from presave_app.streaming.errors import (
    AccessExpired,
    AppBlocked,
    NeedsReauth,
    NotEntitled,
    NotYetAvailable,
    Refused,
    RetryLater,
    ServiceError,
    SignInRefused,
)
from presave_app.streaming.youtube import YouTube

VIDEO = "dQw4w9WgXcQ"
CHANNEL = "UCuAXFkgsw1L7xaCfnd5JJOw"
SCOPE = "https://www.googleapis.com/auth/youtube.force-ssl"
CALLBACK = "https://presave.label.example/connect/youtube/callback"
TOKENS = {"access_token": "ya29", "expires_in": 3599, "refresh_token": "1//r", "scope": SCOPE, "token_type": "Bearer"}


def make_connector(service: ScriptedService, mode: str = "production") -> YouTube:
    return YouTube(
        ServiceSettings(
            is_on=True,
            credentials={"YOUTUBE_CLIENT_ID": "the-client", "YOUTUBE_CLIENT_SECRET": "the-secret"},
            urls={
                "YOUTUBE_AUTH_URL": f"{service.url}/accounts",
                "YOUTUBE_TOKEN_URL": f"{service.url}/oauth2",
                "YOUTUBE_API_URL": f"{service.url}/api",
            },
            choices={"YOUTUBE_MODE": mode},
            calls_per_second=1000,
        )
    )


@pytest.fixture
def youtube(service: ScriptedService) -> Iterator[YouTube]:
    connector = make_connector(service)
    yield connector
    connector.close()


def error(status: int, reason: str, domain: str = "youtube.video") -> dict[str, object]:
    return {"error": {"code": status, "message": "x", "errors": [{"domain": domain, "reason": reason, "message": "x"}]}}


def items(*found: dict[str, object]) -> dict[str, object]:
    return {"kind": "youtube#listResponse", "items": list(found)}


def finish(youtube: YouTube) -> SignIn:
    return youtube.finish_sign_in({"code": "4/code"}, secret="v" * 43, redirect_uri=CALLBACK)


class TestSigningIn:
    def test_the_fan_is_sent_for_a_lasting_permission(self, youtube: YouTube, service: ScriptedService) -> None:
        start = youtube.begin_sign_in(redirect_uri=CALLBACK, state="s", code_verifier="v" * 43, scopes=youtube.scopes)
        query = {name: values[0] for name, values in parse_qs(urlsplit(start.url).query).items()}
        assert urlsplit(start.url).path == "/accounts/o/oauth2/v2/auth"
        assert query.pop("code_challenge")
        assert query == {
            "response_type": "code",
            "client_id": "the-client",
            "redirect_uri": CALLBACK,
            "scope": SCOPE,
            "state": "s",
            "code_challenge_method": "S256",
            "access_type": "offline",
            "prompt": "consent",
        }

    def test_the_channel_is_the_account(self, youtube: YouTube, service: ScriptedService) -> None:
        service.answers(200, TOKENS)
        service.answers(200, items({"kind": "youtube#channel", "id": CHANNEL}))
        signed_in = finish(youtube)
        assert (signed_in.account_id, signed_in.tokens.refresh_token) == (CHANNEL, "1//r")
        assert service.asked[0].path == "/oauth2/token"
        assert (service.asked[1].path, service.asked[1].query) == ("/api/channels", {"part": "id", "mine": "true"})

    def test_an_unticked_scope_is_said_at_once(self, youtube: YouTube, service: ScriptedService) -> None:
        service.answers(200, TOKENS | {"scope": ""})
        with pytest.raises(NeedsReauth, match="scope_missing"):
            finish(youtube)

    def test_an_account_without_a_channel_can_not_like(self, youtube: YouTube, service: ScriptedService) -> None:
        service.answers(200, TOKENS)
        service.answers(200, {"kind": "youtube#channelListResponse"})
        with pytest.raises(NotEntitled, match="no_channel"):
            finish(youtube)

    def test_a_channel_without_an_id_is_no_account(self, youtube: YouTube, service: ScriptedService) -> None:
        service.answers(200, TOKENS)
        service.answers(200, items({"kind": "youtube#channel"}))
        with pytest.raises(RetryLater, match="answer_unreadable"):
            finish(youtube)

    def test_a_refusal_is_the_fans_own(self, youtube: YouTube) -> None:
        with pytest.raises(SignInRefused):
            youtube.finish_sign_in({"error": "access_denied"}, secret="v", redirect_uri=CALLBACK)

    @pytest.mark.parametrize(
        ("status", "code", "fault"),
        [(400, "invalid_grant", NeedsReauth), (401, "invalid_client", AppBlocked), (400, "invalid_request", Refused)],
    )
    def test_errors_of_the_token_endpoint(
        self, status: int, code: str, fault: type[ServiceError], youtube: YouTube, service: ScriptedService
    ) -> None:
        service.answers(status, {"error": code, "error_description": "x"})
        with pytest.raises(fault):
            youtube.refresh("1//r")

    def test_testing_lasts_a_week_and_serves_a_hundred(self, service: ScriptedService) -> None:
        connector = make_connector(service, "testing")
        assert connector.grant_life is not None
        assert (connector.grant_life.days, connector.audience_limit) == (7, 100)
        connector.close()


class TestLiking:
    def test_a_like(self, youtube: YouTube, service: ScriptedService) -> None:
        service.answers(204)
        assert youtube.add("ya29", VIDEO) is Outcome.ADDED
        asked = service.asked[0]
        assert (asked.method, asked.path) == ("POST", "/api/videos/rate")
        assert asked.query == {"id": VIDEO, "rating": "like"}
        assert asked.headers["Authorization"] == "Bearer ya29"

    def test_taking_it_back(self, youtube: YouTube, service: ScriptedService) -> None:
        service.answers(204)
        youtube.remove("ya29", VIDEO)
        assert service.asked[0].query == {"id": VIDEO, "rating": "none"}

    @pytest.mark.parametrize("body", ["", "{}", "<html>"])
    def test_a_200_is_no_success_where_a_204_is_promised(
        self, body: str, youtube: YouTube, service: ScriptedService
    ) -> None:
        service.answers(200, body)
        with pytest.raises(RetryLater):
            youtube.add("ya29", VIDEO)

    @pytest.mark.parametrize(
        ("status", "reason", "fault", "code"),
        [
            (400, "emailNotVerified", Refused, "email_not_verified"),
            (400, "failedPrecondition", NotYetAvailable, "not_in_catalogue"),
            (400, "invalidRating", Refused, "http_400"),
            (400, "videoPurchaseRequired", Refused, "rating_disabled"),
            (400, "somethingNew", Refused, "http_400"),
            (401, "authError", AccessExpired, "access_expired"),
            (401, "youtubeSignupRequired", NotEntitled, "no_channel"),
            (403, "youtubeSignupRequired", NotEntitled, "no_channel"),
            (403, "forbidden", Refused, "forbidden"),
            (403, "insufficientPermissions", NeedsReauth, "scope_missing"),
            (403, "rateLimitExceeded", RetryLater, "rate_limited"),
            (403, "userRateLimitExceeded", RetryLater, "rate_limited"),
            (403, "videoRatingDisabled", Refused, "rating_disabled"),
            (404, "videoNotFound", NotYetAvailable, "not_in_catalogue"),
            (429, "rateLimitExceeded", RetryLater, "rate_limited"),
            (500, "backendError", RetryLater, "http_500"),
            (503, "backendError", RetryLater, "http_503"),
        ],
    )
    def test_errors(
        self,
        status: int,
        reason: str,
        fault: type[ServiceError],
        code: str,
        youtube: YouTube,
        service: ScriptedService,
    ) -> None:
        service.answers(status, error(status, reason))
        with pytest.raises(fault) as raised:
            youtube.add("ya29", VIDEO)
        assert type(raised.value) is fault
        assert raised.value.reason == code

    def test_a_budget_that_is_used_up_comes_back_with_the_pacific_day(
        self, youtube: YouTube, service: ScriptedService
    ) -> None:
        service.answers(403, error(403, "quotaExceeded", "youtube.quota"))
        with pytest.raises(RetryLater, match="quota_exceeded") as raised:
            youtube.add("ya29", VIDEO)
        assert raised.value.pause_seconds is not None
        assert 0 < raised.value.pause_seconds <= 25 * 3600


class TestLooking:
    @pytest.mark.parametrize(("rating", "is_liked"), [("like", True), ("none", False), ("dislike", False)])
    def test_the_rating_tells(self, rating: str, is_liked: bool, youtube: YouTube, service: ScriptedService) -> None:
        service.answers(200, items({"videoId": VIDEO, "rating": rating}))
        assert youtube.contains("ya29", VIDEO) is is_liked

    @pytest.mark.parametrize("body", ["", "{}", '{"kind": "x", "items": []}'])
    def test_an_answer_without_it_says_nothing(self, body: str, youtube: YouTube, service: ScriptedService) -> None:
        service.answers(200, body)
        with pytest.raises(RetryLater):
            youtube.contains("ya29", VIDEO)


class TestExtras:
    def test_subscribing(self, youtube: YouTube, service: ScriptedService) -> None:
        service.answers(200, {"kind": "youtube#subscription", "id": "sub"})
        assert youtube.do_extra("ya29", Extra.FOLLOW_ARTIST, CHANNEL) is Outcome.ADDED
        assert service.asked[0].query == {"part": "snippet"}
        assert service.asked[0].json == {
            "snippet": {"resourceId": {"kind": "youtube#channel", "channelId": CHANNEL}},
        }

    def test_subscribing_twice_is_no_fault(self, youtube: YouTube, service: ScriptedService) -> None:
        service.answers(400, error(400, "subscriptionDuplicate"))
        assert youtube.do_extra("ya29", Extra.FOLLOW_ARTIST, CHANNEL) is Outcome.ALREADY_THERE

    def test_subscribing_too_fast_waits(self, youtube: YouTube, service: ScriptedService) -> None:
        service.answers(403, error(403, "subscriptionForbidden"))
        with pytest.raises(RetryLater) as raised:
            youtube.do_extra("ya29", Extra.FOLLOW_ARTIST, CHANNEL)
        assert (raised.value.pause_seconds, raised.value.wait_seconds) == (None, 6 * 3600)

    def test_a_playlist_is_made_once_and_named(self, youtube: YouTube, service: ScriptedService) -> None:
        service.answers(200, items())
        service.answers(200, {"kind": "youtube#playlist", "id": "PL1"})
        service.answers(200, items())
        service.answers(200, {"kind": "youtube#playlistItem", "id": "item"})
        assert youtube.do_extra("ya29", Extra.ADD_TO_PLAYLIST, VIDEO) is Outcome.ADDED
        assert [asked.path for asked in service.asked] == [
            "/api/playlists",
            "/api/playlists",
            "/api/playlistItems",
            "/api/playlistItems",
        ]
        assert service.asked[1].json["snippet"] == {"title": "Pre-saved"}
        assert service.asked[3].json["snippet"]["playlistId"] == "PL1"

    def test_a_playlist_is_looked_for_to_the_last_page(self, youtube: YouTube, service: ScriptedService) -> None:
        service.answers(200, items({"id": "PL0", "snippet": {"title": "Other"}}) | {"nextPageToken": "CAUQAA"})
        service.answers(200, items({"id": "PL1", "snippet": {"title": "Pre-saved"}}))
        service.answers(200, items())
        service.answers(200, {"kind": "youtube#playlistItem", "id": "item"})
        assert youtube.do_extra("ya29", Extra.ADD_TO_PLAYLIST, VIDEO) is Outcome.ADDED
        first, second = service.asked[:2]
        assert first.query == {"part": "snippet", "mine": "true", "maxResults": "50"}
        assert second.query == {**first.query, "pageToken": "CAUQAA"}
        assert service.asked[3].json["snippet"]["playlistId"] == "PL1"

    def test_no_second_playlist_is_made_while_some_are_unseen(self, youtube: YouTube, service: ScriptedService) -> None:
        for _ in range(12):
            service.answers(200, items() | {"nextPageToken": "more"})
        with pytest.raises(RetryLater, match="answer_unreadable"):
            youtube.do_extra("ya29", Extra.ADD_TO_PLAYLIST, VIDEO)
        assert [asked.method for asked in service.asked] == ["GET"] * 10

    def test_what_is_in_the_playlist_is_not_put_in_again(self, youtube: YouTube, service: ScriptedService) -> None:
        service.answers(200, items({"id": "PL1", "snippet": {"title": "Pre-saved"}}))
        service.answers(200, items({"id": "item"}))
        assert youtube.do_extra("ya29", Extra.ADD_TO_PLAYLIST, VIDEO) is Outcome.ALREADY_THERE
        assert all(asked.method == "GET" for asked in service.asked)


@pytest.mark.parametrize(
    ("text", "ref"),
    [
        (VIDEO, VIDEO),
        (f"https://www.youtube.com/watch?v={VIDEO}&t=3", VIDEO),
        (f"https://music.youtube.com/watch?list=x&v={VIDEO}", VIDEO),
        (f"https://youtu.be/{VIDEO}?si=abc", VIDEO),
        (f"https://www.youtube.com/channel/{CHANNEL}", None),
        (f"https://evil.example/watch?v={VIDEO}", None),
    ],
)
def test_pasted_links(text: str, ref: str | None, youtube: YouTube) -> None:
    assert youtube.parse_ref(text) == ref


def test_it_is_never_called_a_library() -> None:
    assert "library" not in YouTube.deed + YouTube.place
