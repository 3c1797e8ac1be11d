"""The tokens of a team: made, shown once, revoked. For owners."""

from __future__ import annotations

from flask import Blueprint, abort, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from presave_app.access import member_only
from presave_app.api.models import Scope
from presave_app.api.tokens import BadToken, list_tokens, make_token, revoke
from presave_app.campaigns.changes import by_member, note
from presave_app.extensions import current_settings
from presave_app.hypermedia import go_to
from presave_app.lib.text import clean_line
from presave_app.teams.accounts import Place
from presave_app.transaction import transaction
from presave_app.transfer.views import TEAM, find_place, owners_place

api_tokens = Blueprint("api_tokens", __name__)

_TOKENS = f"{TEAM}/tokens"
_OWNERS_ONLY = "Only an owner may see and make tokens"
_SCOPES = {Scope.READ.value: "reads", Scope.WRITE.value: "reads and writes"}


@api_tokens.get(_TOKENS)
@member_only
def token_list(team_id: int) -> ResponseReturnValue:
    """The team's tokens, and the form for a new one."""
    return _page(owners_place(team_id, _OWNERS_ONLY))


@api_tokens.post(_TOKENS)
@member_only
def token_make(team_id: int) -> ResponseReturnValue:
    """Make a token and show it this once."""
    owners_place(team_id, _OWNERS_ONLY)
    try:
        with transaction():
            token = make_token(
                team_id, current_user.member_id, request.form.get("name", ""), request.form.get("scope", "")
            )
            _note("token-make", team_id, request.form["name"], request.form["scope"])
    except BadToken as fault:
        return _page(find_place(team_id), errors={fault.field: str(fault)})
    return _page(find_place(team_id), token=token)


@api_tokens.post(f"{_TOKENS}/<int(max=2147483647):token_id>/revoke")
@member_only
def token_revoke(team_id: int, token_id: int) -> ResponseReturnValue:
    """End a token at once."""
    owners_place(team_id, _OWNERS_ONLY)
    with transaction():
        is_gone = revoke(team_id, token_id)
        if is_gone:
            (name,) = (token.name for token in list_tokens(team_id) if token.id == token_id)
            _note("token-revoke", team_id, name)
    if not is_gone and all(token.id != token_id for token in list_tokens(team_id)):
        abort(404)
    return go_to(url_for(".token_list", team_id=team_id))


@api_tokens.get(f"{_TOKENS}/<int(max=2147483647):token_id>/revoke")
@member_only
def token_revoke_again(team_id: int, token_id: int) -> ResponseReturnValue:  # noqa: ARG001
    """The address of the form leads back to the list when it is opened by itself."""
    return go_to(url_for(".token_list", team_id=team_id))


def _note(act: str, team_id: int, name: str, scope: str = "") -> None:
    told = {"name": clean_line(name)} | ({"scope": _SCOPES[scope]} if scope else {})
    note(by_member(current_user.member_id), act, team_id=team_id, after=told)


def _page(place: Place, *, token: str | None = None, errors: dict[str, str] | None = None) -> ResponseReturnValue:
    typed = {name: request.form.get(name, "") if errors else "" for name in ("name", "scope")}
    page = render_template(
        "api/tokens.html",
        place=place,
        tokens=list_tokens(place.team.id),
        token=token,
        typed=typed,
        errors=errors or {},
        example=current_settings().absolute("/api/v1/campaigns"),
    )
    return make_response(page, 422 if errors else 200)
