"""What a fan agrees to, in words. The page shows this text and the record keeps it: they can't drift apart."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from presave_app.campaigns.models import Campaign
from presave_app.lib import clock
from presave_app.presaves.states import DEADLINE_DAYS
from presave_app.streaming.connector import Connector

# Grows with every change of the wording below.
WORDING_VERSION = "2026-11-22"
LANGUAGE = "en"
# Two weeks of trying, and the day until the last look. Told in days, so that it stays true when the date moves.
KEPT_DAYS = DEADLINE_DAYS + 1
ADD_TO_LIBRARY = "add_to_library"
THE_RELEASE = "release"


@dataclass(frozen=True)
class Wording:
    """The headline is the promise; the text is what else belongs to it. Both are kept with the consent."""

    version: str
    language: str
    headline: str
    text: str

    @property
    def whole(self) -> str:
        return f"{self.headline}\n{self.text}"


def consent_for(campaign: Campaign, connector: Connector, team_name: str) -> Wording:
    """What pressing the button of `connector` on the page of `campaign` means."""
    release_at = campaign.release_at
    if release_at is None:
        raise ValueError("a campaign without a release moment asks for no consent")
    is_out = clock.now() >= release_at
    when = "Now" if is_out else f"On {_day(release_at, campaign.time_zone)}"
    start = "from now" if is_out else "after the release"
    return Wording(
        version=WORDING_VERSION,
        language=LANGUAGE,
        headline=f"{when} we add {campaign.title} to your {connector.name} library. Nothing else.",
        text=(
            f"{team_name} asks this for {campaign.artist}. We look into your library only to check that the release "
            "arrived, right away and a day later; we never see what you play, nor your e-mail address. Your "
            f"permission is kept encrypted and erased after that, {KEPT_DAYS} days {start} at the latest. "
            "You can cancel at any time."
        ),
    )


def draft_of(wording: Wording, connector: Connector) -> dict[str, Any]:
    """The consent as the sign-in flow carries it, until the fan comes back with the permission."""
    return {
        **asdict(wording),
        "actions": [{"kind": ADD_TO_LIBRARY, "subject": THE_RELEASE}],
        "scopes_asked": list(connector.scopes),
    }


def _day(moment: datetime, zone: str) -> str:
    """The day where the label is: a fan elsewhere may see another date on the clock."""
    local = moment.astimezone(ZoneInfo(zone))
    place = zone.rsplit("/", 1)[-1].replace("_", " ")
    return f"{local.day} {local:%B %Y} ({place} time)"
