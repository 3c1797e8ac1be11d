"""The authorize page: PKCE is a must, and a fan who allowed the app before may be sent on at once.

https://developer.tidal.com/documentation/api-sdk/api-sdk-authorization
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar

from presave_app.sandbox.kit.consent import ConsentPage
from presave_app.sandbox.kit.consent_request import ConsentRequest

from .scopes import CONSENT_TEXTS
from .twin import current_twin


class TidalConsent(ConsentPage):
    host: ClassVar[str] = "login"
    texts: ClassVar[Mapping[str, str]] = CONSENT_TEXTS
    needs_pkce: ClassVar[bool] = True

    def read(self, query: Mapping[str, str]) -> ConsentRequest:
        return replace(super().read(query), own={"prompt": query.get("prompt", "")})

    def may_skip(self, asked: ConsentRequest, fan: str) -> bool:
        """Only `prompt=consent` is sure to ask again."""
        is_known = self.twin.permissions.find_grant(asked.app.client_id, fan) is not None
        asks_again = "consent" in asked.own["prompt"].split()
        return is_known and not asks_again and not current_twin().switches.asks_known_fans

    def skip(self, asked: ConsentRequest, fan: str) -> dict[str, str]:
        """The scopes are those of the old consent, whatever was asked for now."""
        grant = self.twin.permissions.find_grant(asked.app.client_id, fan)
        return {"code": self.issue_code(asked, fan, grant.scopes if grant else asked.scopes)}
