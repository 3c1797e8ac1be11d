"""The command line of an installation: `flask teams`, `flask campaigns`, `flask release`, `flask keys`."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from uuid import UUID

import click
from flask import Flask
from flask.cli import AppGroup
from sqlalchemy.orm import Session

from presave_app.campaigns.commands import campaigns, find_campaign_for_command
from presave_app.campaigns.models import Campaign
from presave_app.lib import clock
from presave_app.ops.template_helpers import iso
from presave_app.presaves import grants
from presave_app.presaves.looking_up import states_of
from presave_app.presaves.states import State
from presave_app.releases.commands import release
from presave_app.releases.waves import oldest_overdue_seconds
from presave_app.reminders import addresses
from presave_app.reminders import tally as reminders
from presave_app.teams import second_step
from presave_app.teams.commands import teams
from presave_app.transaction import transaction

keys = AppGroup("keys", help="The keys that fans' tokens are sealed under.")
_BATCH = 500

as_json = click.option("--json", "as_json", is_flag=True, help="Print one line of JSON.")


def register(app: Flask) -> None:
    """Add the commands."""
    for group in (teams, campaigns, release, keys):
        app.cli.add_command(group)


@campaigns.command("status")
@click.argument("slug")
@as_json
def campaign_status(slug: str, as_json: bool) -> None:
    """Pre-saves of a campaign by service and state, and how late the oldest is."""
    report = status_of(find_campaign_for_command(slug))
    if as_json:
        click.echo(json.dumps(report))
        return
    words = "released" if report["released"] else "not released yet"
    held = ", adds are on hold" if report["held"] else ""
    click.echo(f"{report['slug']}: {report['total']} pre-saves, {words}{held}")
    for service, counts in report["services"].items():
        states = ", ".join(f"{number} {state}" for state, number in counts["states"].items())
        click.echo(f"  {service}: {states}; {counts['verified']} verified")
    if report["oldest_overdue_seconds"] is not None:
        click.echo(f"  oldest overdue for {report['oldest_overdue_seconds']} s")


@keys.command("rotate")
@as_json
def rotate(as_json: bool) -> None:
    """Seal all tokens again under the first key of TOKEN_KEYS."""
    total = _reseal_all(grants.reseal)
    reminders_total = _reseal_all(addresses.reseal)
    with transaction() as session:
        steps_total = second_step.reseal(session)
    in_use = sorted(grants.key_ids_in_use() | addresses.key_ids_in_use() | second_step.key_ids_in_use())
    if as_json:
        click.echo(json.dumps({"resealed": total + reminders_total + steps_total, "keys_in_use": in_use}))
    else:
        sealed = (
            f"{total} grants, {reminders_total} addresses for reminders and {steps_total} second steps sealed again"
        )
        click.echo(f"{sealed}; keys in use: {', '.join(in_use) or 'none'}")


def _reseal_all(reseal: Callable[[Session, int, UUID], tuple[UUID | None, int]]) -> int:
    total, last = 0, UUID(int=0)
    while last is not None:
        with transaction() as session:
            last, resealed = reseal(session, _BATCH, last)
        total += resealed
    return total


def status_of(campaign: Campaign) -> dict[str, Any]:
    """A campaign in figures, as the fixed JSON of `flask campaigns status`."""
    services = states_of(campaign.id)
    accepted = [n for s in services.values() for state, n in s.states.items() if state != State.WITHDRAWN]
    return {
        "slug": campaign.slug,
        "release_at": iso(campaign.release_at) if campaign.release_at else None,
        "released": campaign.release_at is not None and campaign.release_at <= clock.now(),
        "held": campaign.held_at is not None,
        "total": sum(accepted),
        "reminders": reminders.count(campaign.id),
        "services": {name: {"states": s.states, "verified": s.verified} for name, s in services.items()},
        "oldest_overdue_seconds": oldest_overdue_seconds(campaign.id),
    }
