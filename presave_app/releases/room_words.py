"""The control room in plain words: states with their reasons, gates, breakers, test fans, and spans of time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from presave_app.presaves.states import State, words_for
from presave_app.releases.room_facts import Desk, Group, TestFan

_MINUTE, _HOUR, _DAY = 60, 3600, 86_400

# From what needs a person to what needs nobody.
_ORDER = (
    State.FAILED,
    State.EXPIRED,
    State.NEEDS_REAUTH,
    State.CLAIMED,
    State.ARMED,
    State.DONE,
    State.WITHDRAWN,
)
_LABELS = {
    State.FAILED: "refused",
    State.EXPIRED: "out of time",
    State.NEEDS_REAUTH: "need the fan",
    State.CLAIMED: "being added",
    State.DONE: "added",
    State.WITHDRAWN: "cancelled",
}
_FANS_TO_MEND = "Only the fan can mend this, by giving the permission again on their own page."
_ONES_TO_RETRY = "Nobody asks again by itself."

_OUTAGES = frozenset({"no_answer_in_time", "connection_lost", "tls_fault", "answer_unreadable"})

_CANARY_WORDS = {
    None: "No test fan is named: everybody is added at once.",
    "waiting": "The test fans go first. The crowd follows once the release was read back from a test fan's library.",
    "passed": "Passed: the crowd is being let through.",
    "unclear": "Unclear: the service could not tell in time, so the crowd was let through.",
    "refused": "Refused: the test fans did not get the release, so the crowd is held back.",
}


@dataclass(frozen=True)
class Line:
    """So many fans in one state for one reason. `kind` chooses the shape: bad, care, busy, wait, good or gone."""

    number: int
    label: str
    words: str
    kind: str
    state: str
    reason: str | None

    @property
    def may_retry(self) -> bool:
        return self.state == State.FAILED


def lines_of(groups: Sequence[Group]) -> tuple[Line, ...]:
    """One line for each state and reason, worst first; those that read alike are one line."""
    lines: dict[tuple[str, str, str | None], Line] = {}
    for group in sorted(groups, key=_urgency):
        line = _line_of(group)
        # Only what can be tried again by its reason is kept apart by its reason.
        key = (line.label, line.words, line.reason if line.may_retry else None)
        number = group.number + (lines[key].number if key in lines else 0)
        lines[key] = Line(number, line.label, line.words, line.kind, line.state, line.reason)
    return tuple(lines.values())


def gate_words(desk: Desk, zone: str) -> str:
    """Whether the service is being called, and why not."""
    if desk.breaker_at is not None:
        return f"Nobody is being asked; {probe_words(desk)}"
    if desk.shut_until is None:
        is_missing = desk.is_looked_for and not desk.is_found
        return "Open; the release is not in the catalogue yet" if is_missing else "Open"
    return f"Shut until {clock_words(desk.shut_until, zone)}"


def breaker_words(desk: Desk) -> str:
    """What the service does to everybody, after its name."""
    return "does not work right now" if _is_outage(desk) else "refuses this installation"


def probe_words(desk: Desk) -> str:
    """How often a single call is made to see whether it works again."""
    return "one probe every few seconds" if _is_outage(desk) else "one probe a minute"


def reason_words(reason: str | None) -> str:
    """A plain sentence for a reason."""
    return words_for(reason)


def canary_words(canary: str | None) -> str:
    """What came of the test fans."""
    return _CANARY_WORDS[canary]


def test_fan_words(fan: TestFan) -> str:
    """A test fan's state, and what was read back."""
    label = _label_of(State(fan.state), fan.is_due)
    if fan.state != State.DONE:
        return _sentence(label, words_for(fan.reason))
    if fan.kept_at:
        return "Added, read back, and still there a day later."
    if fan.verified_at:
        return "Added, and read back from the library."
    return "Added. It is read back next." if fan.looks_at else "Added, but it could not be read back."


def fans(number: int) -> str:
    """One fan, 4,210 fans."""
    return "1 fan" if number == 1 else f"{number:,} fans"


def span_words(seconds: float) -> str:
    """A span of time in the units a person would use: 45 s, 9 min 12 s, 42 min, 3 h 12 min, 3 days."""
    whole = max(0, int(seconds))
    if whole < _MINUTE:
        return f"{whole} s"
    if whole < 10 * _MINUTE:
        return f"{whole // _MINUTE} min {whole % _MINUTE} s"
    if whole < _HOUR:
        return f"{whole // _MINUTE} min"
    if whole < 2 * _DAY:
        return f"{whole // _HOUR} h {whole % _HOUR // _MINUTE} min"
    return f"{whole // _DAY} days"


def left_words(seconds: int | None) -> str:
    """How long it will take, roughly, for it can't be known better."""
    if seconds is None:
        return ""
    if seconds < _MINUTE:
        return "less than a minute"
    if seconds < 2 * _HOUR:
        return f"about {-(-seconds // _MINUTE)} min"
    return f"about {round(seconds / _HOUR)} hours"


def rate_words(rate: float) -> str:
    """A rate as short as it can be: 5, 4.8, 0."""
    return f"{rate:.1f}".removesuffix(".0") if rate < 100 else f"{rate:,.0f}"


def zone_words(zone: str) -> str:
    """A zone as people call it: Berlin time."""
    return "UTC" if zone == "UTC" else zone.rsplit("/", 1)[-1].replace("_", " ") + " time"


def clock_words(moment: datetime, zone: str) -> str:
    """The time of day in the campaign's zone: 00:04 Berlin time."""
    return f"{moment.astimezone(ZoneInfo(zone)):%H:%M} {zone_words(zone)}"


def _is_outage(desk: Desk) -> bool:
    """Whether the service fails by itself, and nobody here has anything to mend."""
    reason = desk.breaker_reason or ""
    return reason in _OUTAGES or reason.startswith("http_5")


def _urgency(group: Group) -> tuple[int, bool, int]:
    return _ORDER.index(State(group.state)), not words_for(group.reason), -group.number


def _line_of(group: Group) -> Line:
    state, reason = State(group.state), words_for(group.reason)
    label = _label_of(state, group.is_due)
    match state:
        case State.FAILED:
            words, kind = _join(reason, _ONES_TO_RETRY), "bad"
        case State.EXPIRED:
            words, kind = reason, "bad"
        case State.NEEDS_REAUTH:
            words, kind = _join(reason, _FANS_TO_MEND), "care"
        case State.CLAIMED:
            words, kind = "", "busy"
        case State.ARMED:
            words, kind = reason, "wait"
        case State.DONE:
            words, kind = reason, "good"
        case State.WITHDRAWN:
            words, kind = "", "gone"
    return Line(group.number, label, words, kind, group.state, group.reason)


def _label_of(state: State, is_due: bool) -> str:
    if state is State.ARMED:
        return "in line" if is_due else "waiting for their moment"
    return _LABELS[state]


def _sentence(label: str, reason: str) -> str:
    return _join(f"{label[:1].upper()}{label[1:]}.", reason)


def _join(*sentences: str) -> str:
    return " ".join(filter(None, sentences))
