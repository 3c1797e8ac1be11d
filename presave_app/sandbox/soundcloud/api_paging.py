"""Lists: a page with `next_href`, or the bare list that those get who do not ask for pages.

https://developers.soundcloud.com/docs/api/explorer/open-api
"""

from urllib.parse import urlencode

from flask import Response, request

from .api_shapes import PREFIX, Json
from .errors import ApiError, json_answer

USUAL = 50
MOST = 200


def list_answer(path: str, items: list[Json]) -> Response:
    """The cursor is an offset here, which nobody should rely on."""
    limit = _whole("limit", USUAL, lowest=1, highest=MOST)
    start = _whole("cursor", 0, lowest=0, highest=len(items))
    page = items[start : start + limit]
    if request.args.get("linked_partitioning", "").lower() not in ("true", "1"):
        return json_answer(page)
    following = start + limit
    # The last page has no `next_href` (https://developers.soundcloud.com/docs/api/guide#pagination).
    more = {"next_href": _link(path, limit, following)} if following < len(items) else {}
    return json_answer({"collection": page, **more})


def _link(path: str, limit: int, cursor: int) -> str:
    query = urlencode({"linked_partitioning": "true", "limit": str(limit), "cursor": str(cursor)})
    return f"{request.host_url.rstrip('/')}{PREFIX}{path}?{query}"


def _whole(name: str, usual: int, *, lowest: int, highest: int) -> int:
    text = request.args.get(name)
    if text is None:
        return usual
    if not text.isdecimal() or not lowest <= int(text) <= highest:
        raise ApiError(400, f"{name} is a number from {lowest} to {highest}")
    return int(text)
