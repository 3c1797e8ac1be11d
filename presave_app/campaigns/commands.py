"""`flask campaigns`: campaigns from files."""

from __future__ import annotations

import json
from pathlib import Path

import click
from flask.cli import AppGroup

from presave_app.campaigns import addresses
from presave_app.campaigns import campaign as campaign_rules
from presave_app.campaigns.campaign_file import CampaignFile, key_of, read_campaign_file
from presave_app.campaigns.editing import EditRefused
from presave_app.campaigns.file_saving import create_from_file
from presave_app.campaigns.models import Campaign
from presave_app.extensions import current_settings
from presave_app.lib import clock
from presave_app.teams.accounts import find_team
from presave_app.transaction import transaction

campaigns = AppGroup("campaigns", help="Campaigns: their pages, dates and targets.")


@campaigns.command("create")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--team", required=True, help="The team's name on the command line, like alba-records.")
@click.option("--json", "as_json", is_flag=True, help="Print one line of JSON.")
def create(file: Path, team: str, as_json: bool) -> None:
    """Make a campaign from FILE."""
    owner = find_team(team)
    if owner is None:
        raise click.ClickException(f"There is no team named {team}.")
    team_id = owner.id
    found = read_campaign_file(file)
    made = _made(file, team_id, found)
    for note in found.notes:
        click.echo(note, err=True)
    if as_json:
        click.echo(json.dumps(made))
        return
    click.echo(f"Campaign {made['slug']} is there.\nPage for fans: {made['url']}\nLive count: {made['live_url']}")


def find_campaign_for_command(slug: str) -> Campaign:
    """The campaign of that slug, now or once; a usage error when there is none."""
    campaign = addresses.find_by_slug(slug)
    if campaign is None:
        raise click.ClickException(f"There is no campaign at {slug}.")
    return campaign


def _made(file: Path, team_id: int, found: CampaignFile) -> dict[str, str]:
    try:
        with transaction():
            campaign = create_from_file(team_id, found, clock.now())
            absolute = current_settings().absolute
            return {
                "slug": campaign.slug,
                "url": absolute(f"/{campaign.slug}"),
                "live_url": absolute(campaign_rules.live_path(campaign)),
            }
    except EditRefused as fault:
        lines = (f"  {key_of(field)}: {words}" for field, words in fault.errors.items())
        raise click.ClickException("\n".join([f"{file} can't be used, nothing was created:", *lines])) from None
