"""The framework objects, built once and bound to the app by `create_app`."""

from __future__ import annotations

from pathlib import Path

import redis
from flask import Flask, Response, current_app
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_login import LoginManager
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from flask_wtf.csrf import CSRFProtect
from htmx_flask import Htmx
from sqlalchemy import DateTime, MetaData
from sqlalchemy.orm import DeclarativeBase
from whitenoise import WhiteNoise

from presave_app.settings import Settings

_REDIS_TIMEOUT_SECONDS = 2
# A public page must not wait for a busy database longer than a person waits for a page.
# Nor may a process that was frozen in the middle of a transaction keep its locks from everybody.
_STATEMENT_TIMEOUT_MS = 15_000


class Base(DeclarativeBase):
    """The root of all models; constraint names are spelled out so that migrations can name them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


# The type of every column that holds a moment: aware, in UTC.
Moment = DateTime(timezone=True)


class MemberLogin(LoginManager):
    """flask-login without its remember-me cookie, whose hook reads the session on every answer.

    A public page that reads the session is marked `Vary: Cookie`, and no cache may share it.
    """

    def _update_remember_cookie(self, response: Response) -> Response:
        return response


db = SQLAlchemy(model_class=Base)
migrate = Migrate()
login_manager = MemberLogin()
csrf = CSRFProtect()
htmx = Htmx()
limiter = Limiter(get_remote_address)


def engine_options(schema: str = "") -> dict[str, object]:
    """How each process talks to PostgreSQL. One with a schema of its own sees no other, and is named by it."""
    own = {"application_name": schema} if schema else {}
    return {
        "pool_pre_ping": True,
        # Threads of the web server or of a drain, and their parent; small plans allow 20 connections in all.
        "pool_size": 4 if schema else 9,
        "max_overflow": 1,
        "connect_args": {
            "connect_timeout": 5,
            "options": f"-c statement_timeout={_STATEMENT_TIMEOUT_MS} -c timezone=UTC "
            f"-c idle_in_transaction_session_timeout={_STATEMENT_TIMEOUT_MS}"
            + (f" -c search_path={schema}" if schema else ""),
            **own,
        },
    }


def redis_tls_options(url: str) -> dict[str, str]:
    """Hosted Redis shows a certificate that nobody signed; an address with `ssl_cert_reqs` of its own decides itself.

    https://devcenter.heroku.com/articles/connecting-heroku-redis
    """
    return {"ssl_cert_reqs": "none"} if url.startswith("rediss://") else {}


def init_extensions(app: Flask, settings: Settings) -> None:
    """Bind every extension to the app."""
    db.init_app(app)
    migrate.init_app(app, db, directory=str(Path(app.root_path) / "migrations"))
    # Its context processor would look up the member for every page, also for the fans' ones.
    login_manager.init_app(app, add_context_processor=False)
    csrf.init_app(app)
    htmx.init_app(app)
    limiter.init_app(app)
    app.extensions["presave_settings"] = settings
    app.extensions["presave_redis"] = redis.Redis.from_url(
        settings.redis_url,
        **redis_tls_options(settings.redis_url),
        socket_connect_timeout=_REDIS_TIMEOUT_SECONDS,
        socket_timeout=_REDIS_TIMEOUT_SECONDS,
    )
    app.wsgi_app = WhiteNoise(app.wsgi_app, root=app.static_folder, prefix="static/", max_age=3600)


def current_settings() -> Settings:
    """The settings of the running app."""
    return current_app.extensions["presave_settings"]


def redis_connection() -> redis.Redis:
    """The doorbell's connection. Nothing that matters is kept behind it."""
    return current_app.extensions["presave_redis"]
