"""The page of connect.deezer.com where a fan allows an app. Who allowed it all before is not asked again.

https://developers.deezer.com/api/oauth
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar
from urllib.parse import urlencode, urlsplit

from werkzeug.wrappers import Response

from presave_app.sandbox.kit.apps import App
from presave_app.sandbox.kit.consent import ConsentPage
from presave_app.sandbox.kit.consent_request import ConsentError, ConsentRequest, read_app, read_scopes

from .perms import BASIC, TEXTS
from .twin import current_twin

# In a ConsentRequest's `own`: the token itself is wanted, in the fragment.
IMPLICIT = "implicit"


class DeezerConsent(ConsentPage):
    host: ClassVar[str] = "connect"
    texts: ClassVar[Mapping[str, str]] = TEXTS
    app_parameter: ClassVar[str] = "app_id"

    def read(self, query: Mapping[str, str]) -> ConsentRequest:
        app = read_app(self.twin, query, self.app_parameter)
        perms = read_scopes({"scope": query.get("perms", "")}, self.texts, ",")
        return ConsentRequest(
            app=app,
            redirect_uri=_read_redirect_uri(app, query),
            scopes=perms | {BASIC},
            state=query.get("state"),
            own={IMPLICIT: "yes"} if query.get("response_type") == "token" else {},
        )

    def may_skip(self, asked: ConsentRequest, fan: str) -> bool:
        grant = self.twin.permissions.find_grant(asked.app.client_id, fan)
        return grant is not None and asked.scopes <= grant.scopes

    def allow(self, asked: ConsentRequest, fan: str, scopes: frozenset[str]) -> dict[str, str]:
        if IMPLICIT not in asked.own:
            return super().allow(asked, fan, scopes)
        self.twin.permissions.allow(asked.app.client_id, fan, scopes, self.twin.clock.now())
        return self._token(asked, fan)

    def skip(self, asked: ConsentRequest, fan: str) -> dict[str, str]:
        return self._token(asked, fan) if IMPLICIT in asked.own else super().skip(asked, fan)

    def refuse(self, asked: ConsentRequest) -> dict[str, str]:  # noqa: ARG002 - the answer is the same for all
        return {"error_reason": "user_denied"}

    def send_back(self, asked: ConsentRequest, answer: Mapping[str, str]) -> Response:
        """A token goes into the fragment, everything else into the query."""
        if "access_token" in answer:
            to_fragment = replace(asked, redirect_uri=f"{asked.redirect_uri}#{urlencode(answer)}")
            return super().send_back(to_fragment, {})
        is_stateless = "error_reason" in answer and not current_twin().switches.refusal_has_state
        return super().send_back(replace(asked, state=None) if is_stateless else asked, answer)

    def _token(self, asked: ConsentRequest, fan: str) -> dict[str, str]:
        tokens = self.twin.issue_tokens(asked.app.client_id, fan, asked.scopes, self.twin.clock.now())
        return {"access_token": tokens.access, "expires": str(tokens.seconds or 0)}


def _read_redirect_uri(app: App, query: Mapping[str, str]) -> str:
    """The address has to lie in the domain that was declared for the app."""
    uri = query.get("redirect_uri", "")
    hosts = [urlsplit(known).hostname or "" for known in app.redirect_uris]
    is_near = current_twin().switches.redirect_check == "domain" and _is_in_domain(uri, hosts)
    if not is_near and not app.may_redirect_to(uri):
        raise ConsentError("You must specify a valid redirect_uri", "It has to lie in the domain of the app.")
    return uri


def _is_in_domain(uri: str, hosts: list[str]) -> bool:
    parts = urlsplit(uri)
    name = parts.hostname or ""
    return parts.scheme in ("http", "https") and any(name == host or name.endswith(f".{host}") for host in hosts)
