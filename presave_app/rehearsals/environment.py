"""The settings of the engine that plays: made-up keys, the twins for the services, and a schema of its own."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Iterable, Mapping
from urllib.parse import urlsplit

from presave_app.settings import ServiceOptions, ServiceSettings, Settings
from presave_app.streaming import registry
from presave_app.streaming.lookups import sources

# Nothing listens on these: nobody opens a page, and no bell is rung.
PUBLIC_URL = "http://127.0.0.1:9"
_NOWHERE = "http://127.0.0.1:1"
_NO_REDIS = "redis://127.0.0.1:1/0"


class NotTheTwins(Exception):
    """An address of a service would not have led to the twins."""


def engine_environment(
    settings: Settings, schema: str, twins: Mapping[str, Mapping[str, str]], services: Iterable[str]
) -> dict[str, str]:
    """The whole environment. Of the installation's own it has the database, and the rates and budgets of services."""
    wanted = set(services)
    environ = {
        "DATABASE_URL": settings.database_url,
        "DATABASE_SCHEMA": schema,
        "REDIS_URL": _NO_REDIS,
        "PUBLIC_URL": PUBLIC_URL,
        "SECRET_KEY": secrets.token_urlsafe(48),
        "ACCOUNT_PEPPER": secrets.token_urlsafe(48),
        "TOKEN_KEYS": "k1:" + base64.b64encode(secrets.token_bytes(32)).decode(),
        **{name: _NOWHERE for options in sources.OPTIONS for name in options.urls},
    }
    for options in registry.OPTIONS:
        if options.service in wanted:
            environ |= _as_set(options, settings.services[options.service]) | dict(twins[options.service])
    return environ


def refuse_other_hosts(settings: Settings, twins_url: str) -> None:
    """The last check of the engine before it begins: no call of it can leave this machine; raises NotTheTwins."""
    on = [each for each in settings.services.values() if each.is_on and each.credentials]
    allowed = {urlsplit(twins_url).netloc, urlsplit(_NOWHERE).netloc}
    for each in on:
        if strange := {url for url in each.urls.values() if urlsplit(url).netloc not in allowed}:
            raise NotTheTwins(", ".join(sorted(strange)))


def _as_set(options: ServiceOptions, settings: ServiceSettings) -> dict[str, str]:
    budget = {} if settings.units_per_day is None else {options.budget_name: str(settings.units_per_day)}
    return {options.rate_name: str(settings.calls_per_second), **budget, **settings.choices}
