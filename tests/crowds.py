"""Crowds for tests of what a team sees: pre-saves in any state, written past the trigger in one statement."""

from __future__ import annotations

from fans import run_past_triggers


def put_crowd(
    campaign_id: int,
    number: int,
    state: str,
    reason: str | None = None,
    *,
    due_in: str = "-5 minutes",
    done_ago: str | None = None,
    verified: int = 0,
    kept: int = 0,
    refusals: int = 0,
    service: str = "spotify",
    zone: str | None = None,
) -> None:
    """So many fans of a campaign in one state; the first ones are verified and kept."""
    run_past_triggers(
        "pre_save",
        """
        WITH fan AS MATERIALIZED (
          SELECT gen_random_uuid() AS id, gen_random_uuid() AS consent_id, gen_random_uuid() AS grant_id, place
          FROM generate_series(1, :number) AS place),
        granted AS (
          INSERT INTO fan_grant (id, service, account_key, scopes, granted_at)
          SELECT grant_id, :service, grant_id::text, '{}', now() FROM fan),
        agreed AS (
          INSERT INTO consent (id, campaign_id, service, wording_version, wording, language, actions, scopes)
          SELECT consent_id, :campaign_id, :service, '1', 'Yes.', 'en', '[]', '{}' FROM fan)
        INSERT INTO pre_save (id, campaign_id, service, account_key, consent_id, grant_id, state, reason, lease_until,
          due_at, next_at, accepted_at, done_at, verified_at, kept_at, refusals, mine_hash, time_zone)
        SELECT id, :campaign_id, :service, 'account of ' || id, consent_id, grant_id, CAST(:state AS text), :reason,
          CASE WHEN CAST(:state AS text) = 'claimed' THEN now() + interval '1 minute' END,
          now() + CAST(:due_in AS interval), now() + CAST(:due_in AS interval), now() - interval '9 days',
          now() - CAST(:done_ago AS interval), CASE WHEN place <= :verified THEN now() END,
          CASE WHEN place <= :kept THEN now() END, :refusals, id::text, CAST(:zone AS text)
        FROM fan
        """,
        campaign_id=campaign_id,
        number=number,
        state=state,
        reason=reason,
        due_in=due_in,
        done_ago=done_ago,
        verified=verified,
        kept=kept,
        refusals=refusals,
        service=service,
        zone=zone,
    )
