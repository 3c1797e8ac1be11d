"""The service's player on other people's pages: a page that may be framed, and plays nothing."""

from flask import Blueprint, Response, make_response, render_template

# As on the other pages, but for who may show it.
EMBED_POLICY = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors *"


def add_embed(blueprint: Blueprint, service: str) -> None:
    """Add the player of every release of this service to its pages; what it is to play stands in the address."""

    def embed(what: str = "") -> Response:
        response = make_response(render_template("sandbox/kit/embed.html", service=service, what=what))
        response.headers["Content-Security-Policy"] = EMBED_POLICY
        return response

    blueprint.add_url_rule("/embed/", "embed", embed)
    blueprint.add_url_rule("/embed/<path:what>", "embed", embed)
