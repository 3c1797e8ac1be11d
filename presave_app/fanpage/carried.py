"""What a fan's way through the pages carries along: where they came from, and which releases they left out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from presave_app.fanpage.poster import clean_source
from presave_app.fanpage.rolls import clean_ids


@dataclass(frozen=True)
class Carried:
    """The source as the link named it, and the ids of the releases, each as an address or a form says it."""

    source: str = ""
    without: str = ""

    @property
    def query(self) -> dict[str, Any]:
        """What an address of the release's page has to say of it."""
        said = {"src": self.source, "without": self.without}
        return {name: value for name, value in said.items() if value}


def carried_in(values: Mapping[str, str]) -> Carried:
    """What a query or a form brings along; nothing of it that is not well made."""
    return Carried(clean_source(values.get("src", "")), clean_ids(values.get("without", "")))


def carried_by(draft: Mapping[str, Any]) -> Carried:
    """What was brought along when a sign-in began."""
    return Carried(draft.get("source") or "", draft.get("without", ""))
