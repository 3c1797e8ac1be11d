"""The page of the sign-in, which carries where its visitor was going and what they had typed."""

from __future__ import annotations

from flask import Response, make_response, render_template, request

from presave_app import kept_form, mail
from presave_app.lib.own_paths import find_own_path


def sign_in_page(
    fault: str | None = None, status: int = 200, *, kept: str | None = None, mailed_to: str = ""
) -> Response:
    """The form, with what the request brought of it; `kept` is a form that is sealed only now."""
    email = "" if kept else request.form.get("email", "")
    typed = {
        "email": email,
        "next": find_own_path(request.values.get("next")) or "",
        "kept": request.form.get(kept_form.FIELD, "") if kept is None else kept,
    }
    page = render_template("teams/sign_in.html", typed=typed, fault=fault, mails=mail.is_on(), mailed_to=mailed_to)
    return make_response(page, status)


def code_page(then: str, fault: str = "", status: int = 200) -> Response:
    """The form for a code, the second step; `then` is where its sender goes afterwards."""
    kept = request.form.get(kept_form.FIELD, "")
    return make_response(render_template("teams/code.html", fault=fault, kept=kept, then=then), status)
