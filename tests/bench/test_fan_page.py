"""The bench of the fan page: what it counts, and that it notices an answer that is not like the first."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from local.errors import LaunchError
from local.ports import free_port

from bench.asking import ask_for, ask_once
from bench.fan_page import _reply_of
from bench.proc import exact_cpu_seconds
from bench.web_process import running_web


@pytest.mark.parametrize("status", ["200 OK", "204 No Content"])
def test_a_bare_reply_is_what_was_copied(tmp_path: Path, status: str) -> None:
    body = b"" if status.startswith("204") else b"hello"
    length = "" if status.startswith("204") else "content-length: 5\r\n"
    said = f"HTTP/1.1 {status}\r\nserver: granian\r\nx-own: 1\r\n{length}\r\n".encode() + body
    kept = tmp_path / "bare.json"
    kept.write_text(_reply_of(said))
    assert ["server", "granian"] not in json.loads(kept.read_text())["headers"]
    environ = {**os.environ, "BARE_REPLY": str(kept)}
    with running_web("bench.bare_reply:app", free_port(), environ, tmp_path / "bare.log") as web:
        head, _, sent = ask_once(web.port, "/x").partition(b"\r\n\r\n")
        assert head.startswith(f"HTTP/1.1 {status[:3]}".encode())
        assert b"x-own: 1" in head.lower()
        assert sent == body
        before = exact_cpu_seconds([web.pid])
        assert ask_for(web.port, "/x", 0.2, connections=2) > 0
        assert exact_cpu_seconds([web.pid]) > before


def test_a_fault_is_no_answer(tmp_path: Path) -> None:
    kept = tmp_path / "bare.json"
    kept.write_text(json.dumps({"status": "200 OK", "headers": [["content-length", "1"]], "body": "61"}))
    with running_web(
        "bench.bare_reply:app", free_port(), {**os.environ, "BARE_REPLY": str(kept)}, tmp_path / "l"
    ) as web:
        kept.unlink()
        assert ask_for(web.port, "/", 0.1, connections=1) > 0
    with pytest.raises((LaunchError, OSError)):
        ask_for(web.port, "/", 0.1, connections=1)
