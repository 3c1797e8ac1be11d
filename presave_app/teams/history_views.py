"""The history of a team: who let whom in, who changed what somebody may do, and what programs were let in."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from presave_app.access import member_only
from presave_app.campaigns.change_words import team_history
from presave_app.teams.accounts import find_places
from presave_app.teams.asked_step import StepMissing
from presave_app.teams.models import Role
from presave_app.teams.people import NotInTeam, OwnersOnly

team_histories = Blueprint("team_histories", __name__)


@team_histories.get("/team/<int(max=2147483647):team_id>/history")
@member_only
def history_page(team_id: int) -> ResponseReturnValue:
    """What was done to the team itself, newest first; for owners."""
    place = next((each for each in find_places(current_user.member_id) if each.team.id == team_id), None)
    if place is None:
        raise NotInTeam(team_id)
    if place.role is not Role.OWNER:
        raise OwnersOnly(team_id)
    if place.lacks_step:
        raise StepMissing(team_id)
    before = request.args.get("before", type=int)
    lines, next_before = team_history(team_id, current_user.member_id, before)
    return render_template(
        "teams/history.html", team=place.team, lines=lines, next_before=next_before, is_first=before is None
    )
