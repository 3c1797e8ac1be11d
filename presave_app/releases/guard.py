"""The mass guard: before a crowd is given up at once, a person has to say that it is true.

One fan takes a permission back; a thousand in ten minutes did not. So the more fans of a campaign would be given
up, the less it is believed: above a limit nobody is, until somebody of the team has looked.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable

from sqlalchemy import text

from presave_app.transaction import transaction

# More than so many fans, and more than such a share of the campaign's fans on the service, within ten minutes.
_CROWD = 20
_SHARE = 0.02
# A little longer than a refresh or an add needs to be refused again.
LOOK_AGAIN_SECONDS = 600

log = logging.getLogger(__name__)


def may_give_up(service: str, campaign_ids: Iterable[int], reason: str) -> bool:
    """Whether one more fan of these campaigns may be given up now; opens the guard where it would be a crowd."""
    return all(_may_give_up(service, campaign_id, reason) for campaign_id in campaign_ids)


def forget_settled() -> None:
    """Close the guards whose fans were all served after all, and those that were confirmed long enough ago."""
    with transaction() as session:
        session.execute(_FORGET)


def _may_give_up(service: str, campaign_id: int, reason: str) -> bool:
    values = {"service": service, "campaign_id": campaign_id}
    with transaction() as session:
        found = session.execute(_GUARD, values).one_or_none()
        if found:
            return bool(found.is_confirmed)
        if not session.execute(_IS_CROWD, {**values, "crowd": _CROWD, "share": _SHARE}).scalar_one():
            return True
        session.execute(_OPEN, {**values, "reason": reason})
    log.error("%s refuses a crowd of campaign %d (%s): nobody is given up", service, campaign_id, reason)
    return False


_GUARD = text("""
    SELECT confirmed_at IS NOT NULL AS is_confirmed FROM mass_guard
    WHERE campaign_id = :campaign_id AND service = :service
""")

_OPEN = text("""
    INSERT INTO mass_guard (campaign_id, service, reason) VALUES (:campaign_id, :service, :reason)
    ON CONFLICT DO NOTHING
""")

# Whoever was refused lately, in whatever state that has left them. The first refusals come a while before the
# last ones, so a crowd shows before anybody is given up.
_IS_CROWD = text("""
    WITH refused AS (
      SELECT p.id FROM pre_save p WHERE p.campaign_id = :campaign_id AND p.service = :service AND p.refusals > 0
        AND p.state IN ('armed', 'claimed', 'failed', 'needs_reauth')
        AND EXISTS (SELECT 1 FROM event e WHERE e.pre_save_id = p.id AND e.at > now() - interval '10 minutes')
      UNION
      SELECT p.id FROM fan_grant g JOIN pre_save p ON p.grant_id = g.id
      WHERE g.refused_at > now() - interval '10 minutes' AND p.campaign_id = :campaign_id AND p.service = :service
        AND p.state IN ('armed', 'claimed', 'needs_reauth'))
    SELECT (SELECT count(*) FROM refused) > greatest(:crowd, :share * (
      SELECT count(*) FROM pre_save WHERE campaign_id = :campaign_id AND service = :service))
""")

_FORGET = text("""
    DELETE FROM mass_guard m WHERE m.confirmed_at < now() - interval '1 day' OR (m.confirmed_at IS NULL AND NOT EXISTS (
      SELECT 1 FROM pre_save p JOIN fan_grant g ON g.id = p.grant_id
      WHERE p.campaign_id = m.campaign_id AND p.service = m.service AND p.state IN ('armed', 'claimed')
        AND (p.refusals > 0 OR g.refused_at IS NOT NULL)))
""")
