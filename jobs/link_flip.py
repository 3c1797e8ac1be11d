"""The link flip: what belongs around the page's turning."""

from __future__ import annotations

from presave_app.releases import catalogue, link_flip


def surround_flip(campaign_id: int) -> bool:
    """Do the work around the flip of a campaign; False when it was done before."""
    return link_flip.surround_flip(campaign_id)


def find_links(service: str) -> int:
    """Look again for releases that the service did not show so far; returns how many were found."""
    return catalogue.look_for_releases(service)
