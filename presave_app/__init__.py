"""Presave: one link per release, a pre-save page before the release moment and the listening page after it."""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping

from flask import Flask
from jinja2 import StrictUndefined
from werkzeug.middleware.proxy_fix import ProxyFix

from presave_app import access, error_pages, extensions, site_map, tables
from presave_app.fanpage.language import init_languages
from presave_app.front.layer import init_front
from presave_app.lib import failpoints
from presave_app.ops import cli, logs, template_helpers, time_keeping
from presave_app.security_headers import init_security_headers
from presave_app.settings import Settings, read_settings
from presave_app.streaming import registry
from presave_app.streaming.lookups import sources

# All tables are known to migrations from here on.
__all__ = ["create_app", "tables"]

MAX_UPLOAD_BYTES = 12 * 1024 * 1024


def create_app(environ: Mapping[str, str] | None = None) -> Flask:
    """The app, from the settings in `environ` (the process's own environment if None); raises SettingsError."""
    settings = read_settings(os.environ if environ is None else environ, (*registry.OPTIONS, *sources.OPTIONS))
    app = Flask(__name__)
    # Set before the environment is built, which Flask does at the first template.
    app.jinja_options = {"undefined": StrictUndefined, "trim_blocks": True, "lstrip_blocks": True}
    app.config.update(_flask_config(settings))
    logs.init_logs(logging.INFO)
    extensions.init_extensions(app, settings)
    registry.init_connectors(app, settings)
    sources.init_lookups(app, settings)
    access.init_access(app)
    time_keeping.init_time_keeping(app)
    init_languages(app)
    error_pages.init_error_pages(app)
    template_helpers.init_template_helpers(app)
    init_security_headers(app)
    site_map.register(app)
    cli.register(app)
    if settings.failpoint:
        failpoints.arm(settings.failpoint)
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops)
    init_front(app)
    return app


def _flask_config(settings: Settings) -> dict[str, object]:
    prefix = "__Host-" if settings.is_production else ""
    return {
        "SECRET_KEY": settings.secret_key,
        # Links are never built from the Host header, and a strange one is not answered at all.
        "TRUSTED_HOSTS": [settings.public_hostname, "127.0.0.1", "localhost"],
        "SQLALCHEMY_DATABASE_URI": settings.database_url,
        "SQLALCHEMY_ENGINE_OPTIONS": extensions.engine_options(settings.database_schema),
        "SESSION_COOKIE_NAME": f"{prefix}session",
        "SESSION_COOKIE_SECURE": settings.is_production,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        # Sign-ins end on the server; a public page seen by a member must not carry a cookie of theirs.
        "SESSION_REFRESH_EACH_REQUEST": False,
        "MAX_CONTENT_LENGTH": MAX_UPLOAD_BYTES,
        "MAX_FORM_MEMORY_SIZE": 256 * 1024,
        "MAX_FORM_PARTS": 100,
        # Our access marks decide which views need a token, and check the origin themselves.
        "WTF_CSRF_CHECK_DEFAULT": False,
        "WTF_CSRF_SSL_STRICT": False,
        "WTF_CSRF_TIME_LIMIT": None,
        "RATELIMIT_STORAGE_URI": settings.redis_url.replace("unix://", "redis+unix://", 1),
        "RATELIMIT_STORAGE_OPTIONS": extensions.redis_tls_options(settings.redis_url),
        "RATELIMIT_IN_MEMORY_FALLBACK_ENABLED": True,
        "RATELIMIT_HEADERS_ENABLED": True,
    }
