"""Google's accounts page. A fan may leave scopes out, and who allowed all of them before is not asked again.

https://developers.google.com/identity/protocols/oauth2/web-server#creatingclient
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar

from presave_app.sandbox.kit.consent import ConsentPage
from presave_app.sandbox.kit.consent_request import ConsentError, ConsentRequest

from .scopes import CONSENT_TEXTS
from .twin import current_twin

OWN = ("access_type", "prompt", "include_granted_scopes")


class GoogleConsent(ConsentPage):
    texts: ClassVar[Mapping[str, str]] = CONSENT_TEXTS
    tickable: ClassVar[bool] = True

    def read(self, query: Mapping[str, str]) -> ConsentRequest:
        asked = super().read(query)
        if not asked.scopes:
            raise ConsentError("invalid_request: scope", "Missing required parameter: scope")
        return replace(asked, own={name: query.get(name, "") for name in OWN})

    def may_skip(self, asked: ConsentRequest, fan: str) -> bool:
        grant = self.twin.permissions.find_grant(asked.app.client_id, fan)
        asks_again = bool({"consent", "select_account"} & set(asked.own["prompt"].split()))
        return grant is not None and asked.scopes <= grant.scopes and not asks_again

    def allow(self, asked: ConsentRequest, fan: str, scopes: frozenset[str]) -> dict[str, str]:
        twin = current_twin()
        with twin.lock:
            if not twin.may_join(twin.fans.welcome(fan)):
                raise ConsentError(
                    "Access blocked: access_denied",
                    "The project is not verified: it has all the users it may have, or this one is not on its list.",
                    403,
                )
            twin.users.add(fan)
            marked = self._marked(asked, fan)
            grant = twin.permissions.allow(asked.app.client_id, fan, scopes, twin.clock.now())
        if asked.own["include_granted_scopes"] == "true":
            scopes = grant.scopes
        return self._answer(marked, fan, scopes)

    def skip(self, asked: ConsentRequest, fan: str) -> dict[str, str]:
        return self._answer(self._marked(asked, fan), fan, asked.scopes)

    def _answer(self, marked: ConsentRequest, fan: str, scopes: frozenset[str]) -> dict[str, str]:
        return {"code": self.issue_code(marked, fan, scopes), "scope": " ".join(sorted(scopes))}

    def _marked(self, asked: ConsentRequest, fan: str) -> ConsentRequest:
        """A refresh token comes with the first consent for offline access; later on only for prompt=consent."""
        has_one = bool(current_twin().live_refresh_tokens(asked.app.client_id, fan))
        is_asked_again = "consent" in asked.own["prompt"].split()
        is_given = asked.own["access_type"] == "offline" and (is_asked_again or not has_one)
        return replace(asked, own={"refresh_token": "yes" if is_given else "no"})
