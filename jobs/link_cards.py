"""Link cards: the pictures that stand where somebody shares a link."""

from __future__ import annotations

from presave_app.campaigns import link_card


def make(campaign_id: int) -> int:
    """Make what is missing for a campaign; returns how many cards were made."""
    return link_card.make_cards(campaign_id)
