"""A release and its fans, written down in bulk as `presaves.collecting` writes them down one by one."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID, uuid4

from psycopg import Cursor
from sqlalchemy import text
from sqlalchemy.orm import Session

from bench.fast_twin import ALBUM_URI, UPC, access_token, refresh_token
from presave_app.campaigns import editing, publishing
from presave_app.campaigns.campaign import add_campaign
from presave_app.campaigns.editing import Typed
from presave_app.campaigns.models import Campaign
from presave_app.extensions import db
from presave_app.lib import clock
from presave_app.lib.tokens import hash_secret
from presave_app.presaves import grants
from presave_app.presaves.collecting import record_of
from presave_app.presaves.extras import ADD_TO_LIBRARY
from presave_app.presaves.looking_up import mine_secret
from presave_app.presaves.states import PreSaveId
from presave_app.privacy.consent import THE_RELEASE, Wording, consent_for, draft_of
from presave_app.releases import waves
from presave_app.streaming.connector import Connector
from presave_app.streaming.registry import get_connector
from presave_app.teams import accounts
from presave_app.transaction import transaction

SERVICE = "spotify"
TEAM_NAME = "Alba Records"
# So long do the access tokens still live: nobody has to be refreshed on the day.
_ACCESS_LIFE = timedelta(hours=2)


def open_release() -> int:
    """A published campaign whose release lies a day ahead; returns its id."""
    release = (clock.now() + timedelta(days=1)).replace(microsecond=0)
    texts = {"upc": UPC, f"target-{SERVICE}": ALBUM_URI, "time_zone": "UTC"}
    texts |= {"release_date": f"{release:%Y-%m-%d}", "release_time": f"{release:%H:%M:%S}"}
    with transaction():
        team, _ = accounts.create_team(TEAM_NAME, "alice@alba.example")
        campaign = add_campaign(team.id, title="Night Drive", artist="Alba Voss", kind="album")
        editing.save_fields(campaign, Typed(texts, clock.now()))
        publishing.publish(campaign, clock.now())
        return campaign.id


def add_fans(campaign_id: int, count: int) -> None:
    """Fans 0 to count - 1, each with grant, consent, pre-save and action."""
    connector = get_connector(SERVICE)
    with transaction() as session:
        campaign = session.get_one(Campaign, campaign_id)
        wording = consent_for(campaign, connector, TEAM_NAME)
        fans = [(uuid4(), uuid4(), PreSaveId(uuid4()), _account_key(number)) for number in range(count)]
        _copy_grants(session, connector, [(grant_id, key) for grant_id, _, _, key in fans])
        _copy_consents(session, connector, campaign_id, wording, [consent_id for _, consent_id, _, _ in fans])
        _copy_pre_saves(session, campaign, fans)
        actions = ((pre_save_id, ADD_TO_LIBRARY, THE_RELEASE) for _, _, pre_save_id, _ in fans)
        _copy(session, "action", ("pre_save_id", "kind", "subject"), actions)


def let_release_come(campaign_id: int, seconds: float) -> float:
    """Move the release to so many seconds from now, as a label would; returns its moment in epoch seconds.

    The tables are tidied at once, so that the database does not begin to do it in the middle of the run.
    """
    with transaction() as session:
        session.execute(
            text("""
                UPDATE campaign SET release_at = clock_timestamp() + :late,
                    release_wall = (clock_timestamp() + :late) AT TIME ZONE 'UTC' WHERE id = :id
            """),
            {"id": campaign_id, "late": timedelta(seconds=seconds)},
        )
        waves.recompute_due(campaign_id)
        moment: datetime = session.get_one(Campaign, campaign_id, populate_existing=True).release_at  # pyright: ignore
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("SET statement_timeout = 0"))
        connection.execute(text("VACUUM ANALYZE fan_grant, consent, pre_save, action, event"))
        connection.execute(text("RESET statement_timeout"))
    return moment.timestamp()


def _account_key(number: int) -> str:
    return grants.account_key(SERVICE, f"bench-{number}")


def _copy_grants(session: Session, connector: Connector, fans: Sequence[tuple[UUID, str]]) -> None:
    now = clock.now()
    ends_at = None if connector.grant_life is None else now + connector.grant_life
    plain = ("id", "service", "account_key", "scopes", "granted_at", "access_expires_at", "hard_expires_at")
    sealed = ("access_token_sealed", "refresh_token_sealed", "key_id")

    def rows() -> Iterable[tuple[Any, ...]]:
        for number, (grant_id, key) in enumerate(fans):
            tokens = grants.seal(grant_id, SERVICE, access_token(number), refresh_token(number))
            facts = (grant_id, SERVICE, key, list(connector.scopes), now, now + _ACCESS_LIFE, ends_at)
            yield (*facts, *(tokens[column] for column in sealed))

    _copy(session, "fan_grant", (*plain, *sealed), rows())


def _copy_consents(
    session: Session, connector: Connector, campaign_id: int, wording: Wording, ids: Sequence[UUID]
) -> None:
    draft = draft_of(wording, connector)
    actions, scopes = json.dumps(draft["actions"]), list(connector.scopes)
    same = (campaign_id, SERVICE, wording.version, record_of(draft), wording.language, actions, scopes)
    columns = ("campaign_id", "service", "wording_version", "wording", "language", "actions", "scopes")
    _copy(session, "consent", ("id", *columns), ((consent_id, *same) for consent_id in ids))


def _copy_pre_saves(session: Session, campaign: Campaign, fans: Sequence[tuple[UUID, UUID, PreSaveId, str]]) -> None:
    same = (campaign.id, SERVICE, "consented", campaign.release_at, campaign.release_at)
    columns = ("id", "grant_id", "consent_id", "account_key", "mine_hash", "campaign_id", "service", "reason")
    rows = (
        (pre_save_id, grant_id, consent_id, key, hash_secret(mine_secret(pre_save_id)), *same)
        for grant_id, consent_id, pre_save_id, key in fans
    )
    _copy(session, "pre_save", (*columns, "due_at", "next_at"), rows)


def _copy(session: Session, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    cursor = cast("Cursor[Any]", session.connection().connection.cursor())
    with cursor, cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN".encode()) as copy:
        for row in rows:
            copy.write_row(row)
