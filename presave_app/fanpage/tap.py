"""The other releases of a tap on a fan's own page: where each stands, and the way to leave it out."""

from __future__ import annotations

from dataclasses import dataclass

from presave_app.campaigns.models import Campaign
from presave_app.extensions import db
from presave_app.fanpage.receipt import Receipt, receipt_of
from presave_app.fanpage.words import service_words
from presave_app.presaves.looking_up import mine_secret
from presave_app.presaves.models import PreSave
from presave_app.presaves.states import PreSaveId
from presave_app.presaves.together import find_others
from presave_app.streaming.registry import connectors


@dataclass(frozen=True)
class TapLine:
    """Another pre-save of the same tap: its release, its receipt, and the secret of its own page."""

    campaign: Campaign
    receipt: Receipt
    secret: str


def tap_lines(pre_save: PreSave) -> list[TapLine]:
    """The other pre-saves that the tap made, in the order in which they are due."""
    return [_line(each) for each in find_others(pre_save)]


def find_in_tap(pre_save: PreSave, campaign_id: int) -> PreSave | None:
    """The pre-save of another release of the same tap."""
    return next((each for each in find_others(pre_save) if each.campaign_id == campaign_id), None)


def _line(pre_save: PreSave) -> TapLine:
    campaign = db.session.get_one(Campaign, pre_save.campaign_id)
    service = service_words(pre_save.service, connectors().get(pre_save.service))
    return TapLine(campaign, receipt_of(pre_save, campaign, service), mine_secret(PreSaveId(pre_save.id)))
