"""Whether something may be added, to the favourites or to a playlist.

The documentation says neither what adding before the start is answered nor adding what is not there.
"""

from .api_gate import no_data
from .api_shapes import find_artist
from .errors import ApiError
from .twin import DeezerTwin


def may_add(twin: DeezerTwin, kind: str, ids: list[str]) -> bool:
    """False where Deezer says a bare `false`. Raises ApiError."""
    answers = [_answer(twin, kind, number) for number in ids]
    if "800" in answers:
        raise no_data()
    return "false" not in answers


def check_room(twin: DeezerTwin, count: int, *, is_growing: bool) -> None:
    if is_growing and count > twin.switches.most_items:
        raise ApiError("items_limit_exceeded")


def _answer(twin: DeezerTwin, kind: str, number: str) -> str:
    if kind == "artist":
        return "true" if find_artist(twin, number) else twin.switches.add_unknown
    music = twin.find_music(kind, number)
    if music is None:
        return twin.switches.add_unknown
    return "true" if twin.is_live(music) else twin.switches.add_before_live
