"""The second step: asked for at the sign-in, and turned on and off by the member."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask import Blueprint, Response, make_response, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from presave_app import kept_form
from presave_app.access import fan_form, member_only, public
from presave_app.hypermedia import fragment, go_to, wants_fragment
from presave_app.lib.own_paths import find_own_path
from presave_app.teams import accounts, asked_step, passwords, second_step, sessions
from presave_app.teams.entering import AFTER_STEP, WAITING, enter
from presave_app.teams.second_step import Verdict
from presave_app.teams.sign_in_page import code_page, sign_in_page
from presave_app.teams.tries import limit_own_tries
from presave_app.transaction import transaction

second_steps = Blueprint("second_steps", __name__)

FAULTS: Mapping[Verdict, tuple[str, int]] = {
    Verdict.WRONG: ("That code is wrong, or it was used already. Wait for the next one and type that.", 422),
    Verdict.TOO_OFTEN: ("Too many wrong codes. Wait an hour, then try again.", 429),
}


@second_steps.get("/sign-in/code")
@public
def code_ask() -> ResponseReturnValue:
    """The form, for a browser that has passed the first step."""
    return go_to(url_for("teams.sign_in")) if _waiting() is None else code_page(_then())


@second_steps.post("/sign-in/code")
@fan_form
def code_take() -> ResponseReturnValue:
    """Take the code and sign in."""
    waiting = _waiting()
    if waiting is None:
        return _first_step_again()
    with transaction():
        verdict = second_step.check(waiting.member_id, request.form.get("code", ""))
        if verdict is Verdict.RIGHT:
            sessions.end_session(waiting.secret)
    if verdict is not Verdict.RIGHT:
        return code_page(_then(), *FAULTS[verdict])
    then = _then()
    enter(waiting.member_id, waiting.email)
    return kept_form.answer_signed_in(request.form.get(kept_form.FIELD, ""), then)


@second_steps.app_errorhandler(asked_step.StepMissing)
def step_missing(_: asked_step.StepMissing) -> ResponseReturnValue:
    """Whoever tried as an owner what takes a second step sets it up first; a visit goes on afterwards."""
    if request.method == "GET":
        session[AFTER_STEP] = request.full_path.rstrip("?")
    return go_to(url_for("second_steps.second_step_edit"))


@second_steps.get("/account/second-step")
@member_only
def second_step_edit() -> ResponseReturnValue:
    """Whether it is on, and how to change that."""
    return _page(said="The second step is off." if "off" in request.args else "")


@second_steps.post("/account/second-step/begin")
@member_only
@limit_own_tries(lambda: _page({"password": "Too many tries in a short time. Wait an hour."}, status=429))
def second_step_begin() -> ResponseReturnValue:
    """Make a secret for an app, for who knows the password."""
    member = accounts.find_member(current_user.email)
    if not passwords.matches(member.password_hash if member else None, request.form.get("password", "")):
        return _page({"password": "That is not your password."}, status=422)
    with transaction():
        second_step.begin(current_user.member_id)
    return _page() if wants_fragment() else go_to(url_for(".second_step_edit"))


@second_steps.post("/account/second-step/confirm")
@member_only
def second_step_confirm() -> ResponseReturnValue:
    """Turn it on by a first code, sign every other browser out, and show the recovery codes this once."""
    with transaction():
        verdict, codes = second_step.confirm(current_user.member_id, request.form.get("code", ""))
        if verdict is Verdict.RIGHT:
            sessions.end_sessions(current_user.member_id, keep=current_user.secret)
    if verdict is Verdict.RIGHT:
        return _page(codes=codes, said="The second step is on. Every other browser was signed out.")
    fault, status = FAULTS[verdict]
    return _page({"code": fault}, status=status)


@second_steps.post("/account/second-step/codes")
@member_only
def second_step_renew() -> ResponseReturnValue:
    """Make new recovery codes, for who has a code, and show them this once."""
    me, codes = current_user.member_id, list[str]()
    if not second_step.is_on(me):
        return go_to(url_for(".second_step_edit"))
    with transaction():
        verdict = second_step.check(me, request.form.get("code", ""))
        if verdict is Verdict.RIGHT:
            codes += second_step.renew_codes(me)
    if verdict is Verdict.RIGHT:
        return _page(codes=codes, said="These are new: the recovery codes you had before are worthless.")
    fault, status = FAULTS[verdict]
    return _page({"code": fault}, status=status)


@second_steps.post("/account/second-step/off")
@member_only
def second_step_off() -> ResponseReturnValue:
    """Turn it off, for who has a code."""
    if not second_step.is_on(current_user.member_id):
        return go_to(url_for(".second_step_edit"))
    if asked_step.find_asking(current_user.member_id):
        return _page({"code": "A team of yours asks for the second step, so it stays on."}, status=422)
    with transaction():
        verdict = second_step.check(current_user.member_id, request.form.get("code", ""))
        if verdict is Verdict.RIGHT:
            second_step.turn_off(current_user.member_id)
    if verdict is not Verdict.RIGHT:
        fault, status = FAULTS[verdict]
        return _page({"code": fault}, status=status)
    said = "The second step is off."
    return _page(said=said) if wants_fragment() else go_to(url_for(".second_step_edit", off=""))


def _waiting() -> sessions.SignedIn | None:
    secret = session.get(WAITING)
    return sessions.find_waiting(secret) if secret else None


def _then() -> str:
    """Where whoever takes the second step was going."""
    paths = map(find_own_path, (request.form.get("next"), session.get("then")))
    return next(filter(None, paths), url_for("campaigns.campaign_list"))


def _first_step_again() -> ResponseReturnValue:
    """To a code that comes when nobody waits for it any more: the sign-in, which carries on what the form brought."""
    kept = request.form.get(kept_form.FIELD, "")
    if current_user.is_authenticated:
        return kept_form.answer_signed_in(kept, _then())
    if not kept and not request.form.get("next"):
        return go_to(url_for("teams.sign_in"))
    return sign_in_page("The code came too late. Sign in once more, then type a new one.", 401)


def _page(
    errors: Mapping[str, str] | None = None, *, codes: Sequence[str] = (), said: str = "", status: int = 200
) -> Response:
    member_id = current_user.member_id
    is_on = second_step.is_on(member_id)
    context = {
        "errors": errors or {},
        "codes": codes,
        "said": said,
        "is_on": is_on,
        "asking": asked_step.find_asking(member_id),
        "then": find_own_path(session.get(AFTER_STEP)),
        "codes_left": second_step.codes_left(member_id),
        "set_up": None if is_on else second_step.find_set_up(member_id, current_user.email),
    }
    if wants_fragment():
        return fragment(render_template("teams/_second_step.html", **context), status)
    return make_response(render_template("teams/second_step.html", **context), status)
