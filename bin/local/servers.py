"""Real servers for the demo and the tests: `with start_postgres(folder) as server: server.url`."""

from .databases import create_database, drop_database, url_of
from .postgres import start_own_postgres, start_postgres
from .server import Server
from .valkey import start_own_valkey, start_valkey

__all__ = [
    "Server",
    "create_database",
    "drop_database",
    "start_own_postgres",
    "start_own_valkey",
    "start_postgres",
    "start_valkey",
    "url_of",
]
