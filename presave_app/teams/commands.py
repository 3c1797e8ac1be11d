"""`flask teams`: teams and the way in for their first member."""

from __future__ import annotations

import json

import click
from flask.cli import AppGroup

from presave_app.campaigns import changes
from presave_app.extensions import current_settings
from presave_app.lib.slugs import slug_of
from presave_app.teams import accounts, links, people, second_step, sessions
from presave_app.teams.models import Role
from presave_app.transaction import transaction

teams = AppGroup("teams", help="Labels and imprints, and the people in them.")


@teams.command("create")
@click.argument("name")
@click.option("--owner", required=True, metavar="EMAIL", help="Who owns the team.")
@click.option("--json", "as_json", is_flag=True, help="Print one line of JSON.")
def create(name: str, owner: str, as_json: bool) -> None:
    """Make a team called NAME and print a one-time sign-in link for its owner."""
    slug = slug_of(name)
    if accounts.find_team(slug) is not None:
        raise click.ClickException(f"There is a team named {slug} already.")
    try:
        with transaction():
            team, member = accounts.create_team(name, owner)
            changes.note(changes.COMMAND_LINE, "team-make", team_id=team.id)
            made = {"team": team.slug, "sign_in_url": _sign_in_url(links.new_link(member.id))}
    except accounts.BadAccount as fault:
        raise click.ClickException(str(fault)) from None
    if as_json:
        click.echo(json.dumps(made))
        return
    click.echo(f"Team {made['team']} is there. {owner} signs in once, within three days, at:\n{made['sign_in_url']}")


@teams.command("invite")
@click.argument("email")
@click.option("--team", required=True, help="The team's name on the command line, like alba-records.")
@click.option("--role", type=click.Choice([role.value for role in Role]), help="Editor, where they are not in it yet.")
@click.option("--json", "as_json", is_flag=True, help="Print one line of JSON.")
def invite(email: str, team: str, role: str | None, as_json: bool) -> None:
    """Put EMAIL into a team, or give them another role there, and print a one-time sign-in link.

    Without a role whoever is in the team keeps theirs.
    """
    found = accounts.find_team(team)
    if found is None:
        raise click.ClickException(f"There is no team named {team}.")
    try:
        made = {"team": team, **_put_in(found.id, email, Role(role) if role else None)}
    except accounts.BadAccount as fault:
        raise click.ClickException(str(fault)) from None
    except people.LastOwner:
        raise click.ClickException("A team needs an owner. Make somebody else one first.") from None
    if as_json:
        click.echo(json.dumps(made))
        return
    signs_in = f"signs in once, within three days, at:\n{made['sign_in_url']}"
    click.echo(f"{email} is {made['role']} of {team} and {signs_in}")


@teams.command("forget-second-step")
@click.argument("email")
@click.option("--json", "as_json", is_flag=True, help="Print one line of JSON.")
def forget_second_step(email: str, as_json: bool) -> None:
    """Let EMAIL sign in without a code, for who lost the phone and the recovery codes.

    They are signed out everywhere, and sign-in links that they have not used lead nowhere.
    """
    member = accounts.find_member(email.strip().lower())
    if member is None:
        raise click.ClickException(f"There is no member {email}.")
    member_id, address = member.id, member.email
    with transaction():
        links.spend_links(member_id)
        was_on = second_step.turn_off(member_id)
        sessions.end_sessions(member_id)
        for place in accounts.find_places(member_id) if was_on else ():
            changes.note(changes.COMMAND_LINE, "forget-second-step", team_id=place.team.id, after={"email": address})
    if as_json:
        click.echo(json.dumps({"email": email, "was_on": was_on}))
        return
    words = "signs in without a code now, and is signed out everywhere" if was_on else "had no second step"
    click.echo(f"{email} {words}.")


def _put_in(team_id: int, email: str, role: Role | None) -> dict[str, str]:
    """The role that somebody has in the team now, and a way in."""
    with transaction():
        placed = people.put_in(team_id, email, role)
        told = {"email": placed.email, "role": placed.role.value}
        if placed.was is None:
            changes.note(changes.COMMAND_LINE, "put-in", team_id=team_id, after=told)
        elif placed.was is not placed.role:
            changes.note(changes.COMMAND_LINE, "role", team_id=team_id, after={"was": placed.was.value, **told})
        return {"role": placed.role.value, "sign_in_url": _sign_in_url(links.new_link(placed.member_id))}


def _sign_in_url(secret: str) -> str:
    return current_settings().absolute(f"/welcome/{secret}")
