"""The page of the services: what is on, how the rest is turned on, and what each one can do."""

from __future__ import annotations

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from presave_app.access import member_only
from presave_app.extensions import current_settings
from presave_app.services.facts import all_facts
from presave_app.services.standing import find_standing, is_own_doing
from presave_app.services.test_words import failure_words
from presave_app.teams.accounts import find_places

services = Blueprint("services", __name__)


@services.get("/services")
@member_only
def service_list() -> ResponseReturnValue:
    """Every service that can save something; credentials belong to the installation, so all teams see the same."""
    facts = all_facts()
    return render_template(
        "services/list.html",
        facts=facts,
        addresses={each.service: _redirect_address(each.service) for each in facts},
        tests=find_standing(),
        failure_words=failure_words,
        is_own_doing=is_own_doing,
        may_test=any(place.may_edit for place in find_places(current_user.member_id)),
    )


def _redirect_address(service: str) -> str:
    return current_settings().absolute(url_for("connecting.callback", service=service))
