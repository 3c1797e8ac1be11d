"""Artists' links in the editor: one more, and turning one off."""

from __future__ import annotations

from flask import Blueprint
from flask.typing import ResponseReturnValue
from flask_login import current_user

from presave_app.access import member_only
from presave_app.campaigns import forms, live_links
from presave_app.campaigns.campaign import get_for_member
from presave_app.campaigns.changes import note
from presave_app.campaigns.fields import FieldError
from presave_app.campaigns.form_saving import save_all, save_and_do, texts, who
from presave_app.campaigns.models import Campaign
from presave_app.lib import clock
from presave_app.transaction import transaction

artist_links = Blueprint("artist_links", __name__)

_ID = "int(max=2147483647)"
_LINKS = f"/campaigns/<{_ID}:campaign_id>/live-links"
_REVOKE = f"{_LINKS}/<{_ID}:link_id>/revoke"


@artist_links.post(_LINKS)
@member_only
def link_add(campaign_id: int) -> ResponseReturnValue:
    """Make one more link, after saving what else was typed, as the whole form was sent."""
    refused = save_all(campaign_id)
    if refused:
        return refused
    try:
        with transaction():
            campaign, role = get_for_member(campaign_id, current_user.member_id, to_edit=True)
            made = live_links.add_link(campaign, texts(), clock.now())
            note(who(), "live-link-make", campaign_id=campaign_id, after={"name": made.name})
    except FieldError as fault:
        campaign, role = get_for_member(campaign_id, current_user.member_id)
        refusal = forms.Refusal(texts(), {fault.args[1]: fault.args[0]}, "No link was made: see what can't be used.")
        return forms.editor_page(campaign, role, refusal)
    return forms.to_editor(campaign_id, "link")


@artist_links.post(_REVOKE)
@member_only
def link_revoke(campaign_id: int, link_id: int) -> ResponseReturnValue:
    """Turn a link off; pages that are open by it end with their next look."""

    def turn_off(campaign: Campaign) -> None:
        name = live_links.revoke(campaign, link_id)
        if name is not None:
            note(who(), "live-link-off", campaign_id=campaign_id, after={"name": name})

    return save_and_do(campaign_id, turn_off) or forms.to_editor(campaign_id, "unlinked")


@artist_links.get(_LINKS)
@artist_links.get(_REVOKE)
@member_only
def act_again(campaign_id: int, **_: object) -> ResponseReturnValue:
    """A refused form leaves its address in the browser; opening that again leads to the editor."""
    return forms.to_editor(campaign_id)
