"""Puts a checker under a connector: it sees what is really sent, tokens and all, and what really comes back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import requests

from presave_app.settings import ServiceOptions
from presave_app.streaming.connector import Connector
from presave_app.streaming.http import DeadlineAdapter
from presave_app.streaming.oauth import OAuthConnector

from .checker import Checker
from .document import describe


class WatchedAdapter(DeadlineAdapter):
    """The connector's own way out, with somebody who reads along."""

    def __init__(self, checker: Checker) -> None:
        super().__init__()
        self._checker = checker

    def send(self, request: requests.PreparedRequest, *rest: Any, **options: Any) -> requests.Response:
        operation = self._checker.check_request(request)
        response = super().send(request, *rest, **options)
        if operation is not None:
            self._checker.check_answer(operation, response)
        return response


def watch(connector: Connector, options: ServiceOptions, urls: Mapping[str, str]) -> Checker:
    """Let all calls of the connector, those of its token endpoint too, pass a checker.

    `urls` are the base addresses it was made with, under the names of the settings.
    """
    assert isinstance(connector, OAuthConnector)
    checker = Checker(describe(options.service), {here: options.urls[name] for name, here in urls.items()})
    http = connector._http
    http._adapter.close()
    http._adapter = WatchedAdapter(checker)
    http.equip(http._session)
    return checker
