"""Lists: a page of `data` with `total`, and the addresses of the pages beside it.

https://developers.deezer.com/api/parameters
"""

from urllib.parse import urlencode

from flask import Response, request

from .api_shapes import Json
from .errors import ApiError, json_answer
from .twin import current_twin

USUAL = 25


def list_answer(items: list[Json]) -> Response:
    index, limit = _whole("index", 0), _whole("limit", USUAL)
    page: Json = {"data": items[index : index + limit], "total": len(items)}
    if index > 0:
        page["prev"] = _link(max(0, index - limit))
    if limit and index + limit < len(items):
        page["next"] = _link(index + limit)
    return json_answer(page)


def _link(index: int) -> str:
    """The same question with another index. Real answers repeat the token in it."""
    left_out = () if current_twin().switches.token_in_next else ("access_token",)
    asked = {name: value for name, value in request.args.items() if name not in left_out}
    return f"{request.base_url}?{urlencode(asked | {'index': str(index)})}"


def _whole(name: str, usual: int) -> int:
    text = request.args.get(name)
    if text is None:
        return usual
    if not text.isascii() or not text.isdecimal():
        raise ApiError("parameter", f"Wrong parameter: {name}")
    return int(text)
