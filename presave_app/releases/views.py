"""The fragment that shows a team how its release is going."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from flask_login import current_user  # pyright: ignore[reportMissingTypeStubs]

from presave_app.access import member_only
from presave_app.campaigns.campaign import get_for_member
from presave_app.hypermedia import fragment
from presave_app.releases.progress import progress_context

releases = Blueprint("releases", __name__)


@releases.get("/campaigns/<int(max=2147483647):campaign_id>/progress")
@member_only
def progress(campaign_id: int) -> ResponseReturnValue:
    """The box as it stands now."""
    campaign, _ = get_for_member(campaign_id, current_user.member_id)
    return fragment(render_template("releases/_progress.html", **progress_context(campaign)))
