"""A fan's own page, found by its secret address: what was agreed, what happened, and every way to undo it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, abort, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from presave_app.access import fan_form, public
from presave_app.campaigns.artwork import find_picture
from presave_app.campaigns.models import Campaign
from presave_app.extensions import db, limiter
from presave_app.fanpage.offers import find_offer
from presave_app.fanpage.poster import Face, find_face
from presave_app.fanpage.receipt import receipt_of
from presave_app.fanpage.tap import find_in_tap, tap_lines
from presave_app.fanpage.telling import tell_me_of
from presave_app.fanpage.visitor import find_fan_id, forget_fan
from presave_app.fanpage.way_back import is_made_here
from presave_app.fanpage.words import service_words
from presave_app.hypermedia import fragment, go_to
from presave_app.lib.tokens import hash_secret
from presave_app.presaves import grants
from presave_app.presaves.looking_up import find_by_mine_secret
from presave_app.presaves.models import Consent, Grant, PreSave
from presave_app.presaves.states import State
from presave_app.presaves.trying_again import can_try_again, try_again
from presave_app.presaves.withdrawing import withdraw
from presave_app.privacy.disconnecting import disconnect
from presave_app.privacy.erasure import erase, erase_reminder
from presave_app.privacy.own_data import data_of_pre_save, data_of_reminder
from presave_app.reminders.looking_up import find_by_mine_secret as find_reminder
from presave_app.reminders.looking_up import find_notice, ways_of
from presave_app.reminders.states import Kind
from presave_app.reminders.taking import start_notice
from presave_app.reminders.typed import WayRefused
from presave_app.reminders.undoing import stop
from presave_app.reminders.views import limit_mails, read_way, reminder_page
from presave_app.streaming.registry import connectors
from presave_app.transaction import retried, transaction

mine = Blueprint("mine", __name__)

# A calendar can't know when a permission is lost.
_TELLING = (Kind.EMAIL, Kind.PUSH)

# Tries of one fan; each may be a call to the service. Redis is told no secret.
limit_tries = limiter.limit("20 per hour", key_func=lambda: hash_secret(str((request.view_args or {}).get("secret"))))


@mine.get("/mine/<secret>")
@public
def mine_page(secret: str) -> ResponseReturnValue:
    """The page. `?just=1` is the first visit, right after the permission was given."""
    pre_save = find_by_mine_secret(secret)
    if pre_save is None:
        reminder = find_reminder(secret)
        if reminder is not None:
            return reminder_page(reminder, secret)
        is_erased = "erased" in request.args
        page = render_template("fanpage/nothing_kept.html", is_erased=is_erased)
        return _private(make_response(page, 200 if is_erased else 404))
    is_new = request.args.get("just") == "1" and pre_save.state == State.ARMED
    return _private(make_response(_page_of(pre_save, secret, is_new=is_new)))


@mine.get("/mine/<secret>/state")
@public
def mine_state(secret: str) -> ResponseReturnValue:
    """Where the pre-save stands, for the page that is open."""
    context = _mine_context(_get_pre_save(secret), secret)
    return _private(fragment(render_template("fanpage/_state.html", **context)))


@mine.post("/mine/<secret>/cancel")
@fan_form
def cancel(secret: str) -> ResponseReturnValue:
    """Cancel this pre-save. A second time changes nothing."""
    pre_save_id = _get_pre_save(secret).id
    with transaction():
        withdraw(pre_save_id)
    return go_to(url_for(".mine_page", secret=secret))


@mine.post("/mine/<secret>/same-tap/<int(max=2147483647):campaign_id>/cancel")
@fan_form
def leave_out(secret: str, campaign_id: int) -> ResponseReturnValue:
    """Cancel the pre-save of another release that was agreed to in the same tap. A second time changes nothing."""
    other = find_in_tap(_get_pre_save(secret), campaign_id) or abort(404)
    other_id = other.id
    with transaction():
        withdraw(other_id)
    return go_to(url_for(".mine_page", secret=secret, _anchor="same-tap"))


@mine.post("/mine/<secret>/disconnect")
@fan_form
def disconnect_service(secret: str) -> ResponseReturnValue:
    """Cancel every pre-save of this sign-in and erase its tokens. A second time changes nothing."""
    pre_save_id = _get_pre_save(secret).id
    with transaction():
        disconnect(pre_save_id)
    return go_to(url_for(".mine_page", secret=secret))


@mine.post("/mine/<secret>/again")
@limit_tries
@fan_form
def again(secret: str) -> ResponseReturnValue:
    """Try once more what the service refused. Where that is not possible, nothing changes."""
    pre_save_id = _get_pre_save(secret).id
    with transaction() as session:
        try_again(session, pre_save_id)
    return go_to(url_for(".mine_page", secret=secret))


@mine.get("/mine/<secret>/data.json")
@public
def own_data(secret: str) -> ResponseReturnValue:
    """All that is kept behind this page, as a file."""
    pre_save = find_by_mine_secret(secret)
    kept = data_of_pre_save(pre_save) if pre_save else data_of_reminder(find_reminder(secret) or abort(404))
    response = _private(make_response(kept))
    response.headers["Content-Type"] = "application/json; charset=utf-8"
    response.headers["Content-Disposition"] = 'attachment; filename="my-data.json"'
    return response


@mine.post("/mine/<secret>/erase")
@fan_form
def erase_all(secret: str) -> ResponseReturnValue:
    """Erase all that is kept behind this page, and of every pre-save of the same sign-in. A second time is the same."""
    response = make_response(go_to(url_for(".mine_page", secret=secret, erased=1)))
    pre_save, reminder = find_by_mine_secret(secret), find_reminder(secret)
    if pre_save is not None:
        pre_save_id = pre_save.id
        if _is_this_browser(pre_save):
            forget_fan(response)
        retried(lambda session: erase(session, pre_save_id))
    elif reminder is not None:
        reminder_id = reminder.id
        retried(lambda session: erase_reminder(session, reminder_id))
    return response


@mine.post("/mine/<secret>/tell-me")
@limit_mails
@fan_form
def tell_me_too(secret: str) -> ResponseReturnValue:
    """Take in how the fan wants to be told if the permission is lost. Where that is over, nothing is kept."""
    pre_save = _get_pre_save(secret)
    try:
        add_way = read_way(*_TELLING)
    except WayRefused as fault:
        return _private(make_response(_page_of(pre_save, secret, fault=str(fault)), 422))
    pre_save_id = pre_save.id
    with transaction() as session:
        notice_id = start_notice(session, pre_save_id)
        if notice_id is not None:
            add_way(session, notice_id)
    return go_to(url_for(".mine_page", secret=secret, _anchor="tell-me"))


@mine.post("/mine/<secret>/tell-me/<uuid:way_id>/stop")
@fan_form
def stop_telling(secret: str, way_id: UUID) -> ResponseReturnValue:
    """Take it back. A second time changes nothing."""
    notice = find_notice(_get_pre_save(secret).id)
    if notice is None or not any(way.id == way_id for way in ways_of(notice.id)):
        abort(404)
    with transaction() as session:
        stop(session, way_id)
    return go_to(url_for(".mine_page", secret=secret, _anchor="tell-me"))


def _is_this_browser(pre_save: PreSave) -> bool:
    """Whether the account is none but the id in this browser's own cookie."""
    fan_id = find_fan_id()
    return fan_id is not None and grants.account_key(pre_save.service, fan_id) == pre_save.account_key


def _get_pre_save(secret: str) -> PreSave:
    return find_by_mine_secret(secret) or abort(404)


def _page_of(pre_save: PreSave, secret: str, *, is_new: bool = False, fault: str = "") -> str:
    context = _mine_context(pre_save, secret, fault)
    return render_template("fanpage/mine.html", is_new=is_new, same_tap=tap_lines(pre_save), **context)


def _mine_context(pre_save: PreSave, secret: str, fault: str = "") -> dict[str, Any]:
    campaign = db.session.get_one(Campaign, pre_save.campaign_id)
    connector = connectors().get(pre_save.service)
    service = service_words(pre_save.service, connector)
    face = find_face(campaign, pre_save.time_zone)
    consent = db.session.get_one(Consent, pre_save.consent_id)
    is_shown = face in (Face.PRE_SAVE, Face.OUT_NOW)
    return {
        "secret": secret,
        "campaign": campaign,
        "picture": find_picture(campaign.artwork_id),
        "face": face,
        "service_name": service.name,
        "deed": service.deed,
        "place": service.place,
        "permissions_url": connector.permissions_url if connector else None,
        "agreed": consent.wording,
        "agreed_language": consent.language,
        "is_made_here": is_made_here(pre_save.id),
        "is_connected": db.session.get_one(Grant, pre_save.grant_id).state == "active",
        "can_try_again": can_try_again(db.session(), pre_save.id),
        "offer": find_offer(campaign, pre_save.service, pre_save.time_zone) if is_shown else None,
        "zone": pre_save.time_zone or "",
        "receipt": receipt_of(pre_save, campaign, service),
        "tell_me": tell_me_of(pre_save, service.name, fault, request.form.get("email", "") if fault else ""),
    }


def _private(response: Response) -> Response:
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    return response
