"""Links: where else a release is."""

from __future__ import annotations

from presave_app.releases import link_finding, looking_ahead


def look_up(campaign_id: int) -> int:
    """Ask public catalogues about a campaign; returns how many links are new."""
    return link_finding.look_up(campaign_id)


def look_ahead(service: str) -> int:
    """Ask a service for releases that fans wait for ahead of the day; returns how many were found."""
    return looking_ahead.look(service)
