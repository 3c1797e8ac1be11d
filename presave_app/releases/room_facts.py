"""The facts of the control room, read in four queries however large the campaign is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import text

from presave_app.campaigns.models import Campaign
from presave_app.extensions import db
from presave_app.releases.waves import Wave, find_waves
from presave_app.streaming.registry import connectors

# The rate "now" is that of these last seconds.
RATE_SECONDS = 10


@dataclass(frozen=True)
class Group:
    """The pre-saves of one service that share state and reason, and whether they are due."""

    service: str
    state: str
    reason: str | None
    is_due: bool
    number: int
    verified: int
    kept: int
    lately: int
    oldest_due_seconds: int | None
    soonest_at: datetime | None


@dataclass(frozen=True)
class Desk:
    """How one service stands for the campaign: the release on it, its gate, and what waits for a person."""

    service: str
    is_found: bool
    is_looked_for: bool
    canary: str | None
    shut_until: datetime | None
    shut_reason: str | None
    breaker_at: datetime | None
    breaker_reason: str | None
    budget_day: date | None
    units_spent: int
    guard_reason: str | None
    # The fans who would be given up if the guard were not there.
    guarded: int


@dataclass(frozen=True)
class TestFan:
    """A pre-save of the label's own, added before the crowd."""

    __test__ = False

    pre_save_id: UUID
    service: str
    state: str
    reason: str | None
    is_due: bool
    verified_at: datetime | None
    kept_at: datetime | None
    looks_at: datetime | None


@dataclass(frozen=True)
class Facts:
    """Everything the database knows of a release under way, at one moment."""

    groups: tuple[Group, ...]
    desks: tuple[Desk, ...]
    waves: tuple[Wave, ...]
    test_fans: tuple[TestFan, ...]


def read_facts(campaign: Campaign) -> Facts:
    """The facts as they are now."""
    return Facts(_groups(campaign.id), _desks(campaign.id), tuple(find_waves(campaign.id)), read_test_fans(campaign.id))


def _groups(campaign_id: int) -> tuple[Group, ...]:
    rows = db.session.execute(
        text("""
            SELECT service, state, reason, due_at <= now() AS is_due, count(*) AS number,
              count(verified_at) AS verified, count(kept_at) AS kept,
              count(*) FILTER (WHERE done_at > now() - make_interval(secs => :lately)) AS lately,
              CAST(extract(epoch FROM now() - min(due_at)) AS integer) AS oldest_due_seconds,
              min(due_at) AS soonest_at
            FROM pre_save WHERE campaign_id = :id GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
        """),
        {"id": campaign_id, "lately": RATE_SECONDS},
    )
    return tuple(Group(**row) for row in rows.mappings())


def _desks(campaign_id: int) -> tuple[Desk, ...]:
    rows = db.session.execute(
        text("""
            SELECT t.service, t.found_at IS NOT NULL AS is_found, t.looks > 0 AS is_looked_for, t.canary,
              CASE WHEN g.open_at > now() THEN g.open_at END AS shut_until,
              CASE WHEN g.open_at > now() THEN g.reason END AS shut_reason,
              g.breaker_at, g.breaker_reason,
              g.budget_day, coalesce(g.units_spent, 0) AS units_spent, m.reason AS guard_reason,
              CASE WHEN m.reason IS NULL THEN 0 ELSE (
                SELECT count(*) FROM pre_save p JOIN fan_grant f ON f.id = p.grant_id
                WHERE p.campaign_id = t.campaign_id AND p.service = t.service AND p.state IN ('armed', 'claimed')
                  AND (p.refusals > 0 OR f.refused_at IS NOT NULL)) END AS guarded
            FROM target t LEFT JOIN service_gate g ON g.service = t.service
            LEFT JOIN mass_guard m
              ON m.campaign_id = t.campaign_id AND m.service = t.service AND m.confirmed_at IS NULL
            WHERE t.campaign_id = :id AND (t.service = ANY(:on) OR EXISTS (
              SELECT 1 FROM pre_save p WHERE p.campaign_id = t.campaign_id AND p.service = t.service))
            ORDER BY t.service
        """),
        {"id": campaign_id, "on": list(connectors())},
    )
    return tuple(Desk(**row) for row in rows.mappings())


def read_test_fans(campaign_id: int) -> tuple[TestFan, ...]:
    """The campaign's test fans, a handful at most."""
    rows = db.session.execute(
        text("""
            SELECT id AS pre_save_id, service, state, reason, due_at <= now() AS is_due, verified_at, kept_at,
              read_back_at AS looks_at
            FROM pre_save WHERE campaign_id = :id AND is_test_fan ORDER BY service, accepted_at, id
        """),
        {"id": campaign_id},
    )
    return tuple(TestFan(**row) for row in rows.mappings())
