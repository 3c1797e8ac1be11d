"""The head line of the control room: what is going on right now. What stops the release comes first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from presave_app.releases.room_words import breaker_words, fans, left_words, span_words
from presave_app.releases.service_room import ServiceRoom


@dataclass(frozen=True)
class Headline:
    """What is going on, in one line. `kind` chooses the shape beside it."""

    kind: str
    words: str
    detail: str = ""


def headline_of(services: Sequence[ServiceRoom], *, is_held: bool, has_date: bool, now: datetime) -> Headline:
    """The one line that says what is going on."""
    waiting = sum(each.open_due + each.open_ahead for each in services)
    if not has_date:
        return Headline("idle", "No release day yet")
    if is_held:
        wait = "waits" if waiting == 1 else "wait"
        return Headline("held", f"On hold: {fans(waiting)} {wait} until somebody resumes", _so_far(services))
    if not any(each.asked for each in services):
        return Headline("idle", "Nobody has pre-saved yet")
    stops = [stop for stop in map(_what_stops, services) if stop]
    if stops:
        return Headline(stops[0].kind, stops[0].words, _so_far(services))
    return _progress(services, now)


def _what_stops(each: ServiceRoom) -> Headline | None:
    desk = each.desk
    if desk.breaker_at is not None:
        return Headline("fault", f"{each.name} {breaker_words(desk)}; nobody is given up")
    if desk.guard_reason is not None:
        return Headline("fault", f"{each.name} refuses {fans(desk.guarded)}; nobody is given up until you decide")
    if desk.canary == "refused":
        return Headline("fault", f"The test fans on {each.name} did not get the release; the crowd is held back")
    if not each.open_due:
        return None
    if not desk.is_found:
        return Headline("paused", f"{each.name} does not show the release yet; we keep looking")
    if desk.shut_until is not None:
        return Headline("paused", f"{each.name} is left alone for a moment; {fans(each.open_due)} wait")
    if desk.canary == "waiting":
        return Headline("waiting", f"The test fans on {each.name} go first; {fans(each.open_due)} wait for them")
    return None


def _progress(services: Sequence[ServiceRoom], now: datetime) -> Headline:
    asked = sum(each.asked for each in services)
    accepted = sum(each.accepted for each in services)
    if any(each.open_due for each in services):
        left = left_words(max((each.seconds_left for each in services if each.seconds_left is not None), default=None))
        return Headline("adding", f"Adding: {accepted:,} of {asked:,}" + (f", {left} left" if left else ""))
    next_at = min((each.next_at for each in services if each.next_at), default=None)
    if next_at is not None:
        until = span_words((next_at - now).total_seconds())
        if accepted:
            return Headline("waiting", f"Between waves: {accepted:,} of {asked:,} added, the next one in {until}")
        return Headline("waiting", f"Waiting: {fans(asked)}, first wave in {until}")
    return _finished(services, accepted, asked)


def _so_far(services: Sequence[ServiceRoom]) -> str:
    accepted, asked = (sum(numbers) for numbers in ([s.accepted for s in services], [s.asked for s in services]))
    return f"{accepted:,} of {asked:,} added so far." if accepted else ""


def _finished(services: Sequence[ServiceRoom], accepted: int, asked: int) -> Headline:
    rest = (
        (sum(each.needs_fan for each in services), "need the fan"),
        (sum(each.failed for each in services), "refused"),
        (sum(each.expired for each in services), "out of time"),
    )
    told = "".join(f", {number:,} {label}" for number, label in rest if number)
    if accepted == asked:
        return Headline("done", f"Finished: all {asked:,} added")
    return Headline("done", f"Finished: {accepted:,} of {asked:,} added{told}")
