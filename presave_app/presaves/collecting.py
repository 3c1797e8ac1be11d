"""Taking in a pre-save: grant, consent, pre-save and actions in one transaction. Only after it: "You're in"."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import text
from sqlalchemy.orm import Session

from presave_app.campaigns.release_clock import lock_clock
from presave_app.lib.tokens import hash_secret
from presave_app.presaves import grants
from presave_app.presaves.flows import ReturnedFlow
from presave_app.presaves.looking_up import mine_secret
from presave_app.presaves.states import GrantId, PreSaveId
from presave_app.streaming.connector import Connector, SignIn
from presave_app.streaming.errors import NeedsReauth


@dataclass(frozen=True)
class _Due:
    """Where the fan is, and the moment at which the release comes out there."""

    zone: str | None
    moment: datetime | None


def collect(session: Session, flow: ReturnedFlow, sign_in: SignIn, connector: Connector, browser_id: str) -> PreSaveId:
    """Write down what a fan agreed to. Repeating it gives the same pre-save, armed again where it had ended.

    Where the service names no account the fan's browser stands for it, by its lasting `browser_id`.
    Raises NeedsReauth when the permission would not last until the day.
    """
    key = grants.account_key(flow.service, sign_in.account_id or browser_id)
    # Everybody locks in this order: campaign, pre-save, grant. The campaign's moment must not move meanwhile.
    clock = lock_clock(session, flow.campaign_id, to_change=False)
    known_zone = session.execute(
        text("SELECT time_zone FROM pre_save WHERE campaign_id = :c AND service = :s AND account_key = :k FOR UPDATE"),
        {"c": flow.campaign_id, "s": flow.service, "k": key},
    ).scalar_one_or_none()
    zone = flow.consent_draft.get("time_zone") or known_zone
    grant_id = grants.upsert(session, flow.service, key, sign_in.tokens, connector.grant_life)
    due = _Due(zone, clock.moment_in(zone) if clock else None)
    _refuse_unless_lasting(session, grant_id, due)
    consent_id = _write_consent(session, flow, sign_in.tokens.scopes)
    pre_save_id = _upsert_pre_save(session, flow, key, due, consent_id, grant_id)
    _drop_extras(session, pre_save_id)
    for action in flow.consent_draft["actions"]:
        _upsert_action(session, pre_save_id, action)
    session.execute(
        text("INSERT INTO target (campaign_id, service) VALUES (:c, :s) ON CONFLICT DO NOTHING"),
        {"c": flow.campaign_id, "s": flow.service},
    )
    # A fan whose pre-save is done already signed in for nothing: keep nothing of it.
    grants.erase_unneeded(session, [grant_id])
    return pre_save_id


def _refuse_unless_lasting(session: Session, grant_id: GrantId, due: _Due) -> None:
    """Promise nothing for a day that the permission does not live to see."""
    lasts = session.execute(
        text("""
            SELECT hard_expires_at IS NULL OR hard_expires_at > greatest(CAST(:moment AS timestamptz), now())
            FROM fan_grant WHERE id = :id
        """),
        {"id": grant_id, "moment": due.moment},
    ).scalar_one()
    if not lasts:
        raise NeedsReauth("no_lasting_permission")


def _write_consent(session: Session, flow: ReturnedFlow, scopes: tuple[str, ...]) -> UUID:
    draft = flow.consent_draft
    consent_id = uuid4()
    session.execute(
        text("""
            INSERT INTO consent (id, campaign_id, service, wording_version, wording, language, actions, scopes)
            VALUES (:id, :campaign_id, :service, :version, :wording, :language, CAST(:actions AS jsonb), :scopes)
        """),
        {
            "id": consent_id,
            "campaign_id": flow.campaign_id,
            "service": flow.service,
            "version": draft["version"],
            "wording": f"{draft['headline']}\n{draft['text']}",
            "language": draft["language"],
            "actions": json.dumps(draft["actions"]),
            "scopes": list(scopes),
        },
    )
    return consent_id


def _upsert_pre_save(
    session: Session, flow: ReturnedFlow, key: str, due: _Due, consent_id: UUID, grant_id: GrantId
) -> PreSaveId:
    new_id = PreSaveId(uuid4())
    row = session.execute(
        text("""
            INSERT INTO pre_save (id, campaign_id, service, account_key, consent_id, grant_id, reason, due_at,
                                  next_at, mine_hash, source, time_zone)
            VALUES (:id, :campaign_id, :service, :key, :consent_id, :grant_id, 'consented',
                    greatest(CAST(:moment AS timestamptz), now()), greatest(CAST(:moment AS timestamptz), now()),
                    :mine_hash, :source, :time_zone)
            ON CONFLICT (campaign_id, service, account_key) DO UPDATE SET
              consent_id = excluded.consent_id, grant_id = excluded.grant_id,
              -- A claim in somebody's hands is taken back: what it finds out is about the older permission.
              state = CASE WHEN pre_save.state = 'done' THEN 'done' ELSE 'armed' END,
              claim_no = pre_save.claim_no + CASE WHEN pre_save.state = 'claimed' THEN 1 ELSE 0 END,
              lease_until = NULL, tries = 0, refusals = 0,
              reason = CASE WHEN pre_save.state = 'done' THEN pre_save.reason ELSE 'renewed' END,
              due_at = CASE WHEN pre_save.state = 'done' THEN pre_save.due_at ELSE excluded.due_at END,
              next_at = CASE WHEN pre_save.state = 'done' THEN pre_save.next_at ELSE excluded.next_at END,
              time_zone = CASE WHEN pre_save.state = 'done' THEN pre_save.time_zone ELSE excluded.time_zone END
            RETURNING id
        """),
        {
            "id": new_id,
            "service": flow.service,
            "key": key,
            "consent_id": consent_id,
            "grant_id": grant_id,
            "campaign_id": flow.campaign_id,
            "mine_hash": hash_secret(mine_secret(new_id)),
            "source": flow.consent_draft.get("source"),
            "moment": due.moment,
            "time_zone": due.zone,
        },
    ).one()
    return PreSaveId(row.id)


def _drop_extras(session: Session, pre_save_id: PreSaveId) -> None:
    """What an older consent asked besides and was not begun: only the newest consent counts."""
    session.execute(
        text("DELETE FROM action WHERE pre_save_id = :id AND kind <> 'add_to_library' AND state = 'todo'"),
        {"id": pre_save_id},
    )


def _upsert_action(session: Session, pre_save_id: PreSaveId, action: dict[str, Any]) -> None:
    session.execute(
        text("""
            INSERT INTO action (pre_save_id, kind, subject) VALUES (:id, :kind, :subject)
            ON CONFLICT (pre_save_id, kind, subject) DO UPDATE SET state = 'todo', outcome = NULL, tries = 0,
              next_at = now()
            WHERE action.state = 'refused'
        """),
        {"id": pre_save_id, "kind": action["kind"], "subject": action["subject"]},
    )
