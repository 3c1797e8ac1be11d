"""The authorize page: PKCE is a must, scopes are unknown.

https://developers.soundcloud.com/docs/api/guide#authentication
"""

from collections.abc import Mapping
from typing import ClassVar

from presave_app.sandbox.kit.consent import ConsentPage
from presave_app.sandbox.kit.consent_request import ConsentRequest


class SoundCloudConsent(ConsentPage):
    host: ClassVar[str] = "auth"
    needs_pkce: ClassVar[bool] = True
    without_scopes: ClassVar[str] = "asks to like, repost and follow in your name."

    def read(self, query: Mapping[str, str]) -> ConsentRequest:
        return super().read({name: value for name, value in query.items() if name != "scope"})
