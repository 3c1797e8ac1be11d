"""One field of the editor, ready for its partial: what is in it, and what is said beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta

from flask_login import current_user

from presave_app.campaigns import (
    changes,
    collisions,
    colours,
    editing,
    field_words,
    look,
)
from presave_app.campaigns.change_models import Change
from presave_app.campaigns.collisions import Collision
from presave_app.campaigns.link_list import LinkView, countdowns_of, links_of, suggestions_of
from presave_app.campaigns.models import Campaign, Target
from presave_app.campaigns.release_clock import release_clock
from presave_app.campaigns.targets import find_targets
from presave_app.fanpage.offers import opens_at
from presave_app.ops.template_helpers import day, time_of_day
from presave_app.reminders import tally
from presave_app.streaming.connector import Connector
from presave_app.streaming.registry import connectors
from presave_app.teams.accounts import may_edit
from presave_app.teams.models import Role


@dataclass(frozen=True)
class FieldView:
    """One field as its partial shows it: what is in its inputs, and what is said beside them.

    `saved_under` is the label of another field, into which went what was sent in this one.
    """

    name: str
    label: str
    partial: str
    texts: Mapping[str, str]
    may_edit: bool
    error: str | None = None
    is_saved: bool = False
    saved_under: str = ""
    change_id: int | None = None
    is_undone: bool = False
    is_proposed: bool = False
    mark: str = ""
    collision: Collision | None = None
    hint: str = ""
    notes: list[str] = field(default_factory=list)
    links: list[LinkView] = field(default_factory=list[LinkView])
    suggestions: list[LinkView] = field(default_factory=list[LinkView])

    @property
    def text(self) -> str:
        """The text of a field with one input."""
        return self.texts[self.name]

    @property
    def links_mark(self) -> str:
        """A short word that differs when any of the listed links or suggestions does."""
        links = {f"link {link.address}": link.name for link in self.links}
        return collisions.mark_of(links | {f"suggested {link.id}": link.address for link in self.suggestions})


def field_view(
    campaign: Campaign,
    name: str,
    texts: Mapping[str, str],
    *,
    is_editor: bool,
    error: str | None = None,
    is_saved: bool = False,
    known: Mapping[str, Target] | None = None,
    kept: Mapping[str, str] | None = None,
) -> FieldView:
    """One field, ready for its partial; `known` are the targets and `kept` all texts, for whoever has them already."""
    label, partial = field_words.label_of(name)
    targets = find_targets(campaign.id) if known is None else known
    kept = editing.typed_of(campaign, targets) if kept is None else kept
    stored = {each: kept[each] for each in editing.inputs_of(name) if each in kept}
    own = _own_change(campaign, name) if is_saved else None
    return FieldView(
        name=name,
        label=label,
        partial=partial,
        texts=texts,
        may_edit=is_editor,
        error=error,
        is_saved=is_saved,
        change_id=own.id if own else None,
        is_undone=own is not None and own.undoes is not None,
        mark=texts.get(collisions.SHOWN + name) or collisions.mark_of(stored),
        collision=collisions.find_collision(campaign, name, texts, stored, current_user.member_id),
        hint=field_words.hint_of(name),
        notes=_notes_of(campaign, name, targets),
        links=_links(campaign, targets) if name == editing.LINK_FIELD else [],
        suggestions=suggestions_of(campaign, targets) if name == editing.LINK_FIELD else [],
    )


def fresh_fields(campaign: Campaign, role: Role, names: list[str]) -> list[FieldView]:
    """Some of the fields, as they are stored."""
    texts = editing.typed_of(campaign)
    return [field_view(campaign, name, texts, is_editor=may_edit(role), kept=texts) for name in names]


def _links(campaign: Campaign, targets: Mapping[str, Target]) -> list[LinkView]:
    listed = links_of(targets)
    reminded = tally.count_by_service(campaign.id) if listed else {}
    return [*(replace(link, reminded=reminded.get(link.service, 0)) for link in listed), *countdowns_of(campaign)]


def _own_change(campaign: Campaign, name: str) -> Change | None:
    """What the member can take back, if anything: a newer change of somebody else is in the history."""
    last = changes.last_of(campaign.id, name)
    if last is None or last.member_id != current_user.member_id or last.before == last.after:
        return None
    return last


def _notes_of(campaign: Campaign, name: str, known: Mapping[str, Target]) -> list[str]:
    """What a team should know before fans meet it; none of it hinders saving."""
    if name == look.COLOURS_FIELD:
        return colours.notes_of(campaign)
    if name != "release":
        return field_words.notes_of(name, known)
    notes = [_clock_note(campaign), *(_permission_note(campaign, each) for each in connectors().values())]
    return [note for note in notes if note]


def _clock_note(campaign: Campaign) -> str | None:
    """What the chosen clock means, in the label's own time."""
    release = release_clock(campaign)
    if release is None:
        return None
    if not release.is_local:
        return "It comes out for all fans at once, whatever their clocks show."
    first, last = (
        f"{day(moment, release.time_zone)}, {time_of_day(moment, release.time_zone)}"
        for moment in (release.first, release.last)
    )
    return f"It comes out when clocks show {release.wall:%H:%M} where a fan is. First fans on {first}, last on {last}."


def _permission_note(campaign: Campaign, connector: Connector) -> str | None:
    opens = opens_at(campaign, connector)
    if opens is None or connector.grant_life is None:
        return None
    return (
        f"{connector.name} lets us keep a fan's permission for {connector.grant_life.days} days. "
        # The whole of the named day is safe, not only its evening.
        f"Pre-saves there open on {day(opens + timedelta(days=1), campaign.time_zone)}."
    )
