"""The twins of the look-ups iTunes, Odesli and MusicBrainz: what is found by a UPC, a link or a barcode.

Nobody signs in to them. What they know is set by each one's own control API.
"""

from presave_app.sandbox.kit.service import TwinService
from presave_app.sandbox.settings import SandboxSettings

from . import itunes, musicbrainz, odesli


def create_itunes(settings: SandboxSettings) -> TwinService:
    twin = itunes.ITunesTwin(settings)
    return TwinService(twin, (itunes.create_api(twin),))


def create_odesli(settings: SandboxSettings) -> TwinService:
    twin = odesli.OdesliTwin(settings)
    return TwinService(twin, (odesli.create_api(twin),))


def create_musicbrainz(settings: SandboxSettings) -> TwinService:
    twin = musicbrainz.MusicBrainzTwin(settings)
    return TwinService(twin, (musicbrainz.create_api(twin),))
