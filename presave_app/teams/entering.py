"""The moment at which a browser becomes signed in."""

from __future__ import annotations

from flask import session
from flask_login import login_user

from presave_app.teams import sessions
from presave_app.transaction import transaction


def enter(member_id: int, email: str) -> None:
    """Sign this browser in under a new secret."""
    # What the browser held before the sign-in, such as a CSRF token, must not survive it.
    with transaction():
        signed_in = sessions.start_session(member_id, email)
    session.clear()
    session.permanent = True
    login_user(signed_in)
