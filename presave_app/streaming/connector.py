"""The contract between the engine and a streaming service: the whole vocabulary the rest of the app knows."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Protocol

from presave_app.settings import ServiceSettings


class Outcome(StrEnum):
    """How an add went well. What goes otherwise is raised, see `streaming.errors`."""

    ADDED = "added"
    ALREADY_THERE = "already_there"
    PRE_ADDED = "pre_added"


@dataclass(frozen=True)
class Tokens:
    """What a token endpoint gave. `refresh_token` is None when the service kept the old one valid."""

    access_token: str = field(repr=False)
    refresh_token: str | None = field(repr=False)
    expires_in_seconds: int
    scopes: tuple[str, ...]


@dataclass(frozen=True)
class SignIn:
    """A finished sign-in: the tokens, and the service's own immutable name for the account."""

    tokens: Tokens
    account_id: str = field(repr=False)


@dataclass(frozen=True)
class Release:
    """A release as the service's catalogue shows it."""

    ref: str
    upc: str | None


class Connector(Protocol):
    """One streaming service. Every method that calls out raises only `streaming.errors.ServiceError`."""

    service: str
    name: str
    scopes: tuple[str, ...]
    # How long a fan's permission lives from the consent on; None where the service sets no end.
    grant_life: timedelta | None
    # What the fan page says about whom this installation can serve; None when there is no limit.
    audience_limit: int | None
    # Where a fan takes the permission back at the service itself.
    permissions_url: str
    # An example of what a label pastes as a target.
    ref_example: str

    def __init__(self, settings: ServiceSettings) -> None: ...

    def close(self) -> None:
        """Give the connections back; the process is about to end."""
        ...

    def parse_ref(self, text: str) -> str | None:
        """The service's own name for the release in a pasted link, URI or id; None when it is none."""
        ...

    def listen_url(self, ref: str) -> str:
        """Where the release is listened to."""
        ...

    def authorization_url(self, *, redirect_uri: str, state: str, code_verifier: str) -> str:
        """Where the fan's browser is sent to give the permission."""
        ...

    def finish_sign_in(self, *, code: str, code_verifier: str, redirect_uri: str) -> SignIn:
        """Exchange the code and ask whose account it is."""
        ...

    def refresh(self, refresh_token: str) -> Tokens:
        """New tokens for an old one; raises NeedsReauth when the permission is gone."""
        ...

    def find_release(self, *, ref: str | None, upc: str | None) -> Release | None:
        """The release in the catalogue, or None while the catalogue does not show it."""
        ...

    def add(self, access_token: str, ref: str) -> Outcome:
        """Add the release to the library of the token's fan. Repeating changes nothing."""
        ...

    def contains(self, access_token: str, ref: str) -> bool:
        """Whether the fan's library holds the release."""
        ...
