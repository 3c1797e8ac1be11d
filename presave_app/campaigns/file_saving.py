"""A campaign from its file, or changed by one. Whatever is refused is told with every other fault at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from presave_app.campaigns import campaign as campaign_rules
from presave_app.campaigns import changes, editing, fields, label_pages, publishing, second_member, targets
from presave_app.campaigns.artwork import give_artwork
from presave_app.campaigns.campaign_file import CampaignFile
from presave_app.campaigns.editing import EditRefused, Typed
from presave_app.campaigns.fields import ARTIST_PREFIX, COUNTDOWN_PREFIX, FieldError
from presave_app.campaigns.models import Campaign


def create_from_file(team_id: int, found: CampaignFile, now: datetime) -> Campaign:
    """The campaign that a file describes; raises EditRefused with every fault of the file at once."""
    if "file" in found.errors:
        raise EditRefused(found.errors)
    errors = dict(found.errors)
    created = campaign_rules.add_campaign(
        team_id,
        title=_parsed(fields.parse_title, "title", found, errors),
        artist=_parsed(fields.parse_artist, "artist", found, errors),
        kind=_parsed(fields.parse_kind, "kind", found, errors) or "album",
    )
    _fill(created, found, now, errors)
    if found.is_to_publish:
        _collect(errors, lambda: publishing.publish(created, now))
    if errors:
        raise EditRefused(errors)
    changes.note(found.by, found.act, campaign_id=created.id, after={"title": created.title})
    if created.published_at is not None:
        changes.note(found.by, changes.PUBLISH, campaign_id=created.id)
    return created


def change_from_content(campaign: Campaign, found: CampaignFile, now: datetime) -> None:
    """Change what the content names and leave the rest; raises EditRefused with every fault at once."""
    errors = dict(found.errors)
    _fill(campaign, found, now, errors)
    if errors:
        raise EditRefused(errors)


def change_unguarded(campaign: Campaign, found: CampaignFile, now: datetime) -> None:
    """As `change_from_content`, without what takes two members in the last hours."""
    placed = targets.find_targets(campaign.id)
    texts = second_member.without_guarded(campaign, found.texts)
    kept = {service: target for service, target in found.kept_targets.items() if service not in placed}
    change_from_content(campaign, replace(found, texts=texts, kept_targets=kept), now)


def _fill(campaign: Campaign, found: CampaignFile, now: datetime, errors: dict[str, str]) -> None:
    _collect(errors, lambda: editing.save_fields(campaign, Typed(found.texts, now)))
    for service, (ref, written) in found.kept_targets.items():
        targets.keep_ref(campaign, service, ref, written)
    _keep_pages(campaign, found.kept_pages)
    if found.picture is not None:
        give_artwork(campaign, found.picture)


def _keep_pages(created: Campaign, pages: Mapping[str, str]) -> None:
    for name, page in pages.items():
        if name.startswith(ARTIST_PREFIX):
            label_pages.name_artist(created, name.removeprefix(ARTIST_PREFIX), page)
        else:
            label_pages.name_countdown(created, name.removeprefix(COUNTDOWN_PREFIX), page)


def _parsed(parse: Any, key: str, found: CampaignFile, errors: dict[str, str]) -> str:
    try:
        return parse(found.texts.get(key, ""))
    except FieldError as fault:
        if key in ("title", "artist") or key in found.texts:
            errors.setdefault(key, str(fault))
        return ""


def _collect(errors: dict[str, str], step: Any) -> None:
    try:
        step()
    except EditRefused as fault:
        errors.update({key: words for key, words in fault.errors.items() if key not in errors})
