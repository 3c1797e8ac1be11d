"""Looks at the gate several times a second and notes when it is shut: nobody may call then."""

from __future__ import annotations

import threading
from types import TracebackType
from typing import Self

import psycopg

from chaos.plan import Diary

LOOK_EVERY_SECONDS = 0.1


class GateWatcher:
    """A thread of its own, for the storm itself waits for what it breaks."""

    def __init__(self, url: str, diary: Diary) -> None:
        self._url, self._diary = url, diary
        self._leaving = threading.Event()
        self._thread = threading.Thread(target=self._watch)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, _: TracebackType | None) -> None:
        self._leaving.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._leaving.is_set():
            try:
                with psycopg.connect(self._url, autocommit=True) as connection:
                    self._look_until_cut_off(connection)
            except psycopg.OperationalError:
                # The storm has cut us off too.
                self._leaving.wait(LOOK_EVERY_SECONDS)

    def _look_until_cut_off(self, connection: psycopg.Connection) -> None:
        while not self._leaving.wait(LOOK_EVERY_SECONDS):
            shut = connection.execute(
                "SELECT clock_timestamp(), open_at FROM service_gate WHERE open_at > clock_timestamp()"
            ).fetchall()
            self._diary.seen_shut += shut
