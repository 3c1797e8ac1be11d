"""The page of a member's signed-in browsers, on which each can be signed out."""

from __future__ import annotations

from datetime import datetime

from flask import Blueprint, abort, make_response, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, logout_user

from presave_app.access import member_only
from presave_app.hypermedia import fragment, go_to, wants_fragment
from presave_app.lib import clock
from presave_app.teams import sessions
from presave_app.transaction import transaction

browsers = Blueprint("browsers", __name__)

_DONE = {"ended": "That browser is signed out.", "others": "Every other browser is signed out."}


@browsers.get("/account/browsers")
@member_only
def browser_list() -> ResponseReturnValue:
    """Where the member is signed in."""
    context = _context(_DONE.get(request.args.get("done", ""), ""))
    return make_response(render_template("teams/browsers.html", **context))


@browsers.post("/account/browsers/<int(max=2147483647):session_id>/end")
@member_only
def browser_end(session_id: int) -> ResponseReturnValue:
    """Sign one browser out; this one as the button for it would."""
    with transaction():
        ended = sessions.end_one(current_user.member_id, session_id)
    if not ended:
        abort(404)
    if sessions.find_signed_in(current_user.secret) is None:
        logout_user()
        session.clear()
        return go_to(url_for("teams.sign_in"))
    return _done("ended")


@browsers.post("/account/browsers/end-others")
@member_only
def browser_end_others() -> ResponseReturnValue:
    """Sign every browser out but this one."""
    with transaction():
        sessions.end_sessions(current_user.member_id, keep=current_user.secret)
    return _done("others")


def _done(what: str) -> ResponseReturnValue:
    if wants_fragment():
        return fragment(render_template("teams/_browsers.html", **_context(_DONE[what])))
    return go_to(url_for(".browser_list", done=what))


def _context(said: str) -> dict[str, object]:
    found = sessions.find_browsers(current_user.member_id, current_user.secret)
    return {"said": said, "browsers": [(browser, roughly_ago(browser.seen_at, clock.now())) for browser in found]}


def roughly_ago(moment: datetime, now: datetime) -> str:
    """How long ago in words, no finer than what is written down."""
    minutes = (now - moment).total_seconds() / 60
    if minutes < 15:
        return "within the last quarter of an hour"
    if minutes < 90:
        return "about an hour ago"
    if minutes < 36 * 60:
        return f"about {round(minutes / 60)} hours ago"
    return f"about {round(minutes / 60 / 24)} days ago"
