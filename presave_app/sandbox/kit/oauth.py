"""The pieces of OAuth 2 that token endpoints share; what they say about a mistake is each service's own."""

import base64
import binascii
import hashlib
import hmac
import re

from flask import Response, request

from .permissions import Code
from .twin import AnyTwin

VERIFIER_SHAPE = re.compile(r"[A-Za-z0-9._~-]{43,128}")


class CodeRefused(Exception):
    """`reason` is `code`, `redirect_uri` or `verifier`: which of them is wrong."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def take_good_code(twin: AnyTwin, client_id: str) -> Code:
    """The code of the request's form, used up by this very look. Raises CodeRefused.

    https://www.rfc-editor.org/rfc/rfc6749#section-4.1.3
    """
    code = twin.permissions.take_code(request.form.get("code", ""), client_id)
    if code is None or not _is_still_good(twin, code):
        raise CodeRefused("code")
    if code.redirect_uri != request.form.get("redirect_uri"):
        raise CodeRefused("redirect_uri")
    if code.challenge is not None and not fits_challenge(request.form.get("code_verifier", ""), code.challenge):
        raise CodeRefused("verifier")
    return code


def fits_challenge(verifier: str, challenge: str) -> bool:
    """S256, the only method any service takes. https://www.rfc-editor.org/rfc/rfc7636#section-4.6"""
    digest = hashlib.sha256(verifier.encode()).digest()
    made = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    return VERIFIER_SHAPE.fullmatch(verifier) is not None and hmac.compare_digest(made, challenge)


def basic_credentials() -> tuple[str, str] | None:
    """Client id and secret of an `Authorization: Basic` header; None without one, or with one that is no such."""
    scheme, _, encoded = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        client_id, _, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return client_id, secret


def no_store(response: Response) -> Response:
    """https://www.rfc-editor.org/rfc/rfc6749#section-5.1"""
    response.headers["Cache-Control"] = "no-store"
    return response


def _is_still_good(twin: AnyTwin, code: Code) -> bool:
    allowed = twin.permissions.find_grant(code.client_id, code.fan) is not None
    return allowed and twin.clock.now() < code.expires_at
