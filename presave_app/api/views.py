"""The JSON API: campaigns and counts of one team, for programs with a token."""

from __future__ import annotations

import json
from typing import Any, cast

from flask import Blueprint, Response, abort, request
from flask.typing import ResponseReturnValue
from flask_limiter.util import get_remote_address
from sqlalchemy import select

from presave_app.access import api
from presave_app.api.caller import caller_key, current_caller
from presave_app.api.problems import problem
from presave_app.api.shapes import BadCursor, campaign_shape, counts_shape, page_of
from presave_app.campaigns import addresses, changes, publishing
from presave_app.campaigns.campaign_file import CampaignFile, key_of, read_content
from presave_app.campaigns.editing import EditRefused
from presave_app.campaigns.file_saving import change_from_content, change_unguarded, create_from_file
from presave_app.campaigns.form_saving import change, who
from presave_app.campaigns.models import Campaign
from presave_app.extensions import db, limiter
from presave_app.lib import clock
from presave_app.lib.numbers import small_int
from presave_app.lib.slugs import is_slug
from presave_app.transaction import transaction

programs = Blueprint("api", __name__, url_prefix="/api/v1")

_MOST_PER_PAGE = 100
_USUAL_PER_PAGE = 25
_MOST_BODY_BYTES = 256 * 1024


def _was_refused(response: Response) -> bool:
    return response.status_code == 401


limiter.limit("120 per minute", key_func=caller_key)(programs)
limiter.limit("30 per minute", key_func=get_remote_address, deduct_when=_was_refused)(programs)


@programs.errorhandler(EditRefused)
def refused(fault: EditRefused) -> ResponseReturnValue:
    """What could not be used, field by field; nothing was saved."""
    errors = {key_of(field): words for field, words in fault.errors.items()}
    return problem(422, "Nothing was saved: see the errors.", errors)


@programs.get("/campaigns")
@api
def campaign_index() -> ResponseReturnValue:
    """The team's campaigns, newest first, a page at a time."""
    limit = request.args.get("limit", _USUAL_PER_PAGE, type=small_int)
    if not 0 < limit <= _MOST_PER_PAGE:
        return problem(400, f"limit is a number from 1 to {_MOST_PER_PAGE}.")
    try:
        found, cursor = page_of(current_caller().team_id, request.args.get("cursor", ""), limit)
    except BadCursor:
        return problem(400, "cursor is what “next” of the page before says, and nothing else.")
    now = clock.now()
    return _answer({"campaigns": [campaign_shape(each, now) for each in found], "next": cursor})


@programs.get("/campaigns/<slug>")
@api
def campaign_show(slug: str) -> ResponseReturnValue:
    """One campaign."""
    return _answer(campaign_shape(_find(slug), clock.now()))


@programs.post("/campaigns")
@api
def campaign_make() -> ResponseReturnValue:
    """A campaign from the form of its file."""
    found, now = _content(), clock.now()
    found.by, found.act = who(), "create-program"
    with transaction():
        made = create_from_file(current_caller().team_id, found, now)
        shape = campaign_shape(made, now)
    response = _answer(shape, 201)
    response.headers["Location"] = f"/api/v1/campaigns/{shape['slug']}"
    return response


@programs.patch("/campaigns/<slug>")
@api
def campaign_change(slug: str) -> ResponseReturnValue:
    """Change what is named, all of it or nothing; 202 where a part takes two members and waits for the second."""
    found, now = _content(), clock.now()
    if found.is_to_publish:
        raise EditRefused({"publish": f"Publish by POST to /api/v1/campaigns/{slug}/publish."})
    with transaction():
        campaign = _find(slug, to_edit=True)
        is_proposed = change(campaign, lambda: change_from_content(campaign, found, now))
        if is_proposed:
            change(campaign, lambda: change_unguarded(campaign, found, now))
        shape = campaign_shape(campaign, now)
    return _answer(shape | {"proposed": True}, 202) if is_proposed else _answer(shape)


@programs.get("/campaigns/<slug>/counts")
@api
def campaign_counts(slug: str) -> ResponseReturnValue:
    """How many fans are in."""
    return _answer(counts_shape(_find(slug)))


@programs.post("/campaigns/<slug>/publish")
@api
def campaign_publish(slug: str) -> ResponseReturnValue:
    """Open the page to everybody; one that is open stays so."""
    now = clock.now()
    with transaction():
        campaign = _find(slug, to_edit=True)
        if publishing.publish(campaign, now):
            changes.note(who(), changes.PUBLISH, campaign_id=campaign.id)
        shape = campaign_shape(campaign, now)
    return _answer(shape)


def _find(slug: str, *, to_edit: bool = False) -> Campaign:
    """The team's campaign at this address, now or once. Another team's does not exist."""
    known = addresses.find_by_slug(slug) if is_slug(slug) else None
    if known is None or known.team_id != current_caller().team_id:
        abort(404)
    if to_edit:
        db.session.execute(select(Campaign).where(Campaign.id == known.id).with_for_update(key_share=True))
        db.session.refresh(known)
    return known


def _content() -> CampaignFile:
    """What was sent, read as a campaign file; artwork comes by the editor alone."""
    if request.mimetype != "application/json":
        abort(415)
    if (request.content_length or 0) > _MOST_BODY_BYTES:
        abort(413)
    try:
        content = cast(Any, json.loads(request.get_data()))
    except (ValueError, RecursionError):
        abort(400)
    if not isinstance(content, dict):
        abort(400)
    found = read_content(cast(dict[str, Any], content))
    if found.texts.pop("artwork", None) is not None:
        found.errors["artwork"] = "Upload the artwork in the editor. The API takes none."
    return found


def _answer(body: dict[str, Any], status: int = 200) -> Response:
    return Response(json.dumps(body, ensure_ascii=False), status, mimetype="application/json")
