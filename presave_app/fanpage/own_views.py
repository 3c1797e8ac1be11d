"""What a fan who comes back sees of their own, apart from the page that is the same for everybody."""

from __future__ import annotations

from flask import Blueprint, abort, make_response, render_template, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from presave_app.access import fan_form, public
from presave_app.campaigns.addresses import find_by_slug
from presave_app.campaigns.artwork import find_picture
from presave_app.campaigns.models import Campaign
from presave_app.fanpage.own_lines import own_lines
from presave_app.fanpage.poster import find_face
from presave_app.fanpage.visitor import visitor_zone
from presave_app.fanpage.way_back import forget_here, made_here
from presave_app.hypermedia import fragment, go_to, wants_fragment

own = Blueprint("own", __name__)


@own.get("/<slug>/me")
@public
def me(slug: str) -> ResponseReturnValue:
    """The visitor's own state: a fragment for the campaign's page, or a page where it is opened by itself.

    The way back stays open after a page was taken down. For a visitor without one the fragment is nothing at all.
    """
    campaign = _campaign_or_404(slug)
    lines = own_lines(campaign, made_here())
    trigger = next((line.trigger for line in lines if line.trigger), None)
    if wants_fragment():
        html = render_template("fanpage/_me.html", campaign=campaign, lines=lines, trigger=trigger)
        return _private(fragment(html) if lines else fragment("", 204))
    html = render_template(
        "fanpage/me.html",
        campaign=campaign,
        picture=find_picture(campaign.artwork_id),
        face=find_face(campaign, visitor_zone()),
        lines=lines,
        trigger=trigger,
    )
    return _private(make_response(html))


@own.post("/<slug>/me/forget")
@fan_form
def forget(slug: str) -> ResponseReturnValue:
    """Let this browser forget what was made in it, for all campaigns. What was made stays."""
    response = go_to(url_for("fanpage.page", slug=_campaign_or_404(slug).slug))
    forget_here(response)
    return response


def _campaign_or_404(slug: str) -> Campaign:
    campaign = find_by_slug(slug.lower())
    if campaign is None or find_face(campaign) is None:
        abort(404)
    return campaign


def _private(response: Response) -> Response:
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    return response
