"""What a fan agrees to, in words. The page shows this text and the record keeps it: they can't drift apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from presave_app.campaigns.models import Campaign
from presave_app.campaigns.release_clock import ReleaseClock, release_clock
from presave_app.lib import clock
from presave_app.lib.moments import place_of
from presave_app.presaves.extras import PRE_ADD
from presave_app.presaves.states import DEADLINE_DAYS
from presave_app.streaming.connector import Connector, Extra

# Grows with every change of the wording below.
WORDING_VERSION = "2026-11-28.1"
LANGUAGE = "en"
# Two weeks of trying, and the day until the last look. Told in days, so that it stays true when the date moves.
KEPT_DAYS = DEADLINE_DAYS + 1
ADD_TO_LIBRARY = "add_to_library"
THE_RELEASE = "release"

_WITHOUT_ZONE = "If your browser does not tell us where you are, {place} time counts. "


@dataclass(frozen=True)
class Wording:
    """The promise, and the text that belongs to it. Both are kept with the consent.

    On a page of several services `lead` and `text` are the same for all of them and stand there once; each button
    ends the sentence with its own `deed`. The `headline` is that sentence as a whole, with what was ticked besides.
    """

    version: str
    language: str
    lead: str
    deed: str
    headline: str
    text: str

    @property
    def whole(self) -> str:
        return f"{self.headline}\n{self.text}"


@dataclass(frozen=True)
class Tick:
    """Something a fan may ask for besides, unticked at first: the words of the tick, and those of the record."""

    extra: Extra
    subject: str
    label: str
    sentence: str


def ticks_for(campaign: Campaign, connector: Connector, artist_ref: str | None) -> list[Tick]:
    """What `connector` can do besides the add, for this release. An artist nobody named can't be followed."""
    found = [_tick(extra, campaign, connector, artist_ref) for extra in connector.extras]
    return [tick for tick in found if tick.subject]


def _tick(extra: Extra, campaign: Campaign, connector: Connector, artist_ref: str | None) -> Tick:
    artist, name = campaign.artist, connector.name
    match extra:
        case Extra.FOLLOW_ARTIST:
            label, sentence = f"Also follow {artist} on {name}, right away", f"Right away we follow {artist} on {name}."
            return Tick(extra, artist_ref or "", label, sentence)
        case Extra.ADD_TO_PLAYLIST:
            where = f"a playlist of yours on {name}, named “Pre-saved”"
            return Tick(extra, THE_RELEASE, f"Also put it into {where}", f"Then we put it into {where}.")
        case Extra.REPOST:
            return Tick(extra, THE_RELEASE, f"Also repost it on {name}", f"Then we repost it on {name} in your name.")


def consent_for(
    campaign: Campaign,
    connector: Connector,
    team_name: str,
    zone: str | None = None,
    ticked: Sequence[Tick] = (),
) -> Wording:
    """What pressing the button of `connector` on the page of `campaign` means for a fan in `zone`."""
    release = release_clock(campaign)
    if release is None:
        raise ValueError("a campaign without a release moment asks for no consent")
    is_out = release.is_out_for(zone, clock.now())
    lead, deed = _lead(campaign.title, is_out), _deed(connector, is_out)
    return Wording(
        version=WORDING_VERSION,
        language=LANGUAGE,
        lead=lead,
        deed=deed,
        headline=" ".join([f"{lead} {deed}.", *(tick.sentence for tick in ticked)]),
        text=(
            f"{team_name} asks this for {campaign.artist}. {'' if is_out else _day(release)}"
            "We look there only to check that it arrived, right away and a day later; we never see what you play, nor "
            f"your e-mail address. Your permission is kept encrypted and erased after that, {KEPT_DAYS} days "
            f"{'from now' if is_out else 'after the release'} at the latest. You can cancel at any time."
        ),
    )


def draft_of(wording: Wording, connector: Connector, ticked: Sequence[Tick] = ()) -> dict[str, Any]:
    """The consent as the sign-in flow carries it, until the fan comes back with the permission."""
    ahead = [{"kind": PRE_ADD, "subject": THE_RELEASE}] if connector.adds_before_release else []
    extras = [{"kind": tick.extra.value, "subject": tick.subject} for tick in ticked]
    scopes = [*connector.scopes, *(scope for tick in ticked for scope in connector.extras[tick.extra])]
    return {
        **asdict(wording),
        "actions": [{"kind": ADD_TO_LIBRARY, "subject": THE_RELEASE}, *ahead, *extras],
        "scopes_asked": list(dict.fromkeys(scopes)),
    }


def _lead(title: str, is_out: bool) -> str:
    if is_out:
        return f"{title} is out. We do this for you now, and nothing else:"
    return f"When {title} is out we do this for you, and nothing else:"


def _deed(connector: Connector, is_out: bool) -> str:
    deed = connector.deed.format(title="it")
    if is_out or not connector.adds_before_release:
        return deed
    return f"{deed}, ahead of the day where {connector.name} takes it"


def _day(release: ReleaseClock) -> str:
    """The day where the label is, since a fan elsewhere may see another date; or the fan's own day and hour."""
    day, place = f"It is out on {release.wall.day} {release.wall:%B %Y}", place_of(release.time_zone)
    if release.is_local:
        return f"{day}, at {release.wall:%H:%M} where you are. {_WITHOUT_ZONE.format(place=place)}"
    return f"{day} ({place} time). "
