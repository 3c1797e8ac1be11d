"""The Apple Music connector against documented answers: a 202 proves nothing, and each storefront is its own shop."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from apple_answers import ALBUM, MUT, SONG, TOKEN, album, error, finish, list_of
from scripted_service import ScriptedService

from presave_app.streaming import apple_music, apple_music_catalogue
from presave_app.streaming.apple_music import AppleMusic
from presave_app.streaming.connector import Outcome
from presave_app.streaming.errors import (
    AppBlocked,
    NeedsReauth,
    NotEntitled,
    NotYetAvailable,
    Refused,
    RetryLater,
    ServiceError,
)


class TestAdding:
    @pytest.mark.parametrize(("ref", "kind"), [(ALBUM, "albums"), (SONG, "songs")])
    def test_an_add_names_its_kind(self, ref: str, kind: str, apple: AppleMusic, service: ScriptedService) -> None:
        release_id = ref.split(":")[1]
        service.answers(200, list_of(album() | {"id": release_id}))
        service.answers(202)
        assert apple.add(TOKEN, ref) is Outcome.ADDED
        look, add = service.asked
        assert (look.method, look.path) == ("GET", f"/v1/catalog/de/{kind}/{release_id}")
        assert "Music-User-Token" not in look.headers
        assert (add.method, add.path, add.query) == ("POST", "/v1/me/library", {f"ids[{kind}]": release_id})
        assert (add.body, add.headers["Content-Length"]) == ("", "0")
        assert add.headers["Music-User-Token"] == MUT

    def test_what_lies_ahead_is_added_ahead(self, apple: AppleMusic, service: ScriptedService) -> None:
        service.answers(200, list_of(album(releaseDate="2026-12-04", isComplete=False)))
        service.answers(202)
        service.answers(202)
        with time_machine.travel(datetime(2026, 12, 3, 23, 59, tzinfo=UTC), tick=False) as clock_hand:
            assert apple.add(TOKEN, ALBUM) is Outcome.PRE_ADDED
            clock_hand.shift(timedelta(minutes=2))
            assert apple.add(TOKEN, ALBUM) is Outcome.ADDED

    def test_a_year_alone_lies_not_ahead(self, apple: AppleMusic, service: ScriptedService) -> None:
        service.answers(200, list_of(album(releaseDate="2031")))
        service.answers(202)
        assert apple.add(TOKEN, ALBUM) is Outcome.ADDED

    def test_a_storefront_may_have_another_id(self, apple: AppleMusic, service: ScriptedService) -> None:
        service.answers(404, error(404, "40400"))
        service.answers(200, list_of(album() | {"id": "1799999999"}))
        service.answers(202)
        apple.add(TOKEN, ALBUM)
        _, equivalent, add = service.asked
        assert (equivalent.path, equivalent.query) == (
            "/v1/catalog/de/albums",
            {"filter[equivalents]": "1700000001"},
        )
        assert add.query == {"ids[albums]": "1799999999"}

    def test_what_a_storefront_calls_it_is_remembered(self, apple: AppleMusic, service: ScriptedService) -> None:
        service.answers(404)
        service.answers(200, list_of(album() | {"id": "1799999999"}))
        service.answers(202)
        service.answers(202)
        service.answers(200, list_of(album()))
        service.answers(202)
        apple.add("de:another-fan", ALBUM)
        apple.add(TOKEN, ALBUM)
        apple.add(f"us:{MUT}", ALBUM)
        assert [asked.method for asked in service.asked] == ["GET", "GET", "POST", "POST", "GET", "POST"]
        assert service.asked[3].query == {"ids[albums]": "1799999999"}
        assert service.asked[4].path == "/v1/catalog/us/albums/1700000001"

    def test_what_is_remembered_gets_old(
        self, apple: AppleMusic, service: ScriptedService, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(apple_music_catalogue, "_REMEMBERED_SECONDS", 0)
        for _ in range(2):
            service.answers(200, list_of(album()))
            service.answers(202)
            apple.add(TOKEN, ALBUM)
        assert [asked.method for asked in service.asked] == ["GET", "POST", "GET", "POST"]

    @pytest.mark.parametrize(("seconds", "looks"), [(5, 1), (0, 2)], ids=["soon", "later"])
    def test_a_missing_release_is_asked_for_again_later(
        self,
        seconds: float,
        looks: int,
        apple: AppleMusic,
        service: ScriptedService,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr(apple_music_catalogue, "_MISSING_REMEMBERED_SECONDS", seconds)
        for _ in range(2):
            service.answers(404)
            service.answers(200, list_of())
            with pytest.raises(NotYetAvailable, match="not_in_catalogue"):
                apple.add(TOKEN, ALBUM)
        assert [asked.method for asked in service.asked] == ["GET", "GET"] * looks

    def test_a_slow_look_leaves_no_time_for_the_add(
        self, apple: AppleMusic, service: ScriptedService, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        service.answers(200, list_of(album()))
        service.answers(202)
        with monkeypatch.context() as impatient:
            impatient.setattr(apple_music, "_MOST_LOOK_SECONDS", 0)
            with pytest.raises(RetryLater, match="no_answer_in_time"):
                apple.add(TOKEN, ALBUM)
        assert apple.add(TOKEN, ALBUM) is Outcome.ADDED
        assert [asked.method for asked in service.asked] == ["GET", "POST"]

    @pytest.mark.parametrize(("status", "body"), [(200, ""), (202, "<html>"), (204, "")])
    def test_another_success_than_202_is_none(
        self, status: int, body: str, apple: AppleMusic, service: ScriptedService
    ) -> None:
        service.answers(200, list_of(album()))
        service.answers(status, body)
        with pytest.raises(RetryLater, match="answer_unreadable"):
            apple.add(TOKEN, ALBUM)

    @pytest.mark.parametrize("body", ["", "[]", "{}", '{"data": []}', '{"data": [{"type": "albums"}]}', "<html>"])
    def test_an_odd_catalogue_is_not_added_from(self, body: str, apple: AppleMusic, service: ScriptedService) -> None:
        service.answers(200, body)
        with pytest.raises(RetryLater, match="answer_unreadable"):
            apple.add(TOKEN, ALBUM)
        assert len(service.asked) == 1

    def test_a_refused_look_is_about_us_and_no_fan(self, apple: AppleMusic, service: ScriptedService) -> None:
        service.answers(403, error(403, "40300", "Forbidden"))
        with pytest.raises(AppBlocked, match="forbidden"):
            apple.add(TOKEN, ALBUM)


class TestLooking:
    @pytest.mark.parametrize(
        ("library", "is_there"), [([], False), ([{"id": "l.AbCdEf", "type": "library-albums"}], True)]
    )
    def test_the_library_shows_itself_at_the_album(
        self, library: list[object], is_there: bool, apple: AppleMusic, service: ScriptedService
    ) -> None:
        service.answers(404)
        service.answers(200, list_of(album() | {"id": "1799999999"}))
        service.answers(200, list_of(album() | {"relationships": {"library": {"data": library}}}))
        assert apple.contains(TOKEN, ALBUM) is is_there
        asked = service.asked[-1]
        assert (asked.method, asked.path, asked.query) == (
            "GET",
            "/v1/catalog/de/albums/1799999999",
            {"relate": "library"},
        )
        assert asked.headers["Music-User-Token"] == MUT

    @pytest.mark.parametrize(
        "extra", [{}, {"relationships": []}, {"relationships": {"library": {}}}, {"relationships": {"library": None}}]
    )
    def test_a_library_that_is_not_told_of_proves_nothing(
        self, extra: dict[str, object], apple: AppleMusic, service: ScriptedService
    ) -> None:
        service.answers(200, list_of(album()))
        service.answers(200, list_of(album() | extra))
        assert apple.contains(TOKEN, ALBUM) is False

    @pytest.mark.parametrize("body", ["", "{}", '{"data": []}', "<html>"])
    def test_an_odd_answer_is_unknown(self, body: str, apple: AppleMusic, service: ScriptedService) -> None:
        service.answers(200, list_of(album()))
        service.answers(200, body)
        with pytest.raises(RetryLater, match="answer_unreadable"):
            apple.contains(TOKEN, ALBUM)


class TestErrors:
    @pytest.mark.parametrize(
        ("status", "body", "decision", "reason"),
        [
            (400, error(400, "40015", "Insufficient Privileges"), NotEntitled, "no_subscription"),
            (400, error(400, "40005", "Invalid Parameter Value"), Refused, "http_400"),
            (401, "", AppBlocked, "invalid_client"),
            (403, error(403, "40300", "Forbidden"), NeedsReauth, "grant_revoked"),
            (403, "<html>", Refused, "forbidden"),
            (404, error(404, "40403", "No related resources"), NotYetAvailable, "not_in_catalogue"),
            (409, "", Refused, "http_409"),
            (413, "", Refused, "http_413"),
            (414, "", Refused, "http_414"),
            (500, error(500, "50001", "Upstream Service Error"), RetryLater, "http_500"),
            (501, "", RetryLater, "http_501"),
            (503, "<html>", RetryLater, "http_503"),
            (302, "", RetryLater, "http_302"),
        ],
    )
    def test_each_error_becomes_a_decision(
        self,
        status: int,
        body: object,
        decision: type[ServiceError],
        reason: str,
        apple: AppleMusic,
        service: ScriptedService,
    ) -> None:
        service.answers(200, list_of(album()))
        service.answers(status, body)
        with pytest.raises(decision, match=f"^{reason}$"):
            apple.add(TOKEN, ALBUM)

    @pytest.mark.parametrize(("headers", "pause"), [({}, 5), ({"Retry-After": "60"}, 60)])
    def test_too_many_requests_pause_the_app(
        self, headers: dict[str, str], pause: float, apple: AppleMusic, service: ScriptedService
    ) -> None:
        service.answers(429, "", headers)
        with pytest.raises(RetryLater, match="rate_limited") as fault:
            apple.find_release(ref=ALBUM, upc=None)
        assert fault.value.pause_seconds == pause

    def test_a_fan_without_a_subscription_can_not_sign_in(self, apple: AppleMusic, service: ScriptedService) -> None:
        service.answers(400, error(400, "40015"))
        with pytest.raises(NotEntitled, match="no_subscription"):
            finish(apple)

    def test_no_token_shows_in_a_fault(self, apple: AppleMusic, service: ScriptedService) -> None:
        service.answers(200, list_of(album()))
        service.answers(403, error(403, "40300", MUT))
        with pytest.raises(NeedsReauth) as fault:
            apple.add(TOKEN, ALBUM)
        assert MUT not in repr(fault.value)
