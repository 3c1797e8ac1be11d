"""Token health: which fans' sign-ins will be dead on the day, why, and whom a note can win back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, text

from presave_app.campaigns.fields import latest_safe_start
from presave_app.campaigns.release_clock import ReleaseClock
from presave_app.extensions import db
from presave_app.presaves.states import words_for
from presave_app.reminders.due import CAN_GO, sendable
from presave_app.streaming.connector import Connector
from presave_app.streaming.directory import name_of

ENDS_EARLY = "ends_early"
_ENDS_EARLY_WORDS = "The permission ends before the release. That happens when the date moves back."

# Whoever allowed a note has a way that is armed, or has been told. Only dead sign-ins are looked up there. Where the
# permission is lost already a note goes by itself; the others wait until the team lets them go.
_GROUPS = text(f"""
    SELECT p.service, f.reason, count(*) AS number,
      count(*) FILTER (WHERE n.can_go AND NOT n.is_let_go AND p.state = 'armed') AS untold,
      count(*) FILTER (WHERE n.is_going OR (n.can_go AND n.is_let_go)) AS on_way,
      count(*) FILTER (WHERE n.is_told AND NOT n.is_going AND NOT n.can_go) AS told,
      count(*) FILTER (WHERE n.is_open AND NOT n.is_going AND NOT n.can_go AND NOT n.is_told) AS stuck
    FROM pre_save p JOIN fan_grant g ON g.id = p.grant_id JOIN campaign k ON k.id = p.campaign_id
    CROSS JOIN LATERAL (SELECT CASE
      WHEN p.state = 'needs_reauth' THEN coalesce(p.reason, 'grant_expired')
      WHEN g.state <> 'active' THEN 'grant_expired'
      WHEN g.hard_expires_at <= p.due_at THEN '{ENDS_EARLY}' END AS reason) f
    CROSS JOIN LATERAL (
      SELECT coalesce(bool_or({CAN_GO}), false) AND p.service = ANY(:services) AS can_go,
        coalesce(bool_or(d.state = 'armed'), false) AS is_open,
        coalesce(bool_or(d.state = 'sending'), false) AS is_going,
        coalesce(bool_or(d.state = 'sent'), false) AS is_told,
        f.reason <> '{ENDS_EARLY}' OR coalesce(bool_or(r.asked_at IS NOT NULL), false) AS is_let_go
      FROM reminder r JOIN reminder_way d ON d.reminder_id = r.id
      WHERE r.pre_save_id = p.id AND f.reason IS NOT NULL) n
    WHERE p.campaign_id = :id AND p.state IN ('armed', 'claimed', 'needs_reauth')
    GROUP BY 1, 2 ORDER BY 1, 3 DESC, 2
""")  # noqa: S608 - constants of this file and of the module that sends notes


@dataclass(frozen=True)
class Dead:
    """Sign-ins of one service that will be dead for one reason, and how many of their fans have asked for a note.

    `untold` are those whose note the team can let go, `on_way` those whose note goes out by itself by now, `told` those
    who have it. `stuck` are those whose note can't go out as things are. The rest have asked for none.
    """

    reason: str
    number: int
    untold: int
    on_way: int
    told: int
    stuck: int

    @property
    def words(self) -> str:
        """Why, in a sentence."""
        return _ENDS_EARLY_WORDS if self.reason == ENDS_EARLY else words_for(self.reason)


@dataclass(frozen=True)
class ServiceSignIns:
    """The open sign-ins of one service. `lasts_from` is when a permission given anew lasts; None: now, if it is on."""

    service: str
    name: str
    is_on: bool
    total: int
    dead: tuple[Dead, ...]
    lasts_from: datetime | None

    @property
    def dead_number(self) -> int:
        return sum(each.number for each in self.dead)

    @property
    def takes_anew(self) -> bool:
        """Whether a permission that is given there now lasts until the day."""
        return self.is_on and self.lasts_from is None


@dataclass(frozen=True)
class SignIns:
    """All open sign-ins of a campaign."""

    services: tuple[ServiceSignIns, ...]

    @property
    def total(self) -> int:
        return sum(each.total for each in self.services)

    @property
    def dead(self) -> int:
        return sum(each.dead_number for each in self.services)

    @property
    def winnable(self) -> int:
        """Those whose fan has been told or can be, where the service is on; none of them has come back so far."""
        able = [each for each in self.services if each.is_on]
        return sum(dead.untold + dead.on_way + dead.told for each in able for dead in each.dead)

    @property
    def told(self) -> int:
        return sum(dead.told for dead in self._all_dead())

    @property
    def stuck(self) -> int:
        return sum(dead.stuck for dead in self._all_dead())

    @property
    def to_tell(self) -> int:
        """How many notes the team can send now: to those whose permission will end, and where a new one lasts."""
        able = [each for each in self.services if each.takes_anew]
        return sum(dead.untold for each in able for dead in each.dead)

    @property
    def services_to_tell(self) -> list[str]:
        """Where a new permission lasts until the day."""
        return [each.service for each in self.services if each.takes_anew]

    @property
    def summary(self) -> str:
        """All of it in a line."""
        if not self.dead:
            return "1 sign-in lasts until the day." if self.total == 1 else f"All {self.total:,} last until the day."
        won = "none can be won back" if not self.winnable else f"{self.winnable:,} can be won back"
        return f"{self.dead:,} of {self.total:,} sign-ins will be dead on the day, {won}."

    def _all_dead(self) -> list[Dead]:
        return [dead for each in self.services for dead in each.dead]


def read_sign_ins(
    campaign_id: int, release: ReleaseClock | None, on: Mapping[str, Connector], now: datetime
) -> SignIns:
    """The sign-ins as they stand, by one query."""
    by_service: dict[str, list[Dead | int]] = defaultdict(list)
    for row in db.session.execute(_GROUPS, {"id": campaign_id, **sendable()}):
        by_service[row.service].append(row.number if row.reason is None else _dead(row))
    return SignIns(tuple(_of(service, rows, release, on, now) for service, rows in by_service.items()))


def _dead(row: Row[Any]) -> Dead:
    return Dead(row.reason, row.number, row.untold, row.on_way, row.told, row.stuck)


def _of(
    service: str,
    rows: Sequence[Dead | int],
    release: ReleaseClock | None,
    on: Mapping[str, Connector],
    now: datetime,
) -> ServiceSignIns:
    connector = on.get(service)
    dead = tuple(row for row in rows if isinstance(row, Dead))
    alive = sum(row for row in rows if isinstance(row, int))
    lasts_from = latest_safe_start(release.last, connector) if release and connector else None
    return ServiceSignIns(
        service=service,
        name=name_of(service),
        is_on=connector is not None,
        total=alive + sum(each.number for each in dead),
        dead=dead,
        lasts_from=lasts_from if lasts_from and lasts_from > now else None,
    )
