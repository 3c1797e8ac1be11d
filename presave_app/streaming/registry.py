"""The services this product knows, one line each, and those that are on in this installation."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Flask, current_app

from presave_app.extensions import current_settings
from presave_app.settings import ServiceOptions, Settings
from presave_app.streaming import apple_music, audiomack, deezer, soundcloud, spotify, tidal, youtube
from presave_app.streaming.connector import Connector

# In the order of the pages.
SERVICES: tuple[tuple[ServiceOptions, type[Connector]], ...] = (
    (spotify.OPTIONS, spotify.Spotify),
    (apple_music.OPTIONS, apple_music.AppleMusic),
    (deezer.OPTIONS, deezer.Deezer),
    (tidal.OPTIONS, tidal.Tidal),
    (soundcloud.OPTIONS, soundcloud.SoundCloud),
    (youtube.OPTIONS, youtube.YouTube),
    (audiomack.OPTIONS, audiomack.Audiomack),
)

OPTIONS = tuple(options for options, _ in SERVICES)


class ServiceNotFound(LookupError):
    """No such service, or it is not on."""


def init_connectors(app: Flask, settings: Settings) -> None:
    """Make the connector of every service whose credentials are there."""
    app.extensions["presave_connectors"] = {
        options.service: connector(settings.services[options.service])
        for options, connector in SERVICES
        if settings.services[options.service].is_on
    }


def connectors() -> Mapping[str, Connector]:
    """The services that are on, by name, in the order of the pages."""
    return current_app.extensions["presave_connectors"]


def get_connector(service: str) -> Connector:
    """The connector of a service that is on; raises ServiceNotFound."""
    try:
        return connectors()[service]
    except KeyError:
        raise ServiceNotFound(service) from None


def known_connectors() -> Mapping[str, Connector]:
    """Connectors of all services, by name, in the order of the pages. Those that are off only read what was pasted."""
    on = connectors()
    off = current_app.extensions.setdefault("presave_connectors_off", {})
    known: dict[str, Connector] = {}
    for options, connector in SERVICES:
        service = options.service
        if service not in on and service not in off:
            off[service] = connector(current_settings().services[service])
        known[service] = on.get(service) or off[service]
    return {**known, **on}


def find_known(service: str) -> Connector | None:
    """A connector of any service the product knows, on or not: to read what a person pasted, never to call out."""
    return known_connectors().get(service)
