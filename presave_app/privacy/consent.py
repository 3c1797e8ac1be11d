"""What a fan agrees to, in words. The page shows this text and the record keeps it: they can't drift apart."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from babel.dates import format_date, format_time

from presave_app.campaigns.models import Campaign
from presave_app.campaigns.release_clock import ReleaseClock, release_clock
from presave_app.fanpage.words import zone_words
from presave_app.lib import clock
from presave_app.lib.languages import language_now, locale_now, marked, say
from presave_app.presaves.extras import ADD_TO_LIBRARY, PRE_ADD
from presave_app.presaves.states import DEADLINE_DAYS
from presave_app.streaming.connector import Connector, Extra

# Grows with every change of the wording below.
WORDING_VERSION = "2026-11-29.1"
# Two weeks of trying, and the day until the last look. Told in days, so that it stays true when the date moves.
KEPT_DAYS = DEADLINE_DAYS + 1
THE_RELEASE = "release"


@dataclass(frozen=True)
class Wording:
    """The promise, and the text that belongs to it. Both are kept with the consent.

    On a page of several services `lead` and `text` are the same for all of them and stand there once; each button
    ends the sentence with its own `deed`. The `headline` is that sentence as a whole, with what was ticked besides;
    `headline_of_others` is it without, for the other releases of a tap. Where it covers a roll-out, `releases` names
    every release with its day; else it is empty.
    """

    version: str
    language: str
    lead: str
    deed: str
    headline: str
    headline_of_others: str
    text: str
    releases: tuple[str, ...] = ()


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
    names = {"artist": campaign.artist, "service": connector.name}
    match extra:
        case Extra.FOLLOW_ARTIST:
            label = say("Also follow {artist} on {service}, right away", **names)
            return Tick(extra, artist_ref or "", label, say("Right away we follow {artist} on {service}.", **names))
        case Extra.ADD_TO_PLAYLIST:
            label = say("Also put it into a playlist of yours on {service}, named “Pre-saved”", **names)
            sentence = say("Then we put it into a playlist of yours on {service}, named “Pre-saved”.", **names)
            return Tick(extra, THE_RELEASE, label, sentence)
        case Extra.REPOST:
            label = say("Also repost it on {service}", **names)
            return Tick(extra, THE_RELEASE, label, say("Then we repost it on {service} in your name.", **names))


def consent_for(
    campaign: Campaign,
    connector: Connector,
    team_name: str,
    zone: str | None = None,
    ticked: Sequence[Tick] = (),
    also: Sequence[Campaign] = (),
) -> Wording:
    """What pressing the button of `connector` on the page of `campaign` means for a fan in `zone`.

    `also` are further releases of its roll-out that the same tap covers; none once the release is out.
    """
    release = release_clock(campaign)
    if release is None:
        raise ValueError("a campaign without a release moment asks for no consent")
    is_out = release.is_out_for(zone, clock.now())
    covered = [] if is_out else in_order([campaign, *also])
    lead, deed = _lead(campaign.title, is_out, len(covered)), _deed(connector, is_out)
    sentence = say("{lead} {deed}.", lead=lead, deed=deed)
    text = _text_of_several(campaign, team_name, covered) if len(covered) > 1 else None
    return Wording(
        version=WORDING_VERSION,
        language=language_now(),
        lead=lead,
        deed=deed,
        headline=" ".join([sentence, *(tick.sentence for tick in ticked)]),
        headline_of_others=sentence,
        text=" ".join(text or _text(campaign, team_name, release, is_out)),
        releases=tuple(map(_line, covered)) if text else (),
    )


def draft_of(
    wording: Wording, connector: Connector, ticked: Sequence[Tick] = (), also: Sequence[Campaign] = ()
) -> dict[str, Any]:
    """The consent as the sign-in flow carries it, until the fan comes back with the permission.

    It covers `also` only where the wording names them: not once the release is out for the fan.
    """
    ahead = [{"kind": PRE_ADD, "subject": THE_RELEASE}] if connector.adds_before_release else []
    extras = [{"kind": tick.extra.value, "subject": tick.subject} for tick in ticked]
    scopes = [*connector.scopes, *(scope for tick in ticked for scope in connector.extras[tick.extra])]
    return {
        **asdict(wording),
        "actions": [{"kind": ADD_TO_LIBRARY, "subject": THE_RELEASE}, *ahead, *extras],
        "scopes_asked": list(dict.fromkeys(scopes)),
        "also": [each.id for each in also] if wording.releases else [],
    }


def release_day(campaign: Campaign) -> str:
    """When a release of a roll-out comes out: the day where the label is, or the fan's own day and hour."""
    release = release_clock(campaign)
    if release is None:
        raise ValueError("a release without a day is in no consent")
    day = format_date(release.wall, "long", locale=locale_now())
    if not release.is_local:
        return say("out on {day} ({zone})", day=day, zone=zone_words(release.time_zone))
    time = format_time(release.wall, "short", locale=locale_now())
    return say("out on {day}, at {time} where you are", day=day, time=time)


def in_order(campaigns: Iterable[Campaign]) -> list[Campaign]:
    """Releases with a day, in the order in which they come out."""
    return sorted(campaigns, key=lambda each: (each.release_at or clock.now(), each.id))


def _line(release: Campaign) -> str:
    return say("{name}: {words}", name=release.title, words=release_day(release))


def _lead(title: str, is_out: bool, number: int) -> str:
    if is_out:
        return say("{title} is out. We do this for you now, and nothing else:", title=title)
    if number > 1:
        return say("When each of these is out we do this for you, and nothing else:")
    return say("When {title} is out we do this for you, and nothing else:", title=title)


def _deed(connector: Connector, is_out: bool) -> str:
    deed = connector.deed_words
    if is_out or not connector.adds_before_release:
        return deed
    return say("{deed}, ahead of the day where {service} takes it", deed=deed, service=connector.name)


def _text(campaign: Campaign, team_name: str, release: ReleaseClock, is_out: bool) -> list[str]:
    kept = marked(
        "Your permission is kept encrypted and erased after that, {days} days after the release at the latest."
    )
    if is_out:
        kept = marked("Your permission is kept encrypted and erased after that, {days} days from now at the latest.")
    return [
        _who_asks(campaign, team_name),
        *([] if is_out else _day(release)),
        _what_we_look_at(),
        say(kept, days=KEPT_DAYS),
        say("You can cancel at any time."),
    ]


def _text_of_several(campaign: Campaign, team_name: str, covered: Sequence[Campaign]) -> list[str]:
    """The days stand in the lines of the releases."""
    local = next((each for each in covered if each.clock == "local"), None)
    return [
        _who_asks(campaign, team_name),
        *([_if_untold(local.time_zone)] if local else []),
        _what_we_look_at(),
        say(
            "Your permission is kept encrypted and erased after the last of them, {days} days after its release at "
            "the latest.",
            days=KEPT_DAYS,
        ),
        say("You can cancel each of them at any time."),
    ]


def _who_asks(campaign: Campaign, team_name: str) -> str:
    return say("{team} asks this for {artist}.", team=team_name, artist=campaign.artist)


def _what_we_look_at() -> str:
    return say(
        "We look there only to check that it arrived, right away and a day later; we never see what you play, nor "
        "your e-mail address."
    )


def _if_untold(time_zone: str) -> str:
    return say("If your browser does not tell us where you are, {zone} counts.", zone=zone_words(time_zone))


def _day(release: ReleaseClock) -> list[str]:
    """The day where the label is, since a fan elsewhere may see another date; or the fan's own day and hour."""
    locale, zone = locale_now(), zone_words(release.time_zone)
    day = format_date(release.wall, "long", locale=locale)
    if not release.is_local:
        return [say("It is out on {day} ({zone}).", day=day, zone=zone)]
    time = format_time(release.wall, "short", locale=locale)
    return [
        say("It is out on {day}, at {time} where you are.", day=day, time=time),
        _if_untold(release.time_zone),
    ]
