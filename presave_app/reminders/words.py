"""Reminders and notices in words: why there is one, and where each of its ways stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from presave_app.reminders.models import ReminderWay
from presave_app.reminders.states import Kind, Reason, State

_WHY = {
    Reason.SERVICE_REMINDS: "{service} gives us no way to add it for you, so we remind you on the day instead.",
    Reason.NO_LASTING_PERMISSION: "{service} gave no permission that lasts until the day, so we can't add it for "
    "you. We can remind you instead.",
    Reason.SEATS_USED: "{service} lets this app serve only listeners on a short list, and it is full. "
    "We can remind you instead.",
}

_NAMES = {Kind.CALENDAR: "Calendar", Kind.EMAIL: "E-mail", Kind.PUSH: "A message from your browser"}

_STATES = {
    (Kind.CALENDAR, State.SENT): "Open the file below once: your calendar rings when it is out. We keep nothing of it.",
    (Kind.CALENDAR, State.WITHDRAWN): "Taken back here. Delete the entry in your calendar too.",
    (Kind.EMAIL, State.UNCONFIRMED): "Open the mail we sent you and press its button: only then do we write on the "
    "day. We send one such mail a day to an address. Asked earlier today? Look for that one.",
    (Kind.EMAIL, State.ARMED): "Confirmed. We write once, on the day, and erase your address after that.",
    (Kind.EMAIL, State.SENDING): "The mail is on its way right now.",
    (Kind.EMAIL, State.SENT): "Sent, and your address is erased.",
    (Kind.EMAIL, State.WITHDRAWN): "Taken back, and your address is erased.",
    (Kind.PUSH, State.ARMED): "Your browser shows one message on the day. Then we forget how to reach it.",
    (Kind.PUSH, State.SENDING): "The message is on its way right now.",
    (Kind.PUSH, State.SENT): "Sent, and the way to your browser is erased.",
    (Kind.PUSH, State.WITHDRAWN): "Taken back, and the way to your browser is erased.",
}

_NOTICES = {
    (Kind.EMAIL, State.UNCONFIRMED): "Open the mail we sent you and press its button: only then do we write if "
    "{service} needs you. We send one such mail a day to an address. Asked earlier today? Look for that one.",
    (Kind.EMAIL, State.ARMED): "Confirmed. We write once, only if {service} needs your permission again, and erase "
    "your address after that.",
    (Kind.PUSH, State.ARMED): "Your browser shows one message, only if {service} needs your permission again. After "
    "that we forget how to reach it.",
}

_REASONS = {
    "replaced": "You asked for this again later: that newer one stays, this one is erased.",
    "maybe_sent": "We lost the connection while sending, so it may have reached you or not. We don't send twice.",
    "not_confirmed": "Nobody pressed the button in the mail in time. The address is erased.",
    "too_late": "It could not be sent within three days, so we stopped. The address is erased.",
    "watch_over": "Three days after the release we stopped. The address is erased.",
    "not_needed": "It is not needed any more. The address is erased.",
    "refused": "It was not taken there. The address is erased.",
    "gone": "Your browser does not take messages from here any more. The way to it is erased.",
}


@dataclass(frozen=True)
class ToldWay:
    """One way as its fan sees it."""

    way: ReminderWay
    name: str
    words: str
    can_stop: bool


def why(reason: str, service_name: str) -> str:
    """Why it is a reminder and no pre-save."""
    return _WHY[Reason(reason)].format(service=service_name)


def headline(ways: Sequence[ToldWay], *, is_withdrawn: bool, is_out: bool) -> str:
    """Where a reminder stands as a whole: it promises nothing that is not agreed to."""
    if is_withdrawn:
        return "No reminder any more"
    if is_out:
        return "It is out"
    if any(_is_sure(told.way) for told in ways):
        return "We remind you"
    if any(told.way.state == State.UNCONFIRMED for told in ways):
        return "One step is left"
    return "We can't remind you this way" if ways else "Shall we remind you?"


def _is_sure(way: ReminderWay) -> bool:
    return way.state in (State.ARMED, State.SENDING) or (way.kind == Kind.CALENDAR and way.state == State.SENT)


def told(way: ReminderWay) -> ToldWay:
    """A way in words."""
    return _told(way, _words(way, Kind(way.kind), State(way.state)))


def told_notice(way: ReminderWay, service_name: str) -> ToldWay:
    """A way of a notice in words: that of a pre-save on this service."""
    unless_over = _NOTICES.get((Kind(way.kind), State(way.state)))
    return _told(way, unless_over.format(service=service_name) if unless_over else told(way).words)


def _told(way: ReminderWay, words: str) -> ToldWay:
    kind, state = Kind(way.kind), State(way.state)
    can_stop = state in (State.UNCONFIRMED, State.ARMED) or (kind is Kind.CALENDAR and state is State.SENT)
    return ToldWay(way, _NAMES[kind], words, can_stop)


def _words(way: ReminderWay, kind: Kind, state: State) -> str:
    if way.reason in _REASONS:
        return _REASONS[way.reason]
    if state is State.ARMED and way.tries:
        return "It did not get through yet. We try again by ourselves."
    return _STATES.get((kind, state), "It could not be sent. The address is erased.")
