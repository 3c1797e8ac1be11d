"""The page of the services: what is on, how the rest is turned on, and what each one can do."""

from __future__ import annotations

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue

from presave_app.access import member_only
from presave_app.extensions import current_settings
from presave_app.services.facts import all_facts

services = Blueprint("services", __name__)


@services.get("/services")
@member_only
def service_list() -> ResponseReturnValue:
    """Every service that can save something; credentials belong to the installation, so all teams see the same."""
    facts = all_facts()
    addresses = {each.service: _redirect_address(each.service) for each in facts}
    return render_template("services/list.html", facts=facts, addresses=addresses)


def _redirect_address(service: str) -> str:
    return current_settings().absolute(url_for("connecting.callback", service=service))
