"""JSON:API documents: the data, what `include` wants beside it, and links.

https://tidal-music.github.io/tidal-api-reference/tidal-api-oas.json (info, Relationships and includes)
"""

from flask import request

from .attributes import attributes_of
from .errors import ApiError, bad_parameter
from .relationships import NAMES, TO_ONE, related
from .view import View

Json = dict[str, object]
# The names of relationships, each with those that are wanted of the resources it leads to.
Tree = dict[str, "Tree"]

DEEPEST = 3
MOST_NAMED = 10


def read_include(kind: str) -> Tree:
    """The paths of `include`, relative to a resource of that type. The qualifier of `tracks:albums` is left out."""
    tree: Tree = {}
    texts = ",".join(request.args.getlist("include"))
    for path in filter(None, texts.split(",")):
        names = [part.rpartition(":")[2] for part in path.split(".")]
        if len(names) > DEEPEST:
            raise bad_parameter("include", f"{path} is deeper than {DEEPEST} levels")
        _add_path(tree, kind, names, path)
    if _count(tree) > MOST_NAMED:
        raise bad_parameter("include", f"include names more than {MOST_NAMED} resources")
    return tree


class Document:
    """Collects what is included, each resource once, however many ways lead to it."""

    def __init__(self, view: View) -> None:
        self.view = view
        self._included: dict[tuple[str, str], Json] = {}

    def resource(self, kind: str, item_id: str, tree: Tree) -> Json:
        """Raises a 404 for what the view does not have."""
        shape = self._shape(kind, item_id, tree)
        if shape is None:
            raise ApiError(404)
        return shape

    def include(self, data: list[Json], tree: Tree) -> None:
        for named in data:
            key = str(named["type"]), str(named["id"])
            shape = self._shape(*key, tree)
            if shape is not None:
                self._included[key] = _merged(self._included.get(key), shape)

    def json(self, data: object, links: Json) -> Json:
        whole: Json = {"data": data, "links": links}
        return whole | {"included": list(self._included.values())} if request.args.get("include") else whole

    def _shape(self, kind: str, item_id: str, tree: Tree) -> Json | None:
        attributes = attributes_of(self.view, kind, item_id)
        if attributes is None:
            return None
        shape: Json = {"type": kind, "id": item_id, "attributes": attributes}
        if tree:
            path = f"/{kind}/{item_id}/relationships"
            shape["relationships"] = {
                name: self._relationship(f"{path}/{name}", kind, item_id, name, below) for name, below in tree.items()
            }
        return shape

    def _relationship(self, path: str, kind: str, item_id: str, name: str, below: Tree) -> Json:
        found = related(self.view, kind, item_id, name)
        self.include(found, below)
        return {"data": next(iter(found), None) if name in TO_ONE else found, "links": {"self": path}}


def _add_path(tree: Tree, kind: str, names: list[str], path: str) -> None:
    """Of a type that the twin does not build it cannot say more than that it has the relationship."""
    known = NAMES.get(kind)
    if known is not None and names[0] not in known:
        raise bad_parameter("include", f"{path} is no path of relationships; {kind} has {', '.join(sorted(known))}")
    below = tree.setdefault(names[0], {})
    if len(names) > 1:
        _add_path(below, _kind_of(kind, names[0]), names[1:], path)


def _kind_of(kind: str, name: str) -> str:
    """The type of what a relationship leads to."""
    if name == "items":
        return {"userCollectionAlbums": "albums", "userCollectionArtists": "artists"}.get(kind, "tracks")
    return {"similarAlbums": "albums", "similarArtists": "artists", "owners": "users"}.get(name, name)


def _count(tree: Tree) -> int:
    return len(tree) + sum(_count(below) for below in tree.values())


def _merged(known: Json | None, shape: Json) -> Json:
    if known is None:
        return shape
    old, new = known.get("relationships"), shape.get("relationships")
    both = {**(old if isinstance(old, dict) else {}), **(new if isinstance(new, dict) else {})}
    return known | {"relationships": both} if both else known
