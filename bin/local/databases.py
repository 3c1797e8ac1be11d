"""Further databases in a running cluster, for tests that want one each."""

from urllib.parse import urlsplit

import psycopg
from psycopg import sql


def create_database(url: str, name: str, *, template: str | None = None) -> str:
    """Make a database beside the one in `url` and return its URL; nobody may be connected to the template."""
    statement = sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name))
    if template:
        statement += sql.SQL(" TEMPLATE {}").format(sql.Identifier(template))
    _run(url, statement)
    return url_of(url, name)


def drop_database(url: str, name: str) -> None:
    """Remove it, whoever is connected; one that is gone already is fine."""
    _run(url, sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def url_of(url: str, name: str) -> str:
    """The same server, another database."""
    return urlsplit(url)._replace(path=f"/{name}").geturl()


def _run(url: str, statement: sql.Composed) -> None:
    plain = urlsplit(url_of(url, "postgres"))._replace(scheme="postgresql").geturl()
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute(statement)
