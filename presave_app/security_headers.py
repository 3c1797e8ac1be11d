"""The headers every answer carries: what a page may load, where its forms may go, who may frame it."""

from __future__ import annotations

from collections.abc import Iterable

from flask import Flask, Response, request

from presave_app.extensions import current_settings

# Pages with a form that begins a sign-in at a service.
_SIGN_IN_BLUEPRINTS = ("fanpage", "mine", "connecting", "connection_tests")


def init_security_headers(app: Flask) -> None:
    """Add the headers to every answer, leaving alone what a view set itself."""
    app.after_request(_add_headers)


def content_security_policy(
    form_targets: str,
    frame_ancestors: str = "'none'",
    *,
    guests: tuple[str, ...] = (),
    frames: tuple[str, ...] = (),
) -> str:
    """The policy of a page. Nothing inline runs, nothing of anybody else's is loaded.

    `guests` are origins whose script the page is there for: it may load them, and they may talk to themselves.
    `frames` are origins that may only be shown in a frame, where they are on their own.

    Chromium applies `form-action` to each redirect after a form is sent, so the page that starts a
    sign-in must allow any https address: a service may pass the fan on to a host of its own choice.
    """
    return "; ".join(
        (
            "default-src 'none'",
            " ".join(("script-src 'self'", *guests)),
            "style-src 'self'",
            "img-src 'self' data:",
            "font-src 'self'",
            " ".join(("connect-src 'self'", *guests)),
            *([" ".join(("frame-src", *guests, *frames))] if guests or frames else []),
            f"form-action {form_targets}",
            "base-uri 'none'",
            f"frame-ancestors {frame_ancestors}",
        )
    )


def allow_frames(response: Response, origins: Iterable[str]) -> None:
    """Let a page with forms that begin a sign-in show these origins in frames."""
    policy = content_security_policy(_sign_in_targets(), frames=tuple(dict.fromkeys(origins)))
    response.headers["Content-Security-Policy"] = policy


def sign_in_headers(guests: tuple[str, ...]) -> dict[str, str]:
    """The headers of a page on which somebody signs in by a service's own script."""
    return {
        "Content-Security-Policy": content_security_policy("'self'", guests=guests),
        # The service's window has to answer the page that opened it.
        "Cross-Origin-Opener-Policy": "same-origin-allow-popups",
        "Cache-Control": "no-store",
    }


def _sign_in_targets() -> str:
    # A local installation signs in at the sandbox, which speaks plain http.
    return "'self' https:" if current_settings().is_production else "'self' https: http:"


def _add_headers(response: Response) -> Response:
    settings = current_settings()
    starts_sign_ins = request.blueprint in _SIGN_IN_BLUEPRINTS
    headers = {
        "Content-Security-Policy": content_security_policy(_sign_in_targets() if starts_sign_ins else "'self'"),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    }
    if settings.is_production:
        headers["Strict-Transport-Security"] = "max-age=31536000"
    for name, value in headers.items():
        response.headers.setdefault(name, value)
    if not response.cache_control and not request.path.startswith("/static/"):
        response.headers["Cache-Control"] = "no-store"
    return response
