"""The moment at which a browser becomes signed in."""

from __future__ import annotations

from flask import request, session
from flask_login import login_user

from presave_app.lib.devices import device_of
from presave_app.teams import sessions
from presave_app.transaction import transaction


def enter(member_id: int, email: str) -> None:
    """Sign this browser in under a new secret."""
    # What the browser held before the sign-in, such as a CSRF token, must not survive it.
    with transaction():
        signed_in = sessions.start_session(member_id, email, device_of(request.headers.get("User-Agent", "")))
    session.clear()
    session.permanent = True
    login_user(signed_in)
