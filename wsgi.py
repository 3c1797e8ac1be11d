"""The WSGI entry point: `wsgi:app`."""

from __future__ import annotations

from presave_app import create_app

app = create_app()
