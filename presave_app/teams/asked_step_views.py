"""An owner's switch: whether the team asks its owners for the second step."""

from __future__ import annotations

from flask import Blueprint, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from presave_app.access import member_only
from presave_app.campaigns.changes import by_member, note
from presave_app.teams import asked_step, people
from presave_app.teams.team_views import answer, done
from presave_app.transaction import transaction

asked_steps = Blueprint("asked_steps", __name__)


@asked_steps.post("/team/<int(max=2147483647):team_id>/second-step")
@member_only
def switch(team_id: int) -> ResponseReturnValue:
    """Ask every owner for the second step, or leave it to each of them."""
    is_on, me = request.form.get("is_on") == "1", current_user.member_id
    try:
        with transaction():
            if asked_step.switch(people.owned_team(team_id, me), me, is_on=is_on):
                note(by_member(me), "ask-step-on" if is_on else "ask-step-off", team_id=team_id)
    except asked_step.OwnStepMissing:
        return answer(team_id, errors={"asked-step": "Set up your own second step first, then ask the others for it."})
    return done(team_id, "step-asked" if is_on else "step-not-asked")
