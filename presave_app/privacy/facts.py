"""What this installation says of itself on its privacy pages: services, cookies, and how long what is kept."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from presave_app.extensions import current_settings
from presave_app.fanpage.visitor import FAN_DAYS, ZONE_COOKIE
from presave_app.lib.languages import say
from presave_app.presaves.flows import FLOW_MINUTES
from presave_app.presaves.states import DEADLINE_DAYS
from presave_app.privacy.consent import KEPT_DAYS
from presave_app.privacy.retention import KEPT_MONTHS
from presave_app.reminders.states import DEADLINE_DAYS as REMINDER_DAYS
from presave_app.streaming.connector import Connector
from presave_app.streaming.registry import connectors

# As static/js/fan.js sets it.
ZONE_DAYS = 180


@dataclass(frozen=True)
class AskedService:
    """What one service is asked for: in words, by its own names for the permissions, and those only of a tick."""

    name: str
    deed: str
    scopes: tuple[str, ...]
    ticked: tuple[str, ...]


@dataclass(frozen=True)
class Facts:
    """What a privacy page says of the installation, whoever the label is."""

    services: list[AskedService]
    cookies: list[tuple[str, str]]
    permission_days: int = KEPT_DAYS
    trying_days: int = DEADLINE_DAYS
    reminder_days: int = REMINDER_DAYS
    proof_months: int = KEPT_MONTHS


def find_facts() -> Facts:
    """The facts as they are now."""
    return Facts([_asked(connector) for connector in connectors().values()], _cookies())


def _asked(connector: Connector) -> AskedService:
    ticked = _in_order(scope for scopes in connector.extras.values() for scope in scopes)
    return AskedService(
        connector.name,
        connector.deed_words,
        tuple(connector.scopes),
        tuple(scope for scope in ticked if scope not in connector.scopes),
    )


def _cookies() -> list[tuple[str, str]]:
    prefix = "__Host-" if current_settings().is_production else ""
    return [
        (ZONE_COOKIE, say("your time zone, so that the page turns at your midnight; for {days} days", days=ZONE_DAYS)),
        (f"{prefix}flow", say("ties a sign-in to this browser; for {minutes} minutes", minutes=FLOW_MINUTES)),
        (f"{prefix}fan", say("stands for you where a service names no account; for {days} days", days=FAN_DAYS)),
        (f"{prefix}made", say("shows you here what you pre-saved in this browser; for {days} days", days=FAN_DAYS)),
        (f"{prefix}here", say("tells the page whether there is something to show; for {days} days", days=FAN_DAYS)),
    ]


def _in_order(words: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(words))
