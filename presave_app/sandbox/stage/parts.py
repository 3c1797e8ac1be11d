"""What the stage has to know of a twin: how it is met, what it shows, whom it turns away."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from presave_app.sandbox.kit.twin import AnyTwin
from presave_app.sandbox.settings import SandboxSettings


@dataclass(frozen=True, slots=True)
class Named:
    """A release as the label names it: by the service's own name for it, or by its UPC alone."""

    ref: str | None
    upc: str
    title: str
    artist: str

    def as_fields(self) -> dict[str, str]:
        return {"title": self.title or "Untitled", "artist": self.artist or "Unknown Artist", "upc": self.upc}


@dataclass(frozen=True, kw_only=True)
class Part:
    """`credentials` are fields of the sandbox's settings, `paths` the base addresses, by the app's own names."""

    credentials: tuple[str, ...]
    paths: Mapping[str, str]
    show: Callable[[Named], None]
    limit: Callable[[int | None, float], None]
    refused: Callable[[], int]
    # Most services count nothing by the day.
    budget: Callable[[int], None] = lambda _: None
    made_up: Callable[[], Mapping[str, str]] = field(default=dict)

    def settings(self, settings: SandboxSettings, root: str) -> dict[str, str]:
        known = {name.upper(): str(getattr(settings, name)) for name in self.credentials}
        return {**known, **self.made_up(), **{name: root + path for name, path in self.paths.items()}}


def limit_windows(twin: AnyTwin, calls: int | None, window_seconds: float) -> None:
    """For a twin that counts in rolling windows."""
    with twin.lock:
        twin.windows.reset()
        twin.switches = twin.switches.changed({"calls": calls, "window_seconds": window_seconds})


def kit_part(
    current: Callable[[], AnyTwin], show: Callable[[Named], None], credentials: tuple[str, ...], **paths: str
) -> Part:
    """A twin made with the kit."""
    return Part(
        credentials=credentials,
        paths=paths,
        show=show,
        limit=lambda calls, seconds: limit_windows(current(), calls, seconds),
        refused=lambda: current().windows.refused,
    )
