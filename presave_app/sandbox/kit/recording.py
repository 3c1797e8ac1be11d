"""Around every call: it is written to the journal, and a fault may take the answer's place."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from flask import Blueprint, Response, g, request

from .broken_answers import close_socket
from .clock import TwinClock, wait
from .errors import ServiceError, answer_error
from .fault_kinds import HANG_UPS, FaultKinds
from .faults import Fault, FaultQueue
from .journal import Journal
from .twin import AnyTwin


class RecordedTwin(Protocol):
    @property
    def clock(self) -> TwinClock: ...
    @property
    def faults(self) -> FaultQueue: ...
    @property
    def journal(self) -> Journal: ...
    @property
    def fault_kinds(self) -> FaultKinds: ...


@dataclass(slots=True, kw_only=True)
class CurrentCall:
    """What a twin learns of a call while it works: `fan`, `client_id`, `refs` and `grant_type` are its to set."""

    twin: RecordedTwin
    at: datetime
    host: str
    method: str
    path: str
    refs: tuple[str, ...] = ()
    fan: str | None = None
    client_id: str | None = None
    grant_type: str | None = None
    fault: Fault | None = None


def record_calls(
    blueprint: Blueprint, twin: AnyTwin, host: str, identify: Callable[[CurrentCall], None] | None = None
) -> None:
    """Call it before any other hook of the blueprint. `identify` says whose call it is, so that faults can choose."""

    def begin() -> Response | None:
        call = start_call(twin, host, request.path.removeprefix(blueprint.url_prefix or ""))
        if identify is not None:
            identify(call)
        wait(twin.switches.latency_seconds)
        return take_early_fault(call)

    blueprint.before_request(begin)
    blueprint.after_request(finish_call)
    blueprint.register_error_handler(ServiceError, answer_error)


def start_call(twin: RecordedTwin, host: str, path: str) -> CurrentCall:
    call = CurrentCall(twin=twin, at=twin.clock.now(), host=host, method=request.method, path=path)
    g.call = call
    return call


def current_call() -> CurrentCall:
    call = g.call
    assert isinstance(call, CurrentCall)
    return call


def take_early_fault(call: CurrentCall) -> Response | None:
    """The fault's answer where the call shall never reach the twin."""
    twin = call.twin
    call.fault = twin.faults.take(call.method, call.path, call.fan)
    return twin.fault_kinds.early_answer(call.fault, twin.clock) if call.fault else None


def finish_call(response: Response) -> Response:
    """Writes the journal before the answer is spoilt, so that who sees the answer also finds the entry."""
    call = current_call()
    kind = call.fault.kind if call.fault else None
    answer = call.twin.fault_kinds.late_answer(call.fault, response) if call.fault else response
    hangs_up = kind in HANG_UPS
    call.twin.journal.write(
        at=call.at,
        host=call.host,
        method=call.method,
        path=call.path,
        status=None if hangs_up else answer.status_code,
        fan=call.fan,
        client_id=call.client_id,
        refs=call.refs,
        grant_type=call.grant_type,
        fault=kind,
    )
    if hangs_up:
        close_socket()
    return answer
