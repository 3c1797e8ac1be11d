"""Asks a WSGI app one thing and keeps what it said, byte for byte."""

from __future__ import annotations

import gzip
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from werkzeug.test import EnvironBuilder, run_wsgi_app

from presave_app.lib import clock

# Packing adds these, or says them otherwise.
_OF_PACKING = {"Content-Encoding", "Content-Length", "Vary", "ETag"}


@dataclass(frozen=True)
class Said:
    """An answer: headers in order of their names, without the date, which has to be that of now."""

    status: str
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def __getitem__(self, name: str) -> str | None:
        return next((value for key, value in self.headers if key == name), None)

    def unpacked(self) -> Said:
        """The same, as it were without the packing."""
        body = gzip.decompress(self.body) if self["Content-Encoding"] == "gzip" and self.body else self.body
        return Said(self.status, tuple(pair for pair in self.headers if pair[0] not in _OF_PACKING), body)


def ask(app: Any, path: str, method: str = "GET", headers: Mapping[str, str] | None = None) -> Said:
    """One request; names of headers may be written with underscores."""
    plain, _, query = path.partition("?")
    given = [(name.replace("_", "-"), value) for name, value in (headers or {}).items()]
    builder = EnvironBuilder(
        path=plain, query_string=query, method=method, headers=given, base_url="http://127.0.0.1:5000"
    )
    chunks, status, said = run_wsgi_app(app, builder.get_environ(), buffered=True)
    date = said.pop("Date", None)
    assert date is None or abs(parsedate_to_datetime(date) - clock.now()) < timedelta(days=400)
    return Said(status, tuple(sorted(said)), b"".join(chunks))
