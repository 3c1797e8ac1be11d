"""What is done with a campaign as a whole, from the list or the editor: archived, brought back, duplicated.

In the editor its buttons send the whole form, so what was typed is saved first.
"""

from __future__ import annotations

from flask import Blueprint, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from presave_app.access import member_only
from presave_app.campaigns import archive, changes, forms
from presave_app.campaigns.archive import ArchiveRefused
from presave_app.campaigns.campaign import get_for_member
from presave_app.campaigns.duplicates import duplicate
from presave_app.campaigns.form_saving import save_all, who
from presave_app.hypermedia import go_to
from presave_app.lib import clock
from presave_app.transaction import transaction

keeping = Blueprint("keeping", __name__)

_ONE = "/campaigns/<int(max=2147483647):campaign_id>"


@keeping.post(f"{_ONE}/archive")
@member_only
def campaign_archive(campaign_id: int) -> ResponseReturnValue:
    """Take a campaign out of the list; where it still has work to do, its editor says which."""
    refused = save_all(campaign_id)
    if refused:
        return refused
    try:
        with transaction():
            campaign, _ = get_for_member(campaign_id, current_user.member_id, to_edit=True)
            archive.archive(campaign, clock.now())
            changes.note(who(), "archive", campaign_id=campaign_id)
    except ArchiveRefused as refusal:
        campaign, role = get_for_member(campaign_id, current_user.member_id)
        return forms.editor_page(campaign, role, forms.Refusal({}, {}, str(refusal)))
    return go_to(url_for("campaigns.campaign_list", done="archived"))


@keeping.post(f"{_ONE}/bring-back")
@member_only
def campaign_bring_back(campaign_id: int) -> ResponseReturnValue:
    """Show an archived campaign in the list again."""
    refused = save_all(campaign_id)
    if refused:
        return refused
    with transaction():
        campaign, _ = get_for_member(campaign_id, current_user.member_id, to_edit=True)
        archive.bring_back(campaign)
        changes.note(who(), "bring-back", campaign_id=campaign_id)
    return go_to(url_for("campaigns.campaign_list", done="back"))


@keeping.post(f"{_ONE}/duplicate")
@member_only
def campaign_duplicate(campaign_id: int) -> ResponseReturnValue:
    """Make a draft from a campaign and open it."""
    refused = save_all(campaign_id)
    if refused:
        return refused
    with transaction():
        campaign, _ = get_for_member(campaign_id, current_user.member_id, to_edit=True)
        copy_id = duplicate(campaign).id
        changes.note(who(), "create", campaign_id=copy_id, after={"title": campaign.title})
    return forms.to_editor(copy_id, "copied")


@keeping.get(f"{_ONE}/<any(archive, 'bring-back', duplicate):_act>")
@member_only
def act_again(campaign_id: int, _act: str) -> ResponseReturnValue:
    """A refused form leaves its address in the browser; opening that again leads to the editor."""
    return forms.to_editor(campaign_id)
