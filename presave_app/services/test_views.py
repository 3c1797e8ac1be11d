"""The page on which a member tests a connection, and the way back from the service's own sign-in."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from math import ceil

from flask import Blueprint, abort, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from presave_app.access import member_only
from presave_app.campaigns.campaign import CampaignNotFound, get_for_member
from presave_app.campaigns.models import Campaign
from presave_app.error_pages import error_page
from presave_app.extensions import current_settings
from presave_app.hypermedia import fragment, go_to, wants_fragment
from presave_app.lib.text import clean_line
from presave_app.lib.tokens import new_secret
from presave_app.presaves.states import words_for
from presave_app.releases import gate
from presave_app.security_headers import sign_in_headers
from presave_app.services import connection_test
from presave_app.services.test_words import report_of
from presave_app.streaming.connector import Connector
from presave_app.streaming.errors import ServiceError
from presave_app.streaming.registry import ServiceNotFound, get_connector
from presave_app.teams.accounts import find_places

connection_tests = Blueprint("connection_tests", __name__)

_LONGEST_FIELD = 8192
_MOST_DIGITS = 9
_NO_RELEASE = "That is no release on {name}. Paste its link, such as {example}"


@connection_tests.get("/services/<service>/test")
@member_only
def test_page(service: str) -> ResponseReturnValue:
    """What a test does, its button, and how the newest one of this member went."""
    connector = _connector_for_editors(service)
    campaign = _campaign_of(request.args.get("campaign", ""))
    newest = connection_test.newest(service, current_user.member_id)
    return _page(connector, newest.ref if newest else "", campaign=campaign)


@connection_tests.post("/services/<service>/test")
@member_only
def test_start(service: str) -> ResponseReturnValue:
    """Send the member to the service's sign-in, or take in what a page of ours brought."""
    connector = _connector_for_editors(service)
    typed, campaign = clean_line(request.form.get("ref", "")), _campaign_of(request.form.get("campaign", ""))
    campaign_id = campaign.id if campaign else None
    ref = connector.parse_ref(typed)
    if ref is None:
        fault = _NO_RELEASE.format(name=connector.name, example=connector.ref_example)
        return _page(connector, typed, fault, campaign)
    if (seconds := gate.shut_seconds(service)) > 0:
        minutes = ceil(seconds / 60)
        fault = f"{connector.name} asked to be left alone. Try again in {minutes} min."
        return _page(connector, typed, fault, campaign)
    if connector.signs_in_on_page:
        answer = {name: value for name, value in request.form.items() if len(value) <= _LONGEST_FIELD}
        test_id = connection_test.begin(service, current_user.member_id, ref, campaign_id=campaign_id)
        connection_test.take_in(test_id, connector, answer, _redirect_uri(service))
        return go_to(_address(service))
    try:
        return go_to(_begin_sign_in(connector, ref, campaign_id))
    except ServiceError as fault:
        words = f"{connector.name} did not begin the sign-in. {words_for(fault.reason)}"
        return _page(connector, typed, words, campaign)


@connection_tests.get("/services/<service>/test/report")
@member_only
def test_report(service: str) -> ResponseReturnValue:
    """How the newest test stands now."""
    connector = _connector_for_editors(service)
    if not wants_fragment():
        return go_to(_address(service))
    return fragment(render_template("services/_report.html", **_context(connector)))


def come_back(connector: Connector, state: str, answer: Mapping[str, str]) -> ResponseReturnValue | None:
    """Take in the sign-in of a test, for the member who began it and in their own browser; None if it is none."""
    if not state or not current_user.is_authenticated:
        return None
    test_id = connection_test.find_waiting(connector.service, current_user.member_id, state)
    if test_id is None:
        return None
    connection_test.take_in(test_id, connector, answer, _redirect_uri(connector.service))
    return go_to(_address(connector.service))


def _begin_sign_in(connector: Connector, ref: str, campaign_id: int | None) -> str:
    state, member_id = new_secret(), current_user.member_id
    gate.spend(connector.service)
    start = connector.begin_sign_in(
        redirect_uri=_redirect_uri(connector.service),
        state=state,
        code_verifier=secrets.token_urlsafe(64),
        scopes=connector.scopes,
    )
    connection_test.begin(
        connector.service, member_id, ref, campaign_id=campaign_id, state=state, sign_in_secret=start.secret
    )
    return start.url


def _page(
    connector: Connector, typed: str, fault: str | None = None, campaign: Campaign | None = None
) -> ResponseReturnValue:
    part = headers = None
    if connector.signs_in_on_page:
        try:
            part = connector.sign_in_page(current_settings().public_url)
            headers = sign_in_headers(part.sources)
        except ServiceError:
            fault = f"The credentials of {connector.name} can't be used: its key is not one."
    html = render_template("services/test.html", typed=typed, fault=fault, part=part, **_context(connector, campaign))
    return html, 422 if fault else 200, headers or {}


def _context(connector: Connector, campaign: Campaign | None = None) -> dict[str, object]:
    newest = connection_test.newest(connector.service, current_user.member_id)
    if campaign is None and newest is not None and newest.campaign_id is not None:
        campaign = _find_campaign(newest.campaign_id)
    return {"connector": connector, "report": report_of(newest, connector), "campaign": campaign}


def _campaign_of(sent: str) -> Campaign | None:
    """The campaign for which the service is tried, if it is for one; nobody may name one of another label."""
    if not sent.isascii() or not sent.isdigit() or len(sent) > _MOST_DIGITS:
        return None
    return get_for_member(int(sent), current_user.member_id)[0]


def _find_campaign(campaign_id: int) -> Campaign | None:
    """The campaign, unless the member has left its team meanwhile."""
    try:
        return get_for_member(campaign_id, current_user.member_id)[0]
    except CampaignNotFound:
        return None


def _connector_for_editors(service: str) -> Connector:
    """A test spends the installation's calls, so whoever may only look has no part in it."""
    try:
        connector = get_connector(service)
    except ServiceNotFound:
        abort(404)
    if not any(place.may_edit for place in find_places(current_user.member_id)):
        refusal = error_page(403, "You may look at services, but not test them", "Ask an owner of your team for more.")
        abort(make_response(refusal))
    return connector


def _address(service: str) -> str:
    return url_for("connection_tests.test_page", service=service)


def _redirect_uri(service: str) -> str:
    return current_settings().absolute(url_for("connecting.callback", service=service))
