"""The roll-out on a fan's page: which releases one tap covers, which were left out, and how the browser says so.

The page lists them all. A fan leaves one out by a link, before the tap, and the form then names those that stood on
the page: a release that joined meanwhile is never agreed to unseen.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime

from presave_app.campaigns.models import Campaign
from presave_app.campaigns.rollout import MOST_RELEASES, find_covered
from presave_app.lib import clock
from presave_app.privacy.consent import in_order, release_day

_IDS = re.compile(r"\d{1,9}(\.\d{1,9})*", re.ASCII)


@dataclass(frozen=True)
class RollLine:
    """One release in the list. `without` is what the address says when it is left out, or else taken in again."""

    id: int
    title: str
    when: str
    slug: str
    is_own: bool
    is_left_out: bool
    without: str


@dataclass(frozen=True)
class Roll:
    """The further releases that are to be had on a page, and those of them that the visitor has not left out.

    At `turns_at` the next of them comes out somewhere, and is listed no longer.
    """

    lines: tuple[RollLine, ...] = ()
    covered: tuple[Campaign, ...] = ()
    turns_at: datetime | None = None

    def only(self, reachable: Collection[int]) -> Roll:
        """Without the releases that no service covers; nothing where the page's own is left."""
        lines = tuple(each for each in self.lines if each.is_own or each.is_left_out or each.id in reachable)
        return replace(self, lines=lines if len(lines) > 1 else ())

    @property
    def left_out(self) -> str:
        """What was left out, as the page's address says it."""
        return join_ids([line.id for line in self.lines if line.is_left_out])

    @property
    def ahead(self) -> list[RollLine]:
        """All but the page's own."""
        return [line for line in self.lines if not line.is_own]


def roll_of(campaign: Campaign, without: Collection[int] = ()) -> Roll:
    """The roll-out on the page of `campaign`; nothing where there is none."""
    others = find_covered(campaign, clock.now()) if campaign.rollout_id and campaign.release_at else []
    left_out = {each.id for each in others if each.id in without}
    if not others:
        return Roll()
    lines = [_line(each, campaign, left_out) for each in in_order([campaign, *others])]
    covered = tuple(each for each in others if each.id not in left_out)
    return Roll(tuple(lines), covered, min(each.first_at for each in others if each.first_at))


def seen_on_page(campaign: Campaign, ids: Collection[int]) -> list[Campaign]:
    """Those of the further releases that a fan has seen, as the form says, and that can still be agreed to."""
    return [each for each in find_covered(campaign, clock.now()) if each.id in ids] if ids else []


def split_ids(text: str) -> list[int]:
    """The ids in a query or form, as `12.15`; none where anything else stands there."""
    ids = [int(each) for each in text.split(".")] if _IDS.fullmatch(text) else []
    return ids if len(ids) <= MOST_RELEASES else []


def join_ids(ids: Collection[int]) -> str:
    """The other way round, in one spelling."""
    return ".".join(map(str, sorted(set(ids))))


def clean_ids(text: str) -> str:
    """The ids in one spelling; empty where none are."""
    return join_ids(split_ids(text))


def _line(release: Campaign, campaign: Campaign, left_out: Collection[int]) -> RollLine:
    switched = set(left_out) ^ {release.id}
    return RollLine(
        id=release.id,
        title=release.title,
        when=release_day(release),
        slug=release.slug,
        is_own=release.id == campaign.id,
        is_left_out=release.id in left_out,
        without=join_ids(switched),
    )
