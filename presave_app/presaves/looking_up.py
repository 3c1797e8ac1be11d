"""Finding pre-saves: by a fan's secret link, and counted by state for a campaign."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from sqlalchemy import select, text

from presave_app.extensions import current_settings, db
from presave_app.lib.tokens import derive_secret, hash_secret
from presave_app.presaves.models import PreSave
from presave_app.presaves.states import PreSaveId


@dataclass
class ServiceStates:
    """One service's pre-saves of a campaign: how many are in each state, and how many were read back."""

    states: dict[str, int] = field(default_factory=dict[str, int])
    verified: int = 0


def mine_secret(pre_save_id: PreSaveId) -> str:
    """The secret of a fan's own page. It is derived, so the link can be given again and is stored nowhere."""
    return derive_secret(current_settings().account_pepper, "mine", str(pre_save_id))


def find_by_mine_secret(secret: str) -> PreSave | None:
    """The pre-save behind a fan's own link."""
    return db.session.scalars(select(PreSave).where(PreSave.mine_hash == hash_secret(secret))).one_or_none()


def states_of(campaign_id: int) -> dict[str, ServiceStates]:
    """All pre-saves of a campaign by service and state."""
    rows = db.session.execute(
        text("""
            SELECT service, state, count(*) AS n, count(verified_at) AS verified FROM pre_save
            WHERE campaign_id = :id GROUP BY service, state ORDER BY service, state
        """),
        {"id": campaign_id},
    )
    services: dict[str, ServiceStates] = defaultdict(ServiceStates)
    for row in rows:
        services[row.service].states[row.state] = row.n
        services[row.service].verified += row.verified
    return dict(services)
