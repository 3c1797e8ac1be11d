"""The faults the twin can be asked for beside the usual ones."""

from presave_app.sandbox.kit.fault_kinds import FaultKinds

from .errors import AudiomackError, not_found, server_error, too_many, unauthorized

FAULT_KINDS = FaultKinds(
    server_error=server_error,
    answers={
        "401": lambda: unauthorized("Invalid or expired token").response(),
        "401_signature": lambda: unauthorized("Invalid signature").response(),
        "403": lambda: AudiomackError(403, "Forbidden").response(),
        "404": lambda: not_found().response(),
    },
    limits={"429": lambda headers: too_many(headers).response()},
)
