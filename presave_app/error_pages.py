"""Faults as pages in plain words: a full page for a visit, a fragment for htmx, never a traceback."""

from __future__ import annotations

import logging

from flask import Flask, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from psycopg.errors import ReadOnlySqlTransaction
from sqlalchemy.exc import InternalError, OperationalError
from werkzeug.exceptions import HTTPException, SecurityError

from presave_app.api.problems import PATH, problem
from presave_app.hypermedia import fragment, wants_fragment
from presave_app.kept_form import answer_old_token
from presave_app.lib.languages import marked, say

# How long a browser or a robot should leave a database alone that is away, full or read only.
_RETRY_AFTER_SECONDS = 30

log = logging.getLogger(__name__)

_WORDS = {
    400: (marked("That did not arrive in a form we can read"), marked("Go back, reload the page and try again.")),
    401: (
        marked("You are signed out"),
        marked("Sign in again in another tab. What you typed is still here; then change it again."),
    ),
    403: (
        marked("This request did not come from our own page"),
        marked("Open the page again and repeat it from there."),
    ),
    404: (marked("There is nothing at this address"), marked("Check the link: a letter may be missing.")),
    405: (marked("This address can't be used that way"), marked("Go back and use the buttons of the page.")),
    410: (marked("This link was used already"), marked("Ask for a new one.")),
    413: (marked("That file is too large"), marked("Choose one of at most 10 MB.")),
    429: (marked("Too many tries in a short time"), marked("Wait a little, then try again.")),
    500: (marked("Something went wrong on our side"), marked("Nothing was saved by this step. Try again in a moment.")),
    503: (
        marked("We can't reach our own database right now"),
        marked("This step may not have been saved. Try it again in a minute."),
    ),
}


def init_error_pages(app: Flask) -> None:
    """Answer every fault of the app through this module."""
    app.register_error_handler(HTTPException, _http_fault)
    app.register_error_handler(CSRFError, _expired_form)
    app.register_error_handler(OperationalError, _database_away)
    app.register_error_handler(InternalError, _database_unfit)
    # Anything else is logged by Flask with its traceback and reaches us as a 500.
    app.register_error_handler(500, lambda _: error_page(500))


def error_page(status: int, title: str | None = None, advice: str | None = None) -> ResponseReturnValue:
    """The page or fragment for a fault, with our own words unless better ones are given."""
    words = _WORDS.get(status, _WORDS[400 if status < 500 else 500])
    if request.path.startswith(PATH):
        return problem(status, f"{title or words[0]}. {advice or words[1]}")
    context = {"status": status, "title": title or say(words[0]), "advice": advice or say(words[1])}
    if wants_fragment():
        return fragment(render_template("layout/_error.html", **context), status)
    return render_template("layout/error.html", **context), status, {"Cache-Control": "no-store"}


def _http_fault(fault: HTTPException) -> ResponseReturnValue:
    if fault.response is not None:
        return fault.response
    if isinstance(fault, SecurityError):
        # A host that is not ours: no page can be drawn, for none of its links could be built.
        return "This address is not served here.\n", 400, {"Content-Type": "text/plain"}
    return error_page(fault.code or 500)


def _expired_form(_: CSRFError) -> ResponseReturnValue:
    return answer_old_token()


def _database_unfit(fault: InternalError) -> ResponseReturnValue:
    """A database that takes no writes, such as a standby, is as good as away. What else comes so is a fault of ours."""
    if isinstance(fault.orig, ReadOnlySqlTransaction):
        return _database_away(fault)
    raise fault


def _database_away(fault: OperationalError | InternalError) -> ResponseReturnValue:
    log.error("database fault on %s: %s", request.endpoint, type(fault.orig).__name__)
    response = make_response(error_page(503))
    response.headers["Retry-After"] = str(_RETRY_AFTER_SECONDS)
    return response
