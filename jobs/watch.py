"""The watch: sees what goes wrong with a release, and tells people of it."""

from __future__ import annotations

from presave_app.ops import heartbeats
from presave_app.releases import alarm_telling, alarms


def watch() -> int:
    """What a worker does of it, which shows that there is one; returns how many alarms changed."""
    heartbeats.beat("worker")
    return look_around()


def look_around() -> int:
    """Open and close alarms, and tell what has not been told so far; returns how many alarms changed."""
    changed = alarms.look_around()
    alarm_telling.tell_due()
    return changed
