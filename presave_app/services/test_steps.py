"""What a connection test does at the service: each step once, or again until its time is up."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any

from presave_app.releases import gate
from presave_app.services import connection_test
from presave_app.services.connection_test import Claimed
from presave_app.streaming.connector import Connector
from presave_app.streaming.errors import NotYetAvailable, RetryLater, ServiceError
from presave_app.streaming.registry import ServiceNotFound, get_connector

_AGAIN_SECONDS = 4.0

log = logging.getLogger(__name__)


class NotSeen(ServiceError):
    """The library does not (yet) look as it should."""


def run_due(seconds: float, is_leaving: Callable[[], bool]) -> int:
    """Carry out the steps that are due; returns how many were tried."""
    give_up_at, tried = time.monotonic() + seconds, 0
    while time.monotonic() < give_up_at and not is_leaving() and (claimed := connection_test.claim()):
        _run(claimed)
        tried += 1
    return tried


def _run(claimed: Claimed) -> None:
    try:
        connector = get_connector(claimed.service)
        gate.pass_through(claimed.service, _units(connector, claimed.step))
        found = _STEPS[claimed.step](connector, claimed)
    except ServiceNotFound:
        connection_test.fail(claimed.id, "service_off")
    except NotSeen as fault:
        connection_test.put_off(claimed, _AGAIN_SECONDS, fault.reason)
    except RetryLater as fault:
        if fault.pause_seconds is not None:
            gate.shut(claimed.service, fault.pause_seconds, fault.reason)
        wait = fault.pause_seconds or fault.wait_seconds or _AGAIN_SECONDS
        connection_test.put_off(claimed, wait, fault.reason)
    except ServiceError as fault:
        log.warning("a test on %s failed at %s: %s", claimed.service, claimed.step, fault.reason)
        connection_test.fail(claimed.id, fault.reason)
    else:
        was_there = bool(found.get("was_there", claimed.was_there))
        connection_test.go_on(claimed, _after(claimed.step, connector, was_there), **found)


def steps_of(connector: Connector, was_there: bool) -> tuple[str, ...]:
    """The steps after the sign-in. What was in the library before is left there."""
    takes_out = connector.can_remove and not was_there
    return ("renew", "find", "look", "add", "see", *(("remove", "gone") if takes_out else ()))


def _after(step: str, connector: Connector, was_there: bool) -> str | None:
    steps = steps_of(connector, was_there)
    place = steps.index(step) + 1
    return steps[place] if place < len(steps) else None


def _units(connector: Connector, step: str) -> int:
    return connector.units.add if step in ("add", "remove") else connector.units.look


def _renew(connector: Connector, claimed: Claimed) -> dict[str, Any]:
    assert claimed.refresh_token is not None
    tokens = connector.refresh(claimed.refresh_token)
    # Where none is given the old one stays valid.
    refresh_token = tokens.refresh_token or claimed.refresh_token
    return {"secrets": {"access": tokens.access_token, "refresh": refresh_token}}


def _find(connector: Connector, claimed: Claimed) -> dict[str, Any]:
    release = connector.find_release(ref=claimed.ref, upc=None)
    if release is None:
        raise NotYetAvailable("not_out_there")
    return {"ref": release.ref, "title": release.title}


def _look(connector: Connector, claimed: Claimed) -> dict[str, Any]:
    return {"was_there": connector.contains(claimed.access_token, claimed.ref)}


def _add(connector: Connector, claimed: Claimed) -> dict[str, Any]:
    connector.add(claimed.access_token, claimed.ref)
    return {}


def _see(connector: Connector, claimed: Claimed) -> dict[str, Any]:
    if not connector.contains(claimed.access_token, claimed.ref):
        raise NotSeen("not_seen")
    return {}


def _remove(connector: Connector, claimed: Claimed) -> dict[str, Any]:
    connector.remove(claimed.access_token, claimed.ref)
    return {}


def _gone(connector: Connector, claimed: Claimed) -> dict[str, Any]:
    if connector.contains(claimed.access_token, claimed.ref):
        raise NotSeen("still_there")
    return {}


_STEPS: dict[str, Callable[[Connector, Claimed], dict[str, Any]]] = {
    "renew": _renew,
    "find": _find,
    "look": _look,
    "add": _add,
    "see": _see,
    "remove": _remove,
    "gone": _gone,
}
