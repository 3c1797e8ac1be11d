"""The watch: sees what goes wrong with a release, and tells people of it."""

from __future__ import annotations

from presave_app.releases import alarm_telling, alarms


def watch() -> int:
    """Open and close alarms, and tell what has not been told so far; returns how many alarms changed."""
    changed = alarms.look_around()
    alarm_telling.tell_due()
    return changed
