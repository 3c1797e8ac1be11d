"""The count as a fragment, as JSON, and as the artist's page for the stage. No session, no cache but our own."""

from __future__ import annotations

from flask import Blueprint, abort, jsonify, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from presave_app.access import public
from presave_app.campaigns import live_links
from presave_app.counts.stage import stage_context
from presave_app.counts.tally import FACES, Count, find_count, is_newest
from presave_app.fanpage.visitor import visitor_zone
from presave_app.front.offers import Offer, Side, offer
from presave_app.hypermedia import fragment, go_to, wants_fragment
from presave_app.lib import clock
from presave_app.lib.numbers import small_int
from presave_app.reminders import tally as reminders
from presave_app.streaming.registry import connectors
from presave_app.transaction import transaction

counts = Blueprint("counts", __name__)


@counts.get("/<slug>/count")
@public
def count_fragment(slug: str) -> ResponseReturnValue:
    """The count for a page that is open: nothing at all while the page already shows it.

    A page that shows the other face than this visitor should see is told to turn: the moment has come, or the
    visitor's zone became known only after the page was made.
    """
    count = _get_count(slug, visitor_zone())
    _offer(slug, count, has_side=True)
    seen = request.args.get("seen", type=small_int)
    has_flipped = request.args.get("face") in FACES and request.args["face"] != count.face
    if count.poll and seen == count.total and not has_flipped:
        return make_response("", 204)
    html = render_template("counts/_count.html", count=count.after(seen))
    return fragment(html, trigger="released" if has_flipped else None)


@counts.get("/<slug>/count.json")
@public
def count_json(slug: str) -> ResponseReturnValue:
    """The count for programs: every service that is on has its number."""
    count = _get_count(slug)
    _offer(slug, count, has_side=False)
    tally = count.tally
    services = dict.fromkeys(connectors(), 0) | dict(tally.services)
    return jsonify(total=tally.total, services=services, reminders=reminders.count_behind(count.slug))


@counts.get("/live/<secret>")
@public
def live(secret: str) -> ResponseReturnValue:
    """The artist's page. Whoever has the link may look; there is nothing to press."""
    if wants_fragment() and live_links.find_live(secret, clock.now()) is None:
        # A page that is open by a link that has ended must not go on to show the last number.
        return go_to(url_for(".live", secret=secret))
    with transaction():
        live_links.note_look(secret)
    campaign = live_links.find_live(secret, clock.now())
    if campaign is None:
        return render_template("fanpage/not_here.html", is_ended=False), 404
    context = stage_context(campaign, visitor_zone())
    response = make_response(render_template("counts/live.html", secret=secret, **context))
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def _get_count(slug: str, zone: str | None = None) -> Count:
    count = find_count(slug, zone)
    if count is None:
        abort(404)
    return count


def _offer(slug: str, count: Count, *, has_side: bool) -> None:
    """The front may give the answer to others until the count is read anew, and nobody else may keep it at all."""
    side = Side(count.is_split, count.is_out) if has_side else None
    offer(Offer(side=side, still_good=lambda: is_newest(slug, count), only_here=True))
