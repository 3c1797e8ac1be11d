"""The fan's collection: one resource for albums, one for artists, one for tracks, each with its items.

https://tidal-music.github.io/tidal-api-reference/tidal-api-oas.json
"""

from flask import Blueprint, Response

from .api_body import read_items
from .api_catalogue import relationship_answer
from .api_gate import get_fan
from .api_once import once
from .api_paging import sort_by
from .collection import Outcome, add_items, remove_items, sort_keys
from .documents import Document, read_include
from .errors import ApiError, api_answer, coded
from .fans import Fan
from .relationships import collected, identifier
from .scopes import COLLECTION_READ, COLLECTION_WRITE
from .twin import current_twin
from .view import View

COLLECTION = "/<any(userCollectionAlbums, userCollectionArtists, userCollectionTracks):resource>/<owner>"
ITEMS = f"{COLLECTION}/relationships/items"


def register(blueprint: Blueprint) -> None:
    blueprint.add_url_rule(COLLECTION, view_func=one_collection, methods=["GET"])
    blueprint.add_url_rule(f"{COLLECTION}/relationships/owners", view_func=owners, methods=["GET"])
    blueprint.add_url_rule(ITEMS, view_func=items, methods=["GET"])
    blueprint.add_url_rule(ITEMS, view_func=add, methods=["POST"])
    blueprint.add_url_rule(ITEMS, view_func=remove, methods=["DELETE"])


def one_collection(resource: str, owner: str) -> Response:
    return collection_answer(get_owner(COLLECTION_READ, owner), resource, owner)


def owners(resource: str, owner: str) -> Response:
    fan = get_owner(COLLECTION_READ, owner)
    return relationship_answer(view_of(fan), resource, owner, "owners", [identifier("users", fan.account_id)])


def items(resource: str, owner: str) -> Response:
    view, shelf = view_of(get_owner(COLLECTION_READ, owner)), shelf_of(resource)
    ordered = sort_by(view.shelf(shelf), sort_keys(view, shelf), "-addedAt")
    return relationship_answer(view, resource, owner, "items", [collected(view, shelf, one) for one in ordered])


def add(resource: str, owner: str) -> Response:
    """What is not in the catalogue or there already is skipped; the status is 200 all the same."""
    fan, shelf = get_owner(COLLECTION_WRITE, owner), shelf_of(resource)
    path = f"/{resource}/{owner}/relationships/items"
    return once(lambda: _added_answer(view_of(fan), fan, shelf, path))


def remove(resource: str, owner: str) -> Response:
    fan = get_owner(COLLECTION_WRITE, owner)
    return once(lambda: removed_answer(fan, shelf_of(resource), f"/{resource}/{owner}/relationships/items"))


def get_owner(scope: str, owner: str) -> Fan:
    """A collection has the id of its owner, who may say `me`; those of others are not there."""
    fan = get_fan(scope)
    if owner not in ("me", fan.account_id):
        raise ApiError(404)
    return fan


def view_of(fan: Fan) -> View:
    twin = current_twin()
    return View(twin, fan, fan.country, twin.clock.now())


def collection_answer(fan: Fan, resource: str, owner: str) -> Response:
    document = Document(view_of(fan))
    data = document.resource(resource, fan.account_id, read_include(resource))
    return api_answer(document.json(data, {"self": f"/{resource}/{owner}"}))


def removed_answer(fan: Fan, shelf: str, path: str) -> Response:
    were_there = remove_items(view_of(fan), fan, shelf, read_items((shelf,)))
    if not were_there and current_twin().switches.remove_unknown == "404":
        raise ApiError(404)
    return api_answer({"links": {"self": path}})


def shelf_of(resource: str) -> str:
    return resource.removeprefix("userCollection").lower()


def _added_answer(view: View, fan: Fan, shelf: str, path: str) -> Response:
    outcome = add_items(view, fan, shelf, read_items((shelf,)), _refuse)
    new = {item.id for item in outcome.added}
    added = [collected(view, shelf, one) for one in view.shelf(shelf) if one.ref in new]
    reasons = (("NOT_FOUND", outcome.unknown), ("ALREADY_PRESENT", outcome.present))
    skipped = [{"type": shelf, "id": one.id, "reason": reason} for reason, held in reasons for one in held]
    return api_answer({"data": added, "links": {"self": path}, "meta": {"skipped": skipped}})


def _refuse(outcome: Outcome) -> None:
    switches = current_twin().switches
    if outcome.unknown and switches.add_before_live == "404":
        raise ApiError(404)
    if outcome.present and switches.add_again == "409":
        raise coded("DUPLICATE_ITEMS_IN_COLLECTION")
