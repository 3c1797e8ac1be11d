"""The deprecated writes: apps in extended mode still have them, in development mode each answers a bare 403.

https://developer.spotify.com/documentation/web-api/tutorials/february-2026-migration-guide
"""

from collections.abc import Callable

from flask import Blueprint, Response, request

from presave_app.sandbox.kit.recording import current_call

from .api_gate import get_fan, require_extended_mode, require_scopes
from .api_library import save_to_library
from .errors import ApiError
from .ids import Uri, is_id
from .scopes import write_scope
from .twin import current_twin

MOST_IDS = 50
MOST_IDS_IN_QUERY = {"album": 20, "track": 50, "artist": 50, "user": 50}
FOLLOWED = ("artist", "user")


def register(blueprint: Blueprint) -> None:
    for path, view in (("albums", _saved("album")), ("tracks", _saved("track")), ("following", following)):
        blueprint.add_url_rule(f"/me/{path}", f"old_{path}", view, methods=["PUT", "DELETE"])


def following() -> Response:
    require_extended_mode()
    kind = request.args.get("type", "")
    if kind not in FOLLOWED:
        raise ApiError(400, "Missing required field: type" if not kind else "Invalid type")
    _write(kind)
    return Response(status=204)


def _saved(kind: str) -> Callable[[], Response]:
    def view() -> Response:
        require_extended_mode()
        _write(kind)
        return Response()

    return view


def _write(kind: str) -> None:
    fan = get_fan()
    require_scopes({write_scope(kind)})
    uris = [Uri(kind, text) for text in _read_ids(kind)]
    current_call().refs = tuple(map(str, uris))
    if request.method == "DELETE":
        current_twin().fans.remove(fan, map(str, uris))
    else:
        save_to_library(fan, uris)


def _read_ids(kind: str) -> list[str]:
    """Where both are sent the query wins over the body."""
    in_query = [text for text in request.args.get("ids", "").split(",") if text]
    ids = in_query or _ids_in_body()
    if not ids:
        raise ApiError(400, "Missing required field: ids")
    if len(ids) > (MOST_IDS_IN_QUERY[kind] if in_query else MOST_IDS):
        raise ApiError(400, "Too many ids requested")
    if kind != "user" and not all(map(is_id, ids)):
        raise ApiError(400, "Invalid base62 id")
    return ids


def _ids_in_body() -> list[str]:
    body = request.get_json(force=True, silent=True)
    if not isinstance(body, dict):
        return []
    timestamped = body.get("timestamped_ids")
    if isinstance(timestamped, list):
        return [str(entry.get("id", "")) for entry in timestamped if isinstance(entry, dict)]
    ids = body.get("ids")
    return [str(text) for text in ids] if isinstance(ids, list) else []
