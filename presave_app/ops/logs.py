"""Logs: one line an event, to standard error, with anything that looks like a secret blotted out."""

from __future__ import annotations

import logging
import re
import sys

# Values behind a telling name, in URLs, headers, JSON and reprs alike, and tokens by their look.
_NAMED = re.compile(
    r"(?i)\b((?:[a-z_]*token|code|code_verifier|state|authorization|cookie|[a-z_]*secret|oauth_verifier|oauth_signature|password|email)"
    r"['\"]?\s*[=:]\s*['\"]?)(?:(?:bearer|basic)\s+)?([^\s&'\",;}]+)"
)
_SHAPED = re.compile(r"(?i)\b(bearer|basic)\s+[a-z0-9._~+/=-]{8,}|\beyJ[\w-]+\.[\w-]+\.[\w-]+|\b[AB]Q[\w-]{20,}")
_SECRET_PATHS = re.compile(r"(/(?:mine|live|welcome|join|remind/confirm|remind/stop)/)[\w-]+")


def redact(text: str) -> str:
    """`text` without secrets."""
    text = _NAMED.sub(r"\1[redacted]", text)
    text = _SHAPED.sub("[redacted]", text)
    return _SECRET_PATHS.sub(r"\1[redacted]", text)


class RedactingFormatter(logging.Formatter):
    """Blots out secrets in the finished line, tracebacks included."""

    def format(self, record: logging.LogRecord) -> str:
        return redact(super().format(record))


def init_logs(level: int) -> None:
    """Send all logs to standard error through the redacting formatter; harmless when repeated.

    Standard output stays free: commands print their one line of JSON there.
    """
    root = logging.getLogger()
    root.setLevel(level)
    if not any(isinstance(handler.formatter, RedactingFormatter) for handler in root.handlers):
        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(RedactingFormatter("%(levelname)s %(name)s: %(message)s"))
        root.addHandler(handler)
    # At DEBUG, Authlib writes PKCE verifiers and urllib3 writes whole addresses.
    for name in ("authlib", "urllib3", "requests_oauthlib"):
        logging.getLogger(name).setLevel(logging.INFO)
