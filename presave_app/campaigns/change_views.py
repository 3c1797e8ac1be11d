"""The history of a campaign, and taking a change back."""

from __future__ import annotations

from flask import Blueprint, abort, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from presave_app.access import member_only
from presave_app.campaigns import changes, colours, forms, undoing
from presave_app.campaigns.campaign import get_for_member
from presave_app.campaigns.change_words import history, label_of
from presave_app.campaigns.editing import EditRefused
from presave_app.campaigns.field_view import fresh_fields
from presave_app.campaigns.fields import FieldError
from presave_app.campaigns.form_saving import answer_field, change, fragment_of, who, words_of_refusal
from presave_app.campaigns.news import news_since
from presave_app.hypermedia import go_to, wants_fragment
from presave_app.lib import clock
from presave_app.lib.numbers import small_int
from presave_app.teams.accounts import may_edit
from presave_app.transaction import transaction

change_log = Blueprint("change_log", __name__)

_CAMPAIGN = "/campaigns/<int(max=2147483647):campaign_id>"
_UNDO = f"{_CAMPAIGN}/history/<int(max=9223372036854775807):change_id>/undo"


@change_log.get(f"{_CAMPAIGN}/history")
@member_only
def history_page(campaign_id: int) -> ResponseReturnValue:
    """Who changed what, newest first."""
    return _page(campaign_id, None)


@change_log.get(f"{_CAMPAIGN}/news")
@member_only
def news(campaign_id: int) -> ResponseReturnValue:
    """What was changed since an open editor looked last; nothing at all while there is nothing."""
    campaign, role = get_for_member(campaign_id, current_user.member_id)
    since, seen = request.args.get("seen", 0, type=small_int), changes.version_of(campaign_id)
    if seen == since:
        return make_response("", 204)
    new = news_since(campaign_id, since, current_user.member_id)
    fresh = fresh_fields(campaign, role, new.fields)
    context = {"campaign": campaign, "seen": seen, "told": new.told, "fresh_fields": fresh, **forms.CHOICES}
    context["shown_colours"] = colours.shown_palette(campaign)
    context |= {"fresh_parts": new.parts, **forms.parts_context(campaign, role, new.parts)}
    return fragment_of("campaigns/_news.html", context, None)


@change_log.get(_UNDO)
@member_only
def undo_again(campaign_id: int, change_id: int) -> ResponseReturnValue:
    """A refused form leaves its address in the browser; opening that again leads to the history."""
    return go_to(url_for(".history_page", campaign_id=campaign_id, _anchor=f"change-{change_id}"))


@change_log.post(_UNDO)
@member_only
def undo(campaign_id: int, change_id: int) -> ResponseReturnValue:
    """Put back what stood there; from the editor the field is shown again, else the history."""
    fault, field, is_proposed = None, request.form.get("field", ""), False
    is_in_editor = wants_fragment() and "from_history" not in request.form
    try:
        with transaction():
            campaign, role = get_for_member(campaign_id, current_user.member_id, to_edit=True)
            found = undoing.find(campaign, change_id, field, who() if is_in_editor else None) or abort(404)
            field = found.field or ""
            is_proposed = change(campaign, lambda: undoing.put_back(campaign, found, clock.now()), undoes=found.id)
    except (FieldError, EditRefused) as refusal:
        fault = words_of_refusal(refusal)
        campaign, role = get_for_member(campaign_id, current_user.member_id)
    if is_in_editor:
        return answer_field(campaign, role, field, {}, fault, is_proposed)
    if fault:
        return _page(campaign_id, fault)
    return go_to(url_for(".history_page", campaign_id=campaign_id, undone=label_of(field)))


def _page(campaign_id: int, fault: str | None) -> ResponseReturnValue:
    campaign, role = get_for_member(campaign_id, current_user.member_id)
    before = request.args.get("before", type=small_int)
    lines, next_before = history(campaign_id, current_user.member_id, before)
    page = render_template(
        "campaigns/history.html",
        campaign=campaign,
        lines=lines,
        next_before=next_before,
        is_first=before is None,
        may_edit=may_edit(role),
        fault=fault,
        undone=None if fault else request.args.get("undone"),
    )
    return make_response(page, 422 if fault else 200)
