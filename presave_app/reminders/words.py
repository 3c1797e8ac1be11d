"""Reminders and notices in words: why there is one, and where each of its ways stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from presave_app.lib.languages import marked, say
from presave_app.reminders.models import ReminderWay
from presave_app.reminders.states import Kind, Reason, State

_WHY = {
    Reason.SERVICE_REMINDS: marked("{service} gives us no way to add it for you, so we remind you on the day instead."),
    Reason.NO_LASTING_PERMISSION: marked(
        "{service} gave no permission that lasts until the day, so we can't add it for you. We can remind you instead."
    ),
    Reason.SEATS_USED: marked(
        "{service} lets this app serve only listeners on a short list, and it is full. We can remind you instead."
    ),
}

_NAMES = {
    Kind.CALENDAR: marked("Calendar"),
    Kind.EMAIL: marked("E-mail"),
    Kind.PUSH: marked("A message from your browser"),
}

_STATES = {
    (Kind.CALENDAR, State.SENT): marked(
        "Open the file below once: your calendar rings when it is out. We keep nothing of it."
    ),
    (Kind.CALENDAR, State.WITHDRAWN): marked("Taken back here. Delete the entry in your calendar too."),
    (Kind.EMAIL, State.UNCONFIRMED): marked(
        "Open the mail we sent you and press its button: only then do we write on the "
        "day. We send one such mail a day to an address. Asked earlier today? Look for that one."
    ),
    (Kind.EMAIL, State.ARMED): marked("Confirmed. We write once, on the day, and erase your address after that."),
    (Kind.EMAIL, State.SENDING): marked("The mail is on its way right now."),
    (Kind.EMAIL, State.SENT): marked("Sent, and your address is erased."),
    (Kind.EMAIL, State.WITHDRAWN): marked("Taken back, and your address is erased."),
    (Kind.PUSH, State.ARMED): marked("Your browser shows one message on the day. Then we forget how to reach it."),
    (Kind.PUSH, State.SENDING): marked("The message is on its way right now."),
    (Kind.PUSH, State.SENT): marked("Sent, and the way to your browser is erased."),
    (Kind.PUSH, State.WITHDRAWN): marked("Taken back, and the way to your browser is erased."),
}

_NOTICES = {
    (Kind.EMAIL, State.UNCONFIRMED): marked(
        "Open the mail we sent you and press its button: only then do we write if {service} needs you. "
        "We send one such mail a day to an address. Asked earlier today? Look for that one."
    ),
    (Kind.EMAIL, State.ARMED): marked(
        "Confirmed. We write once, only if {service} needs your permission again, and erase your address after that."
    ),
    (Kind.PUSH, State.ARMED): marked(
        "Your browser shows one message, only if {service} needs your permission again. "
        "After that we forget how to reach it."
    ),
}

_OTHERWISE = marked("It could not be sent. The address is erased.")
_REASONS = {
    "replaced": marked("You asked for this again later: that newer one stays, this one is erased."),
    "maybe_sent": marked(
        "We lost the connection while sending, so it may have reached you or not. We don't send twice."
    ),
    "not_confirmed": marked("Nobody pressed the button in the mail in time. The address is erased."),
    "too_late": marked("It could not be sent within three days, so we stopped. The address is erased."),
    "watch_over": marked("Three days after the release we stopped. The address is erased."),
    "not_needed": marked("It is not needed any more. The address is erased."),
    "refused": marked("It was not taken there. The address is erased."),
    "gone": marked("Your browser does not take messages from here any more. The way to it is erased."),
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
    return say(_WHY[Reason(reason)], service=service_name)


def headline(ways: Sequence[ToldWay], *, is_withdrawn: bool, is_out: bool) -> str:
    """Where a reminder stands as a whole: it promises nothing that is not agreed to."""
    if is_withdrawn:
        return say("No reminder any more")
    if is_out:
        return say("It is out")
    if any(_is_sure(told.way) for told in ways):
        return say("We remind you")
    if any(told.way.state == State.UNCONFIRMED for told in ways):
        return say("One step is left")
    return say("We can't remind you this way") if ways else say("Shall we remind you?")


def mail_headline(way: ToldWay, button: str | None, notice_of: str = "") -> str:
    """What the page behind a link in a mail asks, by the button on it; without one what came of it.

    `notice_of` is the service that a notice is about.
    """
    match button or way.way.state:
        case "confirm" if notice_of:
            return say("Shall we write if {service} needs you?", service=notice_of)
        case "confirm":
            return say("Shall we write to you on the day?")
        case "stop":
            return say("Take this back?") if notice_of else say("Take this reminder back?")
        case State.ARMED:
            return say("Confirmed")
        case State.WITHDRAWN:
            return say("We don't write to you")
        case State.SENT:
            return say("We wrote to you")
        case _:
            return say("This link is over")


def _is_sure(way: ReminderWay) -> bool:
    return way.state in (State.ARMED, State.SENDING) or (way.kind == Kind.CALENDAR and way.state == State.SENT)


def told(way: ReminderWay) -> ToldWay:
    """A way in words."""
    return _told(way, _words(way, Kind(way.kind), State(way.state)))


def told_notice(way: ReminderWay, service_name: str) -> ToldWay:
    """A way of a notice in words: that of a pre-save on this service."""
    unless_over = _NOTICES.get((Kind(way.kind), State(way.state)))
    return _told(way, say(unless_over, service=service_name) if unless_over else told(way).words)


def _told(way: ReminderWay, words: str) -> ToldWay:
    kind, state = Kind(way.kind), State(way.state)
    can_stop = state in (State.UNCONFIRMED, State.ARMED) or (kind is Kind.CALENDAR and state is State.SENT)
    return ToldWay(way, say(_NAMES[kind]), words, can_stop)


def _words(way: ReminderWay, kind: Kind, state: State) -> str:
    if way.reason in _REASONS:
        return say(_REASONS[way.reason])
    if state is State.ARMED and way.tries:
        return say("It did not get through yet. We try again by ourselves.")
    return say(_STATES.get((kind, state), _OTHERWISE))
