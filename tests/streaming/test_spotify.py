"""The Spotify connector against its twin: every call, and every documented error sorted into a decision."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from kit_client import CHALLENGE, LIVE_NEVER_YET, VERIFIER
from twin_client import ALBUM_URI, CALLBACK, CLIENT_ID, SECRET, UPC, TwinClient

from presave_app.settings import ServiceSettings
from presave_app.streaming import http
from presave_app.streaming.connector import Outcome, Tokens
from presave_app.streaming.errors import (
    AccessExpired,
    AppBlocked,
    NeedsReauth,
    NotEntitled,
    NotYetAvailable,
    Refused,
    RetryLater,
    ServiceError,
)
from presave_app.streaming.spotify import Spotify

PUT = {"method": "PUT", "path": "/me/library"}


@pytest.fixture
def spotify(twin: TwinClient) -> Iterator[Spotify]:
    connector = make_connector(twin)
    yield connector
    connector.close()


def make_connector(twin: TwinClient, mode: str = "extended", secret: str = SECRET) -> Spotify:
    return Spotify(
        ServiceSettings(
            is_on=True,
            credentials={"SPOTIFY_CLIENT_ID": CLIENT_ID, "SPOTIFY_CLIENT_SECRET": secret},
            urls={
                "SPOTIFY_ACCOUNTS_URL": f"{twin.url}/accounts",
                "SPOTIFY_API_URL": f"{twin.url}/api/v1",
            },
            choices={"SPOTIFY_MODE": mode},
            calls_per_second=1000,
        )
    )


def sign_in(spotify: Spotify, twin: TwinClient, fan: str = "ida") -> Tokens:
    start = spotify.begin_sign_in(
        redirect_uri=CALLBACK, state="the-state", code_verifier=VERIFIER, scopes=spotify.scopes
    )
    query = {name: values[0] for name, values in parse_qs(urlsplit(start.url).query).items()}
    code = twin.code(fan, **query)
    return spotify.finish_sign_in({"code": code}, secret=start.secret, redirect_uri=CALLBACK).tokens


def test_a_sign_in_brings_tokens_and_the_account(spotify: Spotify, twin: TwinClient) -> None:
    tokens = sign_in(spotify, twin)
    assert tokens.refresh_token
    assert tokens.expires_in_seconds == 3600
    assert set(tokens.scopes) == {"user-library-modify", "user-library-read"}


def test_a_code_needs_its_verifier(spotify: Spotify, twin: TwinClient) -> None:
    code = twin.code("ida", code_challenge=CHALLENGE, code_challenge_method="S256")
    with pytest.raises(ServiceError):
        spotify.finish_sign_in({"code": code}, secret="w" * 43, redirect_uri=CALLBACK)


@pytest.mark.parametrize("mode", ["development", "extended"])
def test_an_album_is_added_in_both_modes(mode: str, twin: TwinClient) -> None:
    twin.switch(mode=mode)
    twin.control("PUT", "fans/ida", {"allow_listed": True})
    connector = make_connector(twin, mode)
    token = sign_in(connector, twin).access_token
    assert not connector.contains(token, ALBUM_URI)
    assert connector.add(token, ALBUM_URI) is Outcome.ADDED
    assert connector.add(token, ALBUM_URI) is Outcome.ADDED
    assert connector.contains(token, ALBUM_URI)
    connector.close()


def test_only_development_mode_has_an_audience_limit(twin: TwinClient) -> None:
    limits = []
    for mode in ("development", "extended"):
        connector = make_connector(twin, mode)
        limits.append(connector.audience_limit)
        connector.close()
    assert limits == [5, None]


def test_a_refresh_may_bring_no_new_refresh_token(spotify: Spotify, twin: TwinClient) -> None:
    old = sign_in(spotify, twin).refresh_token
    assert old
    tokens = spotify.refresh(old)
    assert tokens.access_token
    assert tokens.refresh_token is None


def test_a_rotated_refresh_token_is_handed_on(spotify: Spotify, twin: TwinClient) -> None:
    twin.switch(omit_refresh_token=False, rotate=True)
    old = sign_in(spotify, twin).refresh_token
    assert old
    assert spotify.refresh(old).refresh_token not in (None, old)


def test_a_permission_older_than_six_months_is_gone(spotify: Spotify, twin: TwinClient) -> None:
    token = sign_in(spotify, twin).refresh_token
    twin.shift(days=184)
    with pytest.raises(NeedsReauth, match="grant_expired"):
        spotify.refresh(token or "")


def test_a_permission_taken_back_is_gone(spotify: Spotify, twin: TwinClient) -> None:
    token = sign_in(spotify, twin).refresh_token
    twin.control("POST", "fans/ida/revoke", {})
    with pytest.raises(NeedsReauth, match="grant_revoked"):
        spotify.refresh(token or "")


def test_a_wrong_client_secret_blocks_the_app(twin: TwinClient) -> None:
    connector = make_connector(twin, secret="another")
    with pytest.raises(AppBlocked, match="invalid_client"):
        connector.refresh("anything")
    connector.close()


@pytest.mark.parametrize(
    ("kind", "decision", "reason"),
    [
        ("401_expired", AccessExpired, "access_expired"),
        ("401_invalid", AccessExpired, "access_expired"),
        ("403_scope", NeedsReauth, "scope_missing"),
        ("403_unregistered", NotEntitled, "not_on_the_list"),
        ("403_premium", AppBlocked, "owner_premium_lapsed"),
        ("403_forbidden", Refused, "forbidden"),
        ("404", NotYetAvailable, "not_in_catalogue"),
        ("500", RetryLater, "http_500"),
        ("502", RetryLater, "http_502"),
        ("503_html", RetryLater, "http_503"),
        ("close", RetryLater, "connection_lost"),
        ("apply_then_close", RetryLater, "connection_lost"),
        ("apply_then_502", RetryLater, "http_502"),
    ],
)
def test_each_error_becomes_a_decision(
    kind: str, decision: type[ServiceError], reason: str, spotify: Spotify, twin: TwinClient
) -> None:
    token = sign_in(spotify, twin).access_token
    twin.fault(kind, **PUT)
    with pytest.raises(decision, match=f"^{reason}$"):
        spotify.add(token, ALBUM_URI)


@pytest.mark.parametrize(
    ("kind", "more", "pause"),
    [
        ("429", {"retry_after": 7}, 7),
        ("429", {"retry_after": 200_000}, 86_400),
        ("429", {"retry_after_form": "none"}, 5),
        ("429", {"retry_after_form": "garbage"}, 5),
        ("429", {"retry_after": 60, "retry_after_form": "date"}, 60),
        ("429_text", {"retry_after": 7}, 7),
        ("429_quota", {"retry_after": 86_400}, 86_400),
    ],
)
def test_too_many_requests_name_their_pause(
    kind: str, more: dict[str, object], pause: float, spotify: Spotify, twin: TwinClient
) -> None:
    token = sign_in(spotify, twin).access_token
    twin.fault(kind, **PUT, **more)
    with pytest.raises(RetryLater) as fault:
        spotify.add(token, ALBUM_URI)
    assert fault.value.pause_seconds == pytest.approx(pause, abs=2)
    assert fault.value.reason == ("quota_exceeded" if kind == "429_quota" else "rate_limited")


def test_a_bad_uri_is_our_own_fault(spotify: Spotify, twin: TwinClient) -> None:
    with pytest.raises(Refused, match="http_400"):
        spotify.add(sign_in(spotify, twin).access_token, "spotify:nothing:x")


def test_an_empty_answer_is_no_proof(spotify: Spotify, twin: TwinClient) -> None:
    token = sign_in(spotify, twin).access_token
    twin.fault("empty_200", method="GET", path="/me/library/contains")
    with pytest.raises(RetryLater, match="answer_unreadable"):
        spotify.contains(token, ALBUM_URI)


def test_a_slow_drip_ends_at_the_deadline(spotify: Spotify, twin: TwinClient, monkeypatch: pytest.MonkeyPatch) -> None:
    token = sign_in(spotify, twin).access_token
    monkeypatch.setattr(http, "DEADLINE_SECONDS", 0.4)
    twin.fault("drip", method="GET", path="/me/library/contains", seconds=3)
    with pytest.raises(RetryLater, match="no_answer_in_time"):
        spotify.contains(token, ALBUM_URI)


@pytest.mark.parametrize("upc", [UPC, UPC.lstrip("0"), UPC[1:]])
def test_a_release_is_found_by_any_form_of_its_upc(upc: str, spotify: Spotify, twin: TwinClient) -> None:
    release = spotify.find_release(ref=None, upc=upc)
    assert release is not None
    assert release.ref == ALBUM_URI


def test_a_hit_that_is_null_is_passed_over(spotify: Spotify, twin: TwinClient) -> None:
    twin.switch(search_before_live="null")
    twin.album(live_from=LIVE_NEVER_YET)
    assert spotify.find_release(ref=None, upc=UPC) is None


@pytest.mark.parametrize(("before_live", "is_found"), [("missing", False), ("restricted", True)])
def test_an_album_before_its_day(before_live: str, is_found: bool, spotify: Spotify, twin: TwinClient) -> None:
    twin.switch(before_live=before_live)
    twin.album(live_from=LIVE_NEVER_YET)
    assert (spotify.find_release(ref=ALBUM_URI, upc=None) is not None) is is_found


@pytest.mark.parametrize(
    "text",
    [
        ALBUM_URI,
        f"  {ALBUM_URI} ",
        "https://open.spotify.com/album/2up3OPMp9Tb4dAKM2erWXQ",
        "https://open.spotify.com/intl-de/album/2up3OPMp9Tb4dAKM2erWXQ?si=abc",
        "open.spotify.com/album/2up3OPMp9Tb4dAKM2erWXQ",
    ],
)
def test_a_pasted_link_is_recognised(text: str, spotify: Spotify) -> None:
    assert spotify.parse_ref(text) == ALBUM_URI


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2up3OPMp9Tb4dAKM2erWXQ",
        "spotify:artist:2up3OPMp9Tb4dAKM2erWXQ",
        "https://open.spotify.com/playlist/2up3OPMp9Tb4dAKM2erWXQ",
        "https://evil.example/open.spotify.com/album/2up3OPMp9Tb4dAKM2erWXQ",
        "https://open.spotify.com.evil.example/album/2up3OPMp9Tb4dAKM2erWXQ",
        "https://open.spotify.com/album/tooshort",
    ],
)
def test_anything_else_is_not(text: str, spotify: Spotify) -> None:
    assert spotify.parse_ref(text) is None


def test_tokens_do_not_show_in_reprs(spotify: Spotify, twin: TwinClient) -> None:
    tokens = sign_in(spotify, twin)
    assert tokens.access_token not in repr(tokens)
    assert str(tokens.refresh_token) not in repr(tokens)
