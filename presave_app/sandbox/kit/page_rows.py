"""What the pages show, as plain rows."""

from dataclasses import dataclass
from datetime import datetime

from .fans import Fan, SavedItem
from .permissions import Grant
from .releases import Release
from .switches import Switches
from .twin import AnyTwin


@dataclass(frozen=True, slots=True)
class SwitchRow:
    name: str
    label: str
    value: str
    others: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ReleaseRow:
    release: Release
    is_live: bool
    libraries: int


@dataclass(frozen=True, slots=True)
class ItemRow:
    ref: str
    title: str
    at: datetime
    times: int


@dataclass(frozen=True, slots=True)
class GrantRow:
    grant: Grant
    app_name: str
    ends_at: datetime | None


def switch_rows(switches: Switches) -> list[SwitchRow]:
    return [_switch_row(switches, name, label) for name, label in switches.LABELS.items()]


def release_rows(twin: AnyTwin) -> list[ReleaseRow]:
    now = twin.clock.now()
    return [
        ReleaseRow(release, release.is_live(now), twin.fans.count_holders(release.id))
        for release in reversed(twin.releases.list_all())
    ]


def item_rows(twin: AnyTwin, items: list[SavedItem]) -> list[ItemRow]:
    return [ItemRow(item.ref, twin.title_of(item.ref), item.at, item.times) for item in reversed(items)]


def grant_rows(twin: AnyTwin, fan: Fan) -> list[GrantRow]:
    return [_grant_row(twin, grant) for grant in twin.permissions.grants_of(fan.name)]


def _switch_row(switches: Switches, name: str, label: str) -> SwitchRow:
    choices = switches.choices(name) or ("on", "off")
    value = getattr(switches, name)
    shown = value if isinstance(value, str) else ("on" if value else "off")
    return SwitchRow(name, label, shown, tuple(choice for choice in choices if choice != shown))


def _grant_row(twin: AnyTwin, grant: Grant) -> GrantRow:
    app = twin.apps.get(grant.client_id)
    return GrantRow(grant, app.name if app else grant.client_id, twin.ends_at(grant))
