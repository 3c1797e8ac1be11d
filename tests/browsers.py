"""The browser of the tests: each of its requests stands alone, as in life."""

from __future__ import annotations

from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse


class Browser(FlaskClient):
    """A client whose requests have a context of their own.

    Tests run inside an app context. Requests would share it, and with it the sign-in that `g` remembers.
    """

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        with self.application.app_context():
            return super().open(*args, **kwargs)
