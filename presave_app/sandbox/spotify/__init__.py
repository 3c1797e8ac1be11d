"""The twin of Spotify: accounts, Web API, control API and pages to look at.

Written from public documentation alone, so that an error in a connector is seen and not repeated.
https://developer.spotify.com/documentation/web-api
"""

from flask import Flask, url_for

from presave_app.sandbox.kit.service import ServiceCard
from presave_app.sandbox.settings import SandboxSettings

from . import authorize, control, pages, token_endpoint
from .api import create_api
from .twin import EXTENSION, SpotifyTwin

SHOWN_FANS = 12


class SpotifyService:
    def __init__(self, settings: SandboxSettings) -> None:
        self.twin = SpotifyTwin(settings)

    def install(self, app: Flask) -> None:
        app.extensions[EXTENSION] = self.twin
        for part in (authorize, token_endpoint, control, pages):
            app.register_blueprint(part.blueprint)
        app.register_blueprint(create_api())

    def card(self) -> ServiceCard:
        twin = self.twin
        fans = twin.fans.newest(SHOWN_FANS)
        return ServiceCard(
            slug="spotify",
            name="Spotify",
            url=url_for("spotify_pages.overview"),
            facts=(
                ("Fans", f"{len(twin.fans):,}"),
                ("Apps allowed by fans", f"{twin.permissions.count():,}"),
                ("Albums", f"{len(twin.catalogue.albums()):,}"),
                ("Calls", f"{twin.journal.total:,}"),
            ),
            fans=tuple((fan.name, url_for("spotify_pages.fan_page", name=fan.name)) for fan in fans),
        )
