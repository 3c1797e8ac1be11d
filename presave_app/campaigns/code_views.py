"""The QR code of a campaign's link, to download."""

from __future__ import annotations

from flask import Blueprint, make_response, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from presave_app.access import member_only
from presave_app.campaigns import forms, link_code
from presave_app.campaigns.campaign import get_for_member
from presave_app.extensions import current_settings
from presave_app.fanpage.poster import clean_source

codes = Blueprint("codes", __name__)


@codes.get("/campaigns/<int(max=2147483647):campaign_id>/code.<any(svg, png):kind>")
@member_only
def code_file(campaign_id: int, kind: str) -> ResponseReturnValue:
    """The code as a file; `src` names where it will hang, and comes back with every fan who scans it."""
    campaign, role = get_for_member(campaign_id, current_user.member_id)
    typed = request.args.get("src", link_code.DEFAULT_SOURCE).strip()
    source = clean_source(typed)
    if typed and not source:
        fault = "Letters, digits, dots and dashes, like tour-berlin: no spaces, and at most 64 characters."
        return forms.code_refused(campaign, role, typed, fault)
    link = current_settings().absolute(f"/{campaign.slug}" + (f"?src={source}" if source else ""))
    response = make_response(link_code.code_of(link, kind))
    response.headers["Content-Type"] = link_code.KINDS[kind]
    response.headers["Content-Disposition"] = (
        f'attachment; filename="{link_code.file_name(campaign.slug, source, kind)}"'
    )
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
