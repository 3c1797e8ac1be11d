"""Connections to addresses that were checked before, over TLS, under the name that the addresses were found by."""

from __future__ import annotations

import socket
from collections.abc import Sequence

from urllib3 import HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

from presave_app.streaming.deadline import TimedTLSConnection

# Each may take as long as connecting may take.
_MOST_ADDRESSES = 3


def pools_to(addresses: Sequence[str]) -> dict[str, type[HTTPSConnectionPool]]:
    """Pools that connect to these addresses only. There is none for plain HTTP, where no certificate is looked at."""

    class Connection(TimedTLSConnection):
        def _new_conn(self) -> socket.socket:
            # urllib3 takes the name for TLS from `host`, and what it connects to from `_dns_host`.
            name = self._dns_host
            try:
                return self._first_open(addresses[:_MOST_ADDRESSES])
            finally:
                self._dns_host = name

        def _first_open(self, left: Sequence[str]) -> socket.socket:
            self._dns_host = left[0]
            try:
                return super()._new_conn()
            except (NewConnectionError, ConnectTimeoutError):
                if len(left) == 1:
                    raise
            return self._first_open(left[1:])

    class Pool(HTTPSConnectionPool):
        ConnectionCls = Connection  # pyright: ignore[reportAssignmentType]

    return {"https": Pool}
