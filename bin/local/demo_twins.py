"""The demo at the sandbox's control API: the release is put into every twin, and libraries are looked at."""

from collections.abc import Sequence
from datetime import UTC, datetime
from urllib.parse import quote

from . import http
from .demo_services import ARTIST, TITLE, TwinService
from .errors import LaunchError


def tell_the_twins(twins: Sequence[TwinService], sandbox_url: str, release_at: datetime) -> None:
    """Each service has the release from that moment on, and not before. Raises LaunchError."""
    live_from = release_at.astimezone(UTC).isoformat()
    for twin in twins:
        control = _control_of(twin, sandbox_url)
        release = {twin.title_field: TITLE, "artist": ARTIST, "live_from": live_from, **twin.release}
        try:
            if twin.switches:
                http.send_json("PATCH", f"{control}/switches", twin.switches)
            http.send_json("PUT", f"{control}/{twin.release_path.format(held=quote(twin.held))}", release)
        except OSError as error:
            raise LaunchError(f"The sandbox's {twin.name} did not take the release: {error}") from error


def holders(twin: TwinService, sandbox_url: str) -> frozenset[str]:
    """The fans in whose libraries the service itself has the release now; nobody while it does not answer."""
    query = f"{twin.held_field}={quote(twin.held)}"
    answer = http.get_json(f"{_control_of(twin, sandbox_url)}/libraries?{query}")
    return frozenset(answer["fans"]) if answer else frozenset()


def _control_of(twin: TwinService, sandbox_url: str) -> str:
    return f"{sandbox_url}/{twin.slug}/control"
