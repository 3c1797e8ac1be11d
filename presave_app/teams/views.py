"""Signing in and out, the one-time link, and the change of a password."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, logout_user

from presave_app import kept_form, mail
from presave_app.access import fan_form, member_only, public
from presave_app.error_pages import error_page
from presave_app.extensions import login_manager
from presave_app.hypermedia import go_to
from presave_app.lib.own_paths import find_own_path
from presave_app.teams import accounts, letters, links, passwords, second_step, sessions
from presave_app.teams.entering import WAITING, begin, enter, lead
from presave_app.teams.second_step import Verdict
from presave_app.teams.second_step_views import FAULTS
from presave_app.teams.sign_in_page import code_page, sign_in_page
from presave_app.teams.tries import limit_letters, limit_own_tries, limit_tries
from presave_app.transaction import transaction

teams = Blueprint("teams", __name__)


@login_manager.user_loader
def load_signed_in(secret: str) -> sessions.SignedIn | None:
    """The member behind the id in the browser's cookie."""
    return sessions.find_signed_in(secret)


@login_manager.unauthorized_handler
def ask_to_sign_in() -> ResponseReturnValue:
    """A visit goes on afterwards; what a form brought is kept in the page of the sign-in."""
    if request.method == "GET":
        return go_to(url_for("teams.sign_in", next=request.full_path.rstrip("?")))
    return sign_in_page(status=401, kept=kept_form.seal(kept_form.sent_form()))


@teams.get("/sign-in")
@public
def sign_in() -> ResponseReturnValue:
    """The form; somebody who is signed in already goes on."""
    if current_user.is_authenticated:
        return go_to(_next_path())
    return sign_in_page()


@teams.post("/sign-in")
@fan_form
@limit_tries(lambda: sign_in_page("Too many tries in a short time. Wait an hour, or ask for a sign-in link.", 429))
def sign_in_submit() -> ResponseReturnValue:
    """Sign in with a password; a wrong address and a wrong password look and last the same."""
    try:
        member = accounts.find_member(accounts.parse_email(request.form.get("email", "")))
    except accounts.BadAccount:
        member = None
    is_right = passwords.matches(member.password_hash if member else None, request.form.get("password", ""))
    if member is None or not is_right:
        return sign_in_page("This e-mail address and this password do not belong together.", 422)
    then = begin(member.id, member.email, _next_path())
    kept = request.form.get(kept_form.FIELD, "")
    if kept and WAITING in session:
        return code_page(session["then"])
    return kept_form.answer_signed_in(kept, then)


@teams.post("/sign-in/link")
@fan_form
@limit_letters(lambda: sign_in_page("That was asked for often in a short time. Wait an hour, then try again.", 429))
def sign_in_link() -> ResponseReturnValue:
    """Ask for a link by mail; the answer, and the time it takes, are the same for addresses that nobody has."""
    if not mail.is_on():
        return sign_in_page("No mail server is set up here. Ask whoever runs this installation for a link.", 422)
    try:
        email = accounts.parse_email(request.form.get("email", ""))
    except accounts.BadAccount as fault:
        return sign_in_page(str(fault), 422)
    with transaction():
        letters.ask_for_link(email)
    return sign_in_page(mailed_to=email)


@teams.post("/sign-out")
@member_only
def sign_out() -> ResponseReturnValue:
    """End the session on the server, then forget it in the browser."""
    with transaction():
        sessions.end_session(current_user.secret)
    logout_user()
    session.clear()
    return go_to(url_for("teams.sign_in"))


@teams.get("/welcome/<secret>")
@public
def welcome(secret: str) -> ResponseReturnValue:
    """Whom the link signs in; a visit does not use it."""
    invited = links.find_invited(secret)
    return _used_link() if invited is None else _welcome_page(secret, invited)


@teams.post("/welcome/<secret>")
@fan_form
def welcome_use(secret: str) -> ResponseReturnValue:
    """Use the link: choose a password, or keep the one that is there, and be signed in."""
    invited = links.find_invited(secret)
    if invited is None:
        return _used_link()
    password = request.form.get("password", "")
    if password or not invited.has_password:
        try:
            password = passwords.check_password(password, invited.email)
        except passwords.BadPassword as fault:
            return _welcome_page(secret, invited, str(fault))
    if invited.needs_code:
        # Before the link is used: whoever reads the mail alone must not even change the password.
        with transaction():
            verdict = second_step.check(invited.member_id, request.form.get("code", ""))
        if verdict is not Verdict.RIGHT:
            return _welcome_page(secret, invited, code_fault=verdict)
    with transaction():
        member_id = links.use_link(secret)
        if member_id is not None and password:
            sessions.set_password(member_id, password)
    if member_id is None:
        return _used_link()
    enter(member_id, invited.email)
    then = url_for("campaigns.campaign_list")
    return go_to(then if invited.needs_code else lead(member_id, then))


@teams.get("/account/password")
@member_only
def password_edit() -> ResponseReturnValue:
    """The form for a new password."""
    return _password_page({}, 200)


@teams.post("/account/password")
@member_only
@limit_own_tries(lambda: _password_page({"current": "Too many tries in a short time. Wait an hour."}, 429))
def password_save() -> ResponseReturnValue:
    """Change the password and end every other sign-in of this member."""
    member = accounts.find_member(current_user.email)
    errors: dict[str, str] = {}
    password = request.form.get("password", "")
    if not passwords.matches(member.password_hash if member else None, request.form.get("current", "")):
        errors["current"] = "That is not the password you have now."
    try:
        password = passwords.check_password(password, current_user.email)
    except passwords.BadPassword as fault:
        errors["password"] = str(fault)
    if errors:
        return _password_page(errors, 422)
    with transaction():
        sessions.set_password(current_user.member_id, password, keep=current_user.secret)
    return go_to(url_for("teams.password_edit", saved=""))


def _password_page(errors: dict[str, str], status: int) -> Response:
    is_saved = "saved" in request.args and not errors
    return make_response(render_template("teams/password.html", errors=errors, is_saved=is_saved), status)


def _next_path() -> str:
    return find_own_path(request.values.get("next")) or url_for("campaigns.campaign_list")


def _welcome_page(
    secret: str, invited: links.Invited, fault: str | None = None, *, code_fault: Verdict | None = None
) -> Response:
    code_words, status = FAULTS[code_fault] if code_fault else ("", 422 if fault else 200)
    page = render_template(
        "teams/welcome.html", secret=secret, invited=invited, password_fault=fault, code_fault=code_words
    )
    response = make_response(page, status)
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def _used_link() -> ResponseReturnValue:
    advice = "Sign-in links work once, and not for long. Sign in with your password, or ask for a new link."
    return error_page(410, "This link was used already, or it is too old", advice)
