"""`flask teams`: teams and the way in for their first member."""

from __future__ import annotations

import json

import click
from flask.cli import AppGroup

from presave_app.extensions import current_settings
from presave_app.teams import accounts, links
from presave_app.transaction import transaction

teams = AppGroup("teams", help="Labels and imprints, and the people in them.")


@teams.command("create")
@click.argument("name")
@click.option("--owner", required=True, metavar="EMAIL", help="Who owns the team.")
@click.option("--json", "as_json", is_flag=True, help="Print one line of JSON.")
def create(name: str, owner: str, as_json: bool) -> None:
    """Make a team called NAME and print a one-time sign-in link for its owner."""
    try:
        with transaction():
            team, member = accounts.create_team(name, owner)
            made = {"team": team.slug, "sign_in_url": _sign_in_url(links.new_link(member.id))}
    except accounts.BadAccount as fault:
        raise click.ClickException(str(fault)) from None
    if as_json:
        click.echo(json.dumps(made))
        return
    click.echo(f"Team {made['team']} is there. {owner} signs in once, within three days, at:\n{made['sign_in_url']}")


def _sign_in_url(secret: str) -> str:
    return current_settings().absolute(f"/welcome/{secret}")
