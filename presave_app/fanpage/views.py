"""The one link: the pre-save page, the listening page after the release moment, a calm word when it is gone."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from presave_app.access import public
from presave_app.campaigns.addresses import find_by_slug
from presave_app.campaigns.models import Campaign
from presave_app.fanpage.poster import Face, clean_source, find_face, poster_context
from presave_app.lib import clock

fanpage = Blueprint("fanpage", __name__)

_FRESH_SECONDS = 60


@fanpage.get("/robots.txt")
@public
def robots() -> ResponseReturnValue:
    """Search engines may show the pages, and have no business with links that are somebody's own."""
    return "User-agent: *\nDisallow: /mine/\nDisallow: /live/\n", 200, {"Content-Type": "text/plain"}


@fanpage.get("/favicon.ico")
@public
def favicon() -> ResponseReturnValue:
    """Browsers ask here before they have read any page."""
    return redirect(url_for("static", filename="favicon.svg"), code=302)


@fanpage.get("/<slug>/")
@public
def page_with_slash(slug: str) -> ResponseReturnValue:
    """The way the link is written by some."""
    if find_by_slug(slug.lower()) is None:
        return page(slug)
    source = clean_source(request.args.get("src", ""))
    return redirect(url_for(".page", slug=slug.lower(), src=source or None), code=301)


@fanpage.get("/<slug>")
@public
def page(slug: str) -> ResponseReturnValue:
    """The page of a campaign: the same bytes for everybody, so that a cache may keep them."""
    # Phones write the first letter large.
    campaign = find_by_slug(slug.lower())
    face = find_face(campaign) if campaign else None
    if campaign is None or face is None:
        return render_template("fanpage/not_here.html", is_ended=False), 404
    source = clean_source(request.args.get("src", ""))
    if campaign.slug != slug:
        return redirect(url_for(".page", slug=campaign.slug, src=source or None), code=301)
    if face is Face.ENDED:
        return render_template("fanpage/not_here.html", is_ended=True), 410
    html = render_template("fanpage/page.html", **poster_context(campaign, source=source))
    return _cached_until_the_flip(make_response(html), campaign, face)


def _cached_until_the_flip(response: Response, campaign: Campaign, face: Face) -> Response:
    """Let caches keep the page for a minute at most, and never beyond the release moment."""
    seconds = _FRESH_SECONDS
    if face is Face.PRE_SAVE and campaign.release_at is not None:
        seconds = min(seconds, int((campaign.release_at - clock.now()).total_seconds()))
    response.cache_control.public = True
    response.cache_control.max_age = max(seconds, 0)
    response.add_etag()
    body_tag, _ = response.get_etag()
    response.set_etag(f"{face}-{body_tag}")
    response.make_conditional(request)
    return response
