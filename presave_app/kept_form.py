"""A form that came when its sender was signed out, or with an old token: what was typed travels on and is sent again.

It travels in the pages, signed, so that nobody else can make up a form for a member to send. Files and passwords stay
behind: a browser lets no page fill in the first, and the second are never shown again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Response, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import generate_csrf
from itsdangerous import BadData, URLSafeTimedSerializer

from presave_app.extensions import current_settings
from presave_app.hypermedia import fragment, go_to, wants_fragment
from presave_app.lib.own_paths import find_own_path

FIELD = "kept"
_LIFE_SECONDS = 24 * 60 * 60
_LEFT_BEHIND = frozenset({"csrf_token", "password", "current", "code", FIELD})


@dataclass(frozen=True)
class KeptForm:
    """Where it was sent, and its fields in their order."""

    path: str
    fields: Sequence[tuple[str, str]]
    had_file: bool

    @property
    def shown(self) -> list[str]:
        """What somebody may have typed, for them to know it again."""
        return [text for _, text in self.fields if text.strip()]


def sent_form() -> KeptForm:
    """What the present request brings."""
    fields = [(name, text) for name, text in request.form.items(multi=True) if name not in _LEFT_BEHIND]
    had_file = any(upload.filename for upload in request.files.values())
    return KeptForm(request.full_path.rstrip("?"), fields, had_file)


def seal(form: KeptForm) -> str:
    """The form as text for a hidden field of the sign-in."""
    return _signer().dumps([form.path, list(form.fields), form.had_file])


def unseal(sealed: str) -> KeptForm | None:
    """The form that `seal` wrote within the last day; None for anything else."""
    try:
        path, fields, had_file = _signer().loads(sealed, max_age=_LIFE_SECONDS)
    except BadData:
        return None
    own_path = find_own_path(path)
    return KeptForm(own_path, [(name, text) for name, text in fields], had_file) if own_path else None


def send_again_page(form: KeptForm, status: int = 200) -> Response:
    """The page that sends the form again, with a token that is good now."""
    response = make_response(render_template("teams/send_again.html", form=form), status)
    response.headers["Cache-Control"] = "no-store"
    return response


def answer_signed_in(sealed: str, then: str) -> ResponseReturnValue:
    """To somebody who is signed in now: the kept form to send again, or the way to where they were going."""
    kept = unseal(sealed)
    return send_again_page(kept) if kept else go_to(then)


def answer_old_token() -> Response:
    """To a form with an old token. That its sender is signed in, and on our own page, was looked at before."""
    if not wants_fragment():
        return send_again_page(sent_form(), 400)
    words = {"title": "You signed in anew in between", "advice": "Change it once more, and it is saved."}
    page = render_template("layout/_error.html", status=400, **words)
    return fragment(page, 400, trigger="fresh-token", detail=generate_csrf())


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_settings().secret_key, salt="kept form")
