"""The webhooks of a team: made, removed, and what they were told. For owners."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from flask import Blueprint, abort, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from presave_app import queue
from presave_app.access import member_only
from presave_app.api.hook_events import EVENTS
from presave_app.api.hooks import BadHook, list_hooks, make_hook, remove_hook, send_again
from presave_app.campaigns.changes import by_member, note
from presave_app.hypermedia import go_to
from presave_app.teams.accounts import Place
from presave_app.transaction import transaction
from presave_app.transfer.views import TEAM, find_place, owners_place

webhooks = Blueprint("webhooks", __name__)

_HOOKS = f"{TEAM}/webhooks"
_OWNERS_ONLY = "Only an owner may see and make webhooks"


@webhooks.get(_HOOKS)
@member_only
def hook_list(team_id: int) -> ResponseReturnValue:
    """The team's webhooks with their last deliveries, and the form for a new one."""
    return _page(owners_place(team_id, _OWNERS_ONLY))


@webhooks.post(_HOOKS)
@member_only
def hook_make(team_id: int) -> ResponseReturnValue:
    """Make a webhook, or show again what was typed and what is wrong with it."""
    owners_place(team_id, _OWNERS_ONLY)
    try:
        with transaction():
            make_hook(team_id, request.form.get("url", ""), request.form.getlist("events"), current_user.member_id)
            _note("webhook-make", team_id, request.form["url"])
    except BadHook as fault:
        return _page(find_place(team_id), {fault.field: str(fault)})
    return go_to(url_for(".hook_list", team_id=team_id))


@webhooks.post(f"{_HOOKS}/<int(max=2147483647):hook_id>/remove")
@member_only
def hook_remove(team_id: int, hook_id: int) -> ResponseReturnValue:
    """Tell it nothing more."""

    def remove() -> bool:
        urls = {each.hook.id: each.hook.url for each in list_hooks(team_id)}
        is_gone = remove_hook(team_id, hook_id)
        if is_gone:
            _note("webhook-remove", team_id, urls[hook_id])
        return is_gone

    return _act(team_id, remove)


@webhooks.post(f"{_HOOKS}/deliveries/<int(max=2147483647):delivery_id>/again")
@member_only
def delivery_again(team_id: int, delivery_id: int) -> ResponseReturnValue:
    """Send a delivery once more."""

    def again() -> bool:
        queue.ring_after_commit(queue.DELIVER_HOOKS)
        return send_again(team_id, delivery_id)

    return _act(team_id, again)


@webhooks.get(f"{_HOOKS}/<path:_rest>")
@member_only
def act_again(team_id: int, _rest: str) -> ResponseReturnValue:
    """The address of a form leads back to the list when it is opened by itself."""
    return go_to(url_for(".hook_list", team_id=team_id))


def _act(team_id: int, do: Callable[[], bool]) -> ResponseReturnValue:
    owners_place(team_id, _OWNERS_ONLY)
    with transaction():
        is_done = do()
    if not is_done:
        abort(404)
    return go_to(url_for(".hook_list", team_id=team_id))


def _note(act: str, team_id: int, url: str) -> None:
    """The host alone: an address may have a secret in its path."""
    host = urlsplit(url.strip()).hostname or ""
    note(by_member(current_user.member_id), act, team_id=team_id, after={"host": host})


def _page(place: Place, errors: dict[str, str] | None = None) -> ResponseReturnValue:
    page = render_template(
        "api/webhooks.html",
        place=place,
        hooks=list_hooks(place.team.id),
        events=EVENTS,
        typed_url=request.form.get("url", "") if errors else "",
        chosen=request.form.getlist("events") if errors else list(EVENTS),
        errors=errors or {},
    )
    return make_response(page, 422 if errors else 200)
