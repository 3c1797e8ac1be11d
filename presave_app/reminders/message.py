"""What a reminder or a notice says, and the link it carries."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from presave_app.campaigns.listening import find_way_out
from presave_app.campaigns.models import Campaign
from presave_app.campaigns.targets import find_targets
from presave_app.extensions import current_settings
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
    notice: Notice | None = None

    @property
    def name(self) -> str:
        return f"{self.title} by {self.artist}"


def message_of(
    campaign: Campaign, service: str, way_id: UUID, kind: str, address: str, pre_save_id: UUID | None
) -> Message:
    """The message of one way, with the links as they are now; of a notice when there is a pre-save."""
    page = current_settings().absolute(f"/{campaign.slug}")
    listen = _listen_url(campaign.id, service) or page
    notice = _notice_of(PreSaveId(pre_save_id), service) if pre_save_id else None
    return Message(way_id, kind, address, campaign.title, campaign.artist, listen, page, notice)


def letter_of(message: Message) -> Letter:
    """The one mail: on the day, or when the permission is lost."""
    return notice_letter(message, message.notice) if message.notice else reminder_letter(message)


def notice_letter(message: Message, notice: Notice) -> Letter:
    """The one mail to a fan whose permission is lost."""
    return Letter(
        subject=f"{message.title}: {notice.service_name} needs your permission again",
        text=f"You pre-saved {message.name}. {notice.service_name} does not let us add it any more "
        f"until you give your permission again. You asked us to tell you.\n\n"
        f"Give it on your own page:\n{notice.mine_url}\n\n"
        "This was the only mail: we have erased your address. There is nothing to unsubscribe from.\n",
        name=f"reminder-{message.way_id}",
        stop_url=stop_url(message.way_id),
    )


def reminder_letter(message: Message) -> Letter:
    """The one mail on the day."""
    links = f"Listen: {message.listen_url}\n"
    if message.listen_url != message.page_url:
        links += f"All services: {message.page_url}\n"
    return Letter(
        subject=f"Out now: {message.name}",
        text=f"{message.name} is out. You asked us to tell you.\n\n{links}\n"
        "This was the only mail: we have erased your address. There is nothing to unsubscribe from.\n",
        name=f"reminder-{message.way_id}",
        stop_url=stop_url(message.way_id),
    )


def question_letter(message: Message) -> Letter:
    """The mail that asks whoever reads the mailbox whether the message is wanted."""
    subject, when = f"Shall we remind you of {message.name}?", "when it is out"
    if notice := message.notice:
        subject = f"Shall we tell you if {message.name} needs you?"
        when = f"if {notice.service_name} needs your permission again before we can add it"
    return Letter(
        subject=subject,
        text="Somebody, probably you, typed this address on the page of a release:\n"
        f"{message.name}, {message.page_url}\n\n"
        f"If we shall write to you once {when}, say yes here:\n{confirm_url(message.way_id)}\n\n"
        "If not, you need not do anything: we erase your address within three days. "
        f"To have it erased at once:\n{stop_url(message.way_id)}\n",
        name=f"reminder-question-{message.way_id}",
        stop_url=stop_url(message.way_id),
    )


def confirm_url(way_id: UUID) -> str:
    """Where the first mail leads."""
    return current_settings().absolute(f"/remind/confirm/{way_secret(way_id)}")


def stop_url(way_id: UUID) -> str:
    """Where a way is taken back from its mails."""
    return current_settings().absolute(f"/remind/stop/{way_secret(way_id)}")


def _notice_of(pre_save_id: PreSaveId, service: str) -> Notice:
    entry = find_entry(service)
    name = entry.name if entry else service
    return Notice(name, current_settings().absolute(f"/mine/{mine_secret(pre_save_id)}"))


def _listen_url(campaign_id: int, service: str) -> str | None:
    """The release on the service itself, where that is known."""
    target = find_targets(campaign_id).get(service)
    return find_way_out(target) if target else None
