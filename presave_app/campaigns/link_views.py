"""The links among a campaign's targets: taking one away, and deciding about those that catalogues suggest."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint
from flask.typing import ResponseReturnValue
from flask_login import current_user

from presave_app.access import member_only
from presave_app.campaigns import changes, editing, forms, suggestions
from presave_app.campaigns.campaign import get_for_member
from presave_app.campaigns.editing import LINK_FIELD
from presave_app.campaigns.fields import FieldError
from presave_app.campaigns.form_saving import answer_field, change, save_all, who
from presave_app.campaigns.models import Campaign
from presave_app.hypermedia import wants_fragment
from presave_app.transaction import transaction

links = Blueprint("links", __name__)

_ID = "int(max=2147483647)"
_LINKS = f"/campaigns/<{_ID}:campaign_id>/links"
_REMOVE = f"{_LINKS}/<{_ID}:target_id>/remove"
_COUNTDOWN = f"{_LINKS}/countdown/<service>/remove"
_DECIDE = f"{_LINKS}/suggestions/<{_ID}:suggestion_id>/<any(accept, dismiss):choice>"


@links.post(_REMOVE)
@member_only
def link_remove(campaign_id: int, target_id: int) -> ResponseReturnValue:
    """Take a link off the page."""
    return _do(campaign_id, lambda campaign: suggestions.remove_link(campaign, target_id))


@links.post(_COUNTDOWN)
@member_only
def countdown_remove(campaign_id: int, service: str) -> ResponseReturnValue:
    """Take a service's own page for pre-saves off the page."""
    return _do(campaign_id, lambda campaign: editing.name_countdown(campaign, service, None))


@links.post(_DECIDE)
@member_only
def suggestion_decide(campaign_id: int, suggestion_id: int, choice: str) -> ResponseReturnValue:
    """Put a suggested link on the page, or never suggest it again."""
    return _do(campaign_id, lambda campaign: _decide(campaign, suggestion_id, choice))


@links.get(_REMOVE)
@links.get(_COUNTDOWN)
@links.get(_DECIDE)
@member_only
def act_again(campaign_id: int, **_: object) -> ResponseReturnValue:
    """A refused form leaves its address in the browser; opening that again leads to the editor."""
    return forms.to_editor(campaign_id)


def _decide(campaign: Campaign, suggestion_id: int, choice: str) -> None:
    if choice == "accept":
        suggestions.accept(campaign, suggestion_id)
    elif address := suggestions.dismiss(campaign, suggestion_id):
        changes.note(who(), "dismiss-link", campaign_id=campaign.id, before={"link": address})


def _do(campaign_id: int, act: Callable[[Campaign], None]) -> ResponseReturnValue:
    """Change the links, after saving what else was typed where the whole form was sent."""
    refused = None if wants_fragment() else save_all(campaign_id)
    if refused:
        return refused
    fault, is_proposed = None, False
    try:
        with transaction():
            campaign, role = get_for_member(campaign_id, current_user.member_id, to_edit=True)
            is_proposed = change(campaign, lambda: act(campaign))
    except FieldError as refusal:
        fault = str(refusal)
        campaign, role = get_for_member(campaign_id, current_user.member_id)
    return answer_field(campaign, role, LINK_FIELD, {}, fault, is_proposed)
