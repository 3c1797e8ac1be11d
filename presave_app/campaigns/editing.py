"""Changing a campaign: one field, all that were sent, or the whole of a campaign file.

What was typed comes as texts by the names of the inputs. A field whose inputs were not sent stays as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from presave_app.campaigns import addresses, fields, label_pages, language_words, look, targets
from presave_app.campaigns.fields import ARTIST_PREFIX, COUNTDOWN_PREFIX, TARGET_PREFIX, FieldError
from presave_app.campaigns.models import Campaign, Target
from presave_app.extensions import db
from presave_app.streaming.connector import Connector, Extra
from presave_app.streaming.directory import read_countdown
from presave_app.streaming.registry import connectors, get_connector

LINK_FIELD = "link"
RELEASE_INPUTS = ("release_date", "release_time", "time_zone", "clock")


class EditRefused(ValueError):
    """Nothing was saved; `errors` has the message of every field that could not be used."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__(", ".join(errors))
        self.errors = errors


@dataclass(frozen=True)
class Typed:
    """What was sent for one campaign, and when."""

    texts: Mapping[str, str]
    now: datetime


_Saver = Callable[[Campaign, Typed], None]


def field_names() -> list[str]:
    """Every field in the order of the page: those of each service that is on after the others, last any other link."""
    return [*_SAVERS, *(name for service in connectors() for name in service_fields(service)), LINK_FIELD]


def service_fields(service: str) -> list[str]:
    """The fields of one service: its target first, then what else it can be told."""
    connector = get_connector(service)
    has = {
        TARGET_PREFIX: True,
        ARTIST_PREFIX: Extra.FOLLOW_ARTIST in connector.extras,
        COUNTDOWN_PREFIX: connector.countdown is not None,
    }
    return [prefix + service for prefix, is_there in has.items() if is_there]


def inputs_of(field: str) -> tuple[str, ...]:
    """The names of a field's inputs."""
    return _SAVERS[field][0] if field in _SAVERS else (field,)


def save_field(campaign: Campaign, field: str, typed: Typed) -> None:
    """Change one field, if it was sent; raises FieldError."""
    prefix, _, service = field.partition("-")
    if field in _SAVERS:
        inputs, save = _SAVERS[field]
        if any(name in typed.texts for name in inputs):
            save(campaign, typed)
    elif field == LINK_FIELD:
        _add_link(campaign, typed)
    else:
        _save_of_service(campaign, prefix + "-", service, typed)
    db.session.flush()


def save_fields(campaign: Campaign, typed: Typed) -> None:
    """Change every field that was sent; raises EditRefused with all messages at once."""
    errors: dict[str, str] = {}
    for field in field_names():
        try:
            save_field(campaign, field, typed)
        except FieldError as fault:
            errors[field] = str(fault)
    if errors:
        raise EditRefused(errors)


def name_countdown(campaign: Campaign, service: str, url: str | None) -> None:
    """Name a service's own page for pre-saves, or take it away; raises FieldError."""
    label_pages.name_countdown(campaign, service, url)
    targets.refuse_if_nowhere(campaign)


def fills_own_field(texts: Mapping[str, str]) -> bool:
    """Whether the pasted link is of a service that is on, and so belongs to a field of that service."""
    return own_field_of(texts) is not None


def own_field_of(texts: Mapping[str, str]) -> str | None:
    """The field of a service that is on to which the pasted link belongs."""
    pasted = texts.get(LINK_FIELD, "")
    ahead = read_countdown(pasted)
    found = ahead or fields.parse_any_link(pasted)
    if found is None or found[0] not in connectors():
        return None
    return (COUNTDOWN_PREFIX if ahead else TARGET_PREFIX) + found[0]


def typed_of(campaign: Campaign, known: Mapping[str, Target] | None = None) -> dict[str, str]:
    """The campaign's values as its form shows them; `known` are its targets, for whoever has them already.

    A name that the UPC led to is left out: sent back with another UPC, it would pass for the label's own.
    """
    known = targets.find_targets(campaign.id) if known is None else known
    by_upc = targets.named_ahead(campaign.id)
    refs = {service: target.ref for service, target in known.items() if service not in by_upc}
    pages = label_pages.find_pages(campaign.id)
    return {
        "title": campaign.title,
        "artist": campaign.artist,
        "kind": campaign.kind,
        "slug": campaign.slug,
        "upc": campaign.upc or "",
        "release_date": f"{campaign.release_wall:%Y-%m-%d}" if campaign.release_wall else "",
        "release_time": _shown_time(campaign.release_wall),
        "time_zone": campaign.time_zone,
        "clock": campaign.clock,
        **look.texts_of(campaign),
        **language_words.texts_of(campaign),
        **{TARGET_PREFIX + service: refs.get(service) or "" for service in connectors()},
        **{prefix + service: "" for service in connectors() for prefix in (ARTIST_PREFIX, COUNTDOWN_PREFIX)},
        **{ARTIST_PREFIX + service: page.artist_ref or "" for service, page in pages.items()},
        **{COUNTDOWN_PREFIX + service: page.countdown_url or "" for service, page in pages.items()},
        LINK_FIELD: "",
    }


def _shown_time(wall: datetime | None) -> str:
    if wall is None:
        return "00:00"
    return f"{wall:%H:%M:%S}" if wall.second else f"{wall:%H:%M}"


def _save_title(campaign: Campaign, typed: Typed) -> None:
    campaign.title = fields.parse_title(typed.texts["title"])


def _save_artist(campaign: Campaign, typed: Typed) -> None:
    campaign.artist = fields.parse_artist(typed.texts["artist"])


def _save_kind(campaign: Campaign, typed: Typed) -> None:
    campaign.kind = fields.parse_kind(typed.texts["kind"])


def _save_slug(campaign: Campaign, typed: Typed) -> None:
    slug = fields.parse_slug(typed.texts["slug"])
    if slug != campaign.slug:
        addresses.give_slug(campaign, slug)


def _save_upc(campaign: Campaign, typed: Typed) -> None:
    targets.set_upc(campaign, fields.parse_release_upc(typed.texts["upc"]))


def _save_words_before(campaign: Campaign, typed: Typed) -> None:
    campaign.words_before = look.parse_words(typed.texts["words_before"])


def _save_words_after(campaign: Campaign, typed: Typed) -> None:
    campaign.words_after = look.parse_words(typed.texts["words_after"])


def _words_saver(language: str) -> _Saver:
    return lambda campaign, typed: language_words.save_words(campaign, language, typed.texts)


def _save_release(campaign: Campaign, typed: Typed) -> None:
    shown = typed_of(campaign)
    sent = {name: typed.texts.get(name, shown[name]).strip() for name in RELEASE_INPUTS}
    # A form that is sent after the release still carries its moment: only a new one must lie ahead.
    if all(sent[name] == shown[name] for name in RELEASE_INPUTS):
        return
    clock = fields.parse_clock(sent.pop("clock"))
    moment = fields.parse_release(*sent.values(), now=typed.now)
    if moment is None and addresses.was_public([campaign.id]):
        raise FieldError("Fans have seen this page, so its release needs a moment. Give another one instead.")
    campaign.clock = clock
    campaign.time_zone = fields.parse_zone(sent["time_zone"])
    campaign.release_wall = moment.wall if moment else None
    campaign.release_at = moment.at if moment else None


def _save_of_service(campaign: Campaign, prefix: str, service: str, typed: Typed) -> None:
    text, connector = typed.texts.get(prefix + service), get_connector(service)
    if text is None:
        return
    match prefix:
        case fields.ARTIST_PREFIX:
            label_pages.name_artist(campaign, service, fields.parse_artist_page(connector, text))
        case fields.COUNTDOWN_PREFIX:
            name_countdown(campaign, service, fields.parse_countdown(connector, text))
        case _:
            _refuse_countdown(connector, text)
            targets.set_ref(campaign, service, fields.parse_target(connector, text))


def _refuse_countdown(connector: Connector, text: str) -> None:
    """It is easily pasted as the release itself, whose link is another one."""
    if connector.countdown and connector.parse_countdown(text):
        raise FieldError(f"That is a {connector.countdown.name}: it has a field of its own below this one.")


def _add_link(campaign: Campaign, typed: Typed) -> None:
    """Put a pasted link where it belongs: to a service's own field, or among the links."""
    pasted = typed.texts.get(LINK_FIELD, "")
    if ahead := read_countdown(pasted):
        name_countdown(campaign, *ahead)
        return
    found = fields.parse_any_link(pasted)
    if found is None:
        return
    service, ref = found
    if service in connectors():
        targets.set_ref(campaign, service, ref)
    else:
        targets.keep_ref(campaign, service, ref, pasted)


_SAVERS: dict[str, tuple[tuple[str, ...], _Saver]] = {
    "title": (("title",), _save_title),
    "artist": (("artist",), _save_artist),
    "kind": (("kind",), _save_kind),
    "slug": (("slug",), _save_slug),
    "release": (RELEASE_INPUTS, _save_release),
    "upc": (("upc",), _save_upc),
    look.COLOURS_FIELD: (
        (*look.COLOUR_INPUTS, look.COLOURS_FIELD),
        lambda campaign, typed: look.save_colours(campaign, typed.texts),
    ),
    "words_before": (("words_before",), _save_words_before),
    "words_after": (("words_after",), _save_words_after),
    **{
        field: (tuple(language_words.inputs_of(language).values()), _words_saver(language))
        for field, language in language_words.FIELDS.items()
    },
    look.LINKS_FIELD: (
        tuple(name for inputs in look.LINK_INPUTS for name in inputs),
        lambda campaign, typed: look.save_links(campaign, typed.texts),
    ),
}
