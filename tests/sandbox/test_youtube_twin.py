"""YouTube's Data API: ratings, playlists, subscriptions, and the reasons it gives for a no."""

from typing import Any

import pytest
import requests
from kit_client import LIVE_NEVER_YET, LIVE_SINCE
from youtube_client import CHANNEL, READONLY, VIDEO, YouTubeClient, error_of


@pytest.fixture
def access(youtube: YouTubeClient) -> str:
    return youtube.sign_in().access


def playlist_refs(youtube: YouTubeClient, fan: str = "ida") -> list[list[str]]:
    playlists = youtube.control("GET", f"fans/{fan}")["playlists"]
    return [[item["ref"] for item in playlist["items"]] for playlist in playlists]


def test_a_like_has_an_empty_answer(youtube: YouTubeClient, access: str) -> None:
    answer = youtube.rate(access)
    assert (answer.status_code, answer.content) == (204, b"")
    assert youtube.ratings(access, VIDEO, "unknown0000") == ["like", "none"]
    assert youtube.control("GET", f"libraries?ref={VIDEO}")["fans"] == ["ida"]


def test_liking_twice_likes_once(youtube: YouTubeClient, access: str) -> None:
    assert [youtube.rate(access).status_code for _ in range(2)] == [204, 204]
    assert youtube.library()[VIDEO]["times"] == 2
    assert [video["id"] for video in youtube.list_of(access, "videos", myRating="like")] == [VIDEO]


def test_a_rating_can_be_changed(youtube: YouTubeClient, access: str) -> None:
    youtube.rate(access)
    youtube.rate(access, rating="dislike")
    assert youtube.ratings(access) == ["dislike"]
    assert youtube.library() == {}
    youtube.rate(access, rating="none")
    assert youtube.ratings(access) == ["none"]


def test_a_private_video_cannot_be_liked(youtube: YouTubeClient, access: str) -> None:
    youtube.control("PATCH", f"releases/{VIDEO}", {"live_from": LIVE_NEVER_YET})
    assert error_of(youtube.rate(access)) == (404, "videoNotFound")
    assert youtube.list_of(access, "videos", id=VIDEO) == []
    youtube.switch(rate_before_live="forbidden")
    assert error_of(youtube.rate(access)) == (403, "forbidden")
    assert error_of(youtube.rate(access, "unknown0000")) == (404, "videoNotFound")
    youtube.control("PATCH", f"releases/{VIDEO}", {"live_from": LIVE_SINCE})
    assert youtube.rate(access).status_code == 204


@pytest.mark.parametrize(
    ("fan", "video", "rating", "error"),
    [
        ({"email_verified": False}, {}, "like", (400, "emailNotVerified")),
        ({}, {"ratings_disabled": True}, "like", (403, "videoRatingDisabled")),
        ({}, {"purchase_required": True}, "like", (400, "videoPurchaseRequired")),
        ({}, {}, "love", (400, "invalidRating")),
        ({}, {}, "", (400, "required")),
    ],
)
def test_a_rating_is_refused_with_a_reason(
    youtube: YouTubeClient, access: str, fan: dict[str, Any], video: dict[str, Any], rating: str, error: object
) -> None:
    youtube.control("PUT", "fans/ida", fan)
    youtube.control("PATCH", f"releases/{VIDEO}", video)
    assert error_of(youtube.rate(access, rating=rating)) == error
    assert youtube.library() == {}


def test_a_video_is_looked_up(youtube: YouTubeClient, access: str) -> None:
    (video,) = youtube.list_of(access, "videos", id=VIDEO)
    assert set(video) == {"kind", "id", "snippet"}
    assert (video["snippet"]["title"], video["snippet"]["channelId"]) == ("Night Drive", CHANNEL)
    assert error_of(youtube.api("GET", "/videos", access, params={"id": VIDEO})) == (400, "required")


def test_an_insert_is_not_idempotent(youtube: YouTubeClient, access: str) -> None:
    playlist = youtube.new_playlist(access)
    first, second = youtube.insert(access, playlist).json(), youtube.insert(access, playlist).json()
    assert first["id"] != second["id"]
    assert [first["snippet"]["position"], second["snippet"]["position"]] == [0, 1]
    assert playlist_refs(youtube) == [[VIDEO, VIDEO]]
    held = youtube.list_of(access, "playlistItems", playlistId=playlist, videoId=VIDEO)
    assert [item["id"] for item in held] == [first["id"], second["id"]]
    assert youtube.list_of(access, "playlistItems", playlistId=playlist, videoId="unknown0000") == []


def test_a_second_playlist_is_a_second_one(youtube: YouTubeClient, access: str) -> None:
    made = [youtube.new_playlist(access) for _ in range(2)]
    listed = [playlist["id"] for playlist in youtube.list_of(access, "playlists", mine="true")]
    assert sorted(listed) == sorted(made)
    assert [one["id"] for one in youtube.list_of(access, "playlists", id=made[0])] == made[:1]
    untitled = youtube.api("POST", "/playlists", access, params={"part": "snippet"}, json={"snippet": {}})
    assert error_of(untitled) == (400, "playlistTitleRequired")


def test_an_insert_is_refused_with_a_reason(youtube: YouTubeClient, access: str) -> None:
    playlist = youtube.new_playlist(access)
    other = youtube.new_playlist(youtube.sign_in("ben").access)
    assert error_of(youtube.insert(access, "PLnone")) == (404, "playlistNotFound")
    assert error_of(youtube.insert(access, other)) == (403, "playlistItemsNotAccessible")
    assert error_of(youtube.insert(access, "WL")) == (400, "playlistOperationUnsupported")
    assert error_of(youtube.insert(access, playlist, "unknown0000")) == (404, "videoNotFound")
    assert error_of(youtube.insert(access, playlist, resourceId={"kind": "youtube#x"})) == (400, "invalidSnippet")
    assert error_of(youtube.insert(access, "")) == (400, "invalidSnippet")
    youtube.switch(most_playlist_items=0)
    assert error_of(youtube.insert(access, playlist)) == (403, "playlistContainsMaximumNumberOfVideos")
    assert playlist_refs(youtube) == [[]]


def test_a_private_video_cannot_be_inserted(youtube: YouTubeClient, access: str) -> None:
    playlist = youtube.new_playlist(access)
    youtube.control("PATCH", f"releases/{VIDEO}", {"live_from": None})
    assert error_of(youtube.insert(access, playlist)) == (400, "failedPrecondition")
    youtube.switch(insert_before_live="videoNotFound")
    assert error_of(youtube.insert(access, playlist)) == (404, "videoNotFound")


def test_subscribing_twice_is_a_duplicate(youtube: YouTubeClient, access: str) -> None:
    first = youtube.subscribe(access)
    assert first.json()["snippet"]["resourceId"]["channelId"] == CHANNEL
    assert error_of(youtube.subscribe(access)) == (400, "subscriptionDuplicate")
    assert youtube.following() == [CHANNEL]
    held = youtube.list_of(access, "subscriptions", mine="true", forChannelId=CHANNEL)
    assert [one["id"] for one in held] == [first.json()["id"]]
    assert youtube.list_of(access, "subscriptions", mine="true", forChannelId="UCx") == []


def test_a_subscription_is_refused_with_a_reason(youtube: YouTubeClient, access: str) -> None:
    own = youtube.control("GET", "fans/ida")["account_id"]
    assert error_of(youtube.subscribe(access, own)) == (400, "subscriptionForbidden")
    assert error_of(youtube.subscribe(access, "UCnobody")) == (404, "publisherNotFound")
    assert error_of(youtube.subscribe(access, "")) == (400, "publisherRequired")
    youtube.switch(subscriptions_a_day=0, subscription_forbidden="403")
    assert error_of(youtube.subscribe(access)) == (403, "subscriptionForbidden")
    youtube.switch(subscriptions_a_day=1)
    assert youtube.subscribe(access).status_code == 200


def test_a_fan_finds_the_own_channel(youtube: YouTubeClient, access: str) -> None:
    (channel,) = youtube.list_of(access, "channels", mine="true")
    assert channel["id"] == youtube.control("GET", "fans/ida")["account_id"]
    assert [one["snippet"]["title"] for one in youtube.list_of(access, "channels", id=CHANNEL)] == ["Alba Voss"]


@pytest.mark.parametrize("status", ["401", "403"])
def test_a_fan_without_a_channel_can_do_little(youtube: YouTubeClient, access: str, status: str) -> None:
    youtube.control("PUT", "fans/ida", {"has_channel": False})
    youtube.switch(signup_required=status)
    expected = (int(status), "youtubeSignupRequired")
    assert youtube.list_of(access, "channels", mine="true") == []
    assert error_of(youtube.rate(access)) == expected
    assert error_of(youtube.subscribe(access)) == expected
    assert error_of(youtube.insert(access, "PLx")) == expected


def test_lists_come_in_pages(youtube: YouTubeClient, access: str) -> None:
    for title in ("a", "b", "c"):
        youtube.new_playlist(access, title)
    params = {"part": "id", "mine": "true", "maxResults": "2"}
    first = youtube.api("GET", "/playlists", access, params=params).json()
    assert (len(first["items"]), first["pageInfo"]["totalResults"]) == (2, 3)
    rest = youtube.api("GET", "/playlists", access, params=params | {"pageToken": first["nextPageToken"]}).json()
    assert (len(rest["items"]), "nextPageToken" in rest) == (1, False)
    wrong = youtube.api("GET", "/playlists", access, params=params | {"maxResults": "51"})
    assert error_of(wrong) == (400, "invalidParameter")


def test_reading_alone_cannot_write(youtube: YouTubeClient) -> None:
    access = youtube.sign_in(scope=READONLY).access
    assert youtube.ratings(access) == ["none"]
    assert error_of(youtube.rate(access)) == (403, "insufficientPermissions")
    youtube.switch(scope_reason="ACCESS_TOKEN_SCOPE_INSUFFICIENT")
    assert error_of(youtube.rate(access)) == (403, "ACCESS_TOKEN_SCOPE_INSUFFICIENT")
    assert youtube.library() == {}


def test_a_token_dies_with_its_hour_or_its_consent(youtube: YouTubeClient, access: str) -> None:
    assert error_of(youtube.rate("made-up")) == (401, "authError")
    youtube.control("POST", "fans/ida/revoke")
    assert error_of(youtube.rate(access)) == (401, "authError")
    youtube.switch(access_survives_revoke=True)
    assert youtube.rate(access).status_code == 204
    youtube.shift(seconds=3599)
    youtube.switch(token_reason="unauthorized")
    assert error_of(youtube.rate(access)) == (401, "unauthorized")


@pytest.mark.parametrize("status", ["403", "429"])
def test_calls_may_come_too_fast(youtube: YouTubeClient, access: str, status: str) -> None:
    youtube.switch(calls=1, rate_limit_status=status)
    youtube.rate(access)
    assert error_of(youtube.rate(access)) == (int(status), "rateLimitExceeded")
    youtube.switch(calls=None, calls_of_user=0)
    assert error_of(youtube.rate(access)) == (int(status), "userRateLimitExceeded")


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("authError", (401, "authError")),
        ("quotaExceeded", (403, "quotaExceeded")),
        ("rateLimitExceeded", (403, "rateLimitExceeded")),
        ("userRateLimitExceeded", (403, "userRateLimitExceeded")),
        ("429", (429, "rateLimitExceeded")),
        ("insufficientPermissions", (403, "insufficientPermissions")),
        ("youtubeSignupRequired", (401, "youtubeSignupRequired")),
        ("youtubeSignupRequired_403", (403, "youtubeSignupRequired")),
        ("forbidden", (403, "forbidden")),
        ("videoNotFound", (404, "videoNotFound")),
        ("invalidContentDetails", (400, "invalidContentDetails")),
        ("subscriptionForbidden_403", (403, "subscriptionForbidden")),
        ("500", (500, "backendError")),
        ("502", (502, "backendError")),
    ],
)
def test_an_error_can_be_ordered(youtube: YouTubeClient, access: str, kind: str, error: object) -> None:
    youtube.fault(kind, fan="ida")
    assert error_of(youtube.rate(access)) == error
    assert youtube.library() == {}
    assert youtube.rate(access).status_code == 204


def test_an_insert_may_be_done_without_an_answer(youtube: YouTubeClient, access: str) -> None:
    playlist = youtube.new_playlist(access)
    youtube.fault("apply_then_close", path="/playlistItems")
    with pytest.raises(requests.ConnectionError):
        youtube.insert(access, playlist)
    assert playlist_refs(youtube) == [[VIDEO]]


def test_what_is_no_address_is_html(youtube: YouTubeClient, access: str) -> None:
    answer = youtube.api("GET", "/search", access)
    assert (answer.status_code, answer.headers["Content-Type"]) == (404, "text/html; charset=utf-8")


def test_the_journal_names_the_call_and_no_secret(youtube: YouTubeClient, access: str) -> None:
    youtube.rate(access)
    (call,) = youtube.calls(ref=VIDEO)
    assert (call["method"], call["path"], call["fan"]) == ("POST", "/videos/rate", "ida")
    assert access not in str(youtube.control("GET", "calls"))


def test_a_video_id_has_eleven_characters(youtube: YouTubeClient) -> None:
    assert "video id" in youtube.control("PUT", "releases/short", {}, status=400)["error"]
