"""Asking for a reminder, a reminder's own page, and the links in its mails. No account, no session."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, abort, make_response, redirect, render_template, request, url_for
from flask import current_app as flask_app
from flask.typing import ResponseReturnValue
from flask_limiter.util import get_remote_address

from presave_app import mail
from presave_app.access import fan_form, public
from presave_app.campaigns.addresses import find_by_slug
from presave_app.campaigns.artwork import find_picture
from presave_app.campaigns.label_pages import find_countdown
from presave_app.campaigns.models import Campaign
from presave_app.campaigns.release_clock import release_clock
from presave_app.campaigns.targets import find_targets
from presave_app.extensions import current_settings, db, limiter
from presave_app.fanpage.poster import Face, adds_now, clean_source, find_face
from presave_app.fanpage.rolls import roll_of
from presave_app.fanpage.visitor import known_zone, visitor_zone
from presave_app.fanpage.way_back import is_made_here, keep_reminder_here
from presave_app.fanpage.words import release_words
from presave_app.hypermedia import go_to
from presave_app.reminders import taking, undoing
from presave_app.reminders.calendar import calendar_file
from presave_app.reminders.looking_up import find_by_mine_secret, find_way, ways_of
from presave_app.reminders.models import Reminder, ReminderWay
from presave_app.reminders.states import Kind, Reason, State
from presave_app.reminders.typed import WayRefused, read_email, read_subscription
from presave_app.reminders.words import headline, mail_headline, told, told_notice, why
from presave_app.streaming.directory import find_entry
from presave_app.streaming.registry import connectors
from presave_app.transaction import transaction

reminding = Blueprint("reminding", __name__)

# Addresses typed in from one place; a whole school may be behind it.
limit_mails = limiter.shared_limit(
    "40 per hour",
    scope="reminder-mails",
    key_func=get_remote_address,
    exempt_when=lambda: request.method != "POST" or request.form.get("way") != Kind.EMAIL,
)


@reminding.get("/<slug>/remind/<service>")
@public
def remind_page(slug: str, service: str) -> ResponseReturnValue:
    """The ways in which we can remind of a release."""
    campaign = _campaign_or_404(slug, service)
    if find_face(campaign, visitor_zone()) is not Face.PRE_SAVE:
        return redirect(url_for("fanpage.page", slug=campaign.slug), code=302)
    return _remind_page(campaign, service)


@reminding.post("/<slug>/remind/<service>")
@limit_mails
@fan_form
def remind(slug: str, service: str) -> ResponseReturnValue:
    """Take in a reminder with its first way."""
    campaign = _campaign_or_404(slug, service)
    zone = known_zone(request.form.get("time_zone", "")) or visitor_zone()
    if find_face(campaign, zone) is not Face.PRE_SAVE:
        return go_to(url_for("fanpage.page", slug=campaign.slug))
    source = clean_source(request.form.get("src", "")) or None
    try:
        add_way = read_way()
    except WayRefused as fault:
        return _remind_page(campaign, service, str(fault)), 422
    with transaction() as session:
        secret = taking.start(session, campaign, service, Reason.SERVICE_REMINDS, zone, source)
        add_way(session, _reminder_or_404(secret).id)
    return _taken(secret, just=1)


@reminding.post("/mine/<secret>/remind")
@limit_mails
@fan_form
def add_way_to(secret: str) -> ResponseReturnValue:
    """Add a way to a reminder."""
    reminder = _reminder_or_404(secret)
    try:
        add_way = read_way()
    except WayRefused as fault:
        return reminder_page(reminder, secret, str(fault)), 422
    with transaction() as session:
        add_way(session, _reminder_or_404(secret).id)
    return _taken(secret)


@reminding.post("/mine/<secret>/remind/<uuid:way_id>/stop")
@fan_form
def stop_way(secret: str, way_id: UUID) -> ResponseReturnValue:
    """Take one way back. A second time changes nothing."""
    if not any(way.id == way_id for way in ways_of(_reminder_or_404(secret).id)):
        abort(404)
    with transaction() as session:
        undoing.stop(session, way_id)
    return go_to(url_for("mine.mine_page", secret=secret))


@reminding.get("/<slug>/calendar.ics")
@public
def calendar(slug: str) -> ResponseReturnValue:
    """The release as an entry for a calendar; the address in it is the one link, which is the listening page then."""
    campaign = find_by_slug(slug)
    release = release_clock(campaign) if campaign else None
    if campaign is None or release is None or find_face(campaign) not in (Face.PRE_SAVE, Face.OUT_NOW):
        abort(404)
    page = current_settings().absolute(url_for("fanpage.page", slug=campaign.slug))
    response = make_response(calendar_file(campaign, release, page))
    response.headers["Content-Type"] = "text/calendar; charset=utf-8"
    response.headers["Content-Disposition"] = f'attachment; filename="{campaign.slug}.ics"'
    return response


@reminding.get("/remind/confirm/<secret>")
@public
def confirm_page(secret: str) -> ResponseReturnValue:
    """What the link in the first mail opens. It only shows a button, for mail scanners open links too."""
    way = find_way(secret)
    return _mail_page(way, secret, "confirm" if way and way.state == State.UNCONFIRMED else None)


@reminding.post("/remind/confirm/<secret>")
@fan_form
def confirm(secret: str) -> ResponseReturnValue:
    """Whoever reads the mailbox agrees. A second time changes nothing."""
    way = find_way(secret)
    if way is not None:
        way_id = way.id
        with transaction() as session:
            undoing.confirm(session, way_id)
    return _mail_page(find_way(secret), secret, None)


@reminding.get("/remind/stop/<secret>")
@public
def stop_page(secret: str) -> ResponseReturnValue:
    """What "stop" in a mail opens: one button."""
    way = find_way(secret)
    is_open = way is not None and way.state in (State.UNCONFIRMED, State.ARMED)
    return _mail_page(way, secret, "stop" if is_open else None)


@reminding.post("/remind/stop/<secret>")
@fan_form
def stop(secret: str) -> ResponseReturnValue:
    """Take the mail back; mail programs press this by themselves (RFC 8058), so it must not lead elsewhere."""
    way = find_way(secret)
    if way is not None:
        way_id = way.id
        with transaction() as session:
            undoing.stop(session, way_id)
    return _mail_page(find_way(secret), secret, None)


@reminding.get("/push.js")
@public
def push_script() -> ResponseReturnValue:
    """The service worker: at the root, because it may only act for addresses below its own."""
    response = make_response((Path(str(flask_app.static_folder)) / "js" / "push.js").read_bytes())
    response.headers["Content-Type"] = "text/javascript; charset=utf-8"
    response.cache_control.no_cache = True
    return response


def reminder_page(reminder: Reminder, secret: str, fault: str = "") -> Response:
    """A reminder's own page: what was agreed, where each way stands, and how to undo it."""
    campaign = db.session.get_one(Campaign, reminder.campaign_id)
    ways = [told(way) for way in ways_of(reminder.id)]
    context = _context(campaign, reminder.service, reminder.time_zone, fault)
    is_out = context["face"] is Face.OUT_NOW
    html = render_template(
        "reminders/mine.html",
        secret=secret,
        reminder=reminder,
        is_made_here=is_made_here(reminder.id),
        ways=ways,
        headline=headline(ways, is_withdrawn=reminder.withdrawn_at is not None, is_out=is_out),
        why=why(reminder.reason, _name_of(reminder.service)),
        action=url_for("reminding.add_way_to", secret=secret),
        taken={way.way.kind for way in ways if way.can_stop},
        adds_now=adds_now(campaign, reminder.service, reminder.time_zone),
        roll=roll_of(campaign),
        source=reminder.source or "",
        is_preview=False,
        **context,
    )
    return _private(make_response(html))


def _taken(secret: str, just: int | None = None) -> ResponseReturnValue:
    response = go_to(url_for("mine.mine_page", secret=secret, just=just))
    keep_reminder_here(response, secret)
    return response


def _remind_page(campaign: Campaign, service: str, fault: str = "") -> str:
    return render_template(
        "reminders/remind.html",
        why=why(Reason.SERVICE_REMINDS, _name_of(service)),
        action=url_for("reminding.remind", slug=campaign.slug, service=service),
        source=clean_source(request.values.get("src", "")),
        taken=set(),
        **_context(campaign, service, visitor_zone(), fault),
    )


def _mail_page(way: ReminderWay | None, secret: str, button: str | None) -> ResponseReturnValue:
    """The page behind a link in a mail; `button` is what may be pressed on it."""
    reminder = db.session.get(Reminder, way.reminder_id) if way else None
    if way is None or reminder is None:
        return _private(make_response(render_template("fanpage/not_here.html", is_ended=False), 404))
    campaign = db.session.get_one(Campaign, reminder.campaign_id)
    is_notice, name = reminder.pre_save_id is not None, _name_of(reminder.service)
    told_way = told_notice(way, name) if is_notice else told(way)
    html = render_template(
        "reminders/mail.html",
        way=told_way,
        headline=mail_headline(told_way, button, name if is_notice else ""),
        is_notice=is_notice,
        secret=secret,
        button=button,
        **_context(campaign, reminder.service, reminder.time_zone),
    )
    return _private(make_response(html))


def _context(campaign: Campaign, service: str, zone: str | None, fault: str = "") -> dict[str, Any]:
    vapid = current_settings().vapid
    return {
        "campaign": campaign,
        "picture": find_picture(campaign.artwork_id),
        "face": find_face(campaign, zone),
        "service": service,
        "service_name": _name_of(service),
        "has_countdown": find_countdown(campaign.id, service) is not None,
        "when": release_words(campaign),
        "zone": zone or "",
        "has_mail": mail.is_on(),
        "push_key": vapid.public if vapid else None,
        "fault": fault,
        "typed": request.form.get("email", "") if fault else "",
    }


def read_way(*kinds: Kind) -> Any:
    """What the form asks for, as a function of the session and the reminder's id; raises WayRefused.

    Only `kinds` are taken, all of them when none is named.
    """
    form = request.form
    if kinds and form.get("way") not in kinds:
        abort(400)
    match form.get("way"):
        case Kind.CALENDAR:
            return taking.add_calendar
        case Kind.EMAIL if mail.is_on():
            address = read_email(form.get("email", ""))
            return lambda session, reminder_id: taking.add_email(session, reminder_id, address)
        case Kind.PUSH if current_settings().vapid:
            given = read_subscription(form.get("endpoint", ""), form.get("p256dh", ""), form.get("auth", ""))
            return lambda session, reminder_id: taking.add_push(session, reminder_id, given.endpoint, given.json)
        case _:
            abort(400)


def _campaign_or_404(slug: str, service: str) -> Campaign:
    campaign = find_by_slug(slug.lower())
    if campaign is None or find_face(campaign) not in (Face.PRE_SAVE, Face.OUT_NOW):
        abort(404)
    if service not in connectors() and not (find_entry(service) and _is_on_page(campaign.id, service)):
        abort(404)
    return campaign


def _is_on_page(campaign_id: int, service: str) -> bool:
    return service in find_targets(campaign_id) or find_countdown(campaign_id, service) is not None


def _reminder_or_404(secret: str) -> Reminder:
    return find_by_mine_secret(secret) or abort(404)


def _name_of(service: str) -> str:
    entry = find_entry(service)
    return entry.name if entry else service


def _private(response: Response) -> Response:
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    return response
