"""The roll-out of a campaign: letting releases join it, and taking them out."""

from __future__ import annotations

from flask import Blueprint, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from presave_app.access import member_only
from presave_app.campaigns import changes, rollout
from presave_app.campaigns.campaign import get_for_member
from presave_app.campaigns.fields import FieldError
from presave_app.campaigns.form_saving import CHANGED, who
from presave_app.campaigns.models import Campaign
from presave_app.hypermedia import fragment, go_to, wants_fragment
from presave_app.lib import clock
from presave_app.lib.numbers import small_int
from presave_app.teams.accounts import may_edit
from presave_app.transaction import transaction

rollouts = Blueprint("rollouts", __name__)

_ROLLOUT = "/campaigns/<int(max=2147483647):campaign_id>/rollout"


@rollouts.get(_ROLLOUT)
@member_only
def rollout_page(campaign_id: int) -> ResponseReturnValue:
    """The roll-out on a page of its own."""
    return _answer(campaign_id, None)


@rollouts.get(f"{_ROLLOUT}/<any(add, 'take-out'):_act>")
@member_only
def act_again(campaign_id: int, _act: str) -> ResponseReturnValue:
    """A refused form leaves its address in the browser; opening that again leads to the page."""
    return go_to(url_for(".rollout_page", campaign_id=campaign_id))


@rollouts.post(f"{_ROLLOUT}/<any(add, 'take-out'):act>")
@member_only
def rollout_change(campaign_id: int, act: str) -> ResponseReturnValue:
    """Let a release join, or take one out; what fans have agreed to stays."""
    fault = None
    try:
        with transaction():
            _change(campaign_id, act, request.form.get("release", 0, type=small_int))
    except FieldError as refusal:
        fault = str(refusal)
    if not fault and not wants_fragment():
        return go_to(url_for(".rollout_page", campaign_id=campaign_id))
    return _answer(campaign_id, fault)


def _change(campaign_id: int, act: str, other_id: int) -> None:
    rollout.lock(campaign_id, other_id)
    campaign, _ = get_for_member(campaign_id, current_user.member_id, to_edit=True)
    if act == "add":
        other = rollout.join(campaign, other_id, clock.now())
        _note(act, other, after=campaign)
        _note(act, campaign, after=other)
    else:
        other = rollout.leave(campaign, other_id)
        for each in dict.fromkeys((other, campaign)):
            _note(act, each, before=other)


def _note(act: str, campaign: Campaign, before: Campaign | None = None, after: Campaign | None = None) -> None:
    """A line in the history of `campaign`: what has come to it, or was there before."""
    was, now = ({"title": each.title or "a release without a title"} if each else None for each in (before, after))
    changes.note(who(), f"rollout-{act}", campaign_id=campaign.id, before=was, after=now)


def _answer(campaign_id: int, fault: str | None) -> ResponseReturnValue:
    campaign, role = get_for_member(campaign_id, current_user.member_id)
    view = rollout.view_of(campaign, clock.now())
    context = {"campaign": campaign, "rollout": view, "may_edit": may_edit(role), "rollout_fault": fault}
    status = 422 if fault else 200
    if wants_fragment():
        return fragment(
            render_template("campaigns/_rollout.html", **context), status, trigger=None if fault else CHANGED
        )
    return make_response(render_template("campaigns/rollout.html", **context), status)
