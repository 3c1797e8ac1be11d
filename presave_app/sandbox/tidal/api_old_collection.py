"""The deprecated `userCollections`: one resource for everything, which tells nothing of single items.

It goes on for six months at least after it was marked deprecated, and then may be gone; a switch decides.
https://tidal-music.github.io/tidal-api-reference/tidal-api-oas.json (info, Deprecation)
"""

from flask import Blueprint, Response

from .api_body import read_items
from .api_catalogue import relationship_answer
from .api_collection import collection_answer, get_owner, removed_answer, view_of
from .api_once import once
from .api_paging import sort_by
from .collection import Outcome, add_items, sort_keys
from .errors import ApiError, api_answer, coded
from .fans import Fan
from .relationships import collected
from .scopes import COLLECTION_READ, COLLECTION_WRITE
from .twin import current_twin

RESOURCE = "userCollections"
ITEMS = f"/{RESOURCE}/<owner>/relationships/<any(albums, artists, tracks):shelf>"


def register(blueprint: Blueprint) -> None:
    blueprint.add_url_rule(f"/{RESOURCE}/<owner>", view_func=old_collection, methods=["GET"])
    blueprint.add_url_rule(ITEMS, view_func=old_items, methods=["GET"])
    blueprint.add_url_rule(ITEMS, view_func=old_add, methods=["POST"])
    blueprint.add_url_rule(ITEMS, view_func=old_remove, methods=["DELETE"])


def old_collection(owner: str) -> Response:
    return collection_answer(_get_owner(COLLECTION_READ, owner), RESOURCE, owner)


def old_items(owner: str, shelf: str) -> Response:
    """The members to sort by have the relationship before them, as `albums.addedAt`."""
    view = view_of(_get_owner(COLLECTION_READ, owner))
    keys = {f"{shelf}.{member}": key for member, key in sort_keys(view, shelf).items()}
    ordered = sort_by(view.shelf(shelf), keys, f"-{shelf}.addedAt")
    return relationship_answer(view, RESOURCE, owner, shelf, [collected(view, shelf, one) for one in ordered])


def old_add(owner: str, shelf: str) -> Response:
    fan = _get_owner(COLLECTION_WRITE, owner)

    def work() -> Response:
        add_items(view_of(fan), fan, shelf, read_items((shelf,)), _refuse)
        return api_answer({"links": {"self": _path(owner, shelf)}})

    return once(work)


def old_remove(owner: str, shelf: str) -> Response:
    fan = _get_owner(COLLECTION_WRITE, owner)
    return once(lambda: removed_answer(fan, shelf, _path(owner, shelf)))


def _get_owner(scope: str, owner: str) -> Fan:
    """`me` is not documented here, so it is nobody."""
    if current_twin().switches.old_routes == "gone" or owner == "me":
        raise ApiError(404)
    return get_owner(scope, owner)


def _path(owner: str, shelf: str) -> str:
    return f"/{RESOURCE}/{owner}/relationships/{shelf}"


def _refuse(outcome: Outcome) -> None:
    switches = current_twin().switches
    if outcome.unknown and switches.old_add_unknown == "404":
        raise ApiError(404)
    if outcome.present and switches.old_add_again == "409":
        raise coded("DUPLICATE_ITEMS_IN_COLLECTION")
