"""A notice: an alarm as it is told to people, when it opens and when it is over."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from presave_app.extensions import current_settings
from presave_app.releases.alarm_words import words_of


@dataclass(frozen=True)
class Notice:
    """One alarm in one of its two states, as it was when a teller took it."""

    id: int
    kind: str
    service: str | None
    campaign_id: int | None
    slug: str | None
    release: str | None
    detail: str | None
    opened_at: datetime
    closed_at: datetime | None

    @property
    def state(self) -> str:
        return "over" if self.closed_at else "open"

    @property
    def name(self) -> str:
        """The same for each telling of this state, and never another alarm's, also after a restored backup."""
        return self.name_of(self.state)

    def name_of(self, state: str) -> str:
        """The name of the notice in that state."""
        return f"alarm-{self.id}-{self.opened_at:%Y%m%d%H%M%S}-{state}"

    @property
    def title(self) -> str:
        title = words_of(self.kind, self.service, self.release, self.detail).title
        return f"Over: {title}" if self.closed_at else title

    @property
    def text(self) -> str:
        if self.closed_at:
            return f"This is over. It lasted from {_in_utc(self.opened_at)} to {_in_utc(self.closed_at)}."
        return words_of(self.kind, self.service, self.release, self.detail).text

    @property
    def url(self) -> str:
        """Where to look: the release's page, or all campaigns where it is about a whole service."""
        path = "/campaigns" if self.campaign_id is None else f"/campaigns/{self.campaign_id}/release"
        return current_settings().absolute(path)


def _in_utc(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"
