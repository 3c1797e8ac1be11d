"""Artwork, stylesheets and link cards by their addresses, for everybody and for ever."""

from __future__ import annotations

from flask import Blueprint, abort, make_response
from flask.typing import ResponseReturnValue

from presave_app.access import public
from presave_app.campaigns import artwork, colours, link_card

art = Blueprint("art", __name__)

_FOR_EVER = "public, max-age=31536000, immutable"


@art.get("/art/<address>")
@public
def art_file(address: str) -> ResponseReturnValue:
    """One of these files. Were it ever a page in disguise, the browser would still run nothing of it."""
    # PostgreSQL takes no NUL in a text, and no address holds one.
    is_address = address.isascii() and address.isprintable()
    places = (artwork.find_file, colours.find_file, link_card.find_file) if is_address else ()
    found = next((file for file in (find(address) for find in places) if file), None)
    if found is None:
        abort(404)
    content_type, body = found
    response = make_response(body)
    response.headers["Content-Type"] = content_type
    response.headers["Cache-Control"] = _FOR_EVER
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response
