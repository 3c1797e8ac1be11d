"""Inviting somebody to a team, and withdrawing it."""

from __future__ import annotations

from flask import Blueprint, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from presave_app.access import member_only
from presave_app.campaigns.changes import by_member, note
from presave_app.extensions import current_settings
from presave_app.lib.text import clean_line
from presave_app.teams import invitations, people
from presave_app.teams.accounts import BadAccount, parse_email
from presave_app.teams.models import Role
from presave_app.teams.team_views import answer, done
from presave_app.transaction import transaction

inviting = Blueprint("inviting", __name__)

_TEAM = "/team/<int(max=2147483647):team_id>/invitations"


@inviting.post(_TEAM)
@member_only
def invite(team_id: int) -> ResponseReturnValue:
    """Invite an address: by mail, or by a link that is shown this once."""
    typed = {"email": clean_line(request.form.get("email", "")), "role": request.form.get("role", "")}
    try:
        role = Role(typed["role"])
    except ValueError:
        return answer(team_id, typed=typed, errors={"invite-role": "Choose one of the three roles."})
    try:
        with transaction():
            team = people.owned_team(team_id, current_user.member_id)
            secret = invitations.invite(team, current_user.member_id, typed["email"], role)
            told = {"email": parse_email(typed["email"]), "role": role.value}
            note(by_member(current_user.member_id), "invite", team_id=team_id, after=told)
    except BadAccount as fault:
        return answer(team_id, typed=typed, errors={"email": str(fault)})
    if secret is None:
        return done(team_id, "invited")
    # The link is in this answer and nowhere else, so there is no other page to go to.
    made = {"url": current_settings().absolute(f"/join/{secret}"), "email": typed["email"]}
    return answer(team_id, made=made)


@inviting.post(f"{_TEAM}/<int(max=2147483647):invitation_id>/withdraw")
@member_only
def invitation_withdraw(team_id: int, invitation_id: int) -> ResponseReturnValue:
    """Make an open invitation worthless."""
    with transaction():
        team = people.owned_team(team_id, current_user.member_id)
        emails = {each.invitation_id: each.email for each in invitations.find_open(team_id)}
        was_open = invitations.withdraw(team, invitation_id)
        if was_open:
            told = {"email": emails[invitation_id]}
            note(by_member(current_user.member_id), "withdraw-invitation", team_id=team_id, after=told)
    return done(team_id, "withdrawn" if was_open else "too-late")
