"""Reads and checks what an app asks for at the authorize page.

https://developer.spotify.com/documentation/web-api/tutorials/code-flow
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit, urlunsplit

from .apps import App, is_safe_address
from .scopes import CONSENT_TEXTS, split_scopes

# base64url of a SHA-256 is 43 characters, without padding: RFC 7636, section 4.2.
CHALLENGE_SHAPE = re.compile(r"[A-Za-z0-9_-]{43}")


class AuthorizeRequestError(Exception):
    """Answered by an error page, never by a redirect: the address to go to may be what is wrong."""

    def __init__(self, text: str, advice: str) -> None:
        super().__init__(text)
        self.text = text
        self.advice = advice


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorizeRequest:
    app: App
    redirect_uri: str
    scopes: frozenset[str]
    state: str | None
    challenge: str | None
    show_dialog: bool

    def address(self, **answer: str) -> str:
        """The app's redirect URI with the answer and the unchanged state added to its query."""
        if self.state is not None:
            answer["state"] = self.state
        parts = urlsplit(self.redirect_uri)
        query = f"{parts.query}&{urlencode(answer)}" if parts.query else urlencode(answer)
        return urlunsplit(parts._replace(query=query))


def read_authorize_request(query: Mapping[str, str], apps: Mapping[str, App]) -> AuthorizeRequest:
    app = apps.get(query.get("client_id", ""))
    if app is None:
        raise AuthorizeRequestError("INVALID_CLIENT: Invalid client", "No app has this client id.")
    redirect_uri = query.get("redirect_uri", "")
    _check_redirect_uri(app, redirect_uri)
    if query.get("response_type") != "code":
        raise AuthorizeRequestError(
            "UNSUPPORTED_RESPONSE_TYPE: response_type must be code",
            "The implicit grant ended in November 2025.",
        )
    return AuthorizeRequest(
        app=app,
        redirect_uri=redirect_uri,
        scopes=_read_scopes(query.get("scope", "")),
        state=query.get("state"),
        challenge=_read_challenge(query),
        show_dialog=query.get("show_dialog", "").lower() == "true",
    )


def _check_redirect_uri(app: App, redirect_uri: str) -> None:
    if app.may_redirect_to(redirect_uri):
        return
    advice = "It has to be one of the app's registered addresses, letter by letter."
    if not is_safe_address(redirect_uri):
        advice = "Only https is allowed, or http on 127.0.0.1 or [::1]. The name localhost is refused."
    raise AuthorizeRequestError("INVALID_CLIENT: Invalid redirect URI", advice)


def _read_scopes(text: str) -> frozenset[str]:
    scopes = split_scopes(text)
    unknown = sorted(scopes - CONSENT_TEXTS.keys())
    if unknown:
        raise AuthorizeRequestError("INVALID_SCOPE: Invalid scope", f"The twin does not know {', '.join(unknown)}.")
    return scopes


def _read_challenge(query: Mapping[str, str]) -> str | None:
    challenge = query.get("code_challenge")
    method = query.get("code_challenge_method")
    if challenge is None and method is None:
        return None
    if method != "S256" or not CHALLENGE_SHAPE.fullmatch(challenge or ""):
        raise AuthorizeRequestError(
            "INVALID_REQUEST: code_challenge_method must be S256",
            "The challenge is base64url(sha256(verifier)), 43 characters without padding.",
        )
    return challenge
