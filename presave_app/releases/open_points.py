"""What is wrong with a campaign, as the list of campaigns says it: in words, with the place where it is mended.

All campaigns of a list are looked at together, by the same few queries however many there are.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import text

from presave_app.campaigns import targets
from presave_app.campaigns.campaign import Status
from presave_app.campaigns.models import Campaign
from presave_app.extensions import db
from presave_app.releases.alarm_conditions import CONDITIONS
from presave_app.releases.alarm_words import words_of

# A release this near wants a page that fans can see.
_NEAR = timedelta(days=28)
# What failed for single fans is news for so long after the release.
_NEWS = timedelta(days=14)


class Repair(StrEnum):
    """Where a point is mended."""

    HEADING = "heading"
    ARTWORK = "artwork"
    WHEN = "section-when"
    WHERE = "section-where"
    ROOM = "room"


@dataclass(frozen=True)
class OpenPoint:
    """One thing that is wrong. `kind` chooses the shape beside it: bad stops fans from getting the release."""

    kind: str
    words: str
    repair: Repair


@dataclass(frozen=True)
class _Known:
    """What was read of all campaigns at once."""

    nowhere: set[int]
    alarms: Mapping[int, Sequence[str]]
    failed: Mapping[int, int]
    lost: Mapping[int, int]


def open_points(listed: Collection[tuple[Campaign, Status]], now: datetime) -> dict[int, list[OpenPoint]]:
    """What is wrong with each of the campaigns, the worst first."""
    known = _read([campaign.id for campaign, _ in listed])
    return {campaign.id: _points_of(campaign, status, known, now) for campaign, status in listed}


def find_wide_alarms(campaign_ids: Collection[int]) -> list[str]:
    """Titles of open alarms about no single release: of the installation, and of services these releases are on."""
    rows = db.session.execute(
        text("""
            SELECT a.kind, a.service, a.detail FROM alarm a
            WHERE a.closed_at IS NULL AND a.campaign_id IS NULL AND a.kind = ANY(:kinds)
              AND (a.service IS NULL OR EXISTS (
                SELECT 1 FROM target t WHERE t.service = a.service AND t.campaign_id = ANY(:ids)))
            ORDER BY a.opened_at, a.id
        """),
        {"ids": list(campaign_ids), "kinds": list(CONDITIONS)},
    )
    return [words_of(row.kind, row.service, None, row.detail).title for row in rows]


def _points_of(campaign: Campaign, status: Status, known: _Known, now: datetime) -> list[OpenPoint]:
    room = [OpenPoint("bad", title, Repair.ROOM) for title in known.alarms.get(campaign.id, ())]
    if campaign.held_at is not None:
        room.insert(0, OpenPoint("held", "On hold: nothing is added until somebody resumes", Repair.ROOM))
    points = [*room, *_missing(campaign, status, known, now), *_single_fans(campaign, known, now)]
    return sorted(points, key=lambda point: point.kind == "care")


def _missing(campaign: Campaign, status: Status, known: _Known, now: datetime) -> list[OpenPoint]:
    """What the page lacks while the release is still to come."""
    at, is_public = campaign.release_at, campaign.published_at is not None
    points: list[OpenPoint] = []
    if status is Status.DRAFT and at is not None and at <= now:
        points.append(OpenPoint("bad", "Its day has passed unpublished: give it a new one", Repair.WHEN))
    if not is_public and at is not None and now < at <= now + _NEAR:
        points.append(OpenPoint("bad", "Not published yet, so no fan can pre-save", Repair.HEADING))
    if campaign.id in known.nowhere:
        kind = "care" if status is Status.DRAFT else "bad"
        points.append(OpenPoint(kind, "No service yet: paste a link or give the UPC", Repair.WHERE))
    if campaign.artwork_id is None and status is not Status.UNPUBLISHED:
        points.append(OpenPoint("care", "No artwork yet", Repair.ARTWORK))
    return points


def _single_fans(campaign: Campaign, known: _Known, now: datetime) -> list[OpenPoint]:
    if campaign.release_at is not None and campaign.release_at < now - _NEWS:
        return []
    failed, lost = known.failed.get(campaign.id, 0), known.lost.get(campaign.id, 0)
    points: list[OpenPoint] = []
    if failed:
        points.append(OpenPoint("bad", f"{_fans(failed)} refused by the service", Repair.ROOM))
    if lost:
        points.append(OpenPoint("care", f"{_fans(lost)} must sign in again", Repair.ROOM))
    return points


def _read(campaign_ids: list[int]) -> _Known:
    rows = db.session.execute(
        text("""
            SELECT campaign_id, state, count(*) AS n FROM pre_save
            WHERE campaign_id = ANY(:ids) AND state IN ('failed', 'needs_reauth') GROUP BY 1, 2
        """),
        {"ids": campaign_ids},
    ).all()
    numbers: dict[str, dict[int, int]] = defaultdict(dict)
    for row in rows:
        numbers[row.state][row.campaign_id] = row.n
    nowhere = targets.find_nowhere(campaign_ids)
    return _Known(nowhere, _alarms_of(campaign_ids), numbers["failed"], numbers["needs_reauth"])


def _alarms_of(campaign_ids: list[int]) -> dict[int, list[str]]:
    """Titles of the campaigns' own open alarms. The row names the release already."""
    rows = db.session.execute(
        text("""
            SELECT campaign_id, kind, service, detail FROM alarm
            WHERE closed_at IS NULL AND campaign_id = ANY(:ids) AND kind = ANY(:kinds) ORDER BY opened_at, id
        """),
        {"ids": campaign_ids, "kinds": list(CONDITIONS)},
    )
    found: dict[int, list[str]] = defaultdict(list)
    for row in rows:
        title = words_of(row.kind, row.service, "This release", row.detail).title
        own = title.removeprefix("This release: ")
        found[row.campaign_id].append(own[0].upper() + own[1:])
    return found


def _fans(number: int) -> str:
    return "1 fan" if number == 1 else f"{number:,} fans"
