"""The sources of a campaign: naming, renaming and removing them."""

from __future__ import annotations

from flask import Blueprint, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from presave_app.access import member_only
from presave_app.campaigns import changes, sources
from presave_app.campaigns.campaign import get_for_member
from presave_app.campaigns.fields import FieldError
from presave_app.campaigns.form_saving import who
from presave_app.campaigns.models import Campaign
from presave_app.hypermedia import fragment, go_to, wants_fragment
from presave_app.teams.accounts import may_edit
from presave_app.transaction import transaction

link_sources = Blueprint("link_sources", __name__)

_ID = "int(max=2147483647)"
_SOURCES = f"/campaigns/<{_ID}:campaign_id>/sources"
_ONE = f"{_SOURCES}/<{_ID}:source_id>/<any(rename, remove):act>"


@link_sources.get(_SOURCES)
@member_only
def source_list(campaign_id: int) -> ResponseReturnValue:
    """The table on a page of its own."""
    return _answer(campaign_id, None)


@link_sources.get(_ONE)
@member_only
def act_again(campaign_id: int, **_: object) -> ResponseReturnValue:
    """A refused form leaves its address in the browser; opening that again leads to the table."""
    return go_to(url_for(".source_list", campaign_id=campaign_id))


@link_sources.post(_SOURCES)
@member_only
def source_add(campaign_id: int) -> ResponseReturnValue:
    """Name a place."""
    return _change(campaign_id, "add", None)


@link_sources.post(_ONE)
@member_only
def source_change(campaign_id: int, source_id: int, act: str) -> ResponseReturnValue:
    """Give a place another name, or take it off the table."""
    return _change(campaign_id, act, source_id)


def _change(campaign_id: int, act: str, source_id: int | None) -> ResponseReturnValue:
    fault = None
    try:
        with transaction():
            campaign, _ = get_for_member(campaign_id, current_user.member_id, to_edit=True)
            _do(campaign, act, source_id, request.form.get("name", ""))
    except FieldError as refusal:
        fault = str(refusal)
    if not fault and not wants_fragment():
        return go_to(url_for(".source_list", campaign_id=campaign_id))
    return _answer(campaign_id, fault)


def _do(campaign: Campaign, act: str, source_id: int | None, typed: str) -> None:
    before, after = None, None
    if source_id is None:
        after = {"name": sources.add(campaign, typed).name}
    elif act == "rename":
        was, now = sources.rename(campaign, source_id, typed)
        before, after = {"was": was}, {"name": now}
    else:
        before = {"name": sources.remove(campaign, source_id)}
    changes.note(who(), f"source-{act}", campaign_id=campaign.id, before=before, after=after)


def _answer(campaign_id: int, fault: str | None) -> ResponseReturnValue:
    campaign, role = get_for_member(campaign_id, current_user.member_id)
    context = {**sources.sources_context(campaign), "campaign": campaign, "may_edit": may_edit(role)}
    if fault:
        context |= {"source_fault": fault, "source_typed": request.form.get("name", "")}
    status = 422 if fault else 200
    if wants_fragment():
        return fragment(render_template("campaigns/_sources.html", **context), status)
    return make_response(render_template("campaigns/sources.html", **context), status)
