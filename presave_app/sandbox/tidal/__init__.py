"""The twin of TIDAL: login.tidal.com, auth.tidal.com and openapi.tidal.com/v2, and how they speak of errors.

Written from public documentation alone, so that an error in a connector is seen and not repeated.
https://tidal-music.github.io/tidal-api-reference/tidal-api-oas.json (version 1.10.104)
"""

from presave_app.sandbox.kit.service import TwinService
from presave_app.sandbox.settings import SandboxSettings

from .api import create_api
from .consent import TidalConsent
from .token_endpoint import create_token_endpoint
from .twin import TidalTwin


def create_tidal(settings: SandboxSettings) -> TwinService:
    twin = TidalTwin(settings)
    consent = TidalConsent(twin, prefix="/tidal/login", path="/authorize")
    return TwinService(twin, (consent.blueprint(), create_token_endpoint(twin), create_api(twin)))
