"""Who may call an address. Every view carries one mark; a view without one is answered to nobody.

The marks are read by one `before_request`, so that a view can't forget its check. What a member may see
inside an address is decided by its loader (`campaigns.campaign.get_for_member`): a stranger gets a 404.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import TypeVar

from flask import Flask, abort, current_app, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from presave_app.api.caller import check_caller
from presave_app.error_pages import error_page
from presave_app.extensions import csrf, current_settings, login_manager
from presave_app.hypermedia import wants_fragment
from presave_app.teams import sessions
from presave_app.transaction import transaction

View = TypeVar("View", bound=Callable[..., ResponseReturnValue])
_SAFE_METHODS = ("GET", "HEAD", "OPTIONS")


class Access(StrEnum):
    """PUBLIC: anybody reads. FAN_FORM: anybody, from our own pages. MEMBER: a signed-in member of a team.

    API: a program with a token of a team.
    """

    PUBLIC = "public"
    FAN_FORM = "fan_form"
    MEMBER = "member"
    API = "api"


def public(view: View) -> View:
    """Anybody may read this; it takes no unsafe method."""
    return _marked(view, Access.PUBLIC)


def fan_form(view: View) -> View:
    """A form for people without an account: guarded by where the request comes from."""
    return _marked(view, Access.FAN_FORM)


def member_only(view: View) -> View:
    """Members of a team only; unsafe methods also need a CSRF token."""
    return _marked(view, Access.MEMBER)


def api(view: View) -> View:
    """Programs with a token only; no cookie is ever looked at, so no other page can act for anybody."""
    return _marked(view, Access.API)


def mark_of(view: Callable[..., object]) -> Access | None:
    """The access mark of a view function."""
    return getattr(view, "access", None)


def init_access(app: Flask) -> None:
    """Check the mark before every request."""
    app.before_request(_check_access)


def open_static_files(app: Flask) -> None:
    """Flask made the view of its static files itself, so it gets its mark here."""
    app.view_functions["static"].access = Access.PUBLIC  # type: ignore[union-attr]


def _marked(view: View, access: Access) -> View:
    view.access = access  # type: ignore[attr-defined]
    return view


def _check_access() -> ResponseReturnValue | None:
    if request.endpoint is None:
        return None
    unsafe = request.method not in _SAFE_METHODS
    mark = mark_of(current_app.view_functions[request.endpoint])
    if mark is Access.API:
        return check_caller(unsafe=unsafe)
    if unsafe and not _comes_from_our_pages():
        abort(403)
    match mark:
        case Access.PUBLIC if not unsafe:
            return None
        case Access.FAN_FORM:
            return None
        case Access.MEMBER:
            return _check_member(unsafe)
        case _:
            return abort(403)


def _check_member(unsafe: bool) -> ResponseReturnValue | None:
    if not current_user.is_authenticated:
        if wants_fragment():
            # Sending the browser away would lose what is typed in the page's other fields.
            return error_page(401)
        return login_manager.unauthorized()
    if unsafe:
        csrf.protect()
    if current_user.is_stale:
        with transaction():
            sessions.note_seen(current_user.secret)
    return None


def _comes_from_our_pages() -> bool:
    """Fetch Metadata first, Origin where the browser is too old for it, and a program that sends neither passes.

    A browser always sends one of the two with a cross-site POST
    (https://cheatsheetseries.owasp.org/cheatsheets/Cross-Site_Request_Forgery_Prevention_Cheat_Sheet.html).
    """
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = request.headers.get("Origin")
    return origin is None or origin == current_settings().public_url
