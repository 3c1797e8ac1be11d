"""The twin of Deezer: connect.deezer.com, where a fan allows an app, and api.deezer.com, catalogue and favourites.

Written from public documentation alone, so that an error in a connector is seen and not repeated.
https://developers.deezer.com/api
"""

from presave_app.sandbox.kit.service import TwinService
from presave_app.sandbox.settings import SandboxSettings

from .api import create_api
from .consent import DeezerConsent
from .token_endpoint import create_token_endpoint
from .twin import DeezerTwin


def create_deezer(settings: SandboxSettings) -> TwinService:
    twin = DeezerTwin(settings)
    consent = DeezerConsent(twin, prefix="/deezer/connect", path="/oauth/auth.php")
    return TwinService(twin, (consent.blueprint(), create_token_endpoint(twin), create_api(twin)))
