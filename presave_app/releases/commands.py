"""`flask release`: the control room on the command line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import click
from flask.cli import AppGroup

from presave_app.campaigns.changes import COMMAND_LINE
from presave_app.campaigns.commands import find_campaign_for_command
from presave_app.releases import steering
from presave_app.releases.control_room import read_room
from presave_app.releases.room_report import report_of
from presave_app.transaction import transaction

release = AppGroup("release", help="A release under way: how it goes, hold it, resume it, try again.")
as_json = click.option("--json", "as_json", is_flag=True, help="Print one line of JSON.")


@release.command("status")
@click.argument("slug")
@as_json
def status(slug: str, as_json: bool) -> None:
    """What is going on right now, as the control room shows it."""
    campaign = find_campaign_for_command(slug)
    report = report_of(campaign, read_room(campaign))
    click.echo(json.dumps(report) if as_json else "\n".join(_lines(report)))


@release.command("hold")
@click.argument("slug")
@as_json
def hold(slug: str, as_json: bool) -> None:
    """Stop the adds of a campaign. Its page goes on."""
    campaign_id = find_campaign_for_command(slug).id
    with transaction() as session:
        steering.hold(session, campaign_id, COMMAND_LINE)
    click.echo(json.dumps({"slug": slug, "held": True}) if as_json else f"{slug}: adds are on hold")


@release.command("resume")
@click.argument("slug")
@as_json
def resume(slug: str, as_json: bool) -> None:
    """Go on with the adds of a campaign."""
    campaign_id = find_campaign_for_command(slug).id
    with transaction() as session:
        steering.resume(session, campaign_id, COMMAND_LINE)
    click.echo(json.dumps({"slug": slug, "held": False}) if as_json else f"{slug}: adds go on")


@release.command("retry")
@click.argument("slug")
@click.option("--service", help="Only what this service refused.")
@click.option("--reason", help="Only what was refused for this reason, by its code in `release status --json`.")
@as_json
def retry(slug: str, service: str | None, reason: str | None, as_json: bool) -> None:
    """Try once more what the service refused."""
    campaign_id = find_campaign_for_command(slug).id
    with transaction() as session:
        armed = steering.retry(session, campaign_id, COMMAND_LINE, service=service, reason=reason)
    click.echo(json.dumps({"slug": slug, "armed": armed}) if as_json else f"{slug}: {armed} pre-saves are tried again")


def _lines(report: dict[str, Any]) -> Iterator[str]:
    yield f"{report['slug']}: {report['headline']}"
    for name, service in report["services"].items():
        counts = ", ".join(f"{service[key]} {key}" for key in ("asked", "accepted", "verified", "kept"))
        yield f"  {name}: {counts}"
        yield f"    {service['rate_now']} adds a second now, {service['rate_allowed']} calls allowed; {service['gate']}"
        for line in service["states"]:
            words = f": {line['words']}" if line["words"] else ""
            yield f"    {line['number']} {line['label']}{words}"
    for wave in report["waves"]:
        when = wave["due_at"] or "after the release"
        yield f"  wave {when} ({wave['label']}): {wave['done']} of {wave['total']} added, {wave['open']} open"
    if report["oldest_overdue_seconds"] is not None:
        yield f"  oldest overdue for {report['oldest_overdue_seconds']} s"
