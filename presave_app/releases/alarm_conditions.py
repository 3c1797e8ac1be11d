"""When something is wrong: one query for each kind of alarm.

A query gives a row for each service or campaign that is in trouble. A row with `opens` opens an alarm; an open alarm
stays open for as long as there is a row, so that one that is nearly over does not come and go.
"""

from __future__ import annotations

from collections.abc import Mapping

from presave_app.presaves.claims import DUE

_BREAKER = """
    SELECT service, CAST(NULL AS integer) AS campaign_id, breaker_reason AS detail, true AS opens
    FROM service_gate WHERE breaker_at IS NOT NULL
"""

# A gate that has just opened may be shut again by the next call.
_QUOTA = """
    SELECT service, CAST(NULL AS integer) AS campaign_id, to_char(open_at, 'YYYY-MM-DD HH24:MI "UTC"') AS detail,
      breaker_at IS NULL AND open_at > now()
        AND (reason = 'quota_exceeded' OR open_at > now() + interval '15 minutes') AS opens
    FROM service_gate WHERE open_at > now() - interval '60 seconds'
"""

_GUARD = """
    SELECT service, campaign_id, reason AS detail, true AS opens FROM mass_guard WHERE confirmed_at IS NULL
"""

_CANARY = """
    SELECT service, campaign_id, canary AS detail, true AS opens FROM target
    WHERE canary = 'refused' OR (canary = 'unclear' AND canary_at > now() - interval '1 day')
"""

# While the gate is shut, the breaker open or the mass guard up, those are what a person must hear of.
_OVERDUE = f"""
    SELECT late.service, late.campaign_id, CAST(late.number AS text) AS detail,
      late.oldest < now() - interval '3 minutes'
        AND coalesce(g.open_at <= now() AND g.breaker_at IS NULL, true)
        AND NOT EXISTS (SELECT 1 FROM mass_guard m
          WHERE m.campaign_id = late.campaign_id AND m.service = late.service AND m.confirmed_at IS NULL) AS opens
    FROM (
      SELECT p.service, p.campaign_id, min(p.due_at) AS oldest, count(*) AS number
      FROM {DUE} AND p.due_at < now() - interval '60 seconds' GROUP BY 1, 2) late
    LEFT JOIN service_gate g ON g.service = late.service
"""  # noqa: S608 - a constant of the engine

# The dead are few and counted first; all open ones are counted only where there are many dead.
_DEAD_SIGN_INS = """
    SELECT t.service, k.id AS campaign_id, CAST(dead.number AS text) AS detail,
      dead.number > 20 AND dead.number > 0.02 * waiting.number AS opens
    FROM campaign k
    JOIN target t ON t.campaign_id = k.id
    CROSS JOIN LATERAL (
      SELECT count(*) AS number FROM pre_save p
      WHERE p.campaign_id = k.id AND p.service = t.service AND p.state = 'needs_reauth'
        AND p.due_at BETWEEN now() - interval '2 days' AND now() + interval '7 days'
      HAVING count(*) > 10) dead
    CROSS JOIN LATERAL (
      SELECT count(*) AS number FROM pre_save p
      WHERE p.campaign_id = k.id AND p.service = t.service AND p.state IN ('armed', 'claimed', 'needs_reauth')
        AND p.due_at BETWEEN now() - interval '2 days' AND now() + interval '7 days'
        AND dead.number > 10) waiting
    WHERE k.first_at <= now() + interval '7 days' AND dead.number > 0.01 * waiting.number
"""

_NOT_IN_CATALOGUE = """
    SELECT t.service, k.id AS campaign_id, CAST(NULL AS text) AS detail, true AS opens
    FROM campaign k JOIN target t ON t.campaign_id = k.id AND t.found_at IS NULL
    WHERE k.first_at < now() - interval '10 minutes' AND EXISTS (
      SELECT 1 FROM pre_save p
      WHERE p.campaign_id = k.id AND p.service = t.service AND p.state IN ('armed', 'claimed'))
"""

# The clock looks around by itself when no worker does.
_NO_WORKER = """
    SELECT CAST(NULL AS text) AS service, CAST(NULL AS integer) AS campaign_id, CAST(NULL AS text) AS detail,
      at < now() - interval '3 minutes' AS opens
    FROM heartbeat WHERE name = 'worker' AND at < now() - interval '1 minute'
"""

CONDITIONS: Mapping[str, str] = {
    "no_worker": _NO_WORKER,
    "breaker": _BREAKER,
    "quota": _QUOTA,
    "guard": _GUARD,
    "canary": _CANARY,
    "overdue": _OVERDUE,
    "dead_sign_ins": _DEAD_SIGN_INS,
    "not_in_catalogue": _NOT_IN_CATALOGUE,
}
