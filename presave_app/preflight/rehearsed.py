"""What came of the newest rehearsal of a campaign: what was calculated, and beside it what was played."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from presave_app.campaigns.models import Target
from presave_app.extensions import db
from presave_app.preflight.run_time import Pace, ends_of
from presave_app.presaves.states import words_for
from presave_app.rehearsals import obstacles
from presave_app.rehearsals.models import Rehearsal
from presave_app.rehearsals.review import Reviewed
from presave_app.streaming.connector import Connector
from presave_app.teams.models import Member


@dataclass(frozen=True)
class PlayedWave:
    """Fans due at one moment, and when the last of them has it."""

    at: datetime
    number: int
    ends_at: datetime


@dataclass(frozen=True)
class ServiceOnPaper:
    """One service as it was calculated. `fans_a_second` is None where it is off: then nothing is added there.
    `fans_a_day` is 0 where its daily budget is less than one fan takes, and None where it has none.

    `line` is everybody who stands in line there by moment, fans of other campaigns too; `others` are those of them
    who are due in the same hours, of so many `other_campaigns`.
    """

    service: str
    name: str
    number: int
    dead: int
    is_named: bool
    fans_a_second: float | None
    fans_a_day: int | None
    waves: tuple[PlayedWave, ...]
    line: tuple[tuple[datetime, int], ...] = ()
    budget_zone: str = "UTC"
    others: int = 0
    other_campaigns: int = 0

    @property
    def is_served(self) -> bool:
        """Whether the service was on, and had a budget for anybody."""
        return self.fans_a_second is not None and self.fans_a_day != 0

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

    def longest_at(self, fans_a_second: float | None) -> int:
        """How long the unluckiest fan waits at a rate that was measured; never less than was calculated."""
        if not fans_a_second or not self.fans_a_second or fans_a_second >= self.fans_a_second or not self.waves:
            return self.longest_seconds
        ends = ends_of(self.line, Pace(fans_a_second, self.fans_a_day, self.budget_zone))
        by_moment = dict(zip([at for at, _ in self.line], ends, strict=True))
        waits = [round((by_moment[wave.at] - wave.at).total_seconds()) for wave in self.waves]
        return max([self.longest_seconds, *waits])

    def as_json(self) -> dict[str, Any]:
        """As the database keeps it."""
        waves = [
            {"at": wave.at.isoformat(), "number": wave.number, "ends_at": wave.ends_at.isoformat()}
            for wave in self.waves
        ]
        return {**vars(self), "waves": waves, "line": [[at.isoformat(), number] for at, number in self.line]}


@dataclass(frozen=True)
class ServicePlayed:
    """One service as it was played, beside what was calculated for it."""

    paper: ServiceOnPaper
    found: Reviewed

    @property
    def is_part(self) -> bool:
        """Whether only the first of those who wait were played."""
        return self.found.played - self.found.dead < self.paper.number

    @property
    def missed(self) -> int:
        """How many were neither added nor known to need a new sign-in."""
        return self.found.refused + self.found.waiting

    @property
    def missed_words(self) -> str:
        """Why, where anybody was missed."""
        if not self.found.is_found:
            return "The release was not found: nothing tells which one is meant, or its name is none of this service's."
        counted = {reason: number for reason, number in self.found.reasons.items() if reason not in ("", "consented")}
        first = next(iter(counted), self.found.shut_for)
        return words_for(first) if first else "They were still waiting when the time was over."

    @property
    def longest_words(self) -> str:
        """How long the whole list takes at the measured rate."""
        return duration_words(self.paper.longest_at(self.found.fans_a_second))


@dataclass(frozen=True)
class Play:
    """Where the play stands: `state` as in the table, and how far it is."""

    state: str
    reason_words: str
    played_fans: int
    cast_fans: int
    services: tuple[ServicePlayed, ...]

    @property
    def is_on(self) -> bool:
        """Whether it waits or is being played."""
        return self.state in ("queued", "running")

    @property
    def played(self) -> int:
        return sum(each.found.played for each in self.services)

    @property
    def missed(self) -> list[str]:
        """Services where somebody got nothing whose sign-in was good."""
        return [each.paper.name for each in self.services if each.missed]


@dataclass(frozen=True)
class Rehearsed:
    """The newest rehearsal of a campaign: when, by whom, and how it went. `play` is None where none was asked for."""

    at: datetime
    who: str
    ago: str
    services: tuple[ServiceOnPaper, ...]
    play: Play | None

    @property
    def number(self) -> int:
        return sum(each.number for each in self.services)

    @property
    def served(self) -> int:
        """Those of them who wait on a service that serves anybody."""
        return sum(each.number for each in self.services if each.is_served)

    @property
    def dead(self) -> int:
        return sum(each.dead for each in self.services)

    @property
    def unserved(self) -> list[str]:
        """Services where fans waited and nothing could be added: off, without a budget or a name for the release."""
        return [each.name for each in self.services if each.number and not (each.is_served and each.is_named)]

    @property
    def moments(self) -> frozenset[datetime]:
        """When the release came out for those who waited, as the clock was then."""
        return frozenset(wave.at for each in self.services for wave in each.waves)

    @property
    def longest_words(self) -> str:
        """How long the unluckiest fan waits."""
        return duration_words(max((each.longest_seconds for each in self.services), default=0))


def is_named(connector: Connector, target: Target | None, upc: str | None) -> bool:
    """Whether anything tells which release is meant on the service."""
    return bool(upc and connector.finds_by_upc) or (target is not None and target.ref is not None)


def find_rehearsal(campaign_id: int, now: datetime) -> Rehearsed | None:
    """The newest rehearsal; None where there was none."""
    query = select(Rehearsal, Member.email).join(Member, Member.id == Rehearsal.member_id)
    found = db.session.execute(query.where(Rehearsal.campaign_id == campaign_id)).one_or_none()
    if found is None:
        return None
    row, email = found
    seconds = max(0, int((now - row.at).total_seconds()))
    services = tuple(map(_read, row.result))
    return Rehearsed(row.at, email, duration_words(seconds), services, _play_in(row, services))


def duration_words(seconds: int) -> str:
    """A length of time as people say it."""
    for size, name in ((86_400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= size:
            number = round(seconds / size)
            return f"1 {name}" if number == 1 else f"{number} {name}s"
    return "less than a minute"


def _play_in(row: Rehearsal, services: tuple[ServiceOnPaper, ...]) -> Play | None:
    if row.play_state is None:
        return None
    papers = {each.service: each for each in services}
    found = [Reviewed(**each) for each in row.play or []]
    return Play(
        state=row.play_state,
        reason_words=obstacles.words_for(row.play_reason),
        played_fans=row.played_fans,
        cast_fans=row.cast_fans,
        services=tuple(ServicePlayed(papers[each.service], each) for each in found if each.service in papers),
    )


def _read(kept: Mapping[str, Any]) -> ServiceOnPaper:
    """One that was kept by an older release knows nothing of the line."""
    waves = (
        PlayedWave(datetime.fromisoformat(each["at"]), each["number"], datetime.fromisoformat(each["ends_at"]))
        for each in kept["waves"]
    )
    line = ((datetime.fromisoformat(at), number) for at, number in kept.get("line", ()))
    return ServiceOnPaper(**{**kept, "waves": tuple(waves), "line": tuple(line)})
