"""Dress rehearsals: the one that was asked for is played."""

from __future__ import annotations

from presave_app.ops import heartbeats
from presave_app.rehearsals import playing


def play(campaign_id: int) -> bool:
    """Play a campaign's rehearsal; says whether something came of it. Meanwhile the worker says that it is there."""
    return playing.play(campaign_id, lambda: heartbeats.beat("worker"))
