"""What a fan has put into the collection: adding, removing, and the orders it can be read in."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from presave_app.sandbox.kit.fans import SavedItem

from .albums import TRACK_MINUTES, Album
from .api_body import BodyItem
from .errors import coded
from .fans import Fan
from .twin import TidalTwin
from .view import View

SortKeys = Mapping[str, Callable[[SavedItem], Any]]


@dataclass(slots=True)
class Outcome:
    """What becomes of the items of one call: `present` are there already, `unknown` are not in the catalogue."""

    added: list[BodyItem] = field(default_factory=list)
    present: list[BodyItem] = field(default_factory=list)
    unknown: list[BodyItem] = field(default_factory=list)


def add_items(view: View, fan: Fan, shelf: str, items: list[BodyItem], refuse: Callable[[Outcome], None]) -> Outcome:
    """`refuse` may raise, and then nothing new is added. Adding again is counted, whatever comes of it."""
    twin = view.twin
    with twin.lock:
        outcome = sort_out(view, shelf, items)
        for item in outcome.present:
            _put(view, fan, shelf, item)
        refuse(outcome)
        if len(view.shelf(shelf)) + len(outcome.added) > twin.switches.most_items:
            raise coded("TOO_MANY_ITEMS_IN_COLLECTION")
        for item in outcome.added:
            _put(view, fan, shelf, item)
            if item.added_at is not None:
                fan.claimed[shelf, item.id] = item.added_at
        return outcome


def sort_out(view: View, shelf: str, items: list[BodyItem]) -> Outcome:
    held, outcome = {item.ref for item in view.shelf(shelf)}, Outcome()
    for item in items:
        if item.id in held:
            outcome.present.append(item)
        elif view.can_add(shelf, item.id):
            held.add(item.id)
            outcome.added.append(item)
        else:
            outcome.unknown.append(item)
    return outcome


def remove_items(view: View, fan: Fan, shelf: str, items: list[BodyItem]) -> bool:
    """Whether all of them were there."""
    twin, ids = view.twin, {item.id for item in items}
    with twin.lock:
        held = {item.ref for item in view.shelf(shelf)}
        for item_id in ids & held:
            fan.claimed.pop((shelf, item_id), None)
            if shelf == "artists":
                twin.fans.unfollow(fan, item_id)
            else:
                twin.fans.remove(fan, [item_id])
    return ids <= held


def sort_keys(view: View, shelf: str) -> SortKeys:
    """The members by which a collection can be sorted, and what of an item each looks at."""
    twin = view.twin
    added: SortKeys = {"addedAt": lambda item: view.added_at(shelf, item)}
    if shelf == "artists":
        return {**added, "name": lambda item: twin.title_of(item.ref).casefold()}
    of_both: SortKeys = {
        **added,
        "title": lambda item: twin.title_of(item.ref).casefold(),
        "artists.name": lambda item: _album(twin, item).artist.casefold(),
    }
    if shelf == "albums":
        return {**of_both, "releaseDate": lambda item: str(_album(twin, item).starts_in(view.country))}
    return {
        **of_both,
        "albums.title": lambda item: _album(twin, item).title.casefold(),
        "duration": lambda _: TRACK_MINUTES,
    }


def _album(twin: TidalTwin, item: SavedItem) -> Album:
    """Of an album itself, of a track the one it is on; a shelf shows nothing else."""
    album, track = twin.releases.find(item.ref), twin.find_track(item.ref)
    found = album or (track.album if track else None)
    assert found is not None
    return found


def _put(view: View, fan: Fan, shelf: str, item: BodyItem) -> None:
    fans = view.twin.fans
    if shelf == "artists":
        fans.follow(fan, item.id, view.now)
    else:
        fans.save(fan, [item.id], view.now)
