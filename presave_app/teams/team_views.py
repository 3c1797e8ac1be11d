"""The page of a team: who is in it, what each may do, and how an owner changes that."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, Response, abort, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from presave_app import mail
from presave_app.access import member_only
from presave_app.api.keys import end_keys, keys_in_words
from presave_app.campaigns.changes import by_member, note
from presave_app.error_pages import error_page
from presave_app.hypermedia import fragment, go_to, wants_fragment
from presave_app.lib.text import clean_line
from presave_app.teams import asked_step, invitations, people
from presave_app.teams.accounts import BadAccount, Place, create_team, find_places, find_role
from presave_app.teams.entering import enter
from presave_app.teams.models import Role
from presave_app.transaction import transaction

team_pages = Blueprint("team_pages", __name__)

_TEAM = "/team/<int(max=2147483647):team_id>"
_PERSON = f"{_TEAM}/people/<int(max=2147483647):member_id>"

_DONE: Mapping[str, str] = {
    "role": "The role is changed. Whoever has it now was signed out and signs in again.",
    "own-role": "Your own role is changed. You stay signed in here; your other browsers were signed out.",
    "removed": "They are out of the team, and were signed out everywhere.",
    "left": "You left the team.",
    "joined": "You are in the team.",
    "invited": "The invitation goes out by mail within a minute.",
    "withdrawn": "The invitation is withdrawn: its link leads nowhere.",
    "step-asked": "The team asks its owners for a second step.",
    "step-not-asked": "The team leaves the second step to each owner.",
    "made": "The team is there, and you own it. Invite whom it needs.",
    "too-late": "That invitation was accepted or over before. Nothing is changed.",
}
_NOTHING_TYPED: Mapping[str, str] = {"email": "", "role": Role.EDITOR.value}


@team_pages.app_errorhandler(people.NotInTeam)
def not_in_team(_: people.NotInTeam) -> ResponseReturnValue:
    """A stranger's team does not exist, nor does a member who is not in it."""
    return error_page(404)


@team_pages.app_errorhandler(people.OwnersOnly)
def owners_only(_: people.OwnersOnly) -> ResponseReturnValue:
    """Everybody sees who is there; owners decide it."""
    return error_page(403, "You may look at this team, but not change it", "Ask an owner of the team to do it.")


@team_pages.get("/team")
@member_only
def team_first() -> ResponseReturnValue:
    """The member's first team by name."""
    places = find_places(current_user.member_id)
    return make_response(_page(places, places[0] if places else None))


@team_pages.get(_TEAM)
@member_only
def team_show(team_id: int) -> ResponseReturnValue:
    """One of the member's teams."""
    return answer(team_id)


@team_pages.get("/team/new")
@member_only
def team_new() -> ResponseReturnValue:
    """The form for one more team."""
    _check_owns_one()
    return render_template("teams/new.html", typed="", errors={})


@team_pages.post("/team/new")
@member_only
def team_create() -> ResponseReturnValue:
    """Make one more team, owned by whoever makes it; only owners of one may."""
    _check_owns_one()
    name = request.form.get("name", "")
    try:
        with transaction():
            _refuse_twice(name)
            team, _ = create_team(name, current_user.email)
            team_id = team.id
            _note("team-make", team_id)
    except BadAccount as fault:
        return render_template("teams/new.html", typed=name, errors={"name": str(fault)}), 422
    return go_to(url_for(".team_show", team_id=team_id, done="made"))


@team_pages.post(f"{_PERSON}/role")
@member_only
def role_change(team_id: int, member_id: int) -> ResponseReturnValue:
    """Give a member another role. Owners who give up their own stay signed in here, and nowhere else."""
    try:
        role = Role(request.form.get("role", ""))
    except ValueError:
        return answer(team_id, errors={f"role-{member_id}": "Choose one of the three roles."})
    try:
        with transaction():
            team = people.owned_team(team_id, current_user.member_id)
            was = find_role(team_id, member_id)
            people.change_role(team, member_id, role)
            if was is not None and was is not role:
                _note("role", team_id, was=was.value, email=people.email_of(member_id), role=role.value)
    except people.LastOwner:
        return answer(team_id, errors={f"role-{member_id}": "A team needs an owner. Make somebody else one first."})
    return done(team_id, "own-role" if _stay(member_id) else "role")


@team_pages.post(f"{_PERSON}/remove")
@member_only
def person_remove(team_id: int, member_id: int) -> ResponseReturnValue:
    """Take a member out of the team."""
    try:
        with transaction():
            people.remove(people.owned_team(team_id, current_user.member_id), member_id)
            for act, told in end_keys(team_id, member_id) if request.form.get("keys") else ():
                _note(act, team_id, **told)
            _note("remove-member", team_id, email=people.email_of(member_id))
    except people.LastOwner:
        return answer(team_id, errors={f"role-{member_id}": "A team needs an owner. Make somebody else one first."})
    return _gone() if _stay(member_id) else done(team_id, "removed")


@team_pages.post(f"{_TEAM}/leave")
@member_only
def team_leave(team_id: int) -> ResponseReturnValue:
    """Take oneself out of the team."""
    try:
        with transaction():
            people.leave(team_id, current_user.member_id)
            _note("leave", team_id)
    except people.LastOwner:
        fault = "You are the only owner, and a team needs one. Make somebody else an owner, then leave."
        return answer(team_id, errors={"leave": fault})
    _stay(current_user.member_id)
    return _gone()


def done(team_id: int, what: str) -> ResponseReturnValue:
    """The page again, with what was done: a fragment for htmx, else by 303."""
    if wants_fragment():
        return answer(team_id, said=_DONE[what])
    return go_to(url_for("team_pages.team_show", team_id=team_id, done=what))


def answer(
    team_id: int,
    *,
    errors: Mapping[str, str] | None = None,
    said: str = "",
    typed: Mapping[str, str] | None = None,
    made: Mapping[str, str] | None = None,
) -> Response:
    """The page of the team or its fragment; raises NotInTeam.

    Faults stand beside their fields, what was `typed` is kept, and an invitation that was `made` shows its link.
    """
    places = find_places(current_user.member_id)
    place = next((place for place in places if place.team.id == team_id), None)
    if place is None:
        raise people.NotInTeam(team_id)
    status = 422 if errors else 200
    context = _context(place, errors or {}, said) | {"typed": typed or _NOTHING_TYPED, "made": made}
    if wants_fragment():
        return fragment(render_template("teams/_team.html", **context), status)
    return make_response(
        render_template("teams/team.html", places=places, owns_one=_owns_one(places), **context), status
    )


def _page(places: list[Place], place: Place | None) -> str:
    context = _context(place, {}, "") if place else {"place": None, "said": _said("")}
    return render_template("teams/team.html", places=places, owns_one=_owns_one(places), **context)


def _context(place: Place, errors: Mapping[str, str], said: str) -> dict[str, object]:
    owners, owners_without = asked_step.count_owners(place.team.id)
    return {
        "place": place,
        "keys": keys_in_words(place.team.id),
        "owners": owners,
        "owners_without": owners_without,
        "people": people.find_people(place.team.id),
        "is_owner": place.may_own,
        "roles": people.WHAT_ROLES_DO,
        "errors": errors,
        "said": _said(said),
        "typed": _NOTHING_TYPED,
        "made": None,
        "invitations": invitations.find_open(place.team.id) if place.may_own else [],
        "mails": mail.is_on(),
    }


def _note(act: str, team_id: int, **told: str) -> None:
    note(by_member(current_user.member_id), act, team_id=team_id, after=told)


def _said(said: str) -> str:
    return said or _DONE.get(request.args.get("done", ""), "")


def _check_owns_one() -> None:
    """Teams share the services of the installation, so not everybody who was let in somewhere makes more of them."""
    if not _owns_one(find_places(current_user.member_id)):
        refusal = error_page(403, "Only an owner of a team makes another one", "Ask an owner of your team to do it.")
        abort(make_response(refusal))


def _refuse_twice(name: str) -> None:
    """Two teams of one name could not be told apart by whoever is in both."""
    if any(place.team.name.casefold() == clean_line(name).casefold() for place in find_places(current_user.member_id)):
        raise BadAccount("You are in a team of that name already.")


def _owns_one(places: list[Place]) -> bool:
    return any(place.role is Role.OWNER for place in places)


def _gone() -> ResponseReturnValue:
    return go_to(url_for("team_pages.team_first", done="left"))


def _stay(member_id: int) -> bool:
    """Keep this browser signed in, under a new secret, where members changed their own place; whether they did."""
    is_own = member_id == current_user.member_id
    if is_own:
        enter(current_user.member_id, current_user.email)
    return is_own
