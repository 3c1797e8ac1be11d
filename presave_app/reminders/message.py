"""What a reminder says, and the link it carries."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from presave_app.campaigns.listening import find_way_out
from presave_app.campaigns.models import Campaign
from presave_app.campaigns.targets import find_targets
from presave_app.extensions import current_settings
from presave_app.lib.languages import SOURCE, say, speaking
from presave_app.mail import Letter
from presave_app.reminders.looking_up import way_secret


@dataclass(frozen=True)
class Message:
    """One message to one address, which is never part of a repr."""

    way_id: UUID
    kind: str
    address: str = field(repr=False)
    title: str
    artist: str
    listen_url: str
    page_url: str
    language: str

    @property
    def name(self) -> str:
        return say("{title} by {artist}", title=self.title, artist=self.artist)


def message_of(
    campaign: Campaign, service: str, way_id: UUID, kind: str, address: str, language: str = SOURCE
) -> Message:
    """The message of one way, with the links as they are now, for a fan who reads `language`."""
    page = current_settings().absolute(f"/{campaign.slug}")
    listen = _listen_url(campaign.id, service) or page
    return Message(way_id, kind, address, campaign.title, campaign.artist, listen, page, language)


def reminder_letter(message: Message) -> Letter:
    """The one mail on the day."""
    with speaking(message.language):
        links = say("Listen: {url}", url=message.listen_url) + "\n"
        if message.listen_url != message.page_url:
            links += say("All services: {url}", url=message.page_url) + "\n"
        asked = say("{name} is out. You asked us to tell you.", name=message.name)
        erased = say("This was the only mail: we have erased your address. There is nothing to unsubscribe from.")
        return Letter(
            subject=say("Out now: {name}", name=message.name),
            text=f"{asked}\n\n{links}\n{erased}\n",
            name=f"reminder-{message.way_id}",
            stop_url=stop_url(message.way_id),
        )


def question_letter(message: Message) -> Letter:
    """The mail that asks whoever reads the mailbox whether the reminder is wanted."""
    confirm, stop = confirm_url(message.way_id), stop_url(message.way_id)
    with speaking(message.language):
        typed = say("Somebody, probably you, typed this address on the page of a release:")
        say_yes = say("If we shall write to you once when it is out, say yes here:")
        say_no = say("If not, you need not do anything: we erase your address within three days.")
        at_once = say("To have it erased at once:")
        return Letter(
            subject=say("Shall we remind you of {name}?", name=message.name),
            text=f"{typed}\n{message.name}, {message.page_url}\n\n{say_yes}\n{confirm}\n\n{say_no} {at_once}\n{stop}\n",
            name=f"reminder-question-{message.way_id}",
            stop_url=stop,
        )


def confirm_url(way_id: UUID) -> str:
    """Where the first mail leads."""
    return current_settings().absolute(f"/remind/confirm/{way_secret(way_id)}")


def stop_url(way_id: UUID) -> str:
    """Where a way is taken back from its mails."""
    return current_settings().absolute(f"/remind/stop/{way_secret(way_id)}")


def _listen_url(campaign_id: int, service: str) -> str | None:
    """The release on the service itself, where that is known."""
    target = find_targets(campaign_id).get(service)
    return find_way_out(target) if target else None
