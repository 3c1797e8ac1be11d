"""Links: where else a release is."""

from __future__ import annotations

from presave_app.releases import link_finding


def look_up(campaign_id: int) -> int:
    """Ask public catalogues about a campaign; returns how many links are new."""
    return link_finding.look_up(campaign_id)
