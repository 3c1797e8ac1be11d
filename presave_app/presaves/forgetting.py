"""Forgetting: what is kept of a pre-save goes, and where it counts a number stays that is nobody's.

The number is the row itself, under a new id, without account, zone, source or hours. Its consent and its grant are
empty rows that it shares with other numbers: nothing leads from it to a fan, nor from one number to another. It is the
row because every count reads rows: none can forget to add it.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from presave_app.presaves import grants
from presave_app.reminders import forgetting

# One for a service, and one for a campaign and a service.
_NOBODYS_GRANT = text("""
    INSERT INTO fan_grant (id, service, account_key, scopes, granted_at, state)
    SELECT DISTINCT ON (service) gen_random_uuid(), service, 'nobody', CAST('{}' AS text[]), now(), 'erased'
    FROM pre_save WHERE id = ANY(:ids) AND state IN ('done', 'expired', 'failed') ORDER BY service
    ON CONFLICT (service, account_key) DO NOTHING
""")
_NOBODYS_CONSENT = text("""
    INSERT INTO consent (id, campaign_id, service, wording_version, wording, language, actions, scopes)
    SELECT DISTINCT CAST(md5('nobody:' || campaign_id || ':' || service) AS uuid), campaign_id, service, 'nobody', '',
      'en', CAST('[]' AS jsonb), CAST('{}' AS text[])
    FROM pre_save WHERE id = ANY(:ids) AND state IN ('done', 'expired', 'failed') ORDER BY 1 ON CONFLICT (id) DO NOTHING
""")

# Whoever had it at another midnight, or came late, is counted with the wave of the campaign's own moment.
_NUMBER = text("""
    UPDATE pre_save p SET id = gen_random_uuid(),
      consent_id = CAST(md5('nobody:' || p.campaign_id || ':' || p.service) AS uuid),
      grant_id = g.id,
      account_key = 'nobody:' || gen_random_uuid(), mine_hash = 'nobody:' || gen_random_uuid(),
      time_zone = NULL, source = NULL, read_back_at = NULL, tries = 0, refusals = 0,
      accepted_at = date_trunc('day', p.accepted_at), due_at = coalesce(k.release_at, date_trunc('day', p.due_at)),
      next_at = coalesce(k.release_at, date_trunc('day', p.due_at)),
      done_at = CASE WHEN p.done_at IS NOT NULL THEN greatest(date_trunc('day', p.done_at), k.release_at) END,
      verified_at = CASE WHEN p.verified_at IS NOT NULL THEN
        greatest(date_trunc('day', p.verified_at), k.release_at) END,
      kept_at = CASE WHEN p.kept_at IS NOT NULL THEN greatest(date_trunc('day', p.kept_at), k.release_at) END
    FROM campaign k, fan_grant g
    WHERE p.id = ANY(:ids) AND k.id = p.campaign_id AND g.service = p.service AND g.account_key = 'nobody'
      AND p.state IN ('done', 'expired', 'failed')
""")

# The account's name goes; the row stays, because a place at a service is taken whoever it was.
_UNNAMED = text("""
    UPDATE fan_grant g SET account_key = 'nobody:' || gen_random_uuid(), scopes = '{}', hard_expires_at = NULL,
      refused_at = NULL, granted_at = date_trunc('day', granted_at), erased_at = date_trunc('day', erased_at)
    WHERE g.id = ANY(:ids) AND g.state <> 'active' AND NOT EXISTS (SELECT 1 FROM pre_save p WHERE p.grant_id = g.id)
""")


def forget(session: Session, pre_save_ids: Sequence[UUID], grant_ids: Sequence[UUID]) -> None:
    """Forget pre-saves that have ended and are locked, and those of the grants that no other pre-save was made with.

    What was withdrawn is deleted, since it is not counted. Call inside a transaction.
    """
    ids = {"ids": list(pre_save_ids)}
    consents = session.execute(text("SELECT consent_id FROM pre_save WHERE id = ANY(:ids)"), ids).scalars().all()
    notices = session.execute(text("SELECT id FROM reminder WHERE pre_save_id = ANY(:ids)"), ids).scalars().all()
    forgetting.forget(session, notices)
    session.execute(text("DELETE FROM action WHERE pre_save_id = ANY(:ids)"), ids)
    session.execute(text("DELETE FROM event WHERE pre_save_id = ANY(:ids)"), ids)
    for statement in (_NOBODYS_GRANT, _NOBODYS_CONSENT, _NUMBER):
        session.execute(statement, ids)
    session.execute(text("DELETE FROM pre_save WHERE id = ANY(:ids) AND state = 'withdrawn'"), ids)
    session.execute(text("DELETE FROM consent WHERE id = ANY(:ids)"), {"ids": consents})
    grants.erase_unneeded(session, grant_ids)
    session.execute(_UNNAMED, {"ids": list(grant_ids)})
