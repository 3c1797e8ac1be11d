"""The sandbox: twins of the streaming services, an app of its own that is met only over HTTP."""

from collections.abc import Callable

from flask import Flask, Response, render_template
from jinja2 import StrictUndefined

from .apple_music import create_apple_music
from .audiomack import create_audiomack
from .deezer import create_deezer
from .kit.service import ServiceTwin
from .lookups import create_itunes, create_musicbrainz, create_odesli
from .settings import SandboxSettings
from .soundcloud import create_soundcloud
from .spotify import SpotifyService
from .stage import create_stage
from .tidal import create_tidal
from .youtube import create_youtube

# One line for each service; a new twin is registered here and nowhere else.
TWINS: tuple[Callable[[SandboxSettings], ServiceTwin], ...] = (
    SpotifyService,
    create_apple_music,
    create_audiomack,
    create_deezer,
    create_soundcloud,
    create_tidal,
    create_youtube,
    create_itunes,
    create_odesli,
    create_musicbrainz,
)

# The pages carry no script and no inline style. form-action is left out on purpose: the consent form ends at
# the app's address, which is another origin.
CONTENT_POLICY = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'"


class Sandbox(Flask):
    """Undefined names in a template are errors; jinja_options is read when the environment is first made."""

    jinja_options = {"undefined": StrictUndefined, "trim_blocks": True, "lstrip_blocks": True}  # noqa: RUF012


def create_sandbox(settings: SandboxSettings | None = None) -> Flask:
    """A fresh sandbox with its own state; without settings it has one made-up app for http://127.0.0.1:5000."""
    app = Sandbox(__name__, static_url_path="/static")
    known = settings or SandboxSettings()
    twins = [create_twin(known) for create_twin in TWINS]
    for twin in twins:
        twin.install(app)
    app.register_blueprint(create_stage(known))

    @app.get("/")
    def home() -> str:
        return render_template("sandbox/home.html", cards=[twin.card() for twin in twins])

    @app.after_request
    def protect(response: Response) -> Response:
        response.headers.setdefault("Content-Security-Policy", CONTENT_POLICY)
        response.headers.setdefault("Referrer-Policy", "same-origin")
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        return response

    return app
