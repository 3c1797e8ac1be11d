"""For visitors inside another app: the way out to their own browser, and the door where they come in there."""

from __future__ import annotations

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from presave_app.access import public
from presave_app.campaigns.addresses import find_by_slug
from presave_app.campaigns.models import Campaign
from presave_app.counts.funnel import Step, count_step, is_first_opening
from presave_app.extensions import current_settings
from presave_app.fanpage.carried import Carried, carried_in
from presave_app.fanpage.hand_over import make_token, open_token
from presave_app.fanpage.inside_apps import Inside, find_inside, system_of, way_out
from presave_app.fanpage.poster import Face, find_face
from presave_app.hypermedia import fragment
from presave_app.transaction import transaction

inside_apps = Blueprint("inside_apps", __name__)

OWN_BROWSER = "own browser"


@inside_apps.get("/<slug>/way-out")
@public
def offer_way_out(slug: str) -> ResponseReturnValue:
    """What helps a visitor of this app on this system: a link out where one is known, and the address to copy."""
    campaign = _open_campaign_or_404(slug)
    inside = find_inside(request.user_agent.string)
    carried = carried_in(request.args)
    if inside is not None:
        note_step(campaign.id, Step.SEEN, inside)
    html = render_template(
        "fanpage/_way_out.html",
        campaign=campaign,
        carried=carried,
        inside=inside,
        href=_href(campaign, carried, inside) if inside else None,
    )
    answer = fragment(html)
    answer.headers["Vary"] = "User-Agent"
    return answer


@inside_apps.get("/<slug>/open/<token>")
@public
def open_here(slug: str, token: str) -> ResponseReturnValue:
    """The door in the visitor's own browser: leads on to the page as they left it, with where they came from first."""
    handed = open_token(token)
    campaign = _open_campaign_or_404(slug)
    if handed is None or handed.campaign_id != campaign.id:
        return redirect(url_for("fanpage.page", slug=campaign.slug), code=302)
    with transaction() as session:
        if is_first_opening(session, handed.nonce):
            count_step(session, campaign.id, handed.app, handed.system, Step.OPENED)
    return redirect(url_for("fanpage.page", slug=campaign.slug, **handed.carried.query), code=302)


def note_step(campaign_id: int, step: Step, inside: Inside | None = None) -> None:
    """Count a step of a visitor who is inside an app; in a browser of their own only a return that began elsewhere."""
    agent = request.user_agent.string
    inside = inside or find_inside(agent)
    if inside is None and step is not Step.ELSEWHERE:
        return
    app, system = (inside.app.name, inside.system) if inside else (OWN_BROWSER, system_of(agent))
    with transaction() as session:
        count_step(session, campaign_id, app, system.value, step)


def _href(campaign: Campaign, carried: Carried, inside: Inside) -> str | None:
    token = make_token(campaign.id, carried, inside)
    return way_out(inside, current_settings().absolute(url_for(".open_here", slug=campaign.slug, token=token)))


def _open_campaign_or_404(slug: str) -> Campaign:
    campaign = find_by_slug(slug)
    if campaign is None or find_face(campaign) not in (Face.PRE_SAVE, Face.OUT_NOW):
        abort(404)
    return campaign
