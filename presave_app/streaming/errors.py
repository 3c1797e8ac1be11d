"""How a call to a service can go wrong: one class for each decision the engine takes."""

from __future__ import annotations


class ServiceError(Exception):
    """A call did not do what was asked. `reason` is a short code that the pages turn into words; never a secret."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class RetryLater(ServiceError):
    """The outcome is unknown or the service is busy.

    With `pause_seconds` the whole app leaves the service alone that long; with `wait_seconds` only this
    one call is put off, by that much instead of by a growing backoff.
    """

    def __init__(self, reason: str, pause_seconds: float | None = None, *, wait_seconds: float | None = None) -> None:
        super().__init__(reason)
        self.pause_seconds = pause_seconds
        self.wait_seconds = wait_seconds


class NotYetAvailable(ServiceError):
    """The service does not show the release (yet)."""


class AccessExpired(ServiceError):
    """The access token is no longer taken; a refresh may mend it."""


class NeedsReauth(ServiceError):
    """The fan's permission is gone or too small; only the fan can mend it."""


class NotEntitled(ServiceError):
    """The service does not serve this fan through this app."""


class SignInRefused(ServiceError):
    """The sign-in ended without a permission: the fan, or the service on their behalf, said no."""


class AppBlocked(ServiceError):
    """Our own app is refused: a fault of the installation, of which no fan must suffer."""


class AsWanted(ServiceError):
    """An error that means it was so already. It stays inside a connector, which makes `ALREADY_THERE` of it."""


class Refused(ServiceError):
    """The service refuses the request as wrong: a fault of ours, for a person to look at."""
