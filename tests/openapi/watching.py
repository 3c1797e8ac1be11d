"""Puts a checker under a connector: it sees what is really sent, tokens and all, and what really comes back."""

from __future__ import annotations

from typing import Any

import requests

from presave_app.streaming.http import DeadlineAdapter
from presave_app.streaming.oauth import OAuthConnector

from .checker import Checker


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


def watch(connector: OAuthConnector, checker: Checker) -> None:
    """Let all calls of the connector, those of its token endpoint too, pass the checker."""
    http = connector._http
    http._adapter.close()
    http._adapter = WatchedAdapter(checker)
    http.equip(http._session)
