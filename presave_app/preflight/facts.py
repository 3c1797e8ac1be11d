"""The facts that the preflight looks at, read in a number of queries that does not grow with the fans."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, text

from presave_app import mail
from presave_app.campaigns import changes, publishing
from presave_app.campaigns.link_card import find_card
from presave_app.campaigns.models import ArtworkFile, Campaign, Target
from presave_app.campaigns.release_clock import ReleaseClock, release_clock
from presave_app.campaigns.targets import find_targets, named_ahead
from presave_app.extensions import current_settings, db
from presave_app.lib import clock
from presave_app.preflight.models import PutAside
from presave_app.preflight.rehearsal import moments_now, units_a_fan
from presave_app.preflight.rehearsed import Rehearsed, find_rehearsal
from presave_app.preflight.sign_ins import ServiceSignIns, SignIns, read_sign_ins
from presave_app.presaves.seats import Seats, find_seats
from presave_app.releases.alarms import OpenAlarm, find_open_alarms
from presave_app.reminders import tally
from presave_app.services.models import ConnectionTest
from presave_app.services.standing import find_standing
from presave_app.streaming.connector import Connector
from presave_app.streaming.directory import find_entry
from presave_app.streaming.registry import connectors
from presave_app.teams.imprints import find_imprint, is_complete


@dataclass(frozen=True)
class Facts:
    """A campaign and its installation at one moment. `missing` is what publishing still needs, by field.

    `opened_at` is when the page was published for the first time, `connectors` are the services that are on, `named`
    those whose catalogue has shown the release ahead of its day, `silent` how many seconds the clock and the workers
    have said nothing, `aside` the advice that was put aside, `moments` when the release comes out for those who wait,
    `units_per_day` the daily budgets of services.
    """

    campaign: Campaign
    now: datetime
    release: ReleaseClock | None
    opened_at: datetime | None
    missing: Mapping[str, str]
    connectors: Mapping[str, Connector]
    targets: Mapping[str, Target]
    named: frozenset[str]
    picture_width: int
    has_card: bool
    has_imprint: bool
    tests: Mapping[str, ConnectionTest]
    seats: Mapping[str, Seats]
    alarms: Sequence[OpenAlarm]
    silent: Mapping[str, int]
    reminders: int
    has_mail: bool
    aside: frozenset[str]
    sign_ins: SignIns
    rehearsal: Rehearsed | None
    moments: frozenset[datetime]
    units_per_day: Mapping[str, int]

    @property
    def is_public(self) -> bool:
        return self.campaign.published_at is not None

    @property
    def served(self) -> Mapping[str, Connector]:
        """The services that are on and stand on this campaign's page."""
        return {service: each for service, each in self.connectors.items() if service in self.targets}

    @property
    def starved(self) -> list[Connector]:
        """Services of this release whose daily budget is less than one fan takes: nobody is served there."""
        waited_on = {each.service for each in self.sign_ins.services if each.total}
        ours = [each for service, each in self.connectors.items() if service in self.targets or service in waited_on]
        return [each for each in ours if self.units_per_day.get(each.service, units_a_fan(each)) < units_a_fan(each)]

    @property
    def waiting_on_off(self) -> list[ServiceSignIns]:
        """Services that fans wait on and that are off: nothing is added there."""
        return [each for each in self.sign_ins.services if each.total and each.service not in self.connectors]

    @property
    def reminds(self) -> bool:
        """Whether the page promises reminders: for a service where nobody can add, or one without free places."""
        full = any(seats.are_gone for service, seats in self.seats.items() if service in self.targets)
        return full or self.reminders > 0 or any(service not in self.connectors for service in self.targets)


def read_facts(campaign: Campaign) -> Facts:
    """The facts as they are now."""
    on, now, release = connectors(), clock.now(), release_clock(campaign)
    return Facts(
        campaign=campaign,
        now=now,
        release=release,
        opened_at=changes.first_publishing(campaign),
        missing=publishing.find_missing(campaign, now) if campaign.published_at is None else {},
        connectors=on,
        targets={service: target for service, target in find_targets(campaign.id).items() if find_entry(service)},
        named=frozenset(named_ahead(campaign.id)),
        picture_width=_picture_width(campaign),
        has_card=campaign.published_at is not None and find_card(campaign.id, is_out=False) is not None,
        has_imprint=is_complete(find_imprint(campaign.team_id)),
        tests=find_standing(),
        seats={service: seats for service, each in on.items() if (seats := find_seats(each))},
        alarms=find_open_alarms(campaign.id, list(on)),
        silent=_silent_seconds(),
        reminders=tally.count(campaign.id),
        has_mail=mail.is_on(),
        aside=find_aside(campaign.id),
        rehearsal=find_rehearsal(campaign.id, now),
        units_per_day={
            service: units
            for service in on
            if (units := current_settings().services[service].units_per_day) is not None
        },
        moments=moments_now(campaign.id, release) if release else frozenset(),
        sign_ins=read_sign_ins(campaign.id, release, on, now),
    )


def find_aside(campaign_id: int) -> frozenset[str]:
    """The checks whose advice was put aside."""
    return frozenset(db.session.scalars(select(PutAside.check).where(PutAside.campaign_id == campaign_id)))


def _picture_width(campaign: Campaign) -> int:
    if campaign.artwork_id is None:
        return 0
    widest = select(func.max(ArtworkFile.width)).where(ArtworkFile.artwork_id == campaign.artwork_id)
    return db.session.scalar(widest) or 0


def _silent_seconds() -> dict[str, int]:
    rows = db.session.execute(text("SELECT name, CAST(extract(epoch FROM now() - at) AS integer) AS s FROM heartbeat"))
    return {row.name: row.s for row in rows}
