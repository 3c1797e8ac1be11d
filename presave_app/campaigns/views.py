"""The label's campaigns: the list, a new one, and the editor in which every field saves itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from flask import Blueprint, abort, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from presave_app.access import member_only
from presave_app.campaigns import (
    addresses,
    artists,
    changes,
    collisions,
    editing,
    fields,
    forms,
    publishing,
)
from presave_app.campaigns.campaign import (
    CampaignNotFound,
    MayOnlyLook,
    add_campaign,
    get_for_member,
)
from presave_app.campaigns.editing import EditRefused, Typed
from presave_app.campaigns.fields import FieldError
from presave_app.campaigns.form_saving import (
    answer_field,
    change,
    fragment_of,
    save_all,
    take_artwork,
    texts,
    who,
    words_of_refusal,
)
from presave_app.campaigns.list_page import list_answer
from presave_app.counts.tally import totals
from presave_app.error_pages import error_page
from presave_app.hypermedia import fragment, go_to, wants_fragment
from presave_app.lib import clock
from presave_app.teams.accounts import Place, find_places
from presave_app.transaction import transaction

campaigns = Blueprint("campaigns", __name__)

# PostgreSQL's integers end here; a larger number in an address is nobody's campaign.
_ONE = "/campaigns/<int(max=2147483647):campaign_id>"


@campaigns.app_errorhandler(CampaignNotFound)
def campaign_not_found(_: CampaignNotFound) -> ResponseReturnValue:
    """A stranger's campaign does not exist."""
    return error_page(404)


@campaigns.app_errorhandler(MayOnlyLook)
def may_only_look(_: MayOnlyLook) -> ResponseReturnValue:
    """A viewer sees everything and changes nothing."""
    return error_page(403, "You may look at this campaign, but not change it", "Ask an owner of your team for more.")


@campaigns.get("/")
@member_only
def home() -> ResponseReturnValue:
    """The workspace begins at the list."""
    return go_to(url_for("campaigns.campaign_list"))


@campaigns.get("/campaigns")
@member_only
def campaign_list() -> ResponseReturnValue:
    """All campaigns of the member's teams, or those that are looked for."""
    return list_answer()


@campaigns.get("/campaigns/new")
@member_only
def campaign_new() -> ResponseReturnValue:
    """The form for a new campaign."""
    return _new_page({}, {})


@campaigns.post("/campaigns")
@member_only
def campaign_create() -> ResponseReturnValue:
    """Make a draft and open it in the editor."""
    parsers = {"title": fields.parse_title, "artist": fields.parse_artist, "kind": fields.parse_kind}
    parsed, errors = _parse_all(parsers, request.form)
    places = _places_to_edit()
    chosen = [place for place in places if str(place.team.id) == request.form.get("team", "")]
    if len(chosen or places) != 1:
        errors["team"] = "Choose one of your teams."
    if errors:
        return _new_page(request.form, errors)
    with transaction():
        campaign = add_campaign((chosen or places)[0].team.id, **parsed)
        artists.choose_by_name(campaign)
        campaign_id = campaign.id
        changes.note(who(), "create", campaign_id=campaign_id, after={"title": campaign.title})
    return forms.to_editor(campaign_id)


@campaigns.get(f"{_ONE}/<any(publish, unpublish, artwork):_act>")
@member_only
def act_again(campaign_id: int, _act: str) -> ResponseReturnValue:
    """A refused form leaves its address in the browser; opening that again leads to the editor."""
    return forms.to_editor(campaign_id)


@campaigns.get(_ONE)
@member_only
def campaign_edit(campaign_id: int) -> ResponseReturnValue:
    """The editor; for a viewer the same page with nothing to change."""
    return forms.editor_page(*get_for_member(campaign_id, current_user.member_id))


@campaigns.post(_ONE)
@member_only
def campaign_save(campaign_id: int) -> ResponseReturnValue:
    """Save all fields at once, as the form does without JavaScript."""
    return save_all(campaign_id) or forms.to_editor(campaign_id, "saved")


@campaigns.post(f"{_ONE}/publish")
@member_only
def campaign_publish(campaign_id: int) -> ResponseReturnValue:
    """Save what was typed, then open the page to everybody if nothing is missing."""
    refused = save_all(campaign_id)
    if refused:
        return refused
    try:
        with transaction():
            campaign, role = get_for_member(campaign_id, current_user.member_id, to_edit=True)
            if publishing.publish(campaign, clock.now()):
                changes.note(who(), changes.PUBLISH, campaign_id=campaign_id)
    except EditRefused as refusal:
        campaign, role = get_for_member(campaign_id, current_user.member_id)
        return forms.editor_page(
            campaign, role, forms.Refusal({}, refusal.errors, "Not published yet: see what is missing.")
        )
    return forms.to_editor(campaign_id, "published")


@campaigns.post(f"{_ONE}/unpublish")
@member_only
def campaign_unpublish(campaign_id: int) -> ResponseReturnValue:
    """Take the page down; fans keep their pre-saves."""
    with transaction():
        campaign, _ = get_for_member(campaign_id, current_user.member_id, to_edit=True)
        if publishing.unpublish(campaign):
            fans = totals([campaign_id])[campaign_id]
            changes.note(who(), "unpublish", campaign_id=campaign_id, after={"fans": str(fans)})
    return forms.to_editor(campaign_id, "unpublished")


@campaigns.get(f"{_ONE}/heading")
@member_only
def campaign_heading(campaign_id: int) -> ResponseReturnValue:
    """The head of the editor, again after a change."""
    campaign, role = get_for_member(campaign_id, current_user.member_id)
    return fragment(render_template("campaigns/_heading.html", **forms.heading_context(campaign, role, clock.now())))


@campaigns.get(f"{_ONE}/preview")
@member_only
def campaign_preview(campaign_id: int) -> ResponseReturnValue:
    """The fan page's poster, again after a change."""
    campaign, _ = get_for_member(campaign_id, current_user.member_id)
    return fragment(render_template("campaigns/_preview.html", **forms.preview_context(campaign)))


@campaigns.get(f"{_ONE}/slug-check")
@member_only
def slug_check(campaign_id: int) -> ResponseReturnValue:
    """Whether the address being typed is free."""
    campaign, _ = get_for_member(campaign_id, current_user.member_id)
    try:
        slug, fault = addresses.check_typed(request.args.get("slug", ""), campaign.id), None
    except FieldError as refusal:
        slug, fault = "", str(refusal)
    return fragment(render_template("campaigns/_slug_check.html", slug=slug, fault=fault, is_own=slug == campaign.slug))


@campaigns.post(f"{_ONE}/artwork")
@member_only
def artwork_save(campaign_id: int) -> ResponseReturnValue:
    """Take a new cover; a plain form sends the fields too."""
    if not wants_fragment():
        return save_all(campaign_id, with_artwork=True) or forms.to_editor(campaign_id, "saved")
    fault = take_artwork(campaign_id)
    campaign, role = get_for_member(campaign_id, current_user.member_id)
    context = forms.artwork_context(campaign, role, fault=fault, is_saved=fault is None)
    return fragment_of("campaigns/_artwork.html", context, fault)


@campaigns.post(f"{_ONE}/<name>")
@member_only
def field_save(campaign_id: int, name: str) -> ResponseReturnValue:
    """Save one field and show it again, with what is to be said beside it."""
    if name not in editing.field_names():
        abort(404)
    typed, fault, is_proposed = Typed(texts(), clock.now()), None, False
    try:
        with transaction():
            campaign, role = get_for_member(campaign_id, current_user.member_id, to_edit=True)
            typed = Typed(collisions.settle(campaign, typed.texts), typed.now)
            is_proposed = change(campaign, lambda: editing.save_field(campaign, name, typed), sent=typed.texts)
    except (FieldError, EditRefused) as refusal:
        fault = words_of_refusal(refusal)
        campaign, role = get_for_member(campaign_id, current_user.member_id)
    return answer_field(campaign, role, name, typed.texts, fault, is_proposed)


def _new_page(typed: Mapping[str, str], errors: Mapping[str, str]) -> ResponseReturnValue:
    places = _places_to_edit()
    if not places:
        return error_page(403, "You may look at campaigns, but not make one", "Ask an owner of your team for more.")
    shown = {name: typed.get(name, "") for name in ("title", "artist", "kind", "team")}
    names = dict.fromkeys(artist.name for artist, _ in artists.list_artists([place.team.id for place in places]))
    page = render_template(
        "campaigns/new.html", typed=shown, errors=errors, places=places, kinds=fields.KINDS, artist_names=list(names)
    )
    return make_response(page, 422 if errors else 200)


def _places_to_edit() -> list[Place]:
    return [place for place in find_places(current_user.member_id) if place.may_edit]


def _parse_all(
    parsers: Mapping[str, Callable[[str], str]], form: Mapping[str, str]
) -> tuple[dict[str, str], dict[str, str]]:
    parsed: dict[str, str] = {}
    errors: dict[str, str] = {}
    for name, parse in parsers.items():
        try:
            parsed[name] = parse(form.get(name, ""))
        except FieldError as fault:
            errors[name] = str(fault)
    return parsed, errors
