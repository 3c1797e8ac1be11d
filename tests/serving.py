"""A server beside a test, in a thread of its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from socketserver import TCPServer
from threading import Thread


@contextmanager
def serving(server: TCPServer) -> Iterator[str]:
    """Let it answer until the end of the block; gives its address on this machine, for those that speak HTTP."""
    # The poll is what stopping waits for, and there are hundreds of these tests.
    thread = Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
