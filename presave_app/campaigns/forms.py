"""What the editor answers with: its page, or one of its parts as it stands after a change."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from presave_app.campaigns import (
    artists,
    changes,
    colours,
    editing,
    language_words,
    link_code,
    live_links,
    look,
    rollout,
)
from presave_app.campaigns import campaign as campaign_rules
from presave_app.campaigns.artwork import find_picture
from presave_app.campaigns.campaign import Status
from presave_app.campaigns.field_view import FieldView, field_view
from presave_app.campaigns.fields import CLOCKS, KINDS
from presave_app.campaigns.link_card import find_card
from presave_app.campaigns.models import Campaign
from presave_app.campaigns.proposals import banner_context
from presave_app.campaigns.sources import sources_context
from presave_app.campaigns.targets import find_targets
from presave_app.counts.tally import totals
from presave_app.extensions import current_settings
from presave_app.fanpage.poster import poster_context
from presave_app.hypermedia import go_to
from presave_app.lib import clock
from presave_app.lib.moments import zone_names
from presave_app.releases.progress import progress_context
from presave_app.streaming.registry import connectors
from presave_app.teams.accounts import may_edit
from presave_app.teams.models import Role

# What the fields offer that are more than one input.
CHOICES = {"kinds": KINDS, "clocks": CLOCKS, "link_inputs": look.LINK_INPUTS}
_DONE = {
    "saved": "Saved.",
    "published": "Published. The page is open to everybody who has the link.",
    "artist": "Done. What was empty here is filled with what is kept of the artist.",
    "kept": "The artist is kept, and offered to each new campaign.",
    "link": "The link is there: copy it under “Artist's links”.",
    "unlinked": "Turned off. Whoever has that link sees nothing any more.",
    "copied": "This is the copy, a draft. Give it its title and its date, and say where the release is.",
    "unpublished": "Unpublished. The page is gone, fans keep their pre-saves.",
}


@dataclass(frozen=True)
class ServiceFields:
    """The fields of one service: its target, and what is folded away below it until it is wanted."""

    target: FieldView
    more: list[FieldView]

    @property
    def more_words(self) -> str:
        return ", ".join(view.label for view in self.more)

    @property
    def is_open(self) -> bool:
        """What was typed, or could not be used, is never hidden."""
        return any(view.text or view.error for view in self.more)


@dataclass(frozen=True)
class WordsField:
    """The words in one language, which are folded away until somebody writes them."""

    view: FieldView
    language: str

    @property
    def is_open(self) -> bool:
        """What was typed, or could not be used, is never hidden."""
        inputs = language_words.inputs_of(self.language).values()
        return bool(self.view.error or self.view.collision) or any(self.view.texts[name] for name in inputs)


@dataclass(frozen=True)
class Refusal:
    """Why a form was not taken: what was typed, a message for each field, and one for the page."""

    typed: Mapping[str, str]
    errors: Mapping[str, str]
    words: str = "Nothing was saved: see below what can't be used."


def editor_context(campaign: Campaign, role: Role, now: datetime, refusal: Refusal | None = None) -> dict[str, Any]:
    """The editor, with what was typed in place of what is stored where something could not be saved."""
    known = find_targets(campaign.id)
    kept = editing.typed_of(campaign, known)
    texts = kept | dict(refusal.typed if refusal else {})
    errors = refusal.errors if refusal else {}
    rest = {"is_editor": may_edit(role), "known": known, "kept": kept}
    views = {name: field_view(campaign, name, texts, error=errors.get(name), **rest) for name in editing.field_names()}
    preview = preview_context(campaign)
    picture = preview["picture"]
    in_languages = [WordsField(views[field], language) for field, language in language_words.FIELDS.items()]
    names_by_service = [editing.service_fields(service) for service in connectors()]
    return {
        "fields": views,
        "service_fields": [
            ServiceFields(views[target], [views[name] for name in more]) for target, *more in names_by_service
        ],
        "look_fields": [views[name] for name in look.FIELDS],
        "language_fields": in_languages,
        # What was typed, or could not be used, is never hidden.
        "has_look": any(texts[name] for name in look.texts_of(campaign))
        or any(name in errors for name in look.FIELDS)
        or any(each.is_open for each in in_languages),
        "refusal_words": refusal.words if refusal else None,
        "artwork_fault": errors.get("artwork"),
        "artwork_saved": False,
        "seen": changes.version_of(campaign.id),
        "told": "",
        "fresh_fields": [],
        "fresh_parts": [],
        "filled": [],
        "zones": zone_names(),
        **CHOICES,
        **heading_context(campaign, role, now),
        "shown_colours": colours.shown_palette(campaign, picture.palette if picture else None),
        **preview,
        **sources_context(campaign),
        "rollout": rollout.view_of(campaign, now),
        "rollout_fault": None,
        **banner_context(campaign, role, current_user.member_id, now),
        **progress_context(campaign),
        **_artist_context(campaign),
        **live_links.links_context(campaign, refusal.typed if refusal else {}, errors),
        "live_now": now,
    }


def _artist_context(campaign: Campaign) -> dict[str, Any]:
    """The team's artists, and whether the campaign's own is one of them."""
    kept = [artist for artist, _ in artists.list_artists([campaign.team_id])]
    is_kept = campaign.artist.lower() in {artist.name.lower() for artist in kept}
    return {"team_artists": kept, "is_new_artist": bool(campaign.artist) and not is_kept}


def plain_answer(
    campaign: Campaign, role: Role, typed: Mapping[str, str], errors: Mapping[str, str]
) -> ResponseReturnValue:
    """What a browser without scripts gets for a field of its own: the whole page, or the way back to it."""
    if errors:
        return editor_page(campaign, role, Refusal(typed, errors))
    return to_editor(campaign.id, "saved")


def to_editor(campaign_id: int, done: str | None = None) -> ResponseReturnValue:
    """The way back to the editor, which then says what was done."""
    return go_to(url_for("campaigns.campaign_edit", campaign_id=campaign_id, done=done))


def editor_page(campaign: Campaign, role: Role, refusal: Refusal | None = None) -> ResponseReturnValue:
    """The whole editor, with every message of a refusal and everything that was typed."""
    context = editor_context(campaign, role, clock.now(), refusal)
    context["done_words"] = None if refusal else _DONE.get(request.args.get("done", ""))
    return make_response(render_template("campaigns/editor.html", **context), 422 if refusal else 200)


def code_refused(campaign: Campaign, role: Role, typed: str, fault: str) -> ResponseReturnValue:
    """The editor with the word for a QR code that can't be used, and why."""
    context = editor_context(campaign, role, clock.now()) | {"code_source": typed, "code_fault": fault}
    return make_response(render_template("campaigns/editor.html", done_words=None, **context), 422)


def heading_context(campaign: Campaign, role: Role, now: datetime) -> dict[str, Any]:
    """The head of the editor: what the campaign is, and what can be done with it as a whole."""
    status = campaign_rules.find_status(campaign, now)
    return {
        "campaign": campaign,
        "status": status,
        "distance": distance(campaign, now),
        "may_edit": may_edit(role),
        "is_published": status in (Status.OPEN, Status.OUT),
        "fan_total": totals([campaign.id])[campaign.id],
    }


def preview_context(campaign: Campaign) -> dict[str, Any]:
    """The fan page's poster, as it would look now, and the links to hand out."""
    absolute = current_settings().absolute
    page_words = "Share this one." if campaign.published_at else "Nobody sees it before you publish."
    links = [
        ("Page for fans", absolute(f"/{campaign.slug}"), page_words),
    ]
    poster = poster_context(campaign, is_preview=True)
    card = find_card(campaign.id, is_out=poster["face"] == "out-now") if campaign.published_at else None
    return {**poster, "links": links, "card": card, "code_source": link_code.DEFAULT_SOURCE, "code_fault": ""}


def artwork_context(campaign: Campaign, role: Role, *, fault: str | None, is_saved: bool) -> dict[str, Any]:
    """The artwork's own form."""
    return {
        "campaign": campaign,
        "picture": find_picture(campaign.artwork_id),
        "may_edit": may_edit(role),
        "artwork_fault": fault,
        "artwork_saved": is_saved,
    }


def parts_context(campaign: Campaign, role: Role, parts: list[str]) -> dict[str, Any]:
    """What the parts of the editor beside its fields need to be shown again."""
    contexts: dict[str, Callable[[], dict[str, Any]]] = {
        "artwork": lambda: artwork_context(campaign, role, fault=None, is_saved=False),
        "rollout": lambda: {"rollout": rollout.view_of(campaign, clock.now()), "rollout_fault": None},
        "sources": lambda: sources_context(campaign),
    }
    context: dict[str, Any] = {"may_edit": may_edit(role)}
    for part in parts:
        context |= contexts[part]()
    return context


def distance(campaign: Campaign, now: datetime) -> str:
    """How far the release is away, in days as the campaign's zone counts them."""
    if campaign.release_at is None:
        return "No date yet"
    zone = ZoneInfo(campaign.time_zone)
    days = (campaign.release_at.astimezone(zone).date() - now.astimezone(zone).date()).days
    match days:
        case 0:
            return "Today"
        case 1:
            return "Tomorrow"
        case -1:
            return "Yesterday"
        case _:
            return f"In {days:,} days" if days > 0 else f"{-days:,} days ago"
