"""A Valkey (or Redis) of our own on loopback, behind a password, keeping nothing on disk."""

import os
import secrets
import socket
import subprocess
from contextlib import suppress
from pathlib import Path

from . import processes
from .binaries import find_valkey
from .errors import LaunchError
from .ports import free_port
from .server import Server, wait_until_ready

# Between finding a free port and taking it somebody else may be quicker.
TRIES = 5


def start_valkey(folder: Path) -> Server:
    """The server at REDIS_URL where that is set, else one of our own.

    TCP, not a socket: each client spells socket addresses in its own way. The password keeps others out.
    """
    given = os.environ.get("REDIS_URL")
    if given:
        return Server("Redis (REDIS_URL)", given)
    return start_own_valkey(folder)


def start_own_valkey(folder: Path) -> Server:
    """A server of our own, whatever REDIS_URL says: one that may be made to crash."""
    folder.mkdir(parents=True, exist_ok=True)
    program = find_valkey()
    for _ in range(TRIES - 1):
        with suppress(LaunchError):
            return _start_own(program, folder)
    return _start_own(program, folder)


def _start_own(program: Path, folder: Path) -> Server:
    port, password = free_port(), secrets.token_urlsafe(24)

    def start() -> subprocess.Popen[bytes]:
        return _start_process(program, folder, port, password)

    return Server("Valkey", f"redis://:{password}@127.0.0.1:{port}/0", start(), starter=start)


def _start_process(program: Path, folder: Path, port: int, password: str) -> subprocess.Popen[bytes]:
    log = folder / "valkey.log"
    settings = f'bind 127.0.0.1\nport {port}\nrequirepass {password}\nsave ""\nappendonly no\n'
    with log.open("ab") as output:
        process = processes.start(
            [program, "-"], cwd=folder, stdin=subprocess.PIPE, stdout=output, stderr=subprocess.STDOUT
        )
    try:
        # By pipe, so that the password is neither on the command line nor in a file.
        assert process.stdin
        with process.stdin as pipe, suppress(BrokenPipeError):
            pipe.write(settings.encode())
        wait_until_ready(process, lambda: _answers(port, password), log)
    except BaseException:
        processes.end(process)
        raise
    return process


def _answers(port: int, password: str) -> bool:
    """Our own server and no other: only it takes this password."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
            connection.sendall(f"AUTH {password}\r\n".encode())
            return connection.recv(64).startswith(b"+OK")
    except OSError:
        return False
