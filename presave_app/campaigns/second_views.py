"""Confirming and withdrawing what waits for a second member, and an owner's switch for the rule."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from presave_app.access import member_only
from presave_app.campaigns import forms, proposals, second_member
from presave_app.campaigns.campaign import get_for_member
from presave_app.campaigns.editing import EditRefused
from presave_app.campaigns.fields import FieldError
from presave_app.campaigns.form_saving import change, fragment_of, who, words_of_refusal
from presave_app.campaigns.models import Campaign
from presave_app.counts.tally import totals
from presave_app.error_pages import error_page
from presave_app.hypermedia import fragment, go_to, wants_fragment
from presave_app.lib import clock
from presave_app.lib.numbers import small_int
from presave_app.teams import asked_step
from presave_app.teams.accounts import find_role, may_edit
from presave_app.teams.models import Role, Team
from presave_app.transaction import transaction

second_members = Blueprint("second_members", __name__)

_ID = "int(max=2147483647)"
_PROPOSALS = f"/campaigns/<{_ID}:campaign_id>/proposals"
_DECIDE = f"{_PROPOSALS}/<{_ID}:proposal_id>/<any(confirm, withdraw):act>"


@second_members.get(_PROPOSALS)
@member_only
def proposal_list(campaign_id: int) -> ResponseReturnValue:
    """What waits, as it stands now."""
    campaign, role = get_for_member(campaign_id, current_user.member_id)
    if not wants_fragment():
        return forms.to_editor(campaign_id)
    return fragment(render_template("campaigns/_proposals.html", **_context(campaign, role)))


@second_members.get(_DECIDE)
@member_only
def act_again(campaign_id: int, **_: object) -> ResponseReturnValue:
    """A refused form leaves its address in the browser; opening that again leads to the editor."""
    return forms.to_editor(campaign_id)


@second_members.post(_DECIDE)
@member_only
def decide(campaign_id: int, proposal_id: int, act: str) -> ResponseReturnValue:
    """Let a proposal take effect, or give it up."""
    fault, me = None, current_user.member_id
    try:
        with transaction():
            campaign, role = get_for_member(campaign_id, me, to_edit=True)
            if act == "withdraw":
                proposals.withdraw(campaign, proposal_id, who())
            else:
                change(
                    campaign,
                    lambda: proposals.confirm(campaign, proposal_id, me, clock.now()),
                    is_confirmed=True,
                )
    except (FieldError, EditRefused) as refusal:
        fault = words_of_refusal(refusal)
        campaign, role = get_for_member(campaign_id, me)
    if not wants_fragment():
        return (
            forms.editor_page(campaign, role, forms.Refusal({}, {}, fault)) if fault else forms.to_editor(campaign_id)
        )
    return fragment_of("campaigns/_proposals.html", {**_context(campaign, role), "proposal_fault": fault}, fault)


@second_members.post(f"/teams/<{_ID}:team_id>/second-member")
@member_only
def switch(team_id: int) -> ResponseReturnValue:
    """Let the last day before a release take two members, or one: for an owner to say."""
    role = find_role(team_id, current_user.member_id)
    if role is None:
        abort(404)
    if role != Role.OWNER:
        return error_page(403, "Only an owner decides this", "Ask an owner of your team.")
    with transaction() as session:
        team = session.get_one(Team, team_id)
        asked_step.check(team, current_user.member_id)
        second_member.switch(team, is_on=request.form.get("is_on") == "1", by=who())
    campaign_id = request.form.get("campaign", type=small_int)
    return forms.to_editor(campaign_id) if campaign_id else go_to(url_for("team_pages.team_show", team_id=team_id))


def _context(campaign: Campaign, role: Role) -> dict[str, Any]:
    shown = proposals.banner_context(campaign, role, current_user.member_id, clock.now())
    return {**shown, "campaign": campaign, "may_edit": may_edit(role), "fan_total": totals([campaign.id])[campaign.id]}
