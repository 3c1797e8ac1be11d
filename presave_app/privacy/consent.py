"""What a fan agrees to, in words. The page shows this text and the record keeps it: they can't drift apart."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from presave_app.campaigns.models import Campaign
from presave_app.campaigns.release_clock import ReleaseClock, release_clock
from presave_app.lib import clock
from presave_app.lib.moments import place_of
from presave_app.presaves.states import DEADLINE_DAYS
from presave_app.streaming.connector import Connector

# Grows with every change of the wording below.
WORDING_VERSION = "2026-11-25"
LANGUAGE = "en"
# Two weeks of trying, and the day until the last look. Told in days, so that it stays true when the date moves.
KEPT_DAYS = DEADLINE_DAYS + 1
ADD_TO_LIBRARY = "add_to_library"
THE_RELEASE = "release"

_WITHOUT_ZONE = "If your browser does not tell us where you are, {place} time counts. "


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


def consent_for(campaign: Campaign, connector: Connector, team_name: str, zone: str | None = None) -> Wording:
    """What pressing the button of `connector` on the page of `campaign` means for a fan in `zone`."""
    release = release_clock(campaign)
    if release is None:
        raise ValueError("a campaign without a release moment asks for no consent")
    is_out = release.is_out_for(zone, clock.now())
    when = "Now" if is_out else _moment(release)
    start = "from now" if is_out else "after the release"
    fallback = _WITHOUT_ZONE.format(place=place_of(release.time_zone)) if release.is_local and not is_out else ""
    return Wording(
        version=WORDING_VERSION,
        language=LANGUAGE,
        headline=f"{when} we add {campaign.title} to your {connector.name} library. Nothing else.",
        text=(
            f"{team_name} asks this for {campaign.artist}. We look into your library only to check that the release "
            "arrived, right away and a day later; we never see what you play, nor your e-mail address. Your "
            f"permission is kept encrypted and erased after that, {KEPT_DAYS} days {start} at the latest. "
            f"{fallback}You can cancel at any time."
        ),
    )


def draft_of(wording: Wording, connector: Connector) -> dict[str, Any]:
    """The consent as the sign-in flow carries it, until the fan comes back with the permission."""
    return {
        **asdict(wording),
        "actions": [{"kind": ADD_TO_LIBRARY, "subject": THE_RELEASE}],
        "scopes_asked": list(connector.scopes),
    }


def _moment(release: ReleaseClock) -> str:
    """The day where the label is, since a fan elsewhere may see another date; or the fan's own day and hour."""
    day = f"On {release.wall.day} {release.wall:%B %Y}"
    if release.is_local:
        return f"{day}, at {release.wall:%H:%M} where you are,"
    return f"{day} ({place_of(release.time_zone)} time)"
