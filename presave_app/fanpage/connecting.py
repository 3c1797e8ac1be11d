"""The sign-in round trip: from the button to the service's consent page, back, and to the fan's own page."""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from presave_app.access import fan_form, public
from presave_app.campaigns.addresses import find_by_slug
from presave_app.campaigns.artwork import find_picture
from presave_app.campaigns.models import Campaign
from presave_app.counts.funnel import Step
from presave_app.extensions import current_settings, db
from presave_app.fanpage import stops
from presave_app.fanpage.carried import carried_by, carried_in
from presave_app.fanpage.inside_views import note_step
from presave_app.fanpage.offers import Offer, find_offer
from presave_app.fanpage.poster import Face, find_face
from presave_app.fanpage.rolls import split_ids
from presave_app.fanpage.visitor import (
    find_fan_id,
    flow_secret,
    known_zone,
    remember_fan,
    remember_flow,
    visitor_zone,
)
from presave_app.fanpage.way_back import keep_here, keep_reminder_here, made_by_tap
from presave_app.lib import clock
from presave_app.lib.failpoints import reach
from presave_app.lib.languages import speaking
from presave_app.lib.tokens import new_secret
from presave_app.presaves import flows
from presave_app.presaves.collecting import collect
from presave_app.presaves.flows import NewFlow, ReturnedFlow
from presave_app.presaves.looking_up import mine_secret
from presave_app.presaves.models import PreSave
from presave_app.presaves.states import PreSaveId
from presave_app.privacy.consent import consent_for, draft_of
from presave_app.queue import ADD_DUE, ring_after_commit
from presave_app.releases import gate
from presave_app.reminders import taking
from presave_app.reminders.states import Reason
from presave_app.security_headers import sign_in_headers
from presave_app.services import test_views
from presave_app.streaming.connector import Connector, SignIn
from presave_app.streaming.errors import NeedsReauth, NotEntitled, ServiceError
from presave_app.streaming.registry import ServiceNotFound, get_connector
from presave_app.teams.models import Team
from presave_app.transaction import transaction

connecting = Blueprint("connecting", __name__)

_LONGEST_PARAMETER = 2048
# A permission that a page of ours brings back has no address to fit into.
_LONGEST_FIELD = 8192

log = logging.getLogger(__name__)


@connecting.post("/<slug>/connect/<service>")
@fan_form
def connect(slug: str, service: str) -> ResponseReturnValue:
    """The tap on a service is the consent: note it as a flow of this browser and go to the service."""
    connector = _connector_or_404(service)
    campaign = _open_campaign_or_404(slug)
    zone = known_zone(request.form.get("time_zone", "")) or visitor_zone()
    carried, also = carried_in(request.form), split_ids(request.form.get("also", ""))
    offer = _offer_or_404(campaign, service, zone, also)
    if offer.wording is None:
        return stops.too_early(campaign, connector, offer, carried)
    if offer.has_lost(also):
        return stops.has_changed(campaign, connector, offer, carried, request.form.getlist("extra"))
    if (seconds := gate.shut_seconds(service)) > 0:
        return stops.busy(campaign, connector, seconds, carried)
    note_step(campaign.id, Step.SIGN_IN)
    # Nobody types a source, so a strange one was dropped without a word, as a strange zone is.
    kept = {"source": carried.source or None, "without": carried.without, "time_zone": zone}
    draft = {**_consent_draft(campaign, connector, offer, zone), **kept}
    if connector.signs_in_on_page:
        answer = {name: value for name, value in request.form.items() if len(value) <= _LONGEST_FIELD}
        return _take_in(ReturnedFlow(campaign.id, service, draft, ""), answer, campaign, connector)
    try:
        return _send_to_service(campaign, connector, draft)
    except ServiceError as fault:
        return stops.not_signed_in(fault, campaign, connector, carried)


@connecting.get("/<slug>/connect/<service>")
@public
def sign_in_page(slug: str, service: str) -> ResponseReturnValue:
    """The page on which a fan signs in by the service's own script; for other services the way back to the button."""
    connector = _connector_or_404(service)
    campaign = _open_campaign_or_404(slug)
    carried = carried_in(request.args)
    if not connector.signs_in_on_page:
        return redirect(url_for("fanpage.page", slug=campaign.slug, **carried.query), code=303)
    offer = _offer_or_404(campaign, service, visitor_zone(), split_ids(request.args.get("also", "")))
    if offer.wording is None:
        return stops.too_early(campaign, connector, offer, carried)
    try:
        part = connector.sign_in_page(current_settings().public_url)
    except ServiceError as fault:
        return stops.not_signed_in(fault, campaign, connector, carried)
    html = render_template(
        "fanpage/sign_in_here.html",
        campaign=campaign,
        picture=find_picture(campaign.artwork_id),
        offer=offer,
        part=part,
        carried=carried,
    )
    return html, 200, sign_in_headers(part.sources)


def _consent_draft(campaign: Campaign, connector: Connector, offer: Offer, zone: str | None) -> dict[str, Any]:
    asked = request.form.getlist("extra")
    ticked = [tick for tick in offer.ticks if tick.extra in asked]
    team = db.session.get_one(Team, campaign.team_id)
    wording = consent_for(campaign, connector, team.name, zone, ticked, offer.also)
    return draft_of(wording, connector, ticked, offer.also)


def _send_to_service(campaign: Campaign, connector: Connector, draft: dict[str, Any]) -> ResponseReturnValue:
    flow, browser = NewFlow(), flow_secret() or new_secret()
    start = connector.begin_sign_in(
        redirect_uri=_redirect_uri(connector.service),
        state=flow.state,
        code_verifier=flow.code_verifier,
        scopes=tuple(draft["scopes_asked"]),
    )
    with transaction() as session:
        flows.start(
            session,
            state=flow.state,
            secret=start.secret,
            browser=browser,
            service=connector.service,
            campaign_id=campaign.id,
            consent_draft=draft,
        )
    reach("after_flow_commit")
    response = redirect(start.url, code=303)
    remember_flow(response, browser)
    return response


@connecting.get("/connect/<service>/callback")
@public
def callback(service: str) -> ResponseReturnValue:
    """The fan is back: use the flow up, exchange the code, write the pre-save down, show the fan's own page."""
    connector = _connector_or_404(service)
    state = _parameter("state")
    if (seconds := gate.shut_seconds(service)) > 0:
        # Before the flow is used up, so that the same return can be tried again after the pause.
        draft = flows.find_waiting_draft(db.session(), state) or {}
        return stops.busy(_campaign_of(state), connector, seconds, carried_by(draft))
    flow = _use_flow(state, service)
    answer = {name: _parameter(name) for name in request.args}
    if flow is None:
        return test_views.come_back(connector, state, answer) or _flow_is_gone(state, connector)
    campaign = db.session.get_one(Campaign, flow.campaign_id)
    note_step(campaign.id, Step.BACK)
    # The service brought the fan back to an address of ours that names no language.
    with speaking(flow.consent_draft["language"]):
        return _take_in(flow, answer, campaign, connector)


def _take_in(
    flow: ReturnedFlow, answer: Mapping[str, str], campaign: Campaign, connector: Connector
) -> ResponseReturnValue:
    """Write down what the sign-in brought, and lead the fan to a page of their own."""
    fan_id = find_fan_id() or new_secret()
    try:
        sign_in = _finish_sign_in(connector, flow, answer)
        reach("after_code_exchange")
        pre_save_id = _collect(flow, sign_in, connector, fan_id)
    except ServiceError as fault:
        reason = _why_remind(fault)
        if reason:
            return _remind(flow, campaign, reason)
        return stops.not_signed_in(fault, campaign, connector, carried_by(flow.consent_draft))
    note_step(campaign.id, Step.DONE)
    response = redirect(url_for("mine.mine_page", secret=mine_secret(pre_save_id), just=1), code=303)
    response.headers["Referrer-Policy"] = "no-referrer"
    if sign_in.account_id is None:
        remember_fan(response, fan_id)
    keep_here(response, *made_by_tap(pre_save_id))
    return response


def _why_remind(fault: ServiceError) -> Reason | None:
    """Why a sign-in becomes a reminder there and then: what it gave can't serve the day, or doesn't serve this fan."""
    match fault:
        case NeedsReauth(reason="no_lasting_permission"):
            return Reason.NO_LASTING_PERMISSION
        case NotEntitled(reason="not_on_the_list"):
            return Reason.SEATS_USED
        case _:
            return None


def _remind(flow: ReturnedFlow, campaign: Campaign, reason: Reason) -> ResponseReturnValue:
    """A page of the fan's own that says so and offers the ways of being reminded. Nothing of the sign-in is kept."""
    draft = flow.consent_draft
    with transaction() as session:
        secret = taking.start(session, campaign, flow.service, reason, draft.get("time_zone"), draft.get("source"))
    log.info("a sign-in on %s became a reminder: %s", flow.service, reason)
    response = redirect(url_for("mine.mine_page", secret=secret), code=303)
    keep_reminder_here(response, secret)
    return response


def _finish_sign_in(connector: Connector, flow: ReturnedFlow, answer: Mapping[str, str]) -> SignIn:
    gate.spend(connector.service)
    sign_in = connector.finish_sign_in(answer, secret=flow.secret, redirect_uri=_redirect_uri(connector.service))
    # A token endpoint may leave the scopes out when they are the ones asked for (RFC 6749, 5.1).
    missing = set(connector.scopes) - set(sign_in.tokens.scopes or connector.scopes)
    if missing:
        raise NeedsReauth("scope_missing")
    return sign_in


def _collect(flow: ReturnedFlow, sign_in: SignIn, connector: Connector, fan_id: str) -> PreSaveId:
    with transaction() as session:
        pre_save_id = collect(session, flow, sign_in, connector, fan_id)
        _ring_if_due(session, pre_save_id, connector.service)
    reach("after_consent_commit")
    return pre_save_id


def _ring_if_due(session: Session, pre_save_id: PreSaveId, service: str) -> None:
    if session.get_one(PreSave, pre_save_id).due_at <= clock.now():
        ring_after_commit(ADD_DUE, service)


def _flow_is_gone(state: str, connector: Connector) -> ResponseReturnValue:
    """Where the sign-in came back to another browser it can begin anew here; its binding is never loosened."""
    campaign = _campaign_of(state)
    draft = flows.find_waiting_draft(db.session(), state)
    if campaign is None or draft is None:
        return stops.flow_is_gone(campaign, connector)
    note_step(campaign.id, Step.ELSEWHERE)
    offer = find_offer(campaign, connector.service, None, draft.get("also", ()))
    return stops.came_back_elsewhere(campaign, connector, offer, carried_by(draft))


def _use_flow(state: str, service: str) -> ReturnedFlow | None:
    browser = flow_secret()
    if not state or browser is None:
        return None
    with transaction() as session:
        return flows.use(session, state=state, browser=browser, service=service)


def _campaign_of(state: str) -> Campaign | None:
    campaign_id = flows.find_campaign_of(db.session(), state) if state else None
    return db.session.get(Campaign, campaign_id) if campaign_id else None


def _connector_or_404(service: str) -> Connector:
    try:
        return get_connector(service)
    except ServiceNotFound:
        abort(404)


def _open_campaign_or_404(slug: str) -> Campaign:
    campaign = find_by_slug(slug)
    if campaign is None or find_face(campaign) not in (Face.PRE_SAVE, Face.OUT_NOW):
        abort(404)
    return campaign


def _offer_or_404(campaign: Campaign, service: str, zone: str | None, also: Collection[int]) -> Offer:
    """What the page offers on a service: its wording is the very text that stands beside the button.

    `also` are the ids of the further releases that stood there.
    """
    return find_offer(campaign, service, zone, also) or abort(404)


def _redirect_uri(service: str) -> str:
    return current_settings().absolute(url_for("connecting.callback", service=service))


def _parameter(name: str) -> str:
    value = request.args.get(name, "")
    return value if len(value) <= _LONGEST_PARAMETER else ""
