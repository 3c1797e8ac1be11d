"""Data and API: a team takes everything with it as files, or brings campaigns in."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, make_response, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from werkzeug.exceptions import HTTPException

from presave_app.access import member_only
from presave_app.campaigns import changes
from presave_app.campaigns.form_saving import who
from presave_app.error_pages import error_page
from presave_app.extensions import db
from presave_app.hypermedia import go_to
from presave_app.lib import clock
from presave_app.teams.accounts import Place, find_places
from presave_app.teams.asked_step import StepMissing
from presave_app.teams.models import Role
from presave_app.transaction import transaction
from presave_app.transfer.arriving import MOST_ARCHIVE_BYTES, MOST_ARCHIVE_MB, Arrival, BadArchive, take_in
from presave_app.transfer.last_arrival import find_last, remember
from presave_app.transfer.leaving import pack_team

transfer = Blueprint("transfer", __name__)

TEAM = "/data/<int(max=2147483647):team_id>"


@transfer.url_value_preprocessor
def take_large_archives(endpoint: str | None, _: dict[str, Any] | None) -> None:
    """An archive may be larger than other uploads. This comes before the form is read for its CSRF token."""
    if endpoint == "transfer.import_archive":
        request.max_content_length = MOST_ARCHIVE_BYTES


@transfer.errorhandler(413)
def archive_too_large(_: HTTPException) -> ResponseReturnValue:
    """The archive has a limit of its own, so the words do too."""
    return error_page(413, advice=f"An archive may have at most {MOST_ARCHIVE_MB:,} MB.")


@transfer.get("/data")
@member_only
def data_home() -> ResponseReturnValue:
    """The page of the member's first team."""
    places = find_places(current_user.member_id)
    if not places:
        return render_template("teams/none.html", title="Data and API")
    return go_to(url_for(".team_data", team_id=places[0].team.id))


@transfer.get(TEAM)
@member_only
def team_data(team_id: int) -> ResponseReturnValue:
    """What may be done with the data of one team."""
    return _page(find_place(team_id))


@transfer.post(f"{TEAM}/export")
@member_only
def export(team_id: int) -> ResponseReturnValue:
    """Everything of the team as one archive; for owners, because mail addresses may be in it."""
    place = owners_place(team_id, "Only an owner may take the team's data with them")
    now, slug = clock.now(), place.team.slug
    with transaction():
        changes.note(who(), "export", team_id=team_id)
    # The commit has forgotten what was read before it.
    place = find_place(team_id)
    packed = pack_team(place.team, now)
    # The answer may take longer to leave than the database lets a transaction idle.
    db.session.remove()
    return send_file(packed, mimetype="application/zip", as_attachment=True, download_name=f"{slug}-{now:%Y-%m-%d}.zip")


@transfer.post(f"{TEAM}/import")
@member_only
def import_archive(team_id: int) -> ResponseReturnValue:
    """Take in the archive of a team as drafts, and say what came of each campaign."""
    place = find_place(team_id)
    if not place.may_edit:
        return may_only_look()
    upload = request.files.get("archive")
    if upload is None or not upload.filename:
        return _page(place, {"archive": "Choose the archive first."})
    try:
        arrival = take_in(team_id, upload.stream, clock.now(), who())
    except BadArchive as fault:
        return _page(place, {"archive": str(fault)})
    return to_arrival(team_id, arrival)


@transfer.get(f"{TEAM}/came-in")
@member_only
def came_in(team_id: int) -> ResponseReturnValue:
    """What came of the last file that the member brought into the team; it may be loaded again."""
    place = find_place(team_id)
    arrival = find_last(team_id, current_user.member_id)
    if arrival is None:
        return go_to(url_for(".team_data", team_id=team_id))
    return render_template("transfer/arrival.html", place=place, arrival=arrival)


def to_arrival(team_id: int, arrival: Arrival) -> ResponseReturnValue:
    """Keep what came in, and lead to the page that tells it: loaded again, it brings in nothing."""
    with transaction():
        remember(team_id, current_user.member_id, arrival)
    return go_to(url_for("transfer.came_in", team_id=team_id))


@transfer.get(f"{TEAM}/<any(export, import):_act>")
@member_only
def act_again(team_id: int, _act: str) -> ResponseReturnValue:
    """The address of a form leads back to the page when it is opened by itself."""
    return go_to(url_for(".team_data", team_id=team_id))


def find_place(team_id: int) -> Place:
    """The member's place in the team; a stranger's team does not exist."""
    found = next((place for place in find_places(current_user.member_id) if place.team.id == team_id), None)
    if found is None:
        abort(404)
    return found


def owners_place(team_id: int, refusal: str) -> Place:
    """An owner's place in the team; whoever has another role reads the refusal."""
    place = find_place(team_id)
    if place.role is not Role.OWNER:
        abort(make_response(error_page(403, refusal, "Ask an owner of your team for it.")))
    if place.lacks_step:
        raise StepMissing(team_id)
    return place


def may_only_look() -> ResponseReturnValue:
    """A viewer makes no campaigns."""
    return error_page(403, "You may look at campaigns, but not make one", "Ask an owner of your team for more.")


def _page(place: Place, errors: dict[str, str] | None = None) -> ResponseReturnValue:
    page = render_template(
        "transfer/data.html",
        place=place,
        is_owner=place.may_own,
        places=find_places(current_user.member_id),
        errors=errors or {},
        most_mb=MOST_ARCHIVE_MB,
    )
    return make_response(page, 422 if errors else 200)
