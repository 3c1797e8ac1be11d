"""The short memory: one reading for a crowd, never older than promised, never another's answer."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from presave_app.lib import clock
from presave_app.lib.memo import ShortMemo


def test_a_crowd_costs_one_reading() -> None:
    memo: ShortMemo[int] = ShortMemo(keep=timedelta(seconds=5), size=4)
    readings: list[int] = []

    def read() -> int:
        time.sleep(0.05)
        readings.append(1)
        return 7

    with ThreadPoolExecutor(16) as crowd:
        assert set(crowd.map(lambda _: memo.get("a", read), range(64))) == {7}
    assert len(readings) == 1


def test_keys_wait_only_for_themselves() -> None:
    memo: ShortMemo[str] = ShortMemo(keep=timedelta(seconds=5), size=4)
    assert memo.get("a", lambda: memo.get("b", lambda: "of b") + " and a") == "of b and a"


def test_an_answer_is_read_again_when_it_is_old() -> None:
    memo: ShortMemo[int] = ShortMemo(keep=timedelta(milliseconds=30), size=4)
    numbers = iter(range(9))
    assert [memo.get("a", lambda: next(numbers)) for _ in range(2)] == [0, 0]
    time.sleep(0.04)
    assert memo.get("a", lambda: next(numbers)) == 1


def test_a_clock_set_back_does_not_freeze_an_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    memo: ShortMemo[int] = ShortMemo(keep=timedelta(seconds=5), size=4)
    assert memo.get("a", lambda: 1) == 1
    earlier = clock.seconds() - 3600
    monkeypatch.setattr(clock, "seconds", lambda: earlier)
    assert memo.get("a", lambda: 2) == 2


def test_a_fault_is_remembered_by_nobody() -> None:
    memo: ShortMemo[int] = ShortMemo(keep=timedelta(seconds=5), size=4)
    with pytest.raises(ZeroDivisionError):
        memo.get("a", lambda: 1 // 0)
    assert memo.get("a", lambda: 3) == 3


def test_made_up_addresses_fill_no_memory() -> None:
    memo: ShortMemo[str] = ShortMemo(keep=timedelta(seconds=5), size=4)
    for number in range(100):
        memo.get(str(number), lambda: "nothing")
    assert len(memo) == 4


def test_one_answer_is_forgotten_and_the_others_stay() -> None:
    memo: ShortMemo[int] = ShortMemo(keep=timedelta(seconds=5), size=4)
    numbers = iter(range(9))
    for key in ("a", "b"):
        memo.get(key, lambda: next(numbers))
    memo.forget("a")
    memo.forget("never known")
    assert [memo.get(key, lambda: next(numbers)) for key in ("a", "b")] == [2, 1]
