"""The dress rehearsal: the real list of those who wait, played through on paper at once, and by the engine after it.

On paper, what each service allows is taken from the settings, one call a fan, as on the day; whatever else this
installation has to add there at that time is counted in. The play (`rehearsals.playing`) says how long calls take.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert

from presave_app.campaigns.models import Campaign, Target
from presave_app.campaigns.release_clock import ReleaseClock, release_clock
from presave_app.campaigns.targets import find_targets
from presave_app.extensions import current_settings, db
from presave_app.lib import clock
from presave_app.preflight.rehearsed import PlayedWave, ServiceOnPaper, is_named
from presave_app.preflight.run_time import Pace, ends_of
from presave_app.rehearsals import turns
from presave_app.rehearsals.models import Rehearsal
from presave_app.releases import gate
from presave_app.streaming.connector import Connector
from presave_app.streaming.directory import name_of
from presave_app.streaming.registry import connectors

_BEFORE = timedelta(days=1)
_SAME_HOUR = timedelta(hours=1)

# Those whose sign-in is dead by their day are no part of any wave.
_IS_DEAD = """
    p.state = 'needs_reauth' OR g.state <> 'active' OR coalesce(g.hard_expires_at <= p.due_at, false)
"""
_WAITING = text(f"""
    SELECT p.service, coalesce(p.time_zone, '') AS zone,
      count(*) FILTER (WHERE NOT d.is_dead) AS number, count(*) FILTER (WHERE d.is_dead) AS dead
    FROM pre_save p JOIN fan_grant g ON g.id = p.grant_id CROSS JOIN LATERAL (SELECT {_IS_DEAD} AS is_dead) d
    WHERE p.campaign_id = :id AND p.state IN ('armed', 'claimed', 'needs_reauth') GROUP BY 1, 2 ORDER BY 1, 2
""")  # noqa: S608 - a constant of this file
_ZONES = text("""
    SELECT DISTINCT coalesce(time_zone, '') FROM pre_save
    WHERE campaign_id = :id AND state IN ('armed', 'claimed', 'needs_reauth')
""")
# What else is to be added in this installation, from a day before until the last of ours is due.
_OTHERS = text(f"""
    SELECT p.service, p.campaign_id, date_trunc('minute', p.due_at) AS at, count(*) AS number
    FROM pre_save p JOIN fan_grant g ON g.id = p.grant_id
    JOIN campaign k ON k.id = p.campaign_id AND k.held_at IS NULL
    WHERE p.state IN ('armed', 'claimed') AND p.due_at BETWEEN :first AND :last AND p.campaign_id <> :id
      AND NOT ({_IS_DEAD})
    GROUP BY 1, 2, 3 ORDER BY 3
""")  # noqa: S608 - a constant of this file


@dataclass(frozen=True)
class _Other:
    """Fans of another campaign that are due on the same service."""

    campaign_id: int
    at: datetime
    number: int


def rehearse(campaign: Campaign, member_id: int) -> None:
    """Calculate with the list as it is now, in place of the older result, and have it played after that.

    Call it inside a transaction. While an older one is being played nothing changes: that one is finished first.
    """
    release = release_clock(campaign)
    result = [each.as_json() for each in _on_paper(campaign, release)] if release else []
    values = {"member_id": member_id, "result": result, "at": clock.now()}
    new = insert(Rehearsal).values(campaign_id=campaign.id, **values)
    is_free = Rehearsal.play_state.is_distinct_from("running")
    taken = new.on_conflict_do_update(index_elements=["campaign_id"], set_=values, where=is_free)
    is_new = db.session.execute(taken.returning(Rehearsal.campaign_id)).one_or_none() is not None
    if is_new and any(each["number"] for each in result):
        turns.ask(campaign.id)


def moments_now(campaign_id: int, release: ReleaseClock) -> frozenset[datetime]:
    """When the release comes out for those who wait now."""
    if not release.is_local:
        return frozenset({release.at})
    return frozenset(map(release.moment_in, db.session.execute(_ZONES, {"id": campaign_id}).scalars()))


def _on_paper(campaign: Campaign, release: ReleaseClock) -> list[ServiceOnPaper]:
    waves: dict[str, dict[datetime, int]] = defaultdict(lambda: defaultdict(int))
    dead: dict[str, int] = defaultdict(int)
    for row in db.session.execute(_WAITING, {"id": campaign.id}):
        dead[row.service] += row.dead
        if row.number:
            waves[row.service][release.moment_in(row.zone)] += row.number
    others, targets = _find_others(campaign.id, release), find_targets(campaign.id)
    return [
        _service(service, waves[service], others.get(service, []), targets.get(service), campaign, number)
        for service, number in dead.items()
    ]


def _find_others(campaign_id: int, release: ReleaseClock) -> dict[str, list[_Other]]:
    values = {"id": campaign_id, "first": release.first - _BEFORE, "last": release.last}
    found: dict[str, list[_Other]] = defaultdict(list)
    for row in db.session.execute(_OTHERS, values):
        found[row.service].append(_Other(row.campaign_id, row.at, row.number))
    return found


def _service(
    service: str,
    waves: Mapping[datetime, int],
    others: list[_Other],
    target: Target | None,
    campaign: Campaign,
    dead: int,
) -> ServiceOnPaper:
    connector = connectors().get(service)
    pace = pace_of(connector) if connector else None
    line = _line(waves, others)
    ends: dict[datetime, datetime] = {}
    if pace and pace.serves:
        ends = dict(zip([at for at, _ in line], ends_of(line, pace), strict=True))
    beside = [each for each in others if waves and min(waves) - _SAME_HOUR <= each.at <= max(waves)]
    return ServiceOnPaper(
        service=service,
        name=name_of(service),
        number=sum(waves.values()),
        dead=dead,
        is_named=connector is not None and is_named(connector, target, campaign.upc),
        fans_a_second=pace.fans_a_second if pace else None,
        fans_a_day=pace.fans_a_day if pace else None,
        waves=tuple(PlayedWave(at, waves[at], ends[at]) for at in sorted(waves) if at in ends),
        line=line,
        budget_zone=pace.zone if pace else "UTC",
        others=sum(each.number for each in beside),
        other_campaigns=len({each.campaign_id for each in beside}),
    )


def _line(waves: Mapping[datetime, int], others: list[_Other]) -> tuple[tuple[datetime, int], ...]:
    """Everybody who stands in line, by moment: who is due together shares the way, who is due later waits."""
    line: dict[datetime, int] = defaultdict(int, waves)
    for each in others:
        line[each.at] += each.number
    return tuple(sorted(line.items()))


def units_a_fan(connector: Connector) -> int:
    """What one fan takes of the daily budget: the add, and the two looks into the library afterwards."""
    return connector.units.add + 2 * connector.units.look


def pace_of(connector: Connector) -> Pace:
    """What a service lets through by the settings."""
    settings = current_settings().services[connector.service]
    a_day = settings.units_per_day // units_a_fan(connector) if settings.units_per_day is not None else None
    return Pace(gate.background_rate(connector.service), a_day, settings.budget_zone)
