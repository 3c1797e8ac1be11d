"""OAuth 2.0 with a service's token endpoint, by Authlib, over the service's own HTTP.

Authlib's sessions are made for one call each: they keep the tokens they fetch, and these must not outlive it.
Their own refresh is never used: tokens are renewed under the lock of the grant (`releases.refreshing`).
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

import requests
from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session

from presave_app.lib.shapes import as_object, as_text
from presave_app.streaming.connector import Tokens
from presave_app.streaming.errors import RetryLater
from presave_app.streaming.http import ServiceHTTP, broken_connections_told

_USUAL_LIFE_SECONDS = 3600


class OAuthClient:
    """This installation as a client of one authorization server. PKCE with S256 always."""

    def __init__(
        self, http: ServiceHTTP, *, client_id: str, client_secret: str, authorize_url: str, token_url: str
    ) -> None:
        self._http = http
        self._client_id = client_id
        self._client_secret = client_secret
        self._authorize_url = authorize_url
        self._token_url = token_url

    def authorization_url(self, *, redirect_uri: str, scopes: tuple[str, ...], state: str, code_verifier: str) -> str:
        """Where the fan's browser goes to give the permission."""
        with self._session() as session:
            url, _ = session.create_authorization_url(
                self._authorize_url,
                state=state,
                code_verifier=code_verifier,
                redirect_uri=redirect_uri,
                scope=" ".join(scopes),
            )
        return str(url)

    def exchange(self, *, code: str, code_verifier: str, redirect_uri: str) -> Tokens:
        """The tokens for an authorization code."""
        return self._fetch(
            grant_type="authorization_code", code=code, code_verifier=code_verifier, redirect_uri=redirect_uri
        )

    def app_token(self) -> str:
        """An access token for the app itself, with no fan behind it."""
        return self._fetch(grant_type="client_credentials").access_token

    def refresh(self, refresh_token: str) -> Tokens:
        """New tokens for a refresh token; a service that keeps the old one valid sends none."""
        with self._session() as session, _odd_answers_told(), broken_connections_told():
            tokens = _tokens_in(session.refresh_token(self._token_url, refresh_token=refresh_token))
        # Authlib fills in the old token where the answer has none.
        is_new = tokens.refresh_token != refresh_token
        return tokens if is_new else Tokens(tokens.access_token, None, tokens.expires_in_seconds, tokens.scopes)

    def _fetch(self, **form: str) -> Tokens:
        with self._session() as session, _odd_answers_told(), broken_connections_told():
            return _tokens_in(session.fetch_token(self._token_url, **form))

    def _session(self) -> Any:
        session: Any = OAuth2Session(
            self._client_id,
            self._client_secret,
            token_endpoint_auth_method="client_secret_basic",  # noqa: S106
            code_challenge_method="S256",
        )
        self._http.equip(session)
        for answer in ("access_token_response", "refresh_token_response"):
            session.register_compliance_hook(answer, self._checked)
        return session

    def _checked(self, response: requests.Response) -> requests.Response:
        """Sort an error out here, where its status and headers are known; Authlib sees only its words."""
        self._http.checked(response)
        return response


@contextmanager
def _odd_answers_told() -> Generator[None]:
    """Tell an answer that Authlib can't read as an unknown outcome."""
    try:
        yield
    except (OAuthError, ValueError) as fault:
        raise RetryLater("answer_unreadable") from fault


def _tokens_in(answer: object) -> Tokens:
    body = as_object(answer)
    access_token = as_text(body.get("access_token"))
    if not access_token:
        raise RetryLater("answer_unreadable")
    life = body.get("expires_in")
    return Tokens(
        access_token=access_token,
        refresh_token=as_text(body.get("refresh_token")) or None,
        expires_in_seconds=life if isinstance(life, int) and life > 0 else _USUAL_LIFE_SECONDS,
        scopes=tuple(as_text(body.get("scope")).split()),
    )
