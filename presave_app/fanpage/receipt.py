"""What a fan's own page tells of one pre-save: where it stands, what happened when, what the fan can do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from presave_app.campaigns.models import Campaign
from presave_app.extensions import db
from presave_app.fanpage.offers import opens_at
from presave_app.fanpage.words import ServiceWords, moment_words, stamp_words
from presave_app.lib import clock
from presave_app.lib.languages import marked, say
from presave_app.lib.moments import find_zone
from presave_app.presaves.extras import ADD_TO_LIBRARY, PRE_ADD
from presave_app.presaves.models import Action, Event, Grant, PreSave
from presave_app.presaves.states import OPEN, State, words_for
from presave_app.streaming.connector import Extra
from presave_app.streaming.registry import connectors

_SOON = timedelta(minutes=5)
_LATER_TODAY = timedelta(hours=20)
# A read-back follows the add by minutes; the one a day later is nothing to wait for.
_READ_BACK_SOON = timedelta(minutes=10)


# What came of an extra: that it went well, and that it did not.
_EXTRAS = {
    Extra.FOLLOW_ARTIST: (marked("You follow {artist} now."), marked("Following {artist} did not work.")),
    Extra.ADD_TO_PLAYLIST: (
        marked("It is in your playlist “Pre-saved”."),
        marked("Putting it into your playlist did not work."),
    ),
    Extra.REPOST: (marked("It is reposted."), marked("The repost did not work.")),
    PRE_ADD: (
        marked("{service} was asked to take it ahead of the day."),
        marked("Adding it ahead of the day did not work."),
    ),
}


@dataclass(frozen=True)
class Told:
    """A state in words: what it is, and what it means. Ahead of the day the page itself says what it means."""

    headline: str
    text: str


@dataclass(frozen=True)
class Step:
    """One thing that happened."""

    words: str
    at: datetime
    stamp: str


@dataclass(frozen=True)
class Receipt:
    """A pre-save as its fan sees it. `trigger` is when the page asks again; None when nothing can change soon."""

    state: State
    told: Told
    due_at: datetime
    due_words: str
    is_ahead: bool
    ends_early: bool
    zone: str
    steps: list[Step]
    trigger: str | None

    @property
    def can_cancel(self) -> bool:
        return self.state in OPEN

    @property
    def is_good(self) -> bool:
        return self.state is State.DONE or self.is_ahead

    @property
    def again_words(self) -> str:
        """The button with which the fan gives the permission once more."""
        if self.state is State.NEEDS_REAUTH or self.ends_early:
            return say("Give the permission again")
        return say("Pre-save it after all") if self.state is State.WITHDRAWN else say("Try again")


def receipt_of(pre_save: PreSave, campaign: Campaign, service: ServiceWords) -> Receipt:
    """The receipt of a pre-save now."""
    zone = pre_save.time_zone if find_zone(pre_save.time_zone or "") else None
    zone = zone or campaign.time_zone
    state = State(pre_save.state)
    is_ahead = clock.now() < pre_save.due_at
    ends_early = is_ahead and _ends_early(pre_save, campaign)
    return Receipt(
        state=state,
        told=_needed(service) if ends_early else _told(pre_save, campaign, service, is_ahead),
        due_at=pre_save.due_at,
        due_words=moment_words(pre_save.due_at, zone),
        is_ahead=state is State.ARMED and is_ahead and not ends_early,
        ends_early=ends_early,
        zone=zone,
        steps=_steps(pre_save, campaign, service, zone),
        trigger=_trigger(pre_save, campaign),
    )


def _told(pre_save: PreSave, campaign: Campaign, service: ServiceWords, is_ahead: bool) -> Told:
    title, place, reason = campaign.title, service.place, words_for(pre_save.reason)
    match State(pre_save.state):
        case State.ARMED if is_ahead:
            return Told(say("You're in"), "")
        case State.ARMED if campaign.held_at:
            return Told(say("The label has paused this release"), say("Your pre-save waits and is not lost."))
        case State.ARMED:
            return Told(
                say("Your add is in line"),
                _join(say("{title} is out: we {deed} next.", title=title, deed=service.deed), reason),
            )
        case State.CLAIMED:
            return Told(
                say("We are adding it right now"), say("{title} is on its way into {place}.", title=title, place=place)
            )
        case State.DONE:
            return Told(say("It's in {place}", place=place), _proof(pre_save, title, place))
        case State.NEEDS_REAUTH:
            return _needed(service, reason)
        case State.WITHDRAWN:
            return Told(say("Cancelled"), _join(_left_alone(title, service), _had_begun(pre_save, service.name)))
        case State.EXPIRED | State.FAILED:
            return Told(
                say("It was not added"),
                _join(reason, say("{title} is not in {place} through us.", title=title, place=place)),
            )


def _needed(service: ServiceWords, reason: str = "") -> Told:
    return Told(
        say("{service} needs your permission again", service=service.name),
        _join(reason, say("Without it we can't do what you asked.")),
    )


def _ends_early(pre_save: PreSave, campaign: Campaign) -> bool:
    """Whether the permission will have ended by the day, and one that is given now would not."""
    connector = connectors().get(pre_save.service)
    if pre_save.state != State.ARMED or connector is None:
        return False
    grant = db.session.get_one(Grant, pre_save.grant_id)
    ends = grant.hard_expires_at
    return ends is not None and ends <= pre_save.due_at and opens_at(campaign, connector) is None


def _left_alone(title: str, service: ServiceWords) -> str:
    return say("We will do nothing for {title} on {service}.", title=title, service=service.name)


def _had_begun(pre_save: PreSave, name: str) -> str:
    """What is said of a call that had begun and whose answer never counted: nobody knows what came of it."""
    unanswered = select(Action.sent_at).where(Action.pre_save_id == pre_save.id, Action.state == "sent")
    if db.session.scalars(unanswered).first() is None:
        return ""
    return say(
        "A call to {service} had already begun when you cancelled, so it may be there all the same.", service=name
    )


def _proof(pre_save: PreSave, title: str, place: str) -> str:
    added = say("{title} is in {place}.", title=title, place=place)
    if pre_save.verified_at:
        return _join(added, say("We looked it up there to be sure."))
    return _join(added, say("We will look it up there to be sure.") if pre_save.read_back_at else "")


def _steps(pre_save: PreSave, campaign: Campaign, service: ServiceWords, zone: str) -> list[Step]:
    events = db.session.scalars(select(Event).where(Event.pre_save_id == pre_save.id).order_by(Event.id))
    extras = _told_extras(pre_save, campaign, service)
    told = [
        *_told_events(events, service.name),
        *extras,
        *_told_read_backs(pre_save, service),
        *_told_erasure(pre_save, service.name),
    ]
    return [Step(words, at, stamp_words(at, zone)) for words, at in sorted(told, key=lambda step: step[1])]


def _told_events(events: Iterable[Event], name: str) -> list[tuple[str, datetime]]:
    """The events a fan cares for. Of tries in a row that changed nothing only the last one is told."""
    told: list[tuple[str, datetime]] = []
    was_retry = False
    for event in events:
        words = _event_words(event, name)
        is_retry = event.from_state == State.CLAIMED and event.to_state == State.ARMED
        if is_retry and was_retry:
            told.pop()
        if words:
            told.append((words, event.at))
        was_retry = (is_retry and bool(words)) or (was_retry and event.to_state == State.CLAIMED)
    return told


def _event_words(event: Event, name: str) -> str:
    match event.to_state:
        case State.ARMED if event.from_state == State.CLAIMED:
            return _join(say("Not added yet."), words_for(event.reason)) if words_for(event.reason) else ""
        case State.ARMED if event.from_state == State.FAILED and event.reason == "tried_again":
            return say("We began to try once more.")
        case State.ARMED:
            is_first = event.from_state is None
            return say("You gave {service} your permission.", service=name) if is_first else say("You gave it again.")
        case State.DONE:
            return words_for(event.reason) or say("Added.")
        case State.CLAIMED:
            return ""
        case _:
            return words_for(event.reason)


def _told_extras(pre_save: PreSave, campaign: Campaign, service: ServiceWords) -> list[tuple[str, datetime]]:
    """What came of the things that the fan ticked besides, and of adding ahead of the day."""
    ended = select(Action).where(
        Action.pre_save_id == pre_save.id,
        Action.kind != ADD_TO_LIBRARY,
        Action.state.in_(("done", "refused")),
        Action.sent_at.is_not(None),
    )
    return [
        (_extra_words(action, campaign, service), action.sent_at)
        for action in db.session.scalars(ended)
        if action.sent_at is not None
    ]


def _extra_words(action: Action, campaign: Campaign, service: ServiceWords) -> str:
    names = {"artist": campaign.artist, "service": service.name}
    did, did_not = _EXTRAS[action.kind]
    return say(did, **names) if action.state == "done" else _join(say(did_not, **names), words_for(action.outcome))


def _told_read_backs(pre_save: PreSave, service: ServiceWords) -> list[tuple[str, datetime]]:
    looks = (
        (say("We looked it up: it is in {place}.", place=service.place), pre_save.verified_at),
        (say("A day later it was still there."), pre_save.kept_at),
    )
    return [(words, at) for words, at in looks if at]


def _told_erasure(pre_save: PreSave, name: str) -> list[tuple[str, datetime]]:
    erased_at = db.session.get_one(Grant, pre_save.grant_id).erased_at
    return [(say("We erased your {service} permission.", service=name), erased_at)] if erased_at else []


def _trigger(pre_save: PreSave, campaign: Campaign) -> str | None:
    """When the page asks again by itself: soon while something is going on, once at the due time, else never."""
    now, state = clock.now(), State(pre_save.state)
    if state is State.CLAIMED:
        return "every 2s"
    if state is State.ARMED and not campaign.held_at:
        wait = pre_save.due_at - now
        if wait <= _SOON:
            return "every 3s"
        return f"load delay:{int(wait.total_seconds()) + 1}s" if wait < _LATER_TODAY else None
    looks_soon = pre_save.read_back_at is not None and pre_save.read_back_at - now < _READ_BACK_SOON
    return "every 5s" if state is State.DONE and not pre_save.verified_at and looks_soon else None


def _join(*sentences: str) -> str:
    return " ".join(filter(None, sentences))
