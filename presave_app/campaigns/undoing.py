"""Putting back what stood in a field before a change, by the same rules as if somebody typed it."""

from __future__ import annotations

from datetime import datetime

from presave_app.campaigns import changes, editing
from presave_app.campaigns.change_models import Change
from presave_app.campaigns.change_words import is_undoable, label_of
from presave_app.campaigns.editing import Typed
from presave_app.campaigns.fields import FieldError
from presave_app.campaigns.models import Campaign
from presave_app.extensions import db


def find(campaign: Campaign, change_id: int, field: str, typist: str | None) -> Change | None:
    """A change by its number; one that the typist has typed on since by the line that took its place.

    None where the campaign never had it; raises FieldError when its line was replaced and can't be taken for it.
    """
    found = db.session.get(Change, change_id)
    if found is not None or field not in editing.field_names():
        return found if found is not None and found.campaign_id == campaign.id else None
    last = changes.last_of(campaign.id, field)
    if last is None or last.id < change_id or last.by != typist or last.undoes is not None:
        raise FieldError(_changed_since(field))
    return last


def put_back(campaign: Campaign, change: Change, now: datetime) -> None:
    """Undo the change; raises FieldError when the field has been changed since, or refuses what stood there."""
    if change.field is None or not is_undoable(change):
        raise FieldError("This can't be undone by itself. Change it by hand.")
    if changes.snapshot(campaign)[change.field] != change.after:
        raise FieldError(_changed_since(change.field))
    editing.save_field(campaign, change.field, Typed(change.before or {}, now))


def _changed_since(field: str) -> str:
    return f"{label_of(field)} has been changed again since, so nothing was put back. Type what it should be."
