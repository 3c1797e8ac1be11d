"""How many fans are in: the truth in the database, and the shape in which every page shows it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from sqlalchemy import Row, text

from presave_app.campaigns.models import Campaign
from presave_app.campaigns.release_clock import ReleaseClock, release_clock
from presave_app.extensions import db
from presave_app.lib import clock
from presave_app.lib.languages import say_count
from presave_app.lib.memo import ShortMemo

# A pre-save has to show within two seconds: the poll's second, this, and the way there and back.
_KEEP = timedelta(milliseconds=250)
_KNOWN_CAMPAIGNS = 512
_STILL_MOVES = timedelta(days=1)

# What a page shows before and after the release, as fanpage.poster names it.
FACES = ("pre-save", "out-now")

_TALLY = text("""
    SELECT service, count(*) AS n FROM pre_save
    WHERE campaign_id = :id AND state <> 'withdrawn' GROUP BY service ORDER BY service
""")

_TOTALS = text("""
    SELECT campaign_id, count(*) AS n FROM pre_save
    WHERE campaign_id = ANY(:ids) AND state <> 'withdrawn' GROUP BY campaign_id
""")

# One row for each service that has pre-saves, or one row without a service. Old slugs lead here too;
# a draft that nobody outside the team has seen does not.
_READING = text("""
    SELECT k.slug, k.published_at, k.release_at, k.release_wall, k.first_at, k.time_zone, k.clock,
           p.service, count(p.campaign_id) AS n,
           EXISTS (SELECT 1 FROM slug_entry e WHERE e.campaign_id = k.id) AS was_public
    FROM campaign k LEFT JOIN pre_save p ON p.campaign_id = k.id AND p.state <> 'withdrawn'
    WHERE k.id = coalesce((SELECT id FROM campaign WHERE slug = :slug),
                          (SELECT campaign_id FROM slug_entry WHERE slug = :slug))
    GROUP BY k.id, p.service ORDER BY p.service
""")


@dataclass(frozen=True)
class Tally:
    """Pre-saves that were accepted and not withdrawn, whatever came of them."""

    total: int
    services: Mapping[str, int]


@dataclass(frozen=True)
class Count:
    """A tally as a page shows it. `poll` is how often the page asks again; None while nothing can come.

    `is_over` once nothing more is to come: a page that is down, or has no day yet, may be put up again. `is_split`
    while the release is out for some and not for others; `reading` is what it was counted from.
    """

    slug: str
    tally: Tally
    is_out: bool
    poll: str | None
    is_over: bool = False
    is_split: bool = False
    reading: object = None
    moved: bool = False

    @property
    def total(self) -> int:
        return self.tally.total

    @property
    def words(self) -> str:
        return say_count("fan is in", "fans are in", self.total)

    @property
    def face(self) -> str:
        return FACES[self.is_out]

    def after(self, seen: int | None) -> Count:
        """The same count for a page that shows `seen`."""
        return replace(self, moved=seen is not None and seen != self.total)


@dataclass(frozen=True)
class _Reading:
    """What the database says of one campaign, before anybody's clock is looked at."""

    slug: str
    is_published: bool
    release: ReleaseClock | None
    tally: Tally

    def seen_from(self, zone: str | None) -> Count:
        """The count with the face that a visitor in `zone` sees now."""
        release, now = self.release, clock.now()
        is_out = release is not None and release.is_out_for(zone, now)
        is_over = release is not None and now >= release.last + _STILL_MOVES
        is_still = is_over or release is None or not self.is_published
        poll = None if is_still else "2s" if is_out else "1s"
        is_split = release is not None and release.is_split(now)
        return Count(self.slug, self.tally, is_out, poll, is_over, is_split, self)


_memo: ShortMemo[_Reading | None] = ShortMemo(keep=_KEEP, size=_KNOWN_CAMPAIGNS)


def tally(campaign_id: int) -> Tally:
    """The tally of one campaign, read now."""
    return _tally_of(db.session.execute(_TALLY, {"id": campaign_id}).all())


def totals(campaign_ids: Iterable[int]) -> dict[int, int]:
    """The totals of many campaigns in one query; every id asked for has one."""
    ids = list(campaign_ids)
    found = {row.campaign_id: row.n for row in db.session.execute(_TOTALS, {"ids": ids})}
    return {campaign_id: found.get(campaign_id, 0) for campaign_id in ids}


def count_context(campaign: Campaign, zone: str | None = None) -> dict[str, Count]:
    """What `counts/_count.html` needs, read now, for a visitor in `zone`."""
    is_published = campaign.published_at is not None
    reading = _Reading(campaign.slug, is_published, release_clock(campaign), tally(campaign.id))
    return {"count": reading.seen_from(zone)}


def find_count(slug: str, zone: str | None = None) -> Count | None:
    """The count behind an address, at most a quarter of a second old; None where there is no page."""
    reading = _memo.get(slug, lambda: _read(slug))
    return reading.seen_from(zone) if reading else None


def is_newest(slug: str, count: Count) -> bool:
    """Whether a count found behind this address is still what would be found there."""
    return _memo.peek(slug) is count.reading


def forget_counts() -> None:
    """Forget what this process remembers, for tests that empty the database."""
    _memo.forget()


def _read(slug: str) -> _Reading | None:
    rows = db.session.execute(_READING, {"slug": slug}).all()
    if not rows or not (rows[0].published_at or rows[0].was_public):
        return None
    first = rows[0]
    return _Reading(first.slug, first.published_at is not None, release_clock(first), _tally_of(rows))


def _tally_of(rows: Iterable[Row[Any]]) -> Tally:
    services = {row.service: row.n for row in rows if row.service is not None}
    return Tally(sum(services.values()), services)
