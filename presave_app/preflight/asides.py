"""Putting advice aside, and bringing it back."""

from __future__ import annotations

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert

from presave_app.extensions import db
from presave_app.preflight.models import PutAside


def put_aside(campaign_id: int, check: str, member_id: int) -> None:
    """Tell the team no more of it. A second time changes nothing."""
    values = {"campaign_id": campaign_id, "check": check, "member_id": member_id}
    db.session.execute(insert(PutAside).values(values).on_conflict_do_nothing())


def bring_back(campaign_id: int, check: str) -> None:
    """Tell it again."""
    known = delete(PutAside).where(PutAside.campaign_id == campaign_id, PutAside.check == check)
    db.session.execute(known)
