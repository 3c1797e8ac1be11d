"""A team's facts for the privacy page and the terms of its campaigns."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, Response, abort, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from presave_app.access import member_only
from presave_app.campaigns.changes import note
from presave_app.campaigns.form_saving import who
from presave_app.error_pages import error_page
from presave_app.hypermedia import go_to
from presave_app.lib import marks
from presave_app.teams.accounts import find_places, find_role, may_edit
from presave_app.teams.imprints import FIELDS, BadImprint, find_imprint, is_complete, save_imprint, texts_of
from presave_app.transaction import transaction

imprints = Blueprint("imprints", __name__)


@imprints.get("/imprint")
@member_only
def imprint_edit() -> ResponseReturnValue:
    """The form, one for each team of the member."""
    return _page()


@imprints.post("/imprint/<int(max=2147483647):team_id>")
@member_only
def imprint_save(team_id: int) -> ResponseReturnValue:
    """Keep what was typed, or show it again with a message beside each field that needs one."""
    role = find_role(team_id, current_user.member_id)
    if role is None:
        abort(404)
    if not may_edit(role):
        return error_page(403, "You may look at this, but not change it", "Ask an owner of your team for more.")
    try:
        with transaction():
            if save_imprint(team_id, request.form):
                note(who(), "imprint", team_id=team_id)
    except BadImprint as fault:
        return _page(team_id, request.form, fault.errors, 422)
    return go_to(url_for(".imprint_edit", saved=team_id, _anchor=f"team-{team_id}"))


def _page(
    team_id: int | None = None,
    typed: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
    status: int = 200,
) -> Response:
    forms = []
    for place in find_places(current_user.member_id):
        kept = find_imprint(place.team.id)
        is_it = place.team.id == team_id
        stored = texts_of(kept)
        sent = typed if is_it and typed is not None else stored
        shown, collided = marks.settle(sent, stored), marks.find_collisions(sent, stored)
        forms.append(
            {
                "team": place.team,
                "may_edit": place.may_edit,
                "texts": {field.name: shown.get(field.name, "") for field in FIELDS},
                "marks": marks.marks_of(stored),
                "errors": {**(errors or {}), **collided} if is_it else {},
                "is_complete": is_complete(kept),
                "is_saved": request.args.get("saved") == str(place.team.id),
            }
        )
    if not forms:
        return make_response(render_template("teams/none.html", title="Imprint and privacy"))
    return make_response(render_template("teams/imprint.html", forms=forms, fields=FIELDS), status)
