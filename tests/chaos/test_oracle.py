"""The counting itself: each thing that must not be is seen when it is there."""

from __future__ import annotations

import base64
import zlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import redis

from chaos import oracle
from chaos.oracle import Call, Row
from chaos.plan import Crowd, Diary
from chaos.redis_dump import dump_redis

DUE = datetime(2026, 12, 4, tzinfo=UTC)
SECOND = timedelta(seconds=1)
IDA = Row(
    id="1",
    fan="ida",
    slug="night-drive",
    state="done",
    reason="added",
    due_at=DUE,
    sent_at=DUE + SECOND,
    mine_hash="a-hash",
    withdrawn_at=None,
)
ADD = Call(DUE + SECOND, "PUT", "/me/library", "ida", ("spotify:album:x",), 200, None)
CANCELLED = replace(IDA, state="withdrawn", withdrawn_at=DUE + 2 * SECOND)


@pytest.fixture
def crowd() -> Crowd:
    return Crowd(slugs={"ida": "night-drive"}, pages={"ida": "a-page"})


def test_a_fan_who_is_done_is_not_lost(crowd: Crowd) -> None:
    assert oracle.count_lost([IDA], crowd, Diary(), consents=1) == []


@pytest.mark.parametrize("state", ["armed", "claimed", "failed", "expired", "needs_reauth", "withdrawn"])
def test_a_fan_left_in_any_other_state_is_lost(crowd: Crowd, state: str) -> None:
    assert len(oracle.count_lost([replace(IDA, state=state)], crowd, Diary(), consents=1)) == 1


def test_a_fan_who_leaves_may_be_withdrawn_or_done_already(crowd: Crowd) -> None:
    crowd.leaving = ["ida"]
    for row in (IDA, CANCELLED):
        assert oracle.count_lost([row], crowd, Diary(), consents=1) == []


def test_a_revoked_fan_who_is_done_is_not_believed(crowd: Crowd) -> None:
    crowd.revoked = {"ida"}
    assert len(oracle.count_lost([IDA], crowd, Diary(), consents=1)) == 1


def test_a_missing_row_is_seen_three_ways(crowd: Crowd) -> None:
    diary = Diary(told_accepted={"ida": "a-page"})
    lost = oracle.count_lost([], crowd, diary, consents=1)
    assert lost == ["1 consents, but 0 pre-saves", "ida has no row", "ida was told it is in"]


def test_a_library_without_the_release_is_seen() -> None:
    assert len(oracle.compare_libraries([IDA], {"night-drive": {}})) == 1


def test_a_library_of_somebody_not_done_is_seen() -> None:
    armed = replace(IDA, state="armed")
    assert len(oracle.compare_libraries([armed], {"night-drive": {"ida": 1}})) == 1
    assert oracle.compare_libraries([CANCELLED], {"night-drive": {"ida": 1}}) == []


def test_an_early_add_is_seen() -> None:
    assert oracle.count_early([IDA], [ADD]) == []
    assert len(oracle.count_early([IDA], [replace(ADD, at=DUE - SECOND / 1000)])) == 1


def test_a_second_add_is_seen() -> None:
    assert oracle.count_doubled({"night-drive": {"ida": 1}}) == []
    assert len(oracle.count_doubled({"night-drive": {"ida": 2}})) == 1


def test_an_add_that_began_after_the_cancelling_is_seen() -> None:
    assert oracle.count_after_cancel([CANCELLED], [ADD]) == []
    assert len(oracle.count_after_cancel([replace(CANCELLED, sent_at=DUE + 3 * SECOND)], [])) == 1


def test_an_add_that_arrives_too_late_after_it_is_seen() -> None:
    late = replace(ADD, at=DUE + 23 * SECOND)
    assert len(oracle.count_after_cancel([CANCELLED], [late])) == 1


def test_a_call_during_a_pause_is_seen() -> None:
    pause = [(DUE, DUE + 2 * SECOND)]
    assert len(oracle.count_during_pause(pause, [ADD], Diary())) == 1
    assert oracle.count_during_pause(pause, [replace(ADD, at=DUE + SECOND / 4)], Diary()) == []
    assert oracle.count_during_pause(pause, [ADD], Diary(woke_at=[DUE + SECOND * 0.9])) == []


def test_an_unheeded_request_to_pause_is_seen() -> None:
    asked = replace(ADD, at=DUE, status=429)
    assert len(oracle.count_unheeded([asked, ADD], Diary())) == 1
    assert oracle.count_unheeded([asked, replace(ADD, at=DUE + 2 * SECOND)], Diary()) == []
    assert oracle.count_unheeded([asked, ADD], Diary(blows=[DUE + SECOND / 2])) == []


def test_a_pause_ends_with_the_healing() -> None:
    diary = Diary(seen_shut=[(DUE, DUE + 60 * SECOND), (DUE + SECOND, DUE + 60 * SECOND)], healed_at=DUE + 5 * SECOND)
    assert oracle.join_pauses(diary) == [(DUE, DUE + 5 * SECOND)]


@pytest.mark.parametrize("place", ["a log with {} in it", "\\x00\\x{}", '{{"token": "{}"}}'])
def test_a_canary_is_found_plain_and_in_bytes(place: str) -> None:
    canary = b"2up3OPMp9Tb4dAKM2erWXQ"
    content = place.format(canary.hex() if "x00" in place else canary.decode()).encode()
    assert oracle.secrets_in(content, {canary}) == {canary}
    assert oracle.secrets_in(b"nothing of it", {canary}) == set()


def test_an_unknown_token_is_found_by_its_shape() -> None:
    token = b"BQ" + b"x" * 84
    assert oracle.secrets_in(b"Bearer " + token, set()) == {token}


def test_a_secret_in_a_packed_traceback_is_found(redis_url: str) -> None:
    token = b"BQ" + b"x" * 84
    packed = zlib.compress(b"Traceback: " + token)
    with redis.Redis.from_url(redis_url) as client:
        client.hset("rq:job:1", "exc_info", packed)
        client.xadd("rq:results:1", {"exc_string": base64.b64encode(packed)})
        dump = dump_redis(client)
        client.flushall()
    assert oracle.secrets_in(dump, set()) == {token}
    assert dump.count(token) == 2
