"""Turning a service on in the app under test, as its credentials would."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask

from presave_app.settings import ServiceSettings
from presave_app.streaming.connector import Connector


@contextmanager
def turned_on(app: Flask, connector: Connector, settings: ServiceSettings) -> Iterator[None]:
    """The service is on with this connector, and afterwards as it was before."""
    services, connectors = app.extensions["presave_settings"].services, app.extensions["presave_connectors"]
    before = services.get(connector.service), connectors.get(connector.service)
    services[connector.service], connectors[connector.service] = settings, connector
    try:
        yield
    finally:
        for kept, value in zip((services, connectors), before, strict=True):
            if value is None:
                del kept[connector.service]
            else:
                kept[connector.service] = value
