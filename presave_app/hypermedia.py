"""Everything that speaks htmx: which requests want a fragment, and the headers of an answer to one."""

from __future__ import annotations

import json

from flask import Response, make_response, redirect, request
from werkzeug.wrappers import Response as BaseResponse


def wants_fragment() -> bool:
    """Whether htmx asked for a part of a page; boosted links and history restores want the whole page."""
    htmx = getattr(request, "htmx", None)
    return bool(htmx) and not htmx.boosted and not htmx.history_restore_request


def fragment(html: str, status: int = 200, *, trigger: str | None = None, detail: object = True) -> Response:
    """A fragment as an answer, optionally telling the page that something changed elsewhere, and what it is now."""
    response = make_response(html, status)
    response.headers["Vary"] = "HX-Request"
    if trigger:
        response.headers["HX-Trigger"] = json.dumps({trigger: detail})
    return response


def go_to(location: str) -> BaseResponse:
    """Send the browser to another page: by htmx's own header for a fragment request, else by 303."""
    if wants_fragment():
        response = make_response("", 204)
        response.headers["HX-Redirect"] = location
        return response
    return redirect(location, code=303)
