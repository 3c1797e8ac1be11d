"""Around every call: it is written to the journal, and a fault may take the answer's place."""

from dataclasses import dataclass
from datetime import datetime

from flask import Response, g, request

from presave_app.sandbox.broken_answers import close_socket
from presave_app.sandbox.faults import Fault

from .fault_kinds import FaultKind, early_answer, late_answer
from .twin import current_twin


@dataclass(slots=True, kw_only=True)
class CurrentCall:
    at: datetime
    host: str
    method: str
    path: str
    uris: tuple[str, ...]
    fan: str | None = None
    client_id: str | None = None
    grant_type: str | None = None
    fault: Fault | None = None


def start_call(host: str, path: str) -> CurrentCall:
    uris = tuple(uri for uri in request.args.get("uris", "").split(",") if uri)
    call = CurrentCall(at=current_twin().clock.now(), host=host, method=request.method, path=path, uris=uris)
    g.call = call
    return call


def current_call() -> CurrentCall:
    call = g.call
    assert isinstance(call, CurrentCall)
    return call


def take_early_fault(call: CurrentCall) -> Response | None:
    """The fault's answer where the call shall never reach the twin."""
    twin = current_twin()
    call.fault = twin.faults.take(call.method, call.path, call.fan)
    return early_answer(call.fault, twin.clock) if call.fault else None


def finish_call(response: Response) -> Response:
    """Writes the journal before the answer is spoilt, so that who sees the answer also finds the entry."""
    call = current_call()
    kind = call.fault.kind if call.fault else None
    answer = late_answer(call.fault, response) if call.fault else response
    hangs_up = kind in (FaultKind.CLOSE, FaultKind.APPLY_THEN_CLOSE)
    current_twin().journal.write(
        at=call.at,
        host=call.host,
        method=call.method,
        path=call.path,
        status=None if hangs_up else answer.status_code,
        fan=call.fan,
        client_id=call.client_id,
        uris=call.uris,
        grant_type=call.grant_type,
        fault=kind,
    )
    if hangs_up:
        close_socket()
    return answer
