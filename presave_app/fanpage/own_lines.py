"""What a campaign's page shows of the visitor's own: a line for each pre-save and reminder made in this browser."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from presave_app.campaigns.models import Campaign
from presave_app.extensions import db
from presave_app.fanpage.poster import Face, find_face
from presave_app.fanpage.receipt import Receipt, receipt_of
from presave_app.fanpage.way_back import Kind, Made
from presave_app.fanpage.words import service_words, stamp_words
from presave_app.lib.languages import say
from presave_app.presaves.models import PreSave
from presave_app.presaves.states import State
from presave_app.reminders.looking_up import ways_of
from presave_app.reminders.models import Reminder
from presave_app.reminders.words import headline, told
from presave_app.streaming.registry import connectors


class When(NamedTuple):
    """A moment, and how it is written where no script says it in the visitor's own time."""

    at: datetime
    words: str


@dataclass(frozen=True)
class OwnLine:
    """One of them: where it stands, and the way to the page of its own.

    Before the day `due` is when we do the `deed`; afterwards `added` is when it was done. `is_saved` is whether the
    service's own button has nothing left to offer to the fan. `trigger` is when to ask again.
    """

    service: str
    secret: str
    headline: str
    text: str
    link_words: str
    deed: str = ""
    due: When | None = None
    added: When | None = None
    is_saved: bool = False
    trigger: str | None = None


def own_lines(campaign: Campaign, made_here: Iterable[Made]) -> list[OwnLine]:
    """The lines of this campaign, in the order of what was made. What is not there any more is left out."""
    lines = (_line(campaign, made) for made in made_here if made.campaign_id == campaign.id)
    return [line for line in lines if line is not None]


def _line(campaign: Campaign, made: Made) -> OwnLine | None:
    if made.kind is Kind.REMINDER:
        reminder = db.session.get(Reminder, made.id)
        return _line_of_reminder(campaign, reminder, made.secret) if reminder else None
    pre_save = db.session.get(PreSave, made.id)
    return _line_of_pre_save(campaign, pre_save, made.secret) if pre_save else None


def _line_of_pre_save(campaign: Campaign, pre_save: PreSave, secret: str) -> OwnLine:
    service = service_words(pre_save.service, connectors().get(pre_save.service))
    receipt = receipt_of(pre_save, campaign, service)
    done_at = pre_save.done_at if receipt.state is State.DONE else None
    return OwnLine(
        service=pre_save.service,
        secret=secret,
        headline=say("You pre-saved on {service}", service=service.name) if receipt.is_ahead else receipt.told.headline,
        text=receipt.told.text if done_at is None else "",
        link_words=_link_words(receipt),
        deed=service.deed,
        due=When(receipt.due_at, receipt.due_words) if receipt.is_ahead else None,
        added=When(done_at, stamp_words(done_at, receipt.zone)) if done_at else None,
        is_saved=receipt.state in (State.ARMED, State.CLAIMED, State.DONE),
        trigger=receipt.trigger,
    )


def _link_words(receipt: Receipt) -> str:
    if receipt.state is State.NEEDS_REAUTH:
        return receipt.again_words
    return say("See it or undo it") if receipt.can_cancel else say("What happened")


def _line_of_reminder(campaign: Campaign, reminder: Reminder, secret: str) -> OwnLine:
    ways = [told(way) for way in ways_of(reminder.id)]
    is_out = find_face(campaign, reminder.time_zone) is Face.OUT_NOW
    name = service_words(reminder.service, connectors().get(reminder.service)).name
    words = headline(ways, is_withdrawn=reminder.withdrawn_at is not None, is_out=is_out)
    return OwnLine(
        service=reminder.service,
        secret=secret,
        headline=say("{name}: {words}", name=name, words=words),
        text="",
        link_words=say("See it or undo it") if any(way.can_stop for way in ways) else say("What happened"),
    )
