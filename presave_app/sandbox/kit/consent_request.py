"""What an app asks for at a consent page, and the checks that authorize pages share."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode, urlsplit, urlunsplit

from .apps import App
from .twin import AnyTwin

# base64url of a SHA-256 is 43 characters, without padding: RFC 7636, section 4.2.
CHALLENGE_SHAPE = re.compile(r"[A-Za-z0-9_-]{43}")


class ConsentError(Exception):
    """Answered by an error page, never by a redirect: the address to go to may be what is wrong."""

    def __init__(self, text: str, advice: str, status: int = 400) -> None:
        super().__init__(text)
        self.status = status
        self.text = text
        self.advice = advice


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentRequest:
    """`own` holds what only this service asks, for the token endpoint to find with the code."""

    app: App
    redirect_uri: str
    scopes: frozenset[str] = frozenset()
    state: str | None = None
    challenge: str | None = None
    own: Mapping[str, str] = field(default_factory=dict)

    def address(self, answer: Mapping[str, str]) -> str:
        """The app's redirect URI with the answer and the unchanged state added to its query."""
        added = dict(answer) if self.state is None else {**answer, "state": self.state}
        parts = urlsplit(self.redirect_uri)
        query = f"{parts.query}&{urlencode(added)}" if parts.query else urlencode(added)
        return urlunsplit(parts._replace(query=query))


def read_app(twin: AnyTwin, query: Mapping[str, str], name: str = "client_id") -> App:
    app = twin.apps.get(query.get(name, ""))
    if app is None:
        raise ConsentError("invalid_client", f"No app has this {name}.")
    return app


def read_redirect_uri(app: App, query: Mapping[str, str]) -> str:
    uri = query.get("redirect_uri", "")
    if not app.may_redirect_to(uri):
        raise ConsentError("redirect_uri_mismatch", "It has to be a registered address, letter by letter.")
    return uri


def read_challenge(query: Mapping[str, str], *, required: bool) -> str | None:
    challenge = query.get("code_challenge")
    method = query.get("code_challenge_method")
    if challenge is None and method is None and not required:
        return None
    if method != "S256" or not CHALLENGE_SHAPE.fullmatch(challenge or ""):
        raise ConsentError(
            "invalid_request: code_challenge",
            "The challenge is base64url(sha256(verifier)), 43 characters without padding, and its method S256.",
        )
    return challenge


def check_response_type(query: Mapping[str, str]) -> None:
    if query.get("response_type") != "code":
        raise ConsentError("unsupported_response_type", "response_type has to be code.")


def read_scopes(query: Mapping[str, str], known: Mapping[str, str], separator: str = " ") -> frozenset[str]:
    scopes = frozenset(filter(None, query.get("scope", "").split(separator)))
    unknown = sorted(scopes - known.keys())
    if unknown:
        raise ConsentError("invalid_scope", f"The twin does not know {', '.join(unknown)}.")
    return scopes
