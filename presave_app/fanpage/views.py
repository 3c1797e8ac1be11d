"""The one link: the pre-save page, the listening page after the release moment, a calm word when it is gone."""

from __future__ import annotations

from datetime import datetime

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from presave_app.access import public
from presave_app.campaigns.addresses import find_by_slug
from presave_app.campaigns.label_pages import find_countdown
from presave_app.campaigns.link_card import find_card
from presave_app.campaigns.listening import find_way_out
from presave_app.campaigns.models import Campaign, Target
from presave_app.campaigns.release_clock import release_clock
from presave_app.counts.ways_out import count_way_out
from presave_app.extensions import db
from presave_app.fanpage.carried import carried_in
from presave_app.fanpage.language import chosen_language
from presave_app.fanpage.poster import Face, find_face, poster_context
from presave_app.fanpage.rolls import split_ids
from presave_app.fanpage.visitor import visitor_zone
from presave_app.front.offers import Offer, Side, offer
from presave_app.lib import clock
from presave_app.security_headers import allow_frames
from presave_app.transaction import transaction

fanpage = Blueprint("fanpage", __name__)

_FRESH_SECONDS = 60


@fanpage.get("/robots.txt")
@public
def robots() -> ResponseReturnValue:
    """Search engines may show the pages, and have no business with links that are somebody's own."""
    return "User-agent: *\nDisallow: /mine/\nDisallow: /live/\nDisallow: /go/\n", 200, {"Content-Type": "text/plain"}


@fanpage.get("/favicon.ico")
@public
def favicon() -> ResponseReturnValue:
    """Browsers ask here before they have read any page."""
    return redirect(url_for("static", filename="favicon.svg"), code=302)


@fanpage.get("/go/<int(max=2147483647):link>")
@public
def go(link: int) -> ResponseReturnValue:
    """The way out to a service: where it leads is looked up, never taken from the address."""
    target = db.session.get(Target, link)
    campaign = db.session.get(Campaign, target.campaign_id) if target else None
    face = find_face(campaign, visitor_zone()) if campaign else None
    if target is None or campaign is None or face not in (Face.PRE_SAVE, Face.OUT_NOW):
        return _nowhere(face)
    return _go(campaign, target.service, find_way_out(target) if face is Face.OUT_NOW else None)


@fanpage.get("/go/<slug>/<service>")
@public
def go_ahead(slug: str, service: str) -> ResponseReturnValue:
    """The way to a service's own page for pre-saves, until the release is out."""
    campaign = find_by_slug(slug.lower())
    face = find_face(campaign, visitor_zone()) if campaign else None
    if campaign is None or face not in (Face.PRE_SAVE, Face.OUT_NOW):
        return _nowhere(face)
    return _go(campaign, service, find_countdown(campaign.id, service) if face is Face.PRE_SAVE else None)


def _go(campaign: Campaign, service: str, way_out: str | None) -> ResponseReturnValue:
    if way_out is None:
        return redirect(url_for(".page", slug=campaign.slug), code=302)
    _count(campaign.id, service)
    return redirect(way_out, code=302)


def _nowhere(face: Face | None) -> ResponseReturnValue:
    return render_template("fanpage/not_here.html", is_ended=face is Face.ENDED), 410 if face else 404


def _count(campaign_id: int, service: str) -> None:
    """Count people; not programs that only look where a link leads, nor browsers that fetch ahead."""
    fetches_ahead = "prefetch" in request.headers.get("Sec-Purpose", request.headers.get("Purpose", ""))
    if request.method == "GET" and not fetches_ahead:
        with transaction() as session:
            count_way_out(session, campaign_id, service)


@fanpage.get("/<slug>/")
@public
def page_with_slash(slug: str) -> ResponseReturnValue:
    """The way the link is written by some."""
    if find_by_slug(slug.lower()) is None:
        return page(slug)
    return _moved(slug.lower())


@fanpage.get("/<slug>")
@public
def page(slug: str) -> ResponseReturnValue:
    """The page of a campaign: one face in one language is the same bytes for all, so that a cache may keep them."""
    # Phones write the first letter large.
    campaign = find_by_slug(slug.lower())
    zone = visitor_zone()
    face = find_face(campaign, zone) if campaign else None
    if campaign is None or face is None:
        return render_template("fanpage/not_here.html", is_ended=False), 404
    if campaign.slug != slug:
        return _moved(campaign.slug)
    if face is Face.ENDED:
        return render_template("fanpage/not_here.html", is_ended=True), 410
    card = find_card(campaign.id, is_out=face is Face.OUT_NOW)
    carried = carried_in(request.args)
    context = poster_context(campaign, zone=zone, source=carried.source, without=split_ids(carried.without))
    response = make_response(render_template("fanpage/page.html", card=card, **context))
    if face is Face.OUT_NOW:
        allow_frames(response, [offer.player.origin for offer in context["offers"] if offer.plays_here])
    return _cached_until_it_turns(response, campaign, face, context["roll"].turns_at)


def _moved(slug: str) -> ResponseReturnValue:
    """To the address as it is spelled, with what it carries."""
    return redirect(url_for(".page", slug=slug, **carried_in(request.args).query), code=301)


def _cached_until_it_turns(
    response: Response, campaign: Campaign, face: Face, roll_turns_at: datetime | None
) -> Response:
    """Let caches keep the page for a minute at most, and never beyond the moment at which it turns for anybody.

    It turns too when another release of its roll-out comes out, and is to be pre-saved no longer.

    While a release is out in some zones and not in others, the page is one visitor's: no cache may give it to
    the next one, and the browser asks again each time, for its own zone may have become known meanwhile.
    Our own cache tells the two apart and may keep both.
    `Vary: Cookie` would not do: it would keep a page for each fan instead of two, and browsers pass over it.
    The language is that of the address, or else what the browser asks for: no other header and no cookie decides it.
    """
    release, now = release_clock(campaign), clock.now()
    is_split = release is not None and release.is_split(now)
    flips_at = release.first if release and face is Face.PRE_SAVE and not is_split else None
    turns_at = min((each for each in (flips_at, roll_turns_at) if each), default=None)
    offer(Offer(side=Side(is_split, face is Face.OUT_NOW), turns_at=turns_at, only_here=is_split))
    if is_split:
        response.cache_control.private = True
        response.cache_control.no_cache = True
    else:
        turns_in = (turns_at - now).total_seconds() if turns_at else _FRESH_SECONDS
        response.cache_control.public = True
        response.cache_control.max_age = max(0, min(_FRESH_SECONDS, int(turns_in)))
    if chosen_language(request.environ) is None:
        response.vary.add("Accept-Language")
    response.add_etag()
    body_tag, _ = response.get_etag()
    response.set_etag(f"{face}-{body_tag}")
    response.make_conditional(request)
    return response
