"""Letters of the workspace: sign-in links and invitations that were asked for."""

from __future__ import annotations

from presave_app.releases import drain
from presave_app.teams import letters


def send_due(seconds: float = drain.SECONDS) -> int:
    """Send what is due; returns how many were worked on."""
    return letters.send_due(seconds, drain.is_leaving)
