"""What is done with a campaign as a whole, from the list or the editor: archived, brought back, duplicated.

In the editor its buttons send the whole form, so what was typed is saved first.
"""

from __future__ import annotations

from flask import Blueprint, url_for
from flask.typing import ResponseReturnValue

from presave_app.access import member_only
from presave_app.campaigns import archive, changes, forms
from presave_app.campaigns.duplicates import duplicate
from presave_app.campaigns.form_saving import save_and_do, who
from presave_app.campaigns.models import Campaign
from presave_app.hypermedia import go_to
from presave_app.lib import clock

keeping = Blueprint("keeping", __name__)

_ONE = "/campaigns/<int(max=2147483647):campaign_id>"


@keeping.post(f"{_ONE}/archive")
@member_only
def campaign_archive(campaign_id: int) -> ResponseReturnValue:
    """Take a campaign out of the list; where it still has work to do, its editor says which."""

    def put_away(campaign: Campaign) -> None:
        archive.archive(campaign, clock.now())
        changes.note(who(), "archive", campaign_id=campaign_id)

    return save_and_do(campaign_id, put_away) or go_to(url_for("campaigns.campaign_list", done="archived"))


@keeping.post(f"{_ONE}/bring-back")
@member_only
def campaign_bring_back(campaign_id: int) -> ResponseReturnValue:
    """Show an archived campaign in the list again."""

    def bring_back(campaign: Campaign) -> None:
        archive.bring_back(campaign)
        changes.note(who(), "bring-back", campaign_id=campaign_id)

    return save_and_do(campaign_id, bring_back) or go_to(url_for("campaigns.campaign_list", done="back"))


@keeping.post(f"{_ONE}/duplicate")
@member_only
def campaign_duplicate(campaign_id: int) -> ResponseReturnValue:
    """Make a draft from a campaign and open it."""
    copies: list[int] = []

    def copy(campaign: Campaign) -> None:
        copies.append(duplicate(campaign).id)
        changes.note(who(), "create", campaign_id=copies[0], after={"title": campaign.title})

    return save_and_do(campaign_id, copy) or forms.to_editor(copies[0], "copied")


@keeping.get(f"{_ONE}/<any(archive, 'bring-back', duplicate):_act>")
@member_only
def act_again(campaign_id: int, _act: str) -> ResponseReturnValue:
    """A refused form leaves its address in the browser; opening that again leads to the editor."""
    return forms.to_editor(campaign_id)
