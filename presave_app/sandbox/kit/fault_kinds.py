"""The faults every twin can be asked for, and what each answers; a twin adds its own errors by name."""

from collections.abc import Callable, Mapping

from flask import Response

from .broken_answers import delayed, dripping, html_answer, retry_after_header
from .clock import TwinClock, wait
from .faults import Fault

HANG_UPS = ("close", "apply_then_close")
LATE = ("apply_then_close", "apply_then_502", "apply_then_delay", "drip")


class FaultKinds:
    """`answers` and `limits` are the service's own; a limit is given its Retry-After header.

    `server_error` makes the service's own form of a 500 and a 502.
    """

    def __init__(
        self,
        *,
        server_error: Callable[[int], Response],
        answers: Mapping[str, Callable[[], Response]],
        limits: Mapping[str, Callable[[dict[str, str]], Response]],
    ) -> None:
        self._bad_gateway = lambda: server_error(502)
        self._limits = limits
        self._answers: dict[str, Callable[[], Response]] = {
            **answers,
            "500": lambda: server_error(500),
            "502": self._bad_gateway,
            "503_html": lambda: html_answer(503, "503 Service Temporarily Unavailable"),
            "empty_200": Response,
            "html_200": lambda: html_answer(200, "Just a moment"),
            "garbage_200": lambda: Response('{"half an ans', content_type="application/json"),
            "close": Response,
        }
        self.names = (*limits, *self._answers, "delay", *LATE)

    def early_answer(self, fault: Fault, clock: TwinClock) -> Response | None:
        """The answer that keeps the call from the twin, or None when the twin shall do its work first."""
        if fault.kind in self._limits:
            return self._limits[fault.kind](retry_after_header(fault.retry_after_form, fault.retry_after, clock))
        if fault.kind in self._answers:
            return self._answers[fault.kind]()
        if fault.kind == "delay":
            wait(fault.seconds)
        return None

    def late_answer(self, fault: Fault, response: Response) -> Response:
        """What becomes of the twin's own answer after the work was done."""
        if fault.kind == "apply_then_502":
            return self._bad_gateway()
        if fault.kind == "apply_then_delay":
            return delayed(response, fault.seconds)
        if fault.kind == "drip":
            return dripping(response, fault.seconds)
        return response
