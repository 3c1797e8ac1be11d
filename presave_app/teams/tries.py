"""How often somebody may try to sign in, of which only failed tries count, and ask for a letter."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, cast

from flask import Response, request
from flask.typing import ResponseReturnValue
from flask_limiter import RequestLimit
from flask_limiter.util import get_remote_address
from flask_login import current_user

from presave_app.extensions import limiter
from presave_app.lib.text import clean_line

View = TypeVar("View", bound=Callable[..., ResponseReturnValue])


def limit_tries(refuse: Callable[[], Response]) -> Callable[[View], View]:
    """10 failed tries an hour for one e-mail address from one place, 60 an hour from that place.

    The place is part of the first key too, so that a stranger's tries never lock the member out.
    """

    def on_breach(_: RequestLimit) -> Response:
        return refuse()

    def limited(view: View) -> View:
        for amount, key in (("60 per hour", get_remote_address), ("10 per hour", _email_from_here)):
            limit = limiter.limit(amount, key_func=key, deduct_when=_failed, on_breach=on_breach)
            view = cast(View, limit(view))
        return view

    return limited


def limit_own_tries(refuse: Callable[[], Response]) -> Callable[[View], View]:
    """10 failed tries an hour for the member who is signed in, from wherever."""

    def limited(view: View) -> View:
        limit = limiter.limit("10 per hour", key_func=_member, deduct_when=_failed, on_breach=lambda _: refuse())
        return cast(View, limit(view))

    return limited


def limit_letters(refuse: Callable[[], Response]) -> Callable[[View], View]:
    """5 letters an hour to one e-mail address from one place, 30 an hour from that place, whoever they are for."""

    def on_breach(_: RequestLimit) -> Response:
        return refuse()

    def limited(view: View) -> View:
        for amount, key in (("30 per hour", get_remote_address), ("5 per hour", _email_from_here)):
            view = cast(View, limiter.limit(amount, key_func=key, on_breach=on_breach)(view))
        return view

    return limited


def _member() -> str:
    return f"member {getattr(current_user, 'member_id', 0)}"


def _email_from_here() -> str:
    email = clean_line(request.form.get("email", "")).lower()[:254]
    return f"{get_remote_address()} {email}"


def _failed(response: Response) -> bool:
    return response.status_code == 422
