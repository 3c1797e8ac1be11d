"""The dress rehearsal: the real list of those who wait, played through on paper. No fan and no service is touched.

It is calculated: what each service allows is taken from the settings, one call a fan, as on the day. How long each
call takes and what else is due at that hour is not known before.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert

from presave_app.campaigns.models import Campaign, Target
from presave_app.campaigns.release_clock import ReleaseClock, release_clock
from presave_app.campaigns.targets import find_targets
from presave_app.extensions import current_settings, db
from presave_app.lib import clock
from presave_app.preflight.models import Rehearsal
from presave_app.preflight.run_time import Pace, ends_of
from presave_app.releases import gate
from presave_app.streaming.connector import Connector
from presave_app.streaming.registry import connectors
from presave_app.teams.models import Member

# Those whose sign-in is dead by their day are no part of any wave.
_WAITING = text("""
    SELECT p.service, coalesce(p.time_zone, '') AS zone,
      count(*) FILTER (WHERE NOT d.is_dead) AS number, count(*) FILTER (WHERE d.is_dead) AS dead
    FROM pre_save p JOIN fan_grant g ON g.id = p.grant_id CROSS JOIN LATERAL (
      SELECT p.state = 'needs_reauth' OR g.state <> 'active'
        OR coalesce(g.hard_expires_at <= p.due_at, false) AS is_dead) d
    WHERE p.campaign_id = :id AND p.state IN ('armed', 'claimed', 'needs_reauth') GROUP BY 1, 2 ORDER BY 1, 2
""")


@dataclass(frozen=True)
class PlayedWave:
    """Fans due at one moment, and when the last of them has it."""

    at: datetime
    number: int
    ends_at: datetime


@dataclass(frozen=True)
class Played:
    """One service played through. `fans_a_second` is None where it is off: then nothing is added there."""

    service: str
    name: str
    number: int
    dead: int
    is_named: bool
    fans_a_second: float | None
    fans_a_day: int | None
    waves: tuple[PlayedWave, ...]

    @property
    def first_at(self) -> datetime | None:
        return self.waves[0].at if self.waves else None

    @property
    def ends_at(self) -> datetime | None:
        return self.waves[-1].ends_at if self.waves else None

    @property
    def longest_seconds(self) -> int:
        """How long the unluckiest fan waits after the release."""
        return max((round((wave.ends_at - wave.at).total_seconds()) for wave in self.waves), default=0)

    @property
    def longest_words(self) -> str:
        """The same in words."""
        return duration_words(self.longest_seconds)


@dataclass(frozen=True)
class Rehearsed:
    """The newest rehearsal of a campaign: when, by whom, and how it went."""

    at: datetime
    who: str
    ago: str
    services: tuple[Played, ...]

    @property
    def number(self) -> int:
        return sum(each.number for each in self.services)

    @property
    def dead(self) -> int:
        return sum(each.dead for each in self.services)

    @property
    def nameless(self) -> list[str]:
        """Services where fans wait and nothing tells which release is meant."""
        return [each.name for each in self.services if each.number and not each.is_named]

    @property
    def longest_words(self) -> str:
        """How long the unluckiest fan waits."""
        return duration_words(max((each.longest_seconds for each in self.services), default=0))


def rehearse(campaign: Campaign, member_id: int) -> None:
    """Play the list as it is now and keep the result in place of the older one; call inside a transaction."""
    release = release_clock(campaign)
    played = _play(campaign, release) if release else []
    result = [asdict(each) | {"waves": [_wave_texts(wave) for wave in each.waves]} for each in played]
    values = {"member_id": member_id, "result": result, "at": clock.now()}
    new = insert(Rehearsal).values(campaign_id=campaign.id, **values)
    db.session.execute(new.on_conflict_do_update(index_elements=["campaign_id"], set_=values))


def find_rehearsal(campaign_id: int, now: datetime) -> Rehearsed | None:
    """The newest rehearsal; None where there was none."""
    query = select(Rehearsal, Member.email).join(Member, Member.id == Rehearsal.member_id)
    found = db.session.execute(query.where(Rehearsal.campaign_id == campaign_id)).one_or_none()
    if found is None:
        return None
    row, email = found
    seconds = max(0, int((now - row.at).total_seconds()))
    return Rehearsed(row.at, email, duration_words(seconds), tuple(map(_read, row.result)))


def duration_words(seconds: int) -> str:
    """A length of time as people say it."""
    for size, name in ((86_400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= size:
            number = round(seconds / size)
            return f"1 {name}" if number == 1 else f"{number} {name}s"
    return "less than a minute"


def _play(campaign: Campaign, release: ReleaseClock) -> list[Played]:
    waves: dict[str, dict[datetime, int]] = defaultdict(lambda: defaultdict(int))
    dead: dict[str, int] = defaultdict(int)
    for row in db.session.execute(_WAITING, {"id": campaign.id}):
        dead[row.service] += row.dead
        if row.number:
            waves[row.service][release.moment_in(row.zone)] += row.number
    targets = find_targets(campaign.id)
    return [
        _played(service, sorted(waves[service].items()), number, targets.get(service), campaign)
        for service, number in dead.items()
    ]


def _played(
    service: str, waves: Sequence[tuple[datetime, int]], dead: int, target: Target | None, campaign: Campaign
) -> Played:
    connector = connectors().get(service)
    pace = _pace_of(connector) if connector else None
    ends = ends_of(waves, pace) if pace else []
    by_upc = bool(campaign.upc and connector and connector.finds_by_upc)
    return Played(
        service=service,
        name=connector.name if connector else service.replace("-", " ").title(),
        number=sum(number for _, number in waves),
        dead=dead,
        is_named=by_upc or (target is not None and target.ref is not None),
        fans_a_second=pace.fans_a_second if pace else None,
        fans_a_day=pace.fans_a_day if pace else None,
        waves=tuple(PlayedWave(at, number, end) for (at, number), end in zip(waves, ends, strict=False)),
    )


def _pace_of(connector: Connector) -> Pace:
    settings = current_settings().services[connector.service]
    # The two looks into the library afterwards spend the same budget.
    cost = connector.units.add + 2 * connector.units.look
    a_day = settings.units_per_day // cost if settings.units_per_day else None
    return Pace(gate.background_rate(connector.service), a_day, settings.budget_zone)


def _wave_texts(wave: PlayedWave) -> dict[str, object]:
    return {"at": wave.at.isoformat(), "number": wave.number, "ends_at": wave.ends_at.isoformat()}


def _read(kept: Mapping[str, Any]) -> Played:
    waves = (
        PlayedWave(datetime.fromisoformat(each["at"]), each["number"], datetime.fromisoformat(each["ends_at"]))
        for each in kept["waves"]
    )
    return Played(**{**kept, "waves": tuple(waves)})
