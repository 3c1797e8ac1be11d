"""A fault as the control API takes it."""

from .fault_kinds import FaultKinds
from .faults import Fault, FaultQueue
from .json_body import BodyError, JsonBody

FIELDS = ("kind", "method", "path", "fan", "times", "rate", "retry_after", "retry_after_form", "seconds")
RETRY_AFTER_FORMS = ("seconds", "date", "none", "garbage")


def read_fault(queue: FaultQueue, kinds: FaultKinds) -> Fault:
    """Without `times` and `rate` a fault hits once; with a rate alone it goes on until it is removed."""
    body = JsonBody(FIELDS)
    kind = body.choice("kind", kinds.names, "")
    times = body.optional_whole("times")
    rate = body.number("rate", 1.0)
    if not 0 <= rate <= 1:
        raise BodyError("rate is a share between 0 and 1")
    return queue.add(
        kind,
        method=body.optional_text("method"),
        path=body.text("path", "*"),
        fan=body.optional_text("fan"),
        times=1 if times is None and "rate" not in body else times,
        rate=rate,
        retry_after=body.whole("retry_after", 30),
        retry_after_form=body.choice("retry_after_form", RETRY_AFTER_FORMS, "seconds"),
        seconds=body.number("seconds", 1.0),
    )
