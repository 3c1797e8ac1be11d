"""The twin of Audiomack: tokens of OAuth 1.0a, favourites and reposts, control API and pages.

Written from public documentation alone, so that an error in a connector is seen and not repeated.
https://audiomack.com/data-api/docs
"""

from presave_app.sandbox.kit.service import TwinService
from presave_app.sandbox.settings import SandboxSettings

from .api import create_api
from .consent import AudiomackConsent
from .twin import AudiomackTwin


def create_audiomack(settings: SandboxSettings) -> TwinService:
    twin = AudiomackTwin(settings)
    return TwinService(twin, (AudiomackConsent(twin).blueprint(), create_api(twin)))
