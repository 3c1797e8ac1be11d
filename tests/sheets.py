"""The preflight's sheet as it stands, for tests that look at single points of it."""

from __future__ import annotations

from flask import current_app

from presave_app.campaigns.models import Campaign
from presave_app.extensions import db
from presave_app.preflight.finding import Finding
from presave_app.preflight.sheet import Sheet, read_sheet


def sheet_now(campaign_id: int = 1) -> Sheet:
    """The sheet, read anew."""
    db.session.rollback()
    with current_app.test_request_context():
        return read_sheet(db.session.get_one(Campaign, campaign_id))


def findings(campaign_id: int = 1) -> dict[str, Finding]:
    """Its points by their keys, without those that were put aside."""
    return {finding.key: finding for section in sheet_now(campaign_id).sections for finding in section.findings}
