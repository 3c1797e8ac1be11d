"""The twin of Apple Music: MusicKit's script and window, the Apple Music API, control API and pages.

Written from public documentation alone, so that an error in a connector is seen and not repeated.
https://developer.apple.com/documentation/applemusicapi
"""

from presave_app.sandbox.kit.service import TwinService
from presave_app.sandbox.settings import SandboxSettings

from .api import create_api
from .authorize_window import AuthorizeWindow
from .control import create_key_control
from .musickit import create_musickit
from .twin import AppleMusicTwin


def create_apple_music(settings: SandboxSettings) -> TwinService:
    twin = AppleMusicTwin(settings)
    window = AuthorizeWindow(twin)
    return TwinService(twin, (create_musickit(twin), window.blueprint(), create_api(twin), create_key_control(twin)))
