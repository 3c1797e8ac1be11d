"""The twin of SoundCloud: secure.soundcloud.com, the public API, and how both speak of errors.

Written from public documentation alone, so that an error in a connector is seen and not repeated.
https://developers.soundcloud.com/docs/api/explorer/open-api
"""

from presave_app.sandbox.kit.service import TwinService
from presave_app.sandbox.settings import SandboxSettings

from .api import create_api
from .consent import SoundCloudConsent
from .token_endpoint import create_token_endpoint
from .twin import SoundCloudTwin


def create_soundcloud(settings: SandboxSettings) -> TwinService:
    twin = SoundCloudTwin(settings)
    consent = SoundCloudConsent(twin, prefix="/soundcloud/auth", path="/authorize")
    return TwinService(twin, (consent.blueprint(), create_token_endpoint(twin), create_api(twin)))
