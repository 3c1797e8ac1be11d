"""Who calls: the program behind the request, checked before any view of the API."""

from __future__ import annotations

from typing import cast

from flask import Response, g, request

from presave_app.api.problems import problem
from presave_app.api.tokens import Caller, find_caller, remember_use
from presave_app.lib.tokens import hash_secret


def check_caller(*, unsafe: bool) -> Response | None:
    """Find the program by its token; the answer that refuses it, if it may not do this."""
    caller = find_caller(_token())
    if caller is None:
        return problem(401, "Send a token of your team: Authorization: Bearer presave_… It may have been revoked.")
    if unsafe and not caller.may_write:
        return problem(403, "This token may only read. Make one that may write under “Data and API”.")
    remember_use(caller)
    g.api_caller = caller
    return None


def current_caller() -> Caller:
    """The program behind this request."""
    return cast(Caller, g.api_caller)


def find_current_caller() -> Caller | None:
    """The program behind this request; None where a person's browser is."""
    return cast("Caller | None", g.get("api_caller"))


def caller_key() -> str:
    """What requests of one program are counted under, before anybody knows whether its token counts."""
    return "api " + hash_secret(_token())[:32]


def _token() -> str:
    given = request.authorization
    is_bearer = given is not None and given.type == "bearer"
    return (given.token or "") if is_bearer and given is not None else ""
