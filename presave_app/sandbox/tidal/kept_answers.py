"""Answers to mutations that came with an `Idempotency-Key`, kept for an hour to be given again.

https://tidal-music.github.io/tidal-api-reference/tidal-api-oas.json (info, Mutations)
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import RLock

KEPT_FOR = timedelta(hours=1)

# The app, the fan and the key that the app made up.
AnswerKey = tuple[str, str, str]


@dataclass(slots=True)
class KeptAnswer:
    """`body` is None while the first request is still at work."""

    payload: bytes
    at: datetime
    status: int = 0
    body: bytes | None = None


class KeptAnswers:
    def __init__(self, lock: RLock) -> None:
        self._lock = lock
        self._answers: dict[AnswerKey, KeptAnswer] = {}

    def begin(self, key: AnswerKey, payload: bytes, now: datetime) -> KeptAnswer | None:
        """What is known of that key; None for the first request with it, which is now at work."""
        with self._lock:
            known = self._answers.get(key)
            if known is not None and (known.body is None or now < known.at + KEPT_FOR):
                return known
            self._answers[key] = KeptAnswer(payload, now)
            return None

    def finish(self, key: AnswerKey, status: int, body: bytes, now: datetime) -> None:
        with self._lock:
            answer = self._answers.get(key)
            if answer is not None:
                answer.status, answer.body, answer.at = status, body, now

    def forget(self, key: AnswerKey) -> None:
        with self._lock:
            self._answers.pop(key, None)

    def reset(self) -> None:
        with self._lock:
            self._answers.clear()
