"""Sign-ins that stop on the way: what each kind of end says to the fan, and where it leads back to."""

from __future__ import annotations

import logging
from math import ceil

from flask import render_template
from flask.typing import ResponseReturnValue

from presave_app.campaigns.artwork import find_picture
from presave_app.campaigns.models import Campaign
from presave_app.fanpage.poster import Offer
from presave_app.releases import gate
from presave_app.streaming.connector import Connector
from presave_app.streaming.errors import (
    AppBlocked,
    NeedsReauth,
    NotEntitled,
    RetryLater,
    ServiceError,
    SignInRefused,
)

log = logging.getLogger(__name__)


def flow_is_gone(campaign: Campaign | None, connector: Connector) -> ResponseReturnValue:
    """Another browser, a second visit, or ten minutes over: lead back to the start, never around the binding."""
    return _stopped(
        campaign,
        connector,
        "This sign-in can't be continued here",
        "It was used already, took too long, or began in another browser. Nothing was saved by it. "
        "Start again from the release page in this browser.",
        400,
    )


def came_back_elsewhere(campaign: Campaign, connector: Connector, offer: Offer | None) -> ResponseReturnValue:
    """The app or the device opened the way back in another browser: the same sign-in begins anew in this one."""
    return _stopped(
        campaign,
        connector,
        "Continue here",
        f"You began in another app or browser, and only that one could finish. You are in your own browser now: "
        f"{connector.name} usually knows you here, so one tap is enough. Nothing was saved yet.",
        400,
        offer,
    )


def _refused_at_service(campaign: Campaign, connector: Connector) -> ResponseReturnValue:
    # What the service writes into `error` is never shown: anybody can write it there.
    return _stopped(
        campaign,
        connector,
        "Nothing was saved",
        f"{connector.name} did not give us permission, so nothing was saved. You can try again.",
        200,
    )


def not_signed_in(fault: ServiceError, campaign: Campaign, connector: Connector) -> ResponseReturnValue:
    """The fan or the service said no, or something went wrong in between."""
    if isinstance(fault, SignInRefused):
        return _refused_at_service(campaign, connector)
    log.warning("sign-in on %s did not finish: %s", connector.service, fault.reason)
    if isinstance(fault, RetryLater) and fault.pause_seconds:
        gate.shut(connector.service, fault.pause_seconds, fault.reason)
        return busy(campaign, connector, fault.pause_seconds)
    name = connector.name
    match fault:
        case NotEntitled():
            advice = f"{name} does not serve this account through this site."
            return _stopped(campaign, connector, f"{name} does not let this account in", advice, 403)
        case NeedsReauth() if fault.reason == "scope_missing":
            advice = f"Without the permission we asked for {name} won't let us save it. You can try again."
            return _stopped(campaign, connector, "A permission is missing", advice, 200)
        case AppBlocked():
            advice = f"{name} does not accept this site at the moment. That is our fault, not yours. Try again later."
            return _stopped(campaign, connector, f"{name} turned us away", advice, 503)
        case _:
            advice = f"{name} did not finish the sign-in, so nothing was saved. Try again in a moment."
            return _stopped(campaign, connector, "The sign-in did not finish", advice, 502)


def busy(campaign: Campaign | None, connector: Connector, seconds: float) -> ResponseReturnValue:
    """The service wants to be left alone for so long."""
    minutes = max(1, round(seconds / 60))
    when = "in a minute" if minutes == 1 else f"in {minutes} minutes"
    advice = f"{connector.name} asked us to slow down. Nothing was saved yet. Please try again {when}."
    html, status, headers = _stopped(campaign, connector, f"{connector.name} is busy", advice, 503)
    return html, status, {**headers, "Retry-After": str(ceil(seconds))}


def too_early(campaign: Campaign, connector: Connector, offer: Offer) -> ResponseReturnValue:
    """A permission given now would not last until the day."""
    when = f"from {offer.opens_on} on" if offer.opens_on else "once the day is set"
    advice = f"A permission on {connector.name} would end before the release comes out. You can pre-save {when}."
    return _stopped(campaign, connector, "It is too early for this one", advice, 409)


def _stopped(
    campaign: Campaign | None,
    connector: Connector,
    title: str,
    advice: str,
    status: int,
    offer: Offer | None = None,
) -> tuple[str, int, dict[str, str]]:
    html = render_template(
        "fanpage/sign_in_stopped.html",
        title=title,
        advice=advice,
        campaign=campaign,
        picture=find_picture(campaign.artwork_id) if campaign else None,
        service_name=connector.name,
        offer=offer if offer and offer.wording and not offer.signs_in_on_page else None,
    )
    return html, status, {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
