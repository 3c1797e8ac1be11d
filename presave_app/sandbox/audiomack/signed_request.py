"""A request that is signed: its parameters, read and checked as RFC 5849 asks of a server.

https://www.rfc-editor.org/rfc/rfc5849#section-3.2
"""

from collections import Counter
from dataclasses import dataclass
from urllib.parse import urlsplit

from flask import request

from presave_app.sandbox.kit.apps import App

from .errors import bad_request, unauthorized
from .signature import FORM, Parameters, base_string, header_parameters, is_same, query_parameters, sign
from .twin import AudiomackTwin

NEEDED = ("oauth_consumer_key", "oauth_signature_method", "oauth_timestamp", "oauth_nonce", "oauth_signature")
METHOD = "HMAC-SHA1"


@dataclass(frozen=True, slots=True)
class SignedRequest:
    """`named` has the parameters that begin with `oauth_`; `every` is what was signed."""

    every: Parameters
    named: dict[str, str]
    app: App

    def get(self, name: str) -> str:
        return self.named.get(name, "")


def peek_parameters() -> dict[str, str]:
    """What the request says of itself, unchecked."""
    return dict(_parameters())


def read_signed(twin: AudiomackTwin) -> SignedRequest:
    """Raises AudiomackError: 400 for a request that is none, 401 for an app that is not known."""
    every = _parameters()
    names = Counter(name for name, _ in every if name.startswith("oauth_"))
    if any(times > 1 for times in names.values()):
        raise bad_request("Duplicated OAuth parameter")
    named = {name: value for name, value in every if name in names}
    missing = [name for name in NEEDED if not named.get(name)]
    if missing:
        raise bad_request(f"Missing {', '.join(missing)}")
    if named["oauth_signature_method"] != METHOD:
        raise bad_request("Unsupported signature method")
    if named.get("oauth_version", "1.0") != "1.0":
        raise bad_request("Unsupported version")
    app = twin.apps.get(named["oauth_consumer_key"])
    if app is None:
        raise unauthorized("Invalid consumer key")
    return SignedRequest(every, named, app)


def check_signature(twin: AudiomackTwin, signed: SignedRequest, token_secret: str) -> None:
    """Raises AudiomackError, a 401, for a wrong signature, a time that is off, and a nonce seen before.

    The time is the caller's own, so the twin's clock has no say.
    """
    base = base_string(request.method, _address(), signed.every)
    if not is_same(sign(base, signed.app.secret, token_secret), signed.get("oauth_signature")):
        raise unauthorized("Invalid signature")
    timestamp = _read_timestamp(signed)
    now = int(twin.clock.unshifted().timestamp())
    leeway = twin.switches.timestamp_seconds
    if abs(timestamp - now) > leeway:
        raise unauthorized("Timestamp is off")
    nonce = (signed.app.client_id, signed.get("oauth_token"), str(timestamp), signed.get("oauth_nonce"))
    if not twin.oauth.is_new_nonce(timestamp, nonce, now - leeway):
        raise unauthorized("Nonce was used before")


def _parameters() -> Parameters:
    """Section 3.4.1.3.1: query, header and a form body together."""
    body = request.get_data(as_text=True) if request.mimetype == FORM else ""
    query = request.query_string.decode("ascii", "replace")
    header = request.headers.get("Authorization", "")
    return query_parameters(query) + header_parameters(header) + query_parameters(body)


def _address() -> str:
    """As it was asked for: a path may be signed in its escaped form only."""
    path = urlsplit(request.environ.get("REQUEST_URI") or request.path).path
    return f"{request.scheme}://{request.host}{path}"


def _read_timestamp(signed: SignedRequest) -> int:
    text = signed.get("oauth_timestamp")
    if not text.isdecimal():
        raise bad_request("Invalid timestamp")
    return int(text)
