"""A campaign in the form of a campaign file (docs/campaign-file.md), as exports and programs get it."""

from __future__ import annotations

from typing import Any

from presave_app.campaigns import targets
from presave_app.campaigns.label_pages import find_pages
from presave_app.campaigns.models import Campaign, Target
from presave_app.streaming.directory import find_entry
from presave_app.streaming.registry import connectors


def file_form_of(campaign: Campaign) -> dict[str, Any]:
    """What the label gave the campaign. Read back as a file it makes the same draft, but for the artwork."""
    form: dict[str, Any] = {
        "title": campaign.title,
        "artist": campaign.artist,
        "kind": campaign.kind,
        "slug": campaign.slug,
        "upc": campaign.upc,
        "release": _release_of(campaign),
        "targets": _targets_of(campaign),
        **_pages_of(campaign),
        "colours": {"accent": campaign.own_accent, "ground": campaign.own_ground},
        "words_before": campaign.words_before,
        "words_after": campaign.words_after,
        "words": campaign.words_by_language,
        "own_links": campaign.own_links,
    }
    form["colours"] = {name: colour for name, colour in form["colours"].items() if colour}
    return {key: value for key, value in form.items() if value}


def _release_of(campaign: Campaign) -> dict[str, str]:
    at = {"at": campaign.release_wall.isoformat()} if campaign.release_wall else {}
    return {**at, "time_zone": campaign.time_zone, "clock": campaign.clock}


def _targets_of(campaign: Campaign) -> dict[str, str]:
    """The label's own: what the UPC led to is found again by the UPC."""
    by_upc = targets.named_ahead(campaign.id)
    known = targets.find_targets(campaign.id)
    return {service: _link_of(target) for service, target in known.items() if target.ref and service not in by_upc}


def _link_of(target: Target) -> str:
    """The link that was pasted, where its name on the service alone would not lead back to it."""
    entry = find_entry(target.service)
    is_told_by_link = entry is None or (target.url is not None and entry.parse_ref(target.url) == target.ref)
    return (target.url if is_told_by_link and target.service not in connectors() else None) or target.ref or ""


def _pages_of(campaign: Campaign) -> dict[str, dict[str, str]]:
    pages = find_pages(campaign.id)
    return {
        "artists": {service: page.artist_ref for service, page in pages.items() if page.artist_ref},
        "countdowns": {service: page.countdown_url for service, page in pages.items() if page.countdown_url},
    }
