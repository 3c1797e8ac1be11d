"""The list of campaigns as a page, and as the part of it that a search renews."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from presave_app.campaigns import shelf
from presave_app.campaigns.artwork import find_covers
from presave_app.campaigns.campaign import Status
from presave_app.campaigns.forms import distance
from presave_app.campaigns.shelf import ARCHIVED, Listed, Wanted, status_key
from presave_app.counts.tally import totals
from presave_app.counts.trends import Trend, trends_of
from presave_app.hypermedia import fragment, wants_fragment
from presave_app.lib import clock
from presave_app.releases.open_points import OpenPoint, Repair, find_wide_alarms, open_points
from presave_app.teams.accounts import Place, find_places
from presave_app.teams.imprints import find_incomplete

_DONE = {
    "archived": "Archived. Its page stays as it is, and so does every pre-save. You find it under “Archived”.",
    "back": "It is back in the list.",
}


@dataclass(frozen=True)
class Row:
    """A campaign in the list."""

    listed: Listed
    cover: str | None
    total: int
    distance: str
    trend: Trend
    points: list[tuple[OpenPoint, str]] = field(default_factory=list[tuple[OpenPoint, str]])


def list_answer() -> ResponseReturnValue:
    """The list that the address asks for; the number of queries does not grow with the campaigns."""
    wanted = shelf.read_wanted(*(request.args.get(name, "") for name in ("q", "status", "team")))
    places = find_places(current_user.member_id)
    rows = _rows(places, wanted)
    context: dict[str, Any] = {
        "shelves": [(name, list(group)) for name, group in groupby(rows, lambda row: row.listed.shelf)],
        "wanted": wanted,
        "found": _found_words(len(rows), wanted),
        "archived": 0 if wanted.status == ARCHIVED else shelf.count_archived(places, wanted),
        "archived_key": ARCHIVED,
        "has_teams_apart": len(places) > 1,
        "may_create": any(place.may_edit for place in places),
    }
    if wants_fragment():
        return fragment(render_template("campaigns/_list.html", **context))
    return render_template(
        "campaigns/list.html",
        **context,
        **_around(rows, places),
        done_words=_DONE.get(request.args.get("done", "")),
        statuses=[*((status_key(each), each.value) for each in Status), (ARCHIVED, "Archived")],
        teams=[place.team for place in places],
    )


def _around(rows: list[Row], places: list[Place]) -> dict[str, Any]:
    """What stands above the list, whatever is looked for in it."""
    return {
        "incomplete": find_incomplete([place for place in places if place.may_edit]) if rows else [],
        "alarms": find_wide_alarms([row.listed.campaign.id for row in rows]),
    }


def _rows(places: list[Place], wanted: Wanted) -> list[Row]:
    now = clock.now()
    listed = shelf.list_shelf(places, wanted, now)
    ids = [each.campaign.id for each in listed]
    covers = find_covers(each.campaign.artwork_id for each in listed)
    counts, trends = totals(ids), trends_of(ids)
    points = open_points([(each.campaign, each.status) for each in listed if each.campaign.archived_at is None], now)
    return [
        Row(
            each,
            covers.get(each.campaign.artwork_id or 0),
            counts[each.campaign.id],
            distance(each.campaign, now),
            trends[each.campaign.id],
            [(point, _repair_path(each, point)) for point in points.get(each.campaign.id, [])],
        )
        for each in listed
    ]


def _repair_path(listed: Listed, point: OpenPoint) -> str:
    campaign_id = listed.campaign.id
    if point.repair is Repair.ROOM:
        return url_for("releases.control_room", campaign_id=campaign_id)
    return url_for("campaigns.campaign_edit", campaign_id=campaign_id, _anchor=point.repair.value)


def _found_words(number: int, wanted: Wanted) -> str:
    """How many there are, said only where somebody has looked for something."""
    if not wanted.is_narrow:
        return ""
    campaigns = {0: "No campaign", 1: "1 campaign"}.get(number, f"{number:,} campaigns")
    return f"{campaigns} found" + (f" for “{wanted.words}”." if wanted.words else ".")
