"""The link of an invitation: a visit shows what it offers, the form accepts it."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from presave_app.access import fan_form, public
from presave_app.campaigns.changes import by_member, note
from presave_app.error_pages import error_page
from presave_app.hypermedia import go_to
from presave_app.teams import invitations, passwords, sessions
from presave_app.teams.accounts import new_member
from presave_app.teams.entering import enter
from presave_app.teams.invitations import Offer
from presave_app.teams.models import Member
from presave_app.teams.people import WHAT_ROLES_DO
from presave_app.transaction import transaction

joining = Blueprint("joining", __name__)


@joining.errorhandler(invitations.TooLate)
def too_late(_: invitations.TooLate) -> ResponseReturnValue:
    """A link that leads nowhere, for whatever reason."""
    advice = "Invitations work once, for three days, and can be withdrawn. Ask an owner of the team for a new one."
    return error_page(410, "This invitation was used already, or it is over", advice)


@joining.get("/join/<secret>")
@public
def join(secret: str) -> ResponseReturnValue:
    """What the invitation offers; a visit does not use it."""
    return _page(secret, _offer(secret))


@joining.post("/join/<secret>")
@fan_form
def join_accept(secret: str) -> ResponseReturnValue:
    """Accept: as the member who is signed in, or as a new one, who chooses a password."""
    offer = _offer(secret)
    if current_user.is_authenticated:
        return _accept_as_member(secret, offer)
    if offer.is_member:
        return _page(secret, offer, status=422)
    return _accept_as_new(secret, offer)


def _accept_as_member(secret: str, offer: Offer) -> ResponseReturnValue:
    if current_user.email != offer.email:
        return _page(secret, offer, status=403)
    with transaction():
        team_id = invitations.accept(secret, current_user.member_id)
        note(by_member(current_user.member_id), "join", team_id=team_id)
    return _welcome(team_id)


def _accept_as_new(secret: str, offer: Offer) -> ResponseReturnValue:
    try:
        password = passwords.check_password(request.form.get("password", ""), offer.email)
    except passwords.BadPassword as fault:
        return _page(secret, offer, fault=str(fault), status=422)
    with transaction() as session:
        member_id = new_member(offer.email)
        if session.get_one(Member, member_id, with_for_update=True).password_hash is not None:
            # Somebody of that address came in by another invitation a moment ago.
            raise invitations.TooLate
        team_id = invitations.accept(secret, member_id)
        note(by_member(member_id), "join", team_id=team_id)
        sessions.set_password(member_id, password)
    enter(member_id, offer.email)
    return _welcome(team_id)


def _offer(secret: str) -> Offer:
    offer = invitations.find_offer(secret)
    if offer is None:
        raise invitations.TooLate
    return offer


def _page(secret: str, offer: Offer, *, fault: str = "", status: int = 200) -> Response:
    page = render_template(
        "teams/join.html",
        secret=secret,
        offer=offer,
        fault=fault,
        may=WHAT_ROLES_DO[offer.role],
        who=_who_visits(offer),
    )
    response = make_response(page, status)
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def _who_visits(offer: Offer) -> str:
    if current_user.is_authenticated:
        return "invited" if current_user.email == offer.email else "other"
    return "member" if offer.is_member else "new"


def _welcome(team_id: int) -> ResponseReturnValue:
    return go_to(url_for("team_pages.team_show", team_id=team_id, done="joined"))
