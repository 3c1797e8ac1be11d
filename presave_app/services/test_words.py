"""A connection test in words: its steps, the one it is at, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from presave_app.presaves.states import words_for
from presave_app.services.models import ConnectionTest
from presave_app.services.test_steps import steps_of
from presave_app.streaming.connector import Connector

_DONE = {
    "sign_in": "You signed in and gave the permission.",
    "renew": "The permission can be renewed.",
    "find": "The catalogue shows {title}.",
    "look": "Your library can be read.",
    "add": "It was added.",
    "see": "It is in your library.",
    "remove": "It was taken out again.",
    "gone": "Your library is as it was.",
}
_AHEAD = {
    "sign_in": "Sign in",
    "renew": "Renew the permission",
    "find": "Find the release",
    "look": "Look into your library",
    "add": "Add the release",
    "see": "See it there",
    "remove": "Take it out again",
    "gone": "See that it is gone",
}
_REASONS = {
    "sign_in_refused": "The sign-in ended without a permission.",
    "not_out_there": "The service does not show this release. Take one that is out.",
    "not_in_catalogue": "The service does not show this release. Take one that is out.",
    "not_seen": "The service took it, and its library did not show it within four minutes.",
    "still_there": "It was to be taken out, and the library still showed it four minutes later.",
    "service_off": "The service was turned off meanwhile.",
}
_STAYS = "It was in your library before, so it stays there."
_UNPROVEN = "It was in your library before, so the add proves nothing. Try a release that is not there yet."


@dataclass(frozen=True)
class StepLine:
    """One step: done, being done, the one that failed, or still ahead."""

    kind: str
    words: str


@dataclass(frozen=True)
class Report:
    """How a test stands. `leftover` says that the release may still be in the member's library."""

    state: str
    headline: str
    lines: tuple[StepLine, ...]
    reason: str
    leftover: bool
    ended_at: datetime | None


def report_of(test: ConnectionTest | None, connector: Connector) -> Report | None:
    """What is shown of a test; nothing of one whose member has not come back from the sign-in."""
    if test is None or (test.state == "signing_in" and test.ended_at is None):
        return None
    added = "add" in test.steps and not test.was_there
    return Report(
        state=test.state,
        headline=_headline(test, connector),
        lines=tuple(_lines(test, connector)),
        reason=failure_words(test) if test.state == "failed" else "",
        leftover=added and "gone" not in test.steps and test.ended_at is not None,
        ended_at=test.ended_at,
    )


def is_proven(test: ConnectionTest, connector: Connector) -> bool:
    """Whether the add was what put the release there: a service that confirms none shows what was there before, too."""
    return connector.add_is_proof or not test.was_there


def failure_words(test: ConnectionTest) -> str:
    """Why a test failed."""
    return _REASONS.get(test.reason or "") or words_for(test.reason)


def _headline(test: ConnectionTest, connector: Connector) -> str:
    name = connector.name
    match test.state:
        case "works":
            return f"{name} works" if is_proven(test, connector) else f"{name}: the add is not proven"
        case "failed":
            return f"{name} does not work yet"
        case _:
            return f"Testing {name}"


def _lines(test: ConnectionTest, connector: Connector) -> list[StepLine]:
    done = [StepLine("is-done", _DONE[step].format(title=test.title or "the release")) for step in test.steps]
    if test.was_there:
        done.append(StepLine("is-note", _STAYS if is_proven(test, connector) else _UNPROVEN))
    if test.state == "works":
        return done
    now = StepLine("is-wrong" if test.state == "failed" else "is-now", _AHEAD[test.step])
    if test.state == "failed":
        return [*done, now]
    steps = steps_of(connector, test.was_there)
    ahead = steps[steps.index(test.step) + 1 :] if test.step in steps else steps
    return [*done, now, *(StepLine("is-ahead", _AHEAD[step]) for step in ahead)]
