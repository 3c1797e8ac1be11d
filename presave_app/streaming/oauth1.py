"""OAuth 1.0a with a service (RFC 5849): every call is signed, by Authlib, and goes out over the service's own HTTP.

A token is of no use without its secret, so the two travel as one text, written as a service writes them.
"""

from __future__ import annotations

import hmac
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from urllib.parse import parse_qs, urlencode

from authlib.integrations.requests_client import OAuth1Auth

from presave_app.streaming.connector import SignInStart
from presave_app.streaming.errors import AppBlocked, NeedsReauth, RetryLater, SignInRefused
from presave_app.streaming.http import Answer, ServiceHTTP


class OAuth1Client:
    """This installation as a consumer of one service. It signs with HMAC-SHA1 into the Authorization header."""

    def __init__(
        self,
        http: ServiceHTTP,
        *,
        key: str,
        secret: str,
        request_token_url: str,
        authorize_url: str,
        access_token_url: str,
    ) -> None:
        self._http = http
        self._key = key
        self._secret = secret
        self._request_token_url = request_token_url
        self._authorize_url = authorize_url
        self._access_token_url = access_token_url

    def begin(self, *, redirect_uri: str, state: str) -> SignInStart:
        """Ask for a request token, and say where the fan's browser takes it. Its secret is what the way back needs.

        OAuth 1.0a knows no state: it stands in the query of the address that the service sends the fan back to.
        """
        callback = f"{redirect_uri}?{urlencode({'state': state})}"
        auth = OAuth1Auth(self._key, self._secret, redirect_uri=callback)
        with _no_fan_behind():
            token, secret = _pair_in(self._http.call("POST", self._request_token_url, auth=auth).text)
        return SignInStart(f"{self._authorize_url}?{urlencode({'oauth_token': token})}", _as_one(token, secret))

    def finish(self, answer: Mapping[str, str], *, secret: str) -> str:
        """The access token and its secret, as one; raises SignInRefused where the browser brought no verifier.

        A request token that is too old, or another one than this sign-in began with, is no permission either.
        """
        begun, begun_secret = _pair_in(secret)
        verifier = answer.get("oauth_verifier", "")
        if not verifier or not hmac.compare_digest(answer.get("oauth_token", "").encode(), begun.encode()):
            raise SignInRefused("sign_in_refused")
        auth = OAuth1Auth(self._key, self._secret, begun, begun_secret, verifier=verifier)
        try:
            given = self._http.call("POST", self._access_token_url, auth=auth)
        except NeedsReauth as refusal:
            raise SignInRefused("sign_in_refused") from refusal
        return _as_one(*_pair_in(given.text))

    def call(self, method: str, url: str, token: str, query: Mapping[str, str] | None = None) -> Answer:
        """A call signed for the fan whose token and secret these are."""
        auth = OAuth1Auth(self._key, self._secret, *_pair_in(token))
        return self._http.call(method, url, query=query, auth=auth)

    def call_as_app(self, method: str, url: str) -> Answer:
        """A call signed for the installation itself."""
        with _no_fan_behind():
            return self._http.call(method, url, auth=OAuth1Auth(self._key, self._secret))


@contextmanager
def _no_fan_behind() -> Generator[None]:
    """Tell the refusal of a call that no fan stands behind as what it is: one of this installation."""
    try:
        yield
    except NeedsReauth:
        raise AppBlocked("invalid_client") from None


def _as_one(token: str, secret: str) -> str:
    return urlencode({"oauth_token": token, "oauth_token_secret": secret})


def _pair_in(text: str) -> tuple[str, str]:
    given = {name: values[-1] for name, values in parse_qs(text.strip()).items()}
    token, secret = given.get("oauth_token", ""), given.get("oauth_token_secret", "")
    if not token or not secret:
        raise RetryLater("answer_unreadable")
    return token, secret
