"""How a release is going, in the words of its team: one line for each state that somebody is in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from presave_app.campaigns.models import Campaign
from presave_app.campaigns.release_clock import ReleaseClock, release_clock
from presave_app.lib import clock
from presave_app.presaves.looking_up import ServiceStates, states_of
from presave_app.presaves.states import State
from presave_app.streaming.registry import connectors

# After this long the page stops asking by itself; what is still open then moves in hours.
_WATCHED = timedelta(hours=2)

_WORDS = {
    State.DONE: "added",
    State.CLAIMED: "being added",
    State.NEEDS_REAUTH: "need to reconnect",
    State.EXPIRED: "could not be added in time",
    State.FAILED: "refused by the service",
    State.WITHDRAWN: "cancelled",
}


@dataclass(frozen=True)
class Line:
    """So many fans, what about them, and whether somebody has to act."""

    number: int
    words: str
    state: State
    needs_care: bool


@dataclass(frozen=True)
class ServiceProgress:
    """One service's lines, and the bar: how many of those who count are done."""

    name: str
    lines: tuple[Line, ...]
    done: int
    total: int
    verified: int


def progress_context(campaign: Campaign) -> dict[str, Any]:
    """What `releases/_progress.html` needs, for the campaign's page and for the poll alike."""
    release = release_clock(campaign)
    is_out = release is not None and clock.now() >= release.first
    services = [_progress_on(service, states, is_out) for service, states in states_of(campaign.id).items()]
    return {
        "campaign": campaign,
        "services": services,
        "is_out": is_out,
        "is_held": campaign.held_at is not None,
        "asks_again": release is not None and _asks_again(release),
    }


def _asks_again(release: ReleaseClock) -> bool:
    """From a minute before the first moment until a while after the last."""
    return release.first - timedelta(minutes=1) <= clock.now() <= release.last + _WATCHED


def _progress_on(service: str, found: ServiceStates, is_out: bool) -> ServiceProgress:
    words = {State.ARMED: "on their way" if is_out else "waiting for the moment", **_WORDS}
    lines = tuple(
        Line(found.states[state], text, state, state in (State.NEEDS_REAUTH, State.FAILED, State.EXPIRED))
        for state, text in words.items()
        if found.states.get(state)
    )
    connector = connectors().get(service)
    return ServiceProgress(
        name=connector.name if connector else service,
        lines=lines,
        done=found.states.get(State.DONE, 0),
        total=sum(n for state, n in found.states.items() if state != State.WITHDRAWN),
        verified=found.verified,
    )
