"""The look-ups there are, in the order of asking: exact ones first, whose links feed those that follow."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Flask, current_app

from presave_app.settings import ServiceOptions, Settings
from presave_app.streaming.lookups import deezer_albums, itunes, musicbrainz, odesli
from presave_app.streaming.lookups.contract import Lookup

_SOURCES: tuple[tuple[ServiceOptions, type[Lookup]], ...] = (
    (deezer_albums.OPTIONS, deezer_albums.DeezerAlbums),
    (itunes.OPTIONS, itunes.ITunes),
    (odesli.OPTIONS, odesli.Odesli),
    (musicbrainz.OPTIONS, musicbrainz.MusicBrainz),
)

OPTIONS = tuple(options for options, _ in _SOURCES)


def init_lookups(app: Flask, settings: Settings) -> None:
    """Make every look-up; they need no credentials, so all of them are on."""
    contact = settings.mail.sender.addr_spec if settings.mail else settings.public_url
    app.extensions["presave_lookups"] = {
        options.service: lookup(settings.services[options.service], contact) for options, lookup in _SOURCES
    }


def lookups() -> Mapping[str, Lookup]:
    """The look-ups by their source."""
    return current_app.extensions["presave_lookups"]
