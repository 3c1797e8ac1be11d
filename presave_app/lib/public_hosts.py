"""Whether a host is one of the public internet: somebody else's address must not make us knock at our own machines."""

from __future__ import annotations

import ipaddress
import socket


def is_public(host: str, port: int) -> bool:
    """Whether every address of the host is public; raises OSError when it has none."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return all(ipaddress.ip_address(entry[4][0]).is_global for entry in found)
