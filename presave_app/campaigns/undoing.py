"""Putting back what stood in a field before a change, by the same rules as if somebody typed it."""

from __future__ import annotations

from datetime import datetime

from presave_app.campaigns import changes, editing
from presave_app.campaigns.change_models import Change
from presave_app.campaigns.change_words import is_undoable, label_of
from presave_app.campaigns.editing import Typed
from presave_app.campaigns.fields import FieldError
from presave_app.campaigns.models import Campaign


def put_back(campaign: Campaign, change: Change, now: datetime) -> None:
    """Undo the change; raises FieldError when the field has been changed since, or refuses what stood there."""
    if change.field is None or not is_undoable(change):
        raise FieldError("This can't be undone by itself. Change it by hand.")
    if changes.snapshot(campaign)[change.field] != change.after:
        raise FieldError(
            f"{label_of(change.field)} has been changed again since, so nothing was put back. Type what it should be."
        )
    editing.save_field(campaign, change.field, Typed(change.before or {}, now))
