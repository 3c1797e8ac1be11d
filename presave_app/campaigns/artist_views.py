"""The team's artists: their list, the form for one of them, and choosing one for a campaign."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask import Blueprint, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from presave_app.access import member_only
from presave_app.campaigns import artists as shelf
from presave_app.campaigns import forms
from presave_app.campaigns.artist_models import Artist
from presave_app.campaigns.artists import ArtistNotFound
from presave_app.campaigns.changes import note
from presave_app.campaigns.editing import EditRefused
from presave_app.campaigns.fields import ARTIST_PREFIX, CLOCKS
from presave_app.campaigns.form_saving import change, save_all, save_and_do, texts, who
from presave_app.campaigns.models import Campaign
from presave_app.error_pages import error_page
from presave_app.hypermedia import go_to
from presave_app.lib import marks
from presave_app.lib.moments import zone_names
from presave_app.lib.numbers import small_int
from presave_app.teams.accounts import Place, find_places, may_edit
from presave_app.transaction import transaction

artists = Blueprint("artists", __name__)

_ID = "int(max=2147483647)"
_ONE = f"/artists/<{_ID}:artist_id>"
_CAMPAIGN = f"/campaigns/<{_ID}:campaign_id>"
_DONE = {
    "saved": "Saved. Campaigns that begin from now on take it over; those that are there keep theirs.",
    "removed": "Removed. Their campaigns keep everything that they had taken over.",
}


@artists.app_errorhandler(ArtistNotFound)
def artist_not_found(_: ArtistNotFound) -> ResponseReturnValue:
    """Another label's artist does not exist."""
    return error_page(404)


@artists.get("/artists")
@member_only
def artist_list() -> ResponseReturnValue:
    """All artists of the member's teams, with how many campaigns each has."""
    places = find_places(current_user.member_id)
    names = {place.team.id: place.team.name for place in places}
    return render_template(
        "artists/list.html",
        rows=[(artist, number, names[artist.team_id]) for artist, number in shelf.list_artists(names)],
        has_teams_apart=len(places) > 1,
        in_a_team=bool(places),
        may_create=any(place.may_edit for place in places),
        done_words=_DONE.get(request.args.get("done", "")),
    )


@artists.get("/artists/new")
@member_only
def artist_new() -> ResponseReturnValue:
    """The form for a new artist."""
    return _new_page({}, {})


@artists.post("/artists")
@member_only
def artist_create() -> ResponseReturnValue:
    """Keep a new artist."""
    places = _places_to_edit()
    chosen = [place for place in places if str(place.team.id) == request.form.get("team", "")]
    if len(chosen or places) != 1:
        return _new_page(texts(), {"team": "Choose one of your teams."})
    try:
        with transaction():
            _note_made(shelf.save_artist(Artist(team_id=(chosen or places)[0].team.id), texts()))
    except EditRefused as refusal:
        return _new_page(texts(), refusal.errors)
    return go_to(url_for(".artist_list", done="saved"))


@artists.get(_ONE)
@member_only
def artist_edit(artist_id: int) -> ResponseReturnValue:
    """One artist; for a viewer the same form with nothing to change."""
    artist, role = shelf.get_artist(artist_id, current_user.member_id)
    return _page(shelf.texts_of(artist), {}, artist=artist, is_editor=may_edit(role))


@artists.post(_ONE)
@member_only
def artist_save(artist_id: int) -> ResponseReturnValue:
    """Keep what was typed, or show it again with a message beside each field that needs one."""
    try:
        with transaction():
            artist, _ = shelf.get_artist(artist_id, current_user.member_id, to_edit=True)
            before = shelf.texts_of(artist)
            _note_changed(shelf.change_artist(artist, texts()), before)
    except EditRefused as refusal:
        artist, _ = shelf.get_artist(artist_id, current_user.member_id)
        stored = shelf.texts_of(artist)
        errors = {**refusal.errors, **shelf.find_collisions(artist, texts())}
        return _page(stored | marks.settle(texts(), stored), errors, artist=artist)
    return go_to(url_for(".artist_list", done="saved"))


@artists.post(f"{_ONE}/remove")
@member_only
def artist_remove(artist_id: int) -> ResponseReturnValue:
    """Forget an artist; campaigns stay as they are."""
    with transaction():
        artist, _ = shelf.get_artist(artist_id, current_user.member_id, to_edit=True)
        note(who(), "artist-remove", team_id=artist.team_id, after={"name": artist.name})
        shelf.remove_artist(artist)
    return go_to(url_for(".artist_list", done="removed"))


@artists.post(f"{_CAMPAIGN}/choose-artist")
@member_only
def artist_choose(campaign_id: int) -> ResponseReturnValue:
    """Let a campaign be an artist's: what is empty in it is filled."""
    artist_id = request.form.get("artist_id", type=small_int)
    if artist_id is None:
        return save_all(campaign_id) or forms.to_editor(campaign_id)

    def choose(campaign: Campaign) -> None:
        artist, _ = shelf.get_artist(artist_id, current_user.member_id)
        if artist.team_id != campaign.team_id:
            raise ArtistNotFound(artist_id)
        shelf.choose(campaign, artist)

    return _change(campaign_id, choose)


@artists.post(f"{_CAMPAIGN}/keep-artist")
@member_only
def artist_keep(campaign_id: int) -> ResponseReturnValue:
    """Keep the artist of a campaign for the next ones."""

    def keep(campaign: Campaign) -> None:
        is_new = shelf.find_named(campaign.team_id, campaign.artist) is None
        artist = shelf.keep_as_artist(campaign)
        if is_new:
            _note_made(artist)

    return _change(campaign_id, keep, done="kept")


@artists.get(f"{_CAMPAIGN}/choose-artist")
@artists.get(f"{_CAMPAIGN}/keep-artist")
@member_only
def act_again(campaign_id: int) -> ResponseReturnValue:
    """A refused form leaves its address in the browser; opening that again leads to the editor."""
    return forms.to_editor(campaign_id)


def _change(campaign_id: int, act: Callable[[Campaign], object], *, done: str = "artist") -> ResponseReturnValue:
    """Let an artist fill a campaign. What that changes in its fields stands in the history like anything typed."""

    def fill(campaign: Campaign) -> None:
        change(campaign, lambda: act(campaign))

    return save_and_do(campaign_id, fill) or forms.to_editor(campaign_id, done)


def _note_made(artist: Artist) -> None:
    note(who(), "artist-make", team_id=artist.team_id, after={"name": artist.name})


def _note_changed(artist: Artist, before: Mapping[str, str]) -> None:
    if before["name"] != artist.name:
        told = {"was": before["name"], "name": artist.name}
        note(who(), "artist-rename", team_id=artist.team_id, after=told)
    elif before != shelf.texts_of(artist):
        note(who(), "artist-change", team_id=artist.team_id, after={"name": artist.name})


def _places_to_edit() -> list[Place]:
    return [place for place in find_places(current_user.member_id) if place.may_edit]


def _new_page(typed: Mapping[str, str], errors: Mapping[str, str]) -> ResponseReturnValue:
    places = _places_to_edit()
    if not places:
        return error_page(403, "You may look at artists, but not add one", "Ask an owner of your team for more.")
    return _page(shelf.texts_of(None) | dict(typed), errors, places=places)


def _page(
    shown: Mapping[str, str],
    errors: Mapping[str, str],
    *,
    artist: Artist | None = None,
    is_editor: bool = True,
    places: list[Place] | None = None,
) -> ResponseReturnValue:
    context: dict[str, Any] = {
        "artist": artist,
        "marks": marks.marks_of(shelf.texts_of(artist)) if artist and is_editor else {},
        "typed": {"team": "", **shown},
        "errors": errors,
        "may_edit": is_editor,
        "places": places or [],
        "services": [(ARTIST_PREFIX + name, each) for name, each in shelf.services_with_artists().items()],
        "clocks": CLOCKS,
        "zones": zone_names(),
    }
    return make_response(render_template("artists/edit.html", **context), 422 if errors else 200)
