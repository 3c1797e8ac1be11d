"""Bringing in a table of another tool: choose it, see what would be made, make it."""

from __future__ import annotations

import csv

from flask import Blueprint, make_response, render_template, request
from flask.typing import ResponseReturnValue

from presave_app.access import member_only
from presave_app.campaigns.form_saving import who
from presave_app.lib import clock
from presave_app.lib.moments import find_zone, zone_names
from presave_app.teams.accounts import Place
from presave_app.transfer.arriving import Arrival
from presave_app.transfer.other_tables import (
    DAY_ORDERS,
    MOST_BYTES,
    BadTable,
    Columns,
    Row,
    decode,
    make_rows,
    read_table,
    try_rows,
)
from presave_app.transfer.views import TEAM, find_place, may_only_look, to_arrival

tables = Blueprint("tables", __name__)

_TABLE = f"{TEAM}/table"


@tables.get(_TABLE)
@member_only
def table_new(team_id: int) -> ResponseReturnValue:
    """The form that takes a table."""
    place = find_place(team_id)
    return _form(place) if place.may_edit else may_only_look()


@tables.post(_TABLE)
@member_only
def table_try(team_id: int) -> ResponseReturnValue:
    """What would be made of each row, then the drafts themselves, or the table again to change it."""
    place = find_place(team_id)
    if not place.may_edit:
        return may_only_look()
    if request.form.get("act") == "change":
        return _form(place)
    try:
        text = _text()
        columns, rows = _read(text)
    except BadTable as fault:
        return _form(place, str(fault))
    if request.form.get("act") == "make":
        return _make(place, rows)
    return _preview(place, text, columns, rows)


def _text() -> str:
    upload = request.files.get("table")
    if upload is not None and upload.filename:
        return decode(upload.read(MOST_BYTES + 1))
    if request.form.get("text", "").strip():
        return decode(request.form["text"].encode())
    raise BadTable("Choose the table first, or paste it.")


def _read(text: str) -> tuple[Columns, list[Row]]:
    zone, order = request.form.get("zone", "UTC"), request.form.get("order", "")
    if find_zone(zone) is None:
        raise BadTable("Choose the time zone from the list.")
    try:
        return read_table(text, zone, DAY_ORDERS.get(order))
    except csv.Error:
        raise BadTable("That is not a table of commas, semicolons or tabs. Save it as CSV and try again.") from None


def _make(place: Place, rows: list[Row]) -> ResponseReturnValue:
    team_id = place.team.id
    good = {trial.number for trial in try_rows(team_id, rows, clock.now()) if trial.is_used}
    drafts = make_rows(team_id, [row for row in rows if row.number in good], clock.now(), who())
    return to_arrival(team_id, Arrival(drafts))


def _preview(place: Place, text: str, columns: Columns, rows: list[Row]) -> ResponseReturnValue:
    trials = try_rows(place.team.id, rows, clock.now())
    return render_template(
        "transfer/preview.html",
        place=find_place(place.team.id),
        text=text,
        zone=request.form.get("zone", "UTC"),
        order=request.form.get("order", ""),
        columns=columns,
        trials=trials,
        good=sum(trial.is_good for trial in trials),
        known=sum(trial.is_known and trial.is_used for trial in trials),
        same=sum(trial.same_as is not None for trial in trials),
        bad=sum(bool(trial.faults) for trial in trials),
    )


def _form(place: Place, fault: str | None = None) -> ResponseReturnValue:
    page = render_template(
        "transfer/table.html",
        place=place,
        zones=zone_names(),
        typed={name: request.form.get(name, "") for name in ("text", "zone", "order")},
        errors={"table": fault} if fault else {},
    )
    return make_response(page, 422 if fault else 200)
