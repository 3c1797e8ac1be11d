"""The moment at which a browser becomes signed in."""

from __future__ import annotations

from flask import request, session, url_for
from flask_login import login_user

from presave_app.lib.devices import device_of
from presave_app.teams import asked_step, second_step, sessions
from presave_app.transaction import transaction

# Where the browser keeps the secret of a sign-in whose second step is to come.
WAITING = "waiting"
# Where it goes on once the second step that a team asks for is set up.
AFTER_STEP = "after_step"


def begin(member_id: int, email: str, then: str) -> str:
    """The first step is passed: sign in, or wait for the second; returns where to go now, `then` in the end."""
    if not second_step.is_on(member_id):
        enter(member_id, email)
        return lead(member_id, then)
    with transaction():
        secret = sessions.start_waiting(member_id)
    session.clear()
    session[WAITING], session["then"] = secret, then
    return url_for("second_steps.code_ask")


def lead(member_id: int, then: str) -> str:
    """Where a member without a second step goes after signing in: first to set it up, where a team asks them for it."""
    if not asked_step.find_asking(member_id):
        return then
    session[AFTER_STEP] = then
    return url_for("second_steps.second_step_edit")


def enter(member_id: int, email: str) -> None:
    """Sign this browser in under a new secret."""
    # What the browser held before the sign-in, such as a CSRF token, must not survive it.
    with transaction():
        signed_in = sessions.start_session(member_id, email, device_of(request.headers.get("User-Agent", "")))
    session.clear()
    session.permanent = True
    login_user(signed_in)
