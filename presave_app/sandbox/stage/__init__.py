"""The stage: twins made ready for somebody else's release, in words that are the same for every service.

A dress rehearsal asks here how an app meets the twins, lets each show a release under the name that its service would
give it, and says how many calls a second are allowed. The fans then sign in as fans do.
"""

from flask import Blueprint, Response, jsonify, request

from presave_app.sandbox.kit.control import NotFoundError, answer_mistakes
from presave_app.sandbox.kit.json_body import JsonBody
from presave_app.sandbox.settings import SandboxSettings

from .parts import Named, Part
from .roles import PARTS


def create_stage(settings: SandboxSettings) -> Blueprint:
    blueprint = Blueprint("stage", __name__, url_prefix="/stage")
    answer_mistakes(blueprint)

    @blueprint.get("")
    def meet() -> Response:
        """By service the settings with which an app meets its twin."""
        return jsonify({slug: part.settings(settings, request.host_url.rstrip("/")) for slug, part in PARTS.items()})

    blueprint.add_url_rule("/<slug>/release", view_func=show, methods=["PUT"])
    blueprint.add_url_rule("/<slug>/limit", view_func=limit, methods=["PUT"])
    blueprint.add_url_rule("/<slug>/limit", view_func=lift, methods=["DELETE"])
    blueprint.add_url_rule("/<slug>", view_func=look, methods=["GET"])
    return blueprint


def show(slug: str) -> Response:
    """Let the catalogue show a release from now on, under a name of the service's or found by its UPC."""
    body = JsonBody(("ref", "upc", "title", "artist"))
    named = Named(body.optional_text("ref"), body.text("upc", ""), body.text("title", ""), body.text("artist", ""))
    _part(slug).show(named)
    return jsonify({"shown": True})


def limit(slug: str) -> Response:
    """Turn away whoever calls more often than so many times in a window; what was called before does not count.

    With `units_per_day` that is the budget of a day, where the service has one.
    """
    body = JsonBody(("calls", "window_seconds", "units_per_day"))
    part, units = _part(slug), body.optional_whole("units_per_day")
    part.limit(body.whole("calls", 0), body.number("window_seconds", 0.0))
    if units is not None:
        part.budget(units)
    return jsonify({"limited": True})


def lift(slug: str) -> Response:
    """Turn away nobody: a whole crowd signs in at once."""
    _part(slug).limit(None, 1.0)
    return jsonify({"limited": False})


def look(slug: str) -> Response:
    """How many calls were turned away since the limit was set."""
    return jsonify({"refused": _part(slug).refused()})


def _part(slug: str) -> Part:
    if slug not in PARTS:
        raise NotFoundError(f"no twin of {slug}")
    return PARTS[slug]
