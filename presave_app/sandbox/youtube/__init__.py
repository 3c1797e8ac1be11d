"""The twin of YouTube: Google's accounts page and token endpoint, and the Data API v3.

Written from public documentation alone, so that an error in a connector is seen and not repeated.
https://developers.google.com/youtube/v3/docs
"""

from presave_app.sandbox.kit.service import TwinService
from presave_app.sandbox.settings import SandboxSettings

from .api import create_api
from .consent import GoogleConsent
from .token_endpoint import create_token_endpoint
from .twin import YouTubeTwin


def create_youtube(settings: SandboxSettings) -> TwinService:
    twin = YouTubeTwin(settings)
    consent = GoogleConsent(twin, prefix="/youtube/accounts", path="/o/oauth2/v2/auth")
    return TwinService(twin, (consent.blueprint(), create_token_endpoint(twin), create_api(twin)))
