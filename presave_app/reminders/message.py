"""What a reminder or a notice says, and the link it carries."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from presave_app.campaigns.listening import find_way_out
from presave_app.campaigns.models import Campaign
from presave_app.campaigns.targets import find_targets
from presave_app.extensions import current_settings
from presave_app.lib.languages import SOURCE, say, speaking
from presave_app.mail import Letter
from presave_app.presaves.looking_up import mine_secret
from presave_app.presaves.states import PreSaveId
from presave_app.reminders.looking_up import way_secret
from presave_app.streaming.directory import find_entry


@dataclass(frozen=True)
class Notice:
    """What is told of a pre-save whose permission is lost: on which service, and where its fan gives it again."""

    service_name: str
    mine_url: str = field(repr=False)


@dataclass(frozen=True)
class Message:
    """One message to one address, which is never part of a repr. With a `notice` it is about a pre-save."""

    way_id: UUID
    kind: str
    address: str = field(repr=False)
    title: str
    artist: str
    listen_url: str
    page_url: str
    language: str = SOURCE
    notice: Notice | None = None

    @property
    def name(self) -> str:
        return say("{title} by {artist}", title=self.title, artist=self.artist)


def message_of(campaign: Campaign, asked: Row[Any], way_id: UUID, kind: str, address: str) -> Message:
    """The message of one way, with the links as they are now; of a notice when there is a pre-save.

    `asked` has the service, the language and the pre_save_id of its reminder.
    """
    page = current_settings().absolute(f"/{campaign.slug}{_query(asked.language)}")
    listen = _listen_url(campaign.id, asked.service) or page
    notice = _notice_of(PreSaveId(asked.pre_save_id), asked.service, asked.language) if asked.pre_save_id else None
    return Message(way_id, kind, address, campaign.title, campaign.artist, listen, page, asked.language, notice)


def letter_of(message: Message) -> Letter:
    """The one mail, in its fan's language: on the day, or when the permission is lost."""
    with speaking(message.language):
        subject, text = _lost(message, message.notice) if message.notice else _out(message)
        erased = say("This was the only mail: we have erased your address. There is nothing to unsubscribe from.")
    return Letter(subject, f"{text}\n{erased}\n", name=f"reminder-{message.way_id}", stop_url=stop_url(message))


def question_letter(message: Message) -> Letter:
    """The mail that asks whoever reads the mailbox whether the message is wanted."""
    with speaking(message.language):
        subject, ask = _question(message)
        typed = say("Somebody, probably you, typed this address on the page of a release:")
        say_no = say("If not, you need not do anything: we erase your address within three days.")
        at_once = say("To have it erased at once:")
        about = f"{typed}\n{message.name}, {message.page_url}"
    stop = stop_url(message)
    return Letter(
        subject,
        f"{about}\n\n{ask}\n{confirm_url(message)}\n\n{say_no} {at_once}\n{stop}\n",
        name=f"reminder-question-{message.way_id}",
        stop_url=stop,
    )


def _out(message: Message) -> tuple[str, str]:
    asked = say("{name} is out. You asked us to tell you.", name=message.name)
    links = say("Listen: {url}", url=message.listen_url) + "\n"
    if message.listen_url != message.page_url:
        links += say("All services: {url}", url=message.page_url) + "\n"
    return say("Out now: {name}", name=message.name), f"{asked}\n\n{links}"


def _lost(message: Message, notice: Notice) -> tuple[str, str]:
    service = notice.service_name
    subject = say("{title}: {service} needs your permission again", title=message.title, service=service)
    why = say(
        "You pre-saved {name}. {service} does not let us add it any more until you give your permission again. "
        "You asked us to tell you.",
        name=message.name,
        service=service,
    )
    where = say("Give it on your own page:")
    return subject, f"{why}\n\n{where}\n{notice.mine_url}\n"


def _question(message: Message) -> tuple[str, str]:
    if message.notice is None:
        subject = say("Shall we remind you of {name}?", name=message.name)
        return subject, say("If we shall write to you once when it is out, say yes here:")
    ask = say(
        "If we shall write to you once if {service} needs your permission again before we can add it, say yes here:",
        service=message.notice.service_name,
    )
    return say("Shall we tell you if {name} needs you?", name=message.name), ask


def confirm_url(message: Message) -> str:
    """Where the first mail leads."""
    return current_settings().absolute(f"/remind/confirm/{way_secret(message.way_id)}{_query(message.language)}")


def stop_url(message: Message) -> str:
    """Where a way is taken back from its mails."""
    return current_settings().absolute(f"/remind/stop/{way_secret(message.way_id)}{_query(message.language)}")


def _query(language: str) -> str:
    """What keeps an address in that language, whatever the browser that opens it asks for."""
    return "" if language == SOURCE else f"?lang={language}"


def _notice_of(pre_save_id: PreSaveId, service: str, language: str) -> Notice:
    entry = find_entry(service)
    name = entry.name if entry else service
    return Notice(name, current_settings().absolute(f"/mine/{mine_secret(pre_save_id)}{_query(language)}"))


def _listen_url(campaign_id: int, service: str) -> str | None:
    """The release on the service itself, where that is known."""
    target = find_targets(campaign_id).get(service)
    return find_way_out(target) if target else None
