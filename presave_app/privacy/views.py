"""The privacy page and the terms: one of each for a campaign, with its team's facts, and one for the installation."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from presave_app.access import public
from presave_app.campaigns.addresses import find_by_slug
from presave_app.campaigns.models import Campaign
from presave_app.extensions import db
from presave_app.fanpage.language import chosen_language
from presave_app.fanpage.poster import find_face
from presave_app.privacy.facts import find_facts
from presave_app.teams.imprints import find_imprint
from presave_app.teams.models import Team

privacy = Blueprint("privacy", __name__)

_FRESH_SECONDS = 60


@privacy.get("/privacy")
@public
def privacy_here() -> ResponseReturnValue:
    """What holds for every label here, and which there are."""
    return _page("privacy/privacy.html", _of_installation())


@privacy.get("/terms")
@public
def terms_here() -> ResponseReturnValue:
    """The terms as every label here has them."""
    return _page("privacy/terms.html", _of_installation())


@privacy.get("/<slug>/privacy")
@public
def privacy_of(slug: str) -> ResponseReturnValue:
    """Who answers for what is kept of this campaign's fans, and all that fans have to know of it."""
    return _page_of(slug, "privacy/privacy.html")


@privacy.get("/<slug>/terms")
@public
def terms_of(slug: str) -> ResponseReturnValue:
    """The terms between a fan and the campaign's label."""
    return _page_of(slug, "privacy/terms.html")


def _page_of(slug: str, template: str) -> ResponseReturnValue:
    campaign = find_by_slug(slug.lower())
    # Its fans keep their rights when the page itself was taken down.
    if campaign is None or find_face(campaign) is None:
        abort(404)
    if campaign.slug != slug:
        return redirect(url_for(request.endpoint or "", slug=campaign.slug), code=301)
    return _page(template, _of_campaign(campaign))


def _of_campaign(campaign: Campaign) -> dict[str, Any]:
    team = db.session.get_one(Team, campaign.team_id)
    imprint = find_imprint(team.id)
    return {"campaign": campaign, "imprint": imprint, "who": imprint.company or team.name, "labels": ""}


def _of_installation() -> dict[str, Any]:
    names = db.session.scalars(select(Team.name).order_by(Team.name)).all()
    return {"campaign": None, "imprint": None, "who": "", "labels": ", ".join(names)}


def _page(template: str, context: dict[str, Any]) -> Response:
    response = make_response(render_template(template, facts=find_facts(), **context))
    response.cache_control.public = True
    response.cache_control.max_age = _FRESH_SECONDS
    if chosen_language(request.environ) is None:
        response.vary.add("Accept-Language")
    return response
