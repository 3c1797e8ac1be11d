"""The sandbox's web server: threads, no log of single calls, a clean stop."""

import os
import signal
import threading
from types import FrameType

from flask import Flask
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server


class QuietHandler(WSGIRequestHandler):
    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Says nothing: what was called stands in the twin's journal."""


def create_server(app: Flask, host: str, port: int) -> BaseWSGIServer:
    return make_server(host, port, app, threaded=True, request_handler=QuietHandler)


def stop_when_told(server: BaseWSGIServer) -> None:
    """Listen to the signals from here on: call it before anybody is told that the sandbox is there."""

    def stop(_signal: int, _frame: FrameType | None) -> None:
        # shutdown() waits for the loop that this very handler has interrupted, hence the thread.
        threading.Thread(target=server.shutdown, daemon=True).start()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)


def stop_with_parent() -> None:
    """End at once when whoever holds the other end of standard input is gone, however it went; nothing else ends it."""

    def wait() -> None:
        while os.read(0, 4096):
            pass
        os._exit(0)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)
    threading.Thread(target=wait, daemon=True).start()
