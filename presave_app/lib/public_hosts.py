"""Where a host is on the public internet: somebody else's address must not make us knock at our own machines."""

from __future__ import annotations

import ipaddress
import socket


class InnerHost(ValueError):
    """Some address of the host is not of the public internet."""


def public_addresses(host: str, port: int) -> list[str]:
    """Every address of the host; raises InnerHost unless all are public, and OSError when it has none.

    Call these addresses and not the name: asked again, a name may lead elsewhere.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    if not all(map(_is_public, addresses)):
        raise InnerHost(host)
    return addresses


def _is_public(address: str) -> bool:
    return ipaddress.ip_address(address).is_global
