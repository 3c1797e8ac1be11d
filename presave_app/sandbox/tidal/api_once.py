"""Mutations: with an `Idempotency-Key` one is done once, and its answer given again for an hour.

https://tidal-music.github.io/tidal-api-reference/tidal-api-oas.json (info, Mutations)
"""

from collections.abc import Callable

from flask import Response, request

from presave_app.sandbox.kit.clock import wait
from presave_app.sandbox.kit.errors import ServiceError

from .api_gate import current_token
from .errors import MEDIA_TYPE, ApiError, coded
from .kept_answers import AnswerKey, KeptAnswer
from .twin import TidalTwin, current_twin

LONGEST_KEY = 128


def once(work: Callable[[], Response]) -> Response:
    """Does the work, or answers as it was answered before. An error of the work is an answer as well."""
    twin = current_twin()
    text = request.headers.get("Idempotency-Key")
    if text is None:
        return _do(twin, work)
    if not 0 < len(text) <= LONGEST_KEY:
        raise ApiError(400, f"The key has 1 to {LONGEST_KEY} characters", source={"header": "Idempotency-Key"})
    token = current_token()
    key = (token.client_id, token.fan or "", text)
    payload = f"{request.method} {request.path}\n".encode() + request.get_data()
    known = twin.kept_answers.begin(key, payload, twin.clock.now())
    return _do_and_keep(twin, key, work) if known is None else _again(known, payload)


def _do(twin: TidalTwin, work: Callable[[], Response]) -> Response:
    wait(twin.switches.write_seconds)
    return work()


def _do_and_keep(twin: TidalTwin, key: AnswerKey, work: Callable[[], Response]) -> Response:
    try:
        answer = _do(twin, work)
    except ServiceError as error:
        answer = error.response()
    except BaseException:
        twin.kept_answers.forget(key)
        raise
    twin.kept_answers.finish(key, answer.status_code, answer.get_data(), twin.clock.now())
    return answer


def _again(known: KeptAnswer, payload: bytes) -> Response:
    if known.payload != payload:
        raise coded("IDEMPOTENT_REQUEST_PAYLOAD_MISMATCH")
    if known.body is None:
        raise coded("IDEMPOTENT_REQUEST_IN_PROGRESS")
    return Response(known.body, known.status, content_type=MEDIA_TYPE)
