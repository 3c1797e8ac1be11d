"""Tests may make a second app: the first one then counts its limits where it did before."""

from __future__ import annotations

from flask import Flask
from second_app import second_app

from presave_app.extensions import limiter

NOWHERE = "redis://127.0.0.1:1/0"


def test_the_first_app_has_its_limiter_back(app: Flask, environ: dict[str, str]) -> None:
    with second_app({**environ, "REDIS_URL": NOWHERE}):
        assert not limiter.storage.check()
    assert limiter.storage.check()
