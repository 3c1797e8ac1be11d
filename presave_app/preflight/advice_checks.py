"""Guidance from the trade: what experienced labels do, each with its reason. All of it may be put aside."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import time, timedelta

from presave_app.campaigns.listening import find_way_out
from presave_app.preflight.facts import Facts
from presave_app.preflight.finding import Check, Finding, advice, field_of
from presave_app.streaming.registry import known_connectors

_FRIDAY = 4
_ENOUGH_TIME = timedelta(days=14)
# The largest phone maker with a service of its own.
_PHONE = "ios"


def lead_time(facts: Facts) -> Iterator[Finding]:
    """Two weeks between the first opening and the release: distributors ask for as much, and word needs time to spread.

    https://help.sparemusic.com/en/articles/12036830-understanding-minimum-release-dates
    """
    if facts.release is None:
        return
    opened = facts.opened_at or facts.now
    if facts.release.at - opened >= _ENOUGH_TIME:
        return
    days = max(0, (facts.release.at - opened).days)
    words = f"The page is open for {'1 day' if days == 1 else f'{days} days'} before the release."
    why = "Most pre-saves come in the weeks before. Labels mostly open two to four weeks ahead."
    yield advice("lead_time", "Little time", words, why, field_of(facts, "Look at the date", "input-release_date"))


def friday(facts: Facts) -> Iterator[Finding]:
    """New music comes out on Fridays in over 45 markets since 2015 (https://en.wikipedia.org/wiki/Global_Release_Day)."""
    if facts.release is None or facts.release.wall.weekday() == _FRIDAY:
        return
    words = f"It comes out on a {facts.release.wall:%A}."
    why = "Charts and the large playlists of new music turn on Fridays, so a first week that begins later is shorter."
    yield advice("friday", "Not a Friday", words, why, field_of(facts, "Look at the date", "input-release_date"))


def clock(facts: Facts) -> Iterator[Finding]:
    """A release without a time goes live at midnight in each territory, one with a time in UTC everywhere at once.

    https://providersupport.spotify.com/article/setting-up-a-release-deal,
    https://centralhelp.ingrooves.com/hc/en-us/articles/360019240454-Timed-Release
    """
    if facts.release is None:
        return
    is_midnight = facts.release.wall.time() <= time(0, 1)
    repair = field_of(facts, "Look at the clock", "input-clock")
    if is_midnight and not facts.release.is_local:
        words = "Midnight, but the same moment for everybody."
        why = (
            "Distributors mostly release at midnight where each fan is. Fans further west would be told that it is "
            "out before their service plays it. Ask your distributor which of the two was ordered."
        )
        yield advice("clock", "Whose midnight", words, why, repair)
    elif facts.release.is_local and not is_midnight:
        words = f"{facts.release.wall:%H:%M} where each fan is."
        why = "A release at a time of day is mostly ordered as one moment for the whole world. Ask your distributor."
        yield advice("clock", "Whose clock", words, why, repair)


def phone_makers_service(facts: Facts) -> Iterator[Finding]:
    """The service that is on every phone of its maker, with over 100 million subscribers, and is often forgotten."""
    for service, connector in known_connectors().items():
        if connector.home_device != _PHONE or service in facts.targets or service in facts.connectors:
            continue
        words = f"The release has no link on {connector.name}."
        why = "It is the service that comes with half of the phones. Fans there can at least be reminded."
        yield advice(
            "phone_makers_service", connector.name, words, why, field_of(facts, "Paste its link", "input-link")
        )


def links_for_after(facts: Facts) -> Iterator[Finding]:
    """From the release on the same link is the listening page, which is only as good as its links."""
    lacks = facts.targets and not any(find_way_out(target) for target in facts.targets.values())
    if not lacks or facts.campaign.upc:
        return
    words = "Nothing leads to the music yet once it is out."
    why = "The link you share now is the listening page later. With a UPC we find its links by ourselves."
    yield advice("links_for_after", "After the release", words, why, field_of(facts, "Give the UPC", "input-upc"))


def upc(facts: Facts) -> Iterator[Finding]:
    """One number from which the rest is found."""
    if facts.campaign.upc or not facts.targets:
        return
    words = "The release has no UPC."
    why = "From it we find the release on the other services, before the day where they show it."
    yield advice("upc", "UPC", words, why, field_of(facts, "Give the UPC", "input-upc"))


CHECKS: tuple[Check, ...] = (lead_time, friday, clock, phone_makers_service, links_for_after, upc)
