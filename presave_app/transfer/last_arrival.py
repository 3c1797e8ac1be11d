"""What came of the last file that a member brought in, kept for the page that tells it."""

from __future__ import annotations

from dataclasses import asdict

from presave_app.extensions import db
from presave_app.transfer.arriving import Arrival
from presave_app.transfer.drafts import Draft
from presave_app.transfer.models import LastArrival


def remember(team_id: int, member_id: int, arrival: Arrival) -> None:
    """Keep it in place of the one before. Call inside a transaction."""
    db.session.merge(LastArrival(team_id=team_id, member_id=member_id, told=asdict(arrival)))


def find_last(team_id: int, member_id: int) -> Arrival | None:
    """The member's last one in this team."""
    kept = db.session.get(LastArrival, (team_id, member_id))
    if kept is None:
        return None
    return Arrival(**{**kept.told, "drafts": [Draft(**each) for each in kept.told["drafts"]]})
