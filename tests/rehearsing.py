"""Rehearsals under test: the button pressed, what came of it, and what is left of it."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from fans import read_sql
from scenes import SERVICES

from presave_app.campaigns.models import Campaign
from presave_app.extensions import db
from presave_app.lib import clock
from presave_app.preflight.rehearsal import rehearse
from presave_app.preflight.rehearsed import Play, find_rehearsal
from presave_app.teams.accounts import find_member
from presave_app.transaction import transaction

ROOT = Path(__file__).resolve().parents[1]
# Nothing listens there.
NOWHERE = "http://127.0.0.1:1"
SCHEMAS = "SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'rehearsal%'"


@contextmanager
def alone() -> Iterator[None]:
    """Wait until no other process of the tests plays a rehearsal: they see each other's helpers."""
    with Path(__file__).open() as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


def made_up_settings(rate: int = 20) -> dict[str, str]:
    """Every service is on, and would be nowhere to be reached."""
    settings = {name: "a-real-credential" for each in SERVICES.values() for name in each.options.credentials}
    settings |= {name: NOWHERE for each in SERVICES.values() for name in each.options.urls}
    return settings | {each.options.rate_name: str(rate) for each in SERVICES.values()}


def press(campaign_id: int = 1, email: str = "alice@alba.example") -> None:
    """What pressing the button does, past the page."""
    with transaction() as session:
        member = find_member(email)
        assert member is not None
        rehearse(session.get_one(Campaign, campaign_id), member.id)


def played(campaign_id: int = 1) -> Play:
    """The play as the page is told of it."""
    db.session.rollback()
    found = find_rehearsal(campaign_id, clock.now())
    assert found is not None
    assert found.play is not None
    return found.play


def figures(campaign_id: int = 1) -> dict[str, Any]:
    """By service what was reviewed."""
    return {each.found.service: each.found for each in played(campaign_id).services}


def helpers() -> list[int]:
    """The processes of plays that were started from this working copy, and still run."""
    return [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit() and _is_helper(entry)]


def is_clean() -> bool:
    """Whether nothing is left of any play: no tables, no process, and with it no port."""
    return read_sql(SCHEMAS) == 0 and helpers() == []


def _is_helper(entry: Path) -> bool:
    try:
        words = (entry / "cmdline").read_bytes().decode(errors="replace")
        is_ours = os.readlink(entry / "cwd") == str(ROOT)
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return False
    return is_ours and ("sandbox/alone.py" in words or "jobs.rehearsal_engine" in words)
