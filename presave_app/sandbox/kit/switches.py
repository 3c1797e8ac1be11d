"""How a twin behaves where its service does not say, or says it differently from app to app."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import ClassVar, Self

from .settable import Settable


@dataclass(frozen=True, slots=True, kw_only=True)
class Switches(Settable):
    """What every twin can switch; a twin's own switches are the fields of a child.

    `LABELS` are the sentences of those that get a button on the page: on or off, or the words of a Literal.
    `calls` None means no limit of calls in `window_seconds`.
    """

    LABELS: ClassVar[Mapping[str, str]] = {}

    code_seconds: int = 60
    access_token_seconds: int = 3600
    calls: int | None = None
    window_seconds: float = 30.0
    latency_seconds: float = 0.0

    def changed(self, changes: Mapping[str, object]) -> Self:
        """Raises FieldError for an unknown switch and a value it cannot have."""
        return replace(self, **self.check(changes))
