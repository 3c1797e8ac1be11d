"""The copy of the list: a campaign as the label's, and made-up fans who have signed in to the twins."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import partial
from itertools import count
from typing import cast
from uuid import UUID

from flask import Flask, current_app
from sqlalchemy import text
from sqlalchemy.orm import Session

from presave_app.campaigns.models import Campaign, Target
from presave_app.presaves import grants, mending
from presave_app.presaves.collecting import collect
from presave_app.presaves.extras import ADD_TO_LIBRARY
from presave_app.presaves.flows import NewFlow, ReturnedFlow
from presave_app.privacy.consent import THE_RELEASE, consent_for, draft_of
from presave_app.rehearsals.environment import PUBLIC_URL
from presave_app.rehearsals.playbill import Crowd, Playbill
from presave_app.rehearsals.twins import Release, Twins
from presave_app.streaming.connector import Connector
from presave_app.streaming.registry import get_connector
from presave_app.teams import accounts
from presave_app.transaction import transaction

_TEAM = "Rehearsal"


def cast_play(bill: Playbill, twins: Twins) -> int:
    """Write down the campaign and everybody who takes part; returns the campaign's id."""
    campaign_id = _write_campaign(bill)
    for role in bill.roles:
        twins.lift_limit(role.service)
        if role.ref or bill.upc:
            twins.show(role.service, Release(role.ref, bill.upc, bill.title, bill.artist))
    app = cast(Flask, current_app._get_current_object())  # pyright: ignore
    with ThreadPoolExecutor(max(1, len(bill.roles))) as services:
        work = partial(_cast_service, app, bill, twins, campaign_id)
        list(services.map(work, [role.service for role in bill.roles]))
    return campaign_id


def let_moment_come(campaign_id: int) -> datetime:
    """It is the release's moment for everybody, zone after zone without the hours between; returns it.

    Their due times differ by milliseconds, in the order of the waves.
    """
    with transaction() as session:
        session.execute(
            text("""
                UPDATE campaign SET clock = 'everywhere', release_at = now(), release_wall = now() AT TIME ZONE 'UTC',
                  time_zone = 'UTC' WHERE id = :id
            """),
            {"id": campaign_id},
        )
        session.execute(
            text("""
                UPDATE pre_save p SET due_at = w.moment, next_at = w.moment FROM (
                  SELECT id, now() - interval '1 s' + dense_rank() OVER (ORDER BY due_at) * interval '1 ms' AS moment
                  FROM pre_save) w WHERE w.id = p.id
            """)
        )
        return session.execute(text("SELECT now()")).scalar_one()


def _write_campaign(bill: Playbill) -> int:
    with transaction() as session:
        team, _ = accounts.create_team(_TEAM, "nobody@rehearsal.invalid")
        campaign = Campaign(
            team_id=team.id,
            slug="rehearsal",
            title=bill.title or _TEAM,
            artist=bill.artist or _TEAM,
            kind=bill.kind,
            upc=bill.upc,
            release_at=datetime.fromisoformat(bill.release_at),
            release_wall=datetime.fromisoformat(bill.release_wall),
            time_zone=bill.time_zone,
            clock=bill.clock,
        )
        session.add(campaign)
        session.flush()
        for role in bill.roles:
            canary = "waiting" if role.has_test_fans else None
            session.add(Target(campaign_id=campaign.id, service=role.service, ref=role.ref, canary=canary))
        return campaign.id


def _cast_service(app: Flask, bill: Playbill, twins: Twins, campaign_id: int, service: str) -> None:
    with app.app_context():
        connector, numbers = get_connector(service), count(1)
        draft = _draft(campaign_id, connector)
        for crowd in (crowd for crowd in bill.crowds if crowd.service == service):
            for _ in range(crowd.number):
                _cast_fan(campaign_id, connector, twins, crowd, f"fan-{next(numbers)}", draft)


def _cast_fan(
    campaign_id: int, connector: Connector, twins: Twins, crowd: Crowd, name: str, draft: Mapping[str, object]
) -> None:
    """Sign in, agree, and be written down, by the same functions as in life."""
    flow = NewFlow()
    back = f"{PUBLIC_URL}/connect/{connector.service}/callback"
    sign_in = twins.sign_in(connector, name, back, flow.code_verifier)
    returned = ReturnedFlow(campaign_id, connector.service, {**draft, "time_zone": crowd.zone or None}, "")
    with transaction() as session:
        pre_save_id = collect(session, returned, sign_in, connector, name)
        if crowd.is_test:
            session.execute(text("UPDATE pre_save SET is_test_fan = true WHERE id = :id"), {"id": pre_save_id})
        if crowd.dead:
            _let_die(session, pre_save_id, crowd.dead)


def _draft(campaign_id: int, connector: Connector) -> dict[str, object]:
    """What fans agree to, without what they may tick besides: only the add is played."""
    with transaction() as session:
        wording = consent_for(session.get_one(Campaign, campaign_id), connector, _TEAM)
    return {**draft_of(wording, connector), "actions": [{"kind": ADD_TO_LIBRARY, "subject": THE_RELEASE}]}


def _let_die(session: Session, pre_save_id: UUID, reason: str) -> None:
    """A permission that ends before the day is found out on the day; one that was lost is known."""
    grant_id = session.execute(text("SELECT grant_id FROM pre_save WHERE id = :id"), {"id": pre_save_id}).scalar_one()
    if reason == "ends_early":
        over = text("UPDATE fan_grant SET hard_expires_at = now() - interval '1 second' WHERE id = :id")
        session.execute(over, {"id": grant_id})
    else:
        grants.mark_dead(session, grant_id)
        mending.need_reauth(session, grant_id, reason)
