"""The least a WSGI server can do: the same bytes for everybody, read once from the file named by BARE_REPLY."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any


def _read() -> tuple[str, list[tuple[str, str]], list[bytes]]:
    kept = json.loads(Path(os.environ["BARE_REPLY"]).read_text())
    body = bytes.fromhex(kept["body"])
    return kept["status"], [(name, value) for name, value in kept["headers"]], [body] if body else []


_STATUS, _HEADERS, _BODY = _read()


def app(_: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """Answers whatever is asked."""
    start_response(_STATUS, _HEADERS)
    return _BODY
