"""Where the release is listened to on a service."""

from __future__ import annotations

from presave_app.campaigns.models import Target
from presave_app.streaming.connector import Connector, Player
from presave_app.streaming.directory import Entry, find_entry
from presave_app.streaming.registry import find_known


def find_way_out(target: Target) -> str | None:
    """Where a target is listened to; None while nobody can say."""
    entry = find_entry(target.service)
    if entry is None:
        return None
    return listen_url(entry.connector, target) if entry.connector else link_of(entry, target)


def listen_url(connector: Connector, target: Target) -> str | None:
    """Where the release is listened to; None while the service has been asked for it and has not shown it."""
    return target.url or connector.listen_url(target.ref) if target.ref and not _is_missing(target) else None


def link_of(entry: Entry, target: Target) -> str | None:
    """The link that was given, else the one that the service's name for the release leads to."""
    return target.url or (entry.link_to(target.ref) if target.ref else None)


def find_player(target: Target) -> Player | None:
    """The service's own player of the release, whether the service is on or not; None while nobody can say."""
    connector = find_known(target.service)
    # What was kept for a service before it was known need not be one of its refs.
    ref = connector.parse_ref(target.ref) if connector and target.ref and not _is_missing(target) else None
    return connector.player(ref) if connector and ref else None


def _is_missing(target: Target) -> bool:
    return target.found_at is None and target.looks > 0
