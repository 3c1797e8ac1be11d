"""The control room of a release, its small box on the campaign's page, and every form by which a team steers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, make_response, render_template, request, stream_with_context, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user  # pyright: ignore[reportMissingTypeStubs]
from sqlalchemy.orm import Session

from presave_app.access import member_only
from presave_app.campaigns.campaign import get_for_member
from presave_app.campaigns.changes import by_member
from presave_app.campaigns.models import Campaign
from presave_app.counts.funnel import funnels_of
from presave_app.hypermedia import fragment, go_to, wants_fragment
from presave_app.lib.text import clean_line
from presave_app.releases import steering
from presave_app.releases.control_room import find_test_fan, forget_room, room_context
from presave_app.releases.progress import progress_context
from presave_app.releases.receipts import receipt_lines
from presave_app.releases.steering import TestFanRefused
from presave_app.teams.accounts import may_edit
from presave_app.transaction import transaction

releases = Blueprint("releases", __name__)

CHANGED = "room-changed"
_CAMPAIGN = "/campaigns/<int(max=2147483647):campaign_id>"
_ROOM = f"{_CAMPAIGN}/release"


@releases.get(f"{_CAMPAIGN}/progress")
@member_only
def progress(campaign_id: int) -> ResponseReturnValue:
    """The box as it stands now."""
    campaign, _ = get_for_member(campaign_id, current_user.member_id)
    return fragment(render_template("releases/_progress.html", **progress_context(campaign)))


@releases.get(_ROOM)
@member_only
def control_room(campaign_id: int) -> ResponseReturnValue:
    """The whole room; for a viewer the same with nothing to press."""
    return _page(campaign_id, typed="", fault=None)


@releases.get(f"{_ROOM}/<any(hold, resume, retry, 'confirm-guard', 'dismiss-guard', 'let-crowd-go'):_act>")
@member_only
def act_again(campaign_id: int, _act: str) -> ResponseReturnValue:
    """A refused form leaves its address in the browser; opening that again leads to the room."""
    return _to_room(campaign_id)


@releases.get(f"{_ROOM}/room")
@member_only
def room(campaign_id: int) -> ResponseReturnValue:
    """What moves, for a page that is open: nothing at all while the page already shows it."""
    context = _context(campaign_id)
    if context["room"].poll and request.args.get("seen") == context["room"].seen:
        return make_response("", 204)
    return fragment(render_template("releases/_room.html", **context))


@releases.get(f"{_ROOM}/test-fans")
@member_only
def test_fans(campaign_id: int) -> ResponseReturnValue:
    """The list of test fans as it stands now."""
    return _test_fan_list(campaign_id) if wants_fragment() else _to_room(campaign_id)


@releases.get(f"{_ROOM}/receipts.csv")
@member_only
def receipts(campaign_id: int) -> ResponseReturnValue:
    """What came of every pre-save, as a spreadsheet."""
    campaign, _ = get_for_member(campaign_id, current_user.member_id)
    name = f"receipts-{campaign.slug}.csv"
    response = Response(stream_with_context(receipt_lines(campaign.id)), mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@releases.post(f"{_ROOM}/hold")
@member_only
def hold(campaign_id: int) -> ResponseReturnValue:
    """Let everybody wait."""
    return _steer(campaign_id, lambda session, by: steering.hold(session, campaign_id, by))


@releases.post(f"{_ROOM}/resume")
@member_only
def resume(campaign_id: int) -> ResponseReturnValue:
    """Go on."""
    return _steer(campaign_id, lambda session, by: steering.resume(session, campaign_id, by))


@releases.post(f"{_ROOM}/retry")
@member_only
def retry(campaign_id: int) -> ResponseReturnValue:
    """Try once more what one service refused for one reason."""
    which = {"service": _sent("service") or None, "reason": _sent("reason") or None}
    return _steer(campaign_id, lambda session, by: steering.retry(session, campaign_id, by, **which))


@releases.post(f"{_ROOM}/confirm-guard")
@member_only
def confirm_guard(campaign_id: int) -> ResponseReturnValue:
    """Let go the fans whom a service refuses."""
    return _steer(campaign_id, lambda session, by: steering.confirm_guard(session, campaign_id, _sent("service"), by))


@releases.post(f"{_ROOM}/dismiss-guard")
@member_only
def dismiss_guard(campaign_id: int) -> ResponseReturnValue:
    """Ask again for the fans whom a service refused."""
    return _steer(campaign_id, lambda session, by: steering.dismiss_guard(session, campaign_id, _sent("service"), by))


@releases.post(f"{_ROOM}/let-crowd-go")
@member_only
def let_crowd_go(campaign_id: int) -> ResponseReturnValue:
    """Add for everybody without waiting for the test fans."""
    return _steer(campaign_id, lambda session, by: steering.let_crowd_go(session, campaign_id, _sent("service"), by))


@releases.post(f"{_ROOM}/test-fans")
@member_only
def test_fan_name(campaign_id: int) -> ResponseReturnValue:
    """Take a fan's page as that of a test fan; what can't be taken stays in the field."""
    typed, fault = request.form.get("page", ""), None
    try:
        with transaction() as session:
            campaign = _lock(campaign_id)
            steering.name_test_fan(session, campaign, typed, _who())
    except TestFanRefused as refusal:
        fault = str(refusal)
    if not fault:
        forget_room(campaign_id)
    if not wants_fragment() and not fault:
        return _to_room(campaign_id, "test-fans")
    shown = typed if fault else ""
    if wants_fragment():
        html = render_template("releases/_test_fan_form.html", typed=shown, fault=fault, **_context(campaign_id))
        return fragment(html, 422 if fault else 200, trigger=None if fault else CHANGED)
    return make_response(_page(campaign_id, typed=shown, fault=fault), 422)


@releases.post(f"{_ROOM}/test-fans/forget")
@member_only
def test_fan_forget(campaign_id: int) -> ResponseReturnValue:
    """Let a test fan be one of the crowd again."""
    with transaction() as session:
        fan_id: UUID | None = find_test_fan(_lock(campaign_id).id, _sent("number"))
        if fan_id is not None:
            steering.forget_test_fan(session, campaign_id, fan_id, _who())
    forget_room(campaign_id)
    return _test_fan_list(campaign_id) if wants_fragment() else _to_room(campaign_id, "test-fans")


def _steer(campaign_id: int, act: Callable[[Session, str], object]) -> ResponseReturnValue:
    with transaction() as session:
        _lock(campaign_id)
        act(session, _who())
    forget_room(campaign_id)
    if not wants_fragment():
        return _to_room(campaign_id)
    return fragment(render_template("releases/_room.html", **_context(campaign_id)), trigger=CHANGED)


def _who() -> str:
    """Whoever acts, as the record and the log name them."""
    return by_member(current_user.member_id)


def _lock(campaign_id: int) -> Campaign:
    campaign, _ = get_for_member(campaign_id, current_user.member_id, to_edit=True)
    return campaign


def _page(campaign_id: int, *, typed: str, fault: str | None) -> str:
    context = _context(campaign_id)
    return render_template(
        "releases/control_room.html", typed=typed, fault=fault, funnels=funnels_of(campaign_id), **context
    )


def _context(campaign_id: int) -> dict[str, Any]:
    campaign, role = get_for_member(campaign_id, current_user.member_id)
    return room_context(campaign, may_edit=may_edit(role))


def _test_fan_list(campaign_id: int) -> ResponseReturnValue:
    return fragment(render_template("releases/_test_fan_list.html", **_context(campaign_id)))


def _to_room(campaign_id: int, part: str | None = None) -> ResponseReturnValue:
    return go_to(url_for("releases.control_room", campaign_id=campaign_id, _anchor=part))


def _sent(name: str) -> str:
    return clean_line(request.form.get(name, ""))
