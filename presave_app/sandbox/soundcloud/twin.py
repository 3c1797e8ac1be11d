"""The whole state of the SoundCloud twin."""

from datetime import datetime, timedelta
from typing import ClassVar

from presave_app.sandbox.kit.apps import App
from presave_app.sandbox.kit.permissions import Grant
from presave_app.sandbox.kit.twin import Twin, find_twin

from .fans import Fan
from .fault_kinds import FAULT_KINDS
from .sounds import Sound
from .switches import Switches


class SoundCloudTwin(Twin[Switches, Fan, Sound]):
    slug: ClassVar[str] = "soundcloud"
    name: ClassVar[str] = "SoundCloud"
    save_call: ClassVar[tuple[str, str]] = ("POST", "/likes/*")
    switches_type = Switches
    fan_type = Fan
    release_type = Sound
    fault_kinds = FAULT_KINDS

    def first_app(self) -> App:
        settings = self.settings
        redirects = (settings.redirect_uri("soundcloud"),)
        return App(settings.soundcloud_client_id, settings.soundcloud_client_secret, settings.app_name, redirects)

    def ends_at(self, grant: Grant) -> datetime | None:
        days = self.switches.refresh_token_days
        return None if days is None else grant.authorized_at + timedelta(days=days)


def current_twin() -> SoundCloudTwin:
    return find_twin(SoundCloudTwin)
