"""The errors of Deezer that can be ordered as faults, beside those that every twin has.

The documented ones have the names of their constants. An answer of Deezer's own never says when to come back, so
`quota` has no Retry-After; `http_429` is what a front end before it might say.
"""

from collections.abc import Mapping
from functools import partial

from flask import Response

from presave_app.sandbox.kit.broken_answers import html_answer, text_answer
from presave_app.sandbox.kit.fault_kinds import FaultKinds

from .errors import ERRORS, ApiError, json_answer


def front_end_limit(headers: Mapping[str, str]) -> Response:
    answer = html_answer(429, "429 Too Many Requests")
    answer.headers.update(headers)
    return answer


FAULT_KINDS = FaultKinds(
    server_error=lambda status: html_answer(status, f"{status} Server Error"),
    limits={"http_429": front_end_limit},
    answers={
        **{name: partial(lambda known: ApiError(known).response(), name) for name in ERRORS},
        "false_200": lambda: json_answer(False),
        "wrong_code": lambda: text_answer(200, "wrong code"),
        "http_403": lambda: html_answer(403, "403 Forbidden"),
        "http_404": lambda: html_answer(404, "404 Not Found"),
        "http_504": lambda: html_answer(504, "504 Gateway Timeout"),
    },
)
