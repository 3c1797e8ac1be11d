"""What a fan types, or a browser fills in, for a reminder: checked before anything is kept of it."""

from __future__ import annotations

import base64
import binascii
import ipaddress
import json
import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric import ec

from presave_app.extensions import current_settings
from presave_app.lib.languages import say
from presave_app.lib.mail_address import BadMailAddress, parse_mail_address

_LONGEST_ADDRESS = 254
_LONGEST_ENDPOINT = 1024
_AUTH_BYTES = 16
_DOMAIN = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]", re.IGNORECASE)
_LOOPBACK = "127.0.0.1"


class WayRefused(ValueError):
    """The form can't be taken as it is; the message is for the person."""


@dataclass(frozen=True)
class Subscription:
    """Where and with which keys a browser takes messages, as its own JSON."""

    endpoint: str
    json: str


def read_email(text: str) -> str:
    """The mailbox that was typed; raises WayRefused."""
    address = text.strip()
    fault = WayRefused(say("That is no e-mail address we can write to. Check it for a missing letter."))
    if len(address) > _LONGEST_ADDRESS or not address.isascii() or address.endswith(">"):
        raise fault
    try:
        domain = parse_mail_address(address).domain
    except BadMailAddress:
        raise fault from None
    if not _DOMAIN.fullmatch(domain):
        raise fault
    return address


def read_subscription(endpoint: str, p256dh: str, auth: str) -> Subscription:
    """What a browser's push manager gave (https://www.w3.org/TR/push-api/); raises WayRefused."""
    if not (is_push_endpoint(endpoint) and _is_point(_bytes_of(p256dh)) and len(_bytes_of(auth)) == _AUTH_BYTES):
        raise WayRefused(say("Your browser did not give an address for messages. Choose another way."))
    return Subscription(endpoint, json.dumps({"endpoint": endpoint, "keys": {"p256dh": p256dh, "auth": auth}}))


def is_push_endpoint(endpoint: str) -> bool:
    """Whether it can be a push service's: https at a named host. Where its name leads is looked at before each call.

    An installation that is not public also takes one on its own machine.
    """
    try:
        parts = urlsplit(endpoint)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return False
    if len(endpoint) > _LONGEST_ENDPOINT or not endpoint.isascii() or parts.username or parts.password:
        return False
    if not current_settings().is_production and parts.scheme == "http" and host == _LOOPBACK:
        return True
    return parts.scheme == "https" and port in (None, 443) and bool(_DOMAIN.fullmatch(host)) and not _is_number(host)


def _is_number(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _bytes_of(text: str) -> bytes:
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return b""


def _is_point(raw: bytes) -> bool:
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), raw)
    except ValueError:
        return False
    return True
