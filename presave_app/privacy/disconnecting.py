"""Disconnecting: a fan takes a service's whole permission back."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from presave_app.extensions import db
from presave_app.presaves.models import PreSave
from presave_app.presaves.withdrawing import withdraw_all


def disconnect(pre_save_id: UUID) -> None:
    """End every open pre-save made with the same sign-in and erase its tokens. Call inside a transaction."""
    grant_id = db.session.execute(select(PreSave.grant_id).where(PreSave.id == pre_save_id)).scalar_one_or_none()
    # None when its fan has erased it meanwhile.
    if grant_id is not None:
        withdraw_all(grant_id)
