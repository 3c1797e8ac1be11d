"""OAuth 2.0 with a service's token endpoint, by Authlib, over the service's own HTTP.

Authlib's sessions are made for one call each: they keep the tokens they fetch, and these must not outlive it.
Their own refresh is never used: tokens are renewed under the lock of the grant (`releases.refreshing`).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from threading import Lock
from typing import Any, TypeVar

import requests
from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session

from presave_app.lib.shapes import as_object, as_text
from presave_app.streaming.connector import Connector, SignInStart, Tokens
from presave_app.streaming.errors import AccessExpired, RetryLater, SignInRefused
from presave_app.streaming.http import ServiceHTTP, broken_connections_told

_T = TypeVar("_T")
_USUAL_LIFE_SECONDS = 3600
# An app token is renewed so much before its end.
_APP_TOKEN_MARGIN_SECONDS = 60


class OAuthClient:
    """This installation as a client of one authorization server. PKCE with S256 always.

    `auth_method` is how it proves itself to the token endpoint (RFC 7591, section 2), `app_auth_method` how it does
    for its own token where that differs; `authorize_params` are what the service wants on its consent page besides
    the standard.
    """

    def __init__(
        self,
        http: ServiceHTTP,
        *,
        client_id: str,
        client_secret: str,
        authorize_url: str,
        token_url: str,
        auth_method: str = "client_secret_basic",
        app_auth_method: str | None = None,
        authorize_params: Mapping[str, str] | None = None,
    ) -> None:
        self._http = http
        self._client_id = client_id
        self._client_secret = client_secret
        self._authorize_url = authorize_url
        self._token_url = token_url
        self._auth_method = auth_method
        self._app_auth_method = app_auth_method or auth_method
        self._authorize_params = dict(authorize_params or {})
        self._app_token: tuple[str, float] = ("", 0.0)
        self._app_token_lock = Lock()

    def begin(self, *, redirect_uri: str, scopes: tuple[str, ...], state: str, code_verifier: str) -> SignInStart:
        """Where the fan's browser goes to give the permission; the verifier is what the way back needs."""
        optional = {"scope": " ".join(scopes)} if scopes else {}
        with self._session() as session:
            url, _ = session.create_authorization_url(
                self._authorize_url,
                state=state,
                code_verifier=code_verifier,
                redirect_uri=redirect_uri,
                **optional,
                **self._authorize_params,
            )
        return SignInStart(str(url), code_verifier)

    def finish(self, answer: Mapping[str, str], *, code_verifier: str, redirect_uri: str) -> Tokens:
        """The tokens for the code that the browser brought; raises SignInRefused when it brought none."""
        code = answer.get("code", "")
        if not code:
            # What stands in `error` is never used: anybody can write it there.
            raise SignInRefused("sign_in_refused")
        return self._fetch(
            self._auth_method,
            grant_type="authorization_code",
            code=code,
            code_verifier=code_verifier,
            redirect_uri=redirect_uri,
        )

    def as_app(self, call: Callable[[str], _T]) -> _T:
        """What `call` gives with the app's own access token; one that is no longer taken is fetched anew, once."""
        try:
            return call(self._get_app_token())
        except AccessExpired:
            self._app_token = ("", 0.0)
            return call(self._get_app_token())

    def _get_app_token(self) -> str:
        """Kept in this process while it is good: it has no fan behind it."""
        with self._app_token_lock:
            token, good_until = self._app_token
            if time.monotonic() >= good_until:
                tokens = self._fetch(self._app_auth_method, grant_type="client_credentials")
                token = tokens.access_token
                life = tokens.expires_in_seconds - _APP_TOKEN_MARGIN_SECONDS
                self._app_token = (token, time.monotonic() + life)
        return token

    def refresh(self, refresh_token: str) -> Tokens:
        """New tokens for a refresh token; a service that keeps the old one valid sends none."""
        with self._session() as session, _odd_answers_told(), broken_connections_told():
            tokens = _tokens_in(session.refresh_token(self._token_url, refresh_token=refresh_token))
        # Authlib fills in the old token where the answer has none.
        is_new = tokens.refresh_token != refresh_token
        return tokens if is_new else Tokens(tokens.access_token, None, tokens.expires_in_seconds, tokens.scopes)

    def _fetch(self, auth_method: str, **form: str) -> Tokens:
        with self._session(auth_method) as session, _odd_answers_told(), broken_connections_told():
            return _tokens_in(session.fetch_token(self._token_url, **form))

    def _session(self, auth_method: str | None = None) -> Any:
        session: Any = OAuth2Session(
            self._client_id,
            self._client_secret,
            token_endpoint_auth_method=auth_method or self._auth_method,
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


class OAuthConnector(Connector):
    """What the connectors of services with OAuth 2.0 share; each makes `_http` and `_oauth` for itself."""

    _http: ServiceHTTP
    _oauth: OAuthClient

    def close(self) -> None:
        self._http.close()

    def begin_sign_in(
        self, *, redirect_uri: str, state: str, code_verifier: str, scopes: tuple[str, ...]
    ) -> SignInStart:
        return self._oauth.begin(redirect_uri=redirect_uri, scopes=scopes, state=state, code_verifier=code_verifier)

    def refresh(self, refresh_token: str) -> Tokens:
        return self._oauth.refresh(refresh_token)


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
