"""A wire to PostgreSQL that can be cut at the worst moment: a commit is carried out, and its answer is lost."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

_LARGEST_READ = 65_536


class Wire:
    """Loopback TCP on one side, the server's own socket on the other."""

    def __init__(self, server_socket: str) -> None:
        self._server_socket = server_socket
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._open: set[socket.socket] = set()
        self._cuts_wanted = 0
        self._lock = threading.Lock()
        self.port: int = self._listener.getsockname()[1]
        self.cuts = 0

    def lose_answer_to_commit(self, times: int = 1) -> None:
        """The next commits are carried out, and their connections end before anybody hears of it."""
        self._cuts_wanted = times

    def serve(self) -> None:
        """Take connections until closed, each in two threads of its own."""
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                server = socket.socket(socket.AF_UNIX)
                server.connect(self._server_socket)
                pair = _Pair(self, client, server)
                self._open |= {client, server}
                threading.Thread(target=pair.pass_on_questions, daemon=True).start()
                threading.Thread(target=pair.pass_on_answers, daemon=True).start()

    def close(self) -> None:
        """Nobody gets through any more."""
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for end in list(self._open):
            _hang_up(end)

    def wants_cut(self) -> bool:
        """Whether this commit is one whose answer is to be lost."""
        with self._lock:
            if not self._cuts_wanted:
                return False
            self._cuts_wanted -= 1
            self.cuts += 1
            return True


class _Pair:
    """One connection of the app's and ours to the server for it."""

    def __init__(self, wire: Wire, client: socket.socket, server: socket.socket) -> None:
        self._wire = wire
        self._client = client
        self._server = server
        self._loses_answer = threading.Event()

    def pass_on_questions(self) -> None:
        with suppress(OSError):
            while question := self._client.recv(_LARGEST_READ):
                if b"COMMIT" in question and self._wire.wants_cut():
                    self._loses_answer.set()
                self._server.sendall(question)
        self._hang_up()

    def pass_on_answers(self) -> None:
        """An answer that is to be lost is waited for: only then the commit is known to be on disk."""
        with suppress(OSError):
            while answer := self._server.recv(_LARGEST_READ):
                if self._loses_answer.is_set():
                    break
                self._client.sendall(answer)
        self._hang_up()

    def _hang_up(self) -> None:
        _hang_up(self._client)
        _hang_up(self._server)


def _hang_up(end: socket.socket) -> None:
    with suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
    end.close()


@contextmanager
def wire_to(server_socket: str) -> Iterator[Wire]:
    """A wire that is open for the length of the block."""
    wire = Wire(server_socket)
    thread = threading.Thread(target=wire.serve, daemon=True)
    thread.start()
    try:
        yield wire
    finally:
        wire.close()
        thread.join()
