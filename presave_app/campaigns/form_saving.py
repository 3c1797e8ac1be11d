"""Taking what the editor's form sends, and answering with the part that it belongs to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from presave_app.api.caller import find_current_caller
from presave_app.campaigns import (
    archive,
    artwork_press,
    changes,
    collisions,
    colours,
    editing,
    forms,
    look,
    proposals,
    second_member,
)
from presave_app.campaigns.artwork import give_artwork
from presave_app.campaigns.artwork_press import BadArtwork
from presave_app.campaigns.campaign import get_for_member
from presave_app.campaigns.change_words import label_of
from presave_app.campaigns.editing import LINK_FIELD, EditRefused, Typed
from presave_app.campaigns.field_view import field_view
from presave_app.campaigns.fields import FieldError
from presave_app.campaigns.models import Campaign
from presave_app.campaigns.release_clock import release_clock
from presave_app.extensions import db
from presave_app.hypermedia import fragment, wants_fragment
from presave_app.lib import clock
from presave_app.releases.waves import recompute_due
from presave_app.teams.models import Role
from presave_app.transaction import transaction

CHANGED = "campaign-changed"


def save_all(campaign_id: int, *, with_artwork: bool = False) -> ResponseReturnValue | None:
    """Save every field and the artwork that were sent; the page to answer with when something could not be.

    With `with_artwork` a picture is expected.
    """
    typed = Typed(texts(), clock.now())
    try:
        with transaction():
            campaign, role = get_for_member(campaign_id, current_user.member_id, to_edit=True)
            typed = Typed(collisions.settle(campaign, typed.texts), typed.now)
            if change(campaign, lambda: editing.save_fields(campaign, typed), sent=typed.texts):
                rest = Typed(second_member.without_guarded(campaign, typed.texts), typed.now)
                change(campaign, lambda: editing.save_fields(campaign, rest), sent=rest.texts)
    except EditRefused as refusal:
        campaign, role = get_for_member(campaign_id, current_user.member_id)
        return forms.editor_page(campaign, role, forms.Refusal(typed.texts, refusal.errors))
    upload = request.files.get("artwork")
    fault = take_artwork(campaign_id) if with_artwork or (upload and upload.filename) else None
    if fault is None:
        return None
    campaign, role = get_for_member(campaign_id, current_user.member_id)
    return forms.editor_page(campaign, role, forms.Refusal({}, {"artwork": fault}, "Saved, all but the artwork."))


def save_and_do(campaign_id: int, act: Callable[[Campaign], object]) -> ResponseReturnValue | None:
    """Save what was typed, then act on the campaign in a transaction; the page to answer with when either was refused.

    For buttons that send the whole form.
    """
    refused = save_all(campaign_id)
    if refused:
        return refused
    try:
        with transaction():
            campaign, _ = get_for_member(campaign_id, current_user.member_id, to_edit=True)
            act(campaign)
    except (FieldError, EditRefused) as refusal:
        campaign, role = get_for_member(campaign_id, current_user.member_id)
        return forms.editor_page(campaign, role, forms.Refusal({}, {}, words_of_refusal(refusal)))
    return None


def take_artwork(campaign_id: int) -> str | None:
    """Make the picture that was sent the cover; what is to be said when it can't be used.

    Pressing takes a moment, in which neither the row nor a connection is held.
    """
    with transaction():
        get_for_member(campaign_id, current_user.member_id, to_edit=True)
    upload = request.files.get("artwork")
    try:
        pressed = artwork_press.press(upload.read() if upload else b"")
    except BadArtwork as refusal:
        return str(refusal)
    with transaction():
        campaign, _ = get_for_member(campaign_id, current_user.member_id, to_edit=True)
        give_artwork(campaign, pressed)
        changes.note(who(), "artwork", campaign_id=campaign_id)
    return None


def change(
    campaign: Campaign,
    do: Callable[[], object],
    *,
    sent: Mapping[str, str] | None = None,
    undoes: int | None = None,
    is_confirmed: bool = False,
) -> bool:
    """Change a campaign and write down what changed; when its release moves, what fans wait for moves with it.

    Raises EditRefused where a form, `sent`, would overwrite what whoever filled it in has not seen. True when nothing
    was changed, because it takes two members: what was tried then waits as a proposal.
    """
    moment, before = release_clock(campaign), changes.snapshot(campaign)
    guarded, is_last_day = second_member.guarded(campaign, before), second_member.applies(campaign, clock.now())
    try:
        with db.session.begin_nested():
            do()
            after = changes.snapshot(campaign)
            collided = collisions.blindly_changed(sent or {}, before, after)
            if collided:
                raise EditRefused(dict.fromkeys(collided, collisions.WORDS))
            held = second_member.held_back(guarded, second_member.guarded(campaign, after))
            # A release that was just brought into its last day is changed by two as well.
            if held and not is_confirmed and (is_last_day or second_member.applies(campaign, clock.now())):
                raise _TakesTwo(held)
    except _TakesTwo as kept:
        proposals.propose(campaign, kept.held, _member_id())
        return True
    act = changes.CONFIRM if is_confirmed else changes.FIELD
    changes.note_fields(campaign, who(), before, after, act=act, undoes=undoes)
    if release_clock(campaign) != moment:
        recompute_due(campaign.id)
        if campaign.release_at is not None and campaign.release_at > clock.now():
            archive.bring_back(campaign)
    return False


class _TakesTwo(Exception):
    """What was tried has to wait for a second member, so it is rolled back."""

    def __init__(self, held: list[second_member.Held]) -> None:
        super().__init__(held)
        self.held = held


def words_of_refusal(refusal: FieldError | EditRefused) -> str:
    """What is said beside the one field that was sent."""
    return next(iter(refusal.errors.values())) if isinstance(refusal, EditRefused) else str(refusal)


def who() -> str:
    """The member who sent this, or who made the token of the program that did."""
    return changes.by_member(_member_id())


def fragment_of(template: str, context: dict[str, Any], fault: str | None) -> ResponseReturnValue:
    """A part of the page as an answer; without a fault the rest of the page is told to look again."""
    return fragment(render_template(template, **context), 422 if fault else 200, trigger=None if fault else CHANGED)


def texts() -> dict[str, str]:
    """What was sent, by the names of the inputs. Only the names that a field asks for are ever looked at."""
    return request.form.to_dict()


def answer_field(
    campaign: Campaign,
    role: Role,
    name: str,
    typed: Mapping[str, str],
    fault: str | None,
    is_proposed: bool = False,
) -> ResponseReturnValue:
    """One field after it was sent: its part for htmx, the whole page or the way back to it for a plain form.

    A link that belongs to a field of its own comes with that field, filled.
    """
    if not wants_fragment():
        return forms.plain_answer(campaign, role, typed, {name: fault} if fault else {})
    shown = editing.typed_of(campaign) | (dict(typed) if fault else {})
    view = field_view(campaign, name, shown, is_editor=True, error=fault, is_saved=fault is None)
    filled = editing.own_field_of(typed) if name == LINK_FIELD and not fault and not is_proposed else None
    if filled:
        view = replace(view, saved_under=label_of(filled))
    if is_proposed:
        view = replace(view, is_saved=False, is_proposed=True)
    shown_colours = colours.shown_palette(campaign) if name == look.COLOURS_FIELD else None
    context = {"field": view, "campaign": campaign, "shown_colours": shown_colours, **forms.CHOICES}
    context["filled"] = [field_view(campaign, filled, shown, is_editor=True, is_saved=True)] if filled else []
    return fragment_of(view.partial, context, fault)


def _member_id() -> int:
    caller = find_current_caller()
    return caller.member_id if caller else current_user.member_id
