"""Pre-saves that one tap made: those of the releases of a roll-out, on one service."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import aliased

from presave_app.extensions import db
from presave_app.presaves.models import Consent, PreSave


def find_others(pre_save: PreSave) -> list[PreSave]:
    """The other pre-saves of the tap that made this one, in the order in which they are due.

    One that was agreed to anew since belongs to the newer tap.
    """
    own = aliased(Consent)
    others = (
        select(PreSave)
        .join(Consent, Consent.id == PreSave.consent_id)
        .join(own, own.tap_id == Consent.tap_id)
        .where(own.id == pre_save.consent_id, PreSave.id != pre_save.id)
    )
    return list(db.session.scalars(others.order_by(PreSave.due_at, PreSave.id)))
