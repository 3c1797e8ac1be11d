"""The preflight of a campaign: its sheet, and putting advice aside."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from presave_app.access import member_only
from presave_app.campaigns.campaign import get_for_member
from presave_app.hypermedia import fragment, go_to, wants_fragment
from presave_app.lib.text import clean_line
from presave_app.preflight import asides
from presave_app.preflight.facts import read_facts
from presave_app.preflight.rehearsal import rehearse
from presave_app.preflight.sheet import advice_keys, read_sheet
from presave_app.reminders.asking import tell_of_early_ends
from presave_app.teams.accounts import may_edit
from presave_app.transaction import transaction

preflight = Blueprint("preflight", __name__)

_SHEET = "/campaigns/<int(max=2147483647):campaign_id>/preflight"


@preflight.get(_SHEET)
@member_only
def sheet(campaign_id: int) -> ResponseReturnValue:
    """The whole sheet; for a viewer the same with nothing to press."""
    return render_template("preflight/page.html", **_context(campaign_id))


@preflight.get(f"{_SHEET}/<any(aside, 'bring-back', tell, rehearse):_act>")
@member_only
def act_again(campaign_id: int, _act: str) -> ResponseReturnValue:
    """A form leaves its address in the browser; opening that again leads to the sheet."""
    return _to_sheet(campaign_id)


@preflight.post(f"{_SHEET}/aside")
@member_only
def put_aside(campaign_id: int) -> ResponseReturnValue:
    """Say no more of one piece of advice. Nothing else can be put aside."""
    check = clean_line(request.form.get("check", ""))
    with transaction():
        campaign, _ = get_for_member(campaign_id, current_user.member_id, to_edit=True)
        if check in advice_keys(read_facts(campaign)):
            asides.put_aside(campaign_id, check, current_user.member_id)
    return _answer(campaign_id)


@preflight.post(f"{_SHEET}/bring-back")
@member_only
def bring_back(campaign_id: int) -> ResponseReturnValue:
    """Say it again."""
    with transaction():
        get_for_member(campaign_id, current_user.member_id, to_edit=True)
        asides.bring_back(campaign_id, clean_line(request.form.get("check", "")))
    return _answer(campaign_id)


@preflight.post(f"{_SHEET}/tell")
@member_only
def tell(campaign_id: int) -> ResponseReturnValue:
    """Send the notes of those whose permission ends before the day."""
    with transaction() as session:
        campaign, _ = get_for_member(campaign_id, current_user.member_id, to_edit=True)
        services = read_facts(campaign).sign_ins.services_to_tell
        told = tell_of_early_ends(session, campaign_id, services)
    if not wants_fragment():
        return _to_sheet(campaign_id, "sign-ins")
    return fragment(render_template("preflight/_sign_ins.html", told=told, **_context(campaign_id)))


@preflight.post(f"{_SHEET}/rehearse")
@member_only
def rehearse_now(campaign_id: int) -> ResponseReturnValue:
    """Calculate with the list as it is now, keep what came of it, and have it played."""
    with transaction():
        campaign, _ = get_for_member(campaign_id, current_user.member_id, to_edit=True)
        rehearse(campaign, current_user.member_id)
    return _rehearsal(campaign_id)


@preflight.get(f"{_SHEET}/rehearsal")
@member_only
def rehearsal(campaign_id: int) -> ResponseReturnValue:
    """How far the play is, for a page that is open."""
    return _rehearsal(campaign_id)


def _rehearsal(campaign_id: int) -> ResponseReturnValue:
    context = _context(campaign_id)
    if not wants_fragment():
        return _to_sheet(campaign_id, "rehearsal")
    return fragment(render_template("preflight/_rehearsal.html", **context))


def _answer(campaign_id: int) -> ResponseReturnValue:
    if not wants_fragment():
        return _to_sheet(campaign_id)
    return fragment(render_template("preflight/_sheet.html", **_context(campaign_id)))


def _context(campaign_id: int) -> dict[str, Any]:
    campaign, role = get_for_member(campaign_id, current_user.member_id)
    sheet = read_sheet(campaign)
    parts = {"sheet": sheet, "sign_ins": sheet.sign_ins, "rehearsal": sheet.rehearsal}
    return {"campaign": campaign, "may_edit": may_edit(role), **parts}


def _to_sheet(campaign_id: int, part: str | None = None) -> ResponseReturnValue:
    return go_to(url_for("preflight.sheet", campaign_id=campaign_id, _anchor=part))
