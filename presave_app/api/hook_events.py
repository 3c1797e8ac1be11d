"""What webhooks are told: facts that are read from the database, so that none can be missed or told twice."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from sqlalchemy import select, text

from presave_app.api.models import Webhook
from presave_app.extensions import db
from presave_app.transaction import transaction

EVENTS: Mapping[str, str] = {
    "campaign.published": "A page was opened to everybody",
    "campaign.out": "A release came out, and its page turned",
    "count.milestone": "A count of pre-saves was reached",
    "release.finished": "Nothing is left to add for a release",
}
MILESTONES = tuple(lead * 10**power // 10 for power in range(2, 7) for lead in (10, 25, 50))
KEPT = timedelta(days=30)

# The mark of a first turning is empty. A release that was put off turns again, and what was told of the first one is
# then older than the second: by a minute, because a transaction may have begun before what it sees.
# A webhook that was made after the turning hears of the end if it saw somebody wait; what had ended by then is old.
# Counting is for campaigns whose count still moves. A permission that is lost may be won back after the end.
_NOTE = text("""
    INSERT INTO hook_delivery (hook_id, campaign_id, event, mark, state)
    SELECT h.id, k.id, e.event, e.mark, :state
    FROM webhook h JOIN campaign k ON k.team_id = h.team_id CROSS JOIN LATERAL (
      SELECT CASE WHEN EXISTS (
        SELECT 1 FROM hook_delivery d WHERE d.hook_id = h.id AND d.campaign_id = k.id AND d.mark = ''
          AND d.event IN ('campaign.out', 'release.finished') AND d.created_at < k.flipped_at - interval '1 minute'
      ) THEN to_char(k.flipped_at, 'YYYY-MM-DD"T"HH24:MI:SS.US') ELSE '' END AS mark
    ) turning CROSS JOIN LATERAL (
      SELECT 'campaign.published' AS event, to_char(k.published_at, 'YYYY-MM-DD"T"HH24:MI:SS.US') AS mark
      WHERE k.published_at > h.created_at
      UNION ALL
      SELECT 'campaign.out', turning.mark WHERE k.published_at IS NOT NULL AND k.flipped_at > h.created_at
      UNION ALL
      SELECT 'count.milestone', m.number::text
      FROM (SELECT count(*) AS total FROM pre_save p WHERE p.campaign_id = k.id AND p.state <> 'withdrawn') c
      JOIN unnest(CAST(:milestones AS integer[])) AS m(number) ON m.number <= c.total
      WHERE k.release_at > now() - interval '2 days' AND 'count.milestone' = ANY(h.events)
      UNION ALL
      SELECT 'release.finished', turning.mark WHERE k.flipped_at IS NOT NULL
        AND (k.flipped_at > h.created_at OR CAST(:state AS text) = 'old' OR (
          k.release_at > now() - interval '7 days' AND EXISTS (SELECT 1 FROM pre_save p
            WHERE p.campaign_id = k.id AND p.accepted_at < h.created_at AND p.done_at > h.created_at)))
        AND CASE WHEN k.clock = 'local' THEN (k.release_wall + interval '12 hours') AT TIME ZONE 'UTC'
          ELSE k.release_at END <= now()
        AND EXISTS (SELECT 1 FROM pre_save p WHERE p.campaign_id = k.id)
        AND NOT EXISTS (SELECT 1 FROM pre_save p WHERE p.campaign_id = k.id AND p.state IN ('armed', 'claimed'))
    ) e
    WHERE h.removed_at IS NULL AND e.event = ANY(h.events) AND (CAST(:hook AS integer) IS NULL OR h.id = :hook)
    ON CONFLICT DO NOTHING
""")


def has_work() -> bool:
    """Whether any team wants to be told anything."""
    return db.session.scalar(select(Webhook.id).where(Webhook.removed_at.is_(None)).limit(1)) is not None


def note_events() -> None:
    """Write down what happened and was not written down yet."""
    with transaction() as session:
        session.execute(_NOTE, {"state": "waiting", "milestones": list(MILESTONES), "hook": None})


def pass_over_old(hook_id: int) -> None:
    """Milestones and ends that were reached before are no news for a new webhook. Call inside a transaction."""
    db.session.execute(_NOTE, {"state": "old", "milestones": list(MILESTONES), "hook": hook_id})


def forget_old() -> None:
    """Forget webhooks that were removed long ago, and what they were told."""
    with transaction() as session:
        session.execute(
            text("""
                DELETE FROM hook_delivery d USING webhook h
                WHERE h.id = d.hook_id AND h.removed_at < now() - CAST(:kept AS interval)
            """),
            {"kept": KEPT},
        )
        session.execute(text("DELETE FROM webhook WHERE removed_at < now() - CAST(:kept AS interval)"), {"kept": KEPT})
