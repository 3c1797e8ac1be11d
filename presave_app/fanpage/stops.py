"""Sign-ins that stop on the way: what each kind of end says to the fan, and where it leads back to."""

from __future__ import annotations

import logging
from collections.abc import Collection
from math import ceil

from flask import render_template
from flask.typing import ResponseReturnValue

from presave_app.campaigns.artwork import find_picture
from presave_app.campaigns.models import Campaign
from presave_app.fanpage.carried import Carried
from presave_app.fanpage.offers import Offer
from presave_app.lib.languages import marked, say, say_count
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

NOTHING = Carried()

log = logging.getLogger(__name__)


def flow_is_gone(campaign: Campaign | None, connector: Connector) -> ResponseReturnValue:
    """Another browser, a second visit, or ten minutes over: lead back to the start, never around the binding."""
    return _stopped(
        campaign,
        connector,
        say("This sign-in can't be continued here"),
        say(
            "It was used already, took too long, or began in another browser. Nothing was saved by it. "
            "Start again from the release page in this browser."
        ),
        400,
    )


def came_back_elsewhere(
    campaign: Campaign, connector: Connector, offer: Offer | None, carried: Carried
) -> ResponseReturnValue:
    """The app or the device opened the way back in another browser: the same sign-in begins anew in this one."""
    return _stopped(
        campaign,
        connector,
        say("Continue here"),
        say(
            "You began in another app or browser, and only that one could finish. You are in your own browser now: "
            "{service} usually knows you here, so one tap is enough. Nothing was saved yet.",
            service=connector.name,
        ),
        400,
        offer=offer,
        carried=carried,
    )


def has_changed(
    campaign: Campaign, connector: Connector, offer: Offer, carried: Carried, ticked: Collection[str]
) -> ResponseReturnValue:
    """A release that stood on the page can't be agreed to any more: nobody agrees to less than they read, unasked.

    `ticked` is what the fan had asked for besides, and has still asked for.
    """
    return _stopped(
        campaign,
        connector,
        say("The releases have changed"),
        say("Since the page was opened one of its releases came out or was taken back. Nothing was saved yet."),
        409,
        offer=offer,
        carried=carried,
        ticked=ticked,
    )


def _refused_at_service(campaign: Campaign, connector: Connector, carried: Carried) -> ResponseReturnValue:
    # What the service writes into `error` is never shown: anybody can write it there.
    return _stopped(
        campaign,
        connector,
        say("Nothing was saved"),
        say("{service} did not give us permission, so nothing was saved. You can try again.", service=connector.name),
        200,
        carried=carried,
    )


def not_signed_in(
    fault: ServiceError, campaign: Campaign, connector: Connector, carried: Carried
) -> ResponseReturnValue:
    """The fan or the service said no, or something went wrong in between."""
    if isinstance(fault, SignInRefused):
        return _refused_at_service(campaign, connector, carried)
    log.warning("sign-in on %s did not finish: %s", connector.service, fault.reason)
    if isinstance(fault, RetryLater) and fault.pause_seconds:
        gate.shut(connector.service, fault.pause_seconds, fault.reason)
        return busy(campaign, connector, fault.pause_seconds, carried)
    title, advice, status = _told(fault)
    name = connector.name
    return _stopped(campaign, connector, say(title, service=name), say(advice, service=name), status, carried=carried)


def _told(fault: ServiceError) -> tuple[str, str, int]:
    """What a fault is called, what to do about it, and the answer's status."""
    match fault:
        case NotEntitled():
            title = marked("{service} does not let this account in")
            return title, marked("{service} does not serve this account through this site."), 403
        case NeedsReauth() if fault.reason == "scope_missing":
            advice = marked("Without the permission we asked for {service} won't let us save it. You can try again.")
            return marked("A permission is missing"), advice, 200
        case AppBlocked():
            advice = marked(
                "{service} does not accept this site at the moment. That is our fault, not yours. Try again later."
            )
            return marked("{service} turned us away"), advice, 503
        case _:
            advice = marked("{service} did not finish the sign-in, so nothing was saved. Try again in a moment.")
            return marked("The sign-in did not finish"), advice, 502


def busy(campaign: Campaign | None, connector: Connector, seconds: float, carried: Carried) -> ResponseReturnValue:
    """The service wants to be left alone for so long."""
    minutes, name = max(1, round(seconds / 60)), connector.name
    advice = say_count(
        "{service} asked us to slow down. Nothing was saved yet. Please try again in a minute.",
        "{service} asked us to slow down. Nothing was saved yet. Please try again in {number} minutes.",
        minutes,
        service=name,
    )
    title = say("{service} is busy", service=name)
    html, status, headers = _stopped(campaign, connector, title, advice, 503, carried=carried)
    return html, status, {**headers, "Retry-After": str(ceil(seconds))}


def too_early(campaign: Campaign, connector: Connector, offer: Offer, carried: Carried) -> ResponseReturnValue:
    """A permission given now would not last until the day."""
    short = say("A permission on {service} would end before the release comes out.", service=connector.name)
    when = (
        say("You can pre-save from {day} on.", day=offer.opens_on)
        if offer.opens_on
        else say("You can pre-save once the day is set.")
    )
    return _stopped(campaign, connector, say("It is too early for this one"), f"{short} {when}", 409, carried=carried)


def _stopped(
    campaign: Campaign | None,
    connector: Connector,
    title: str,
    advice: str,
    status: int,
    *,
    carried: Carried = NOTHING,
    offer: Offer | None = None,
    ticked: Collection[str] = (),
) -> tuple[str, int, dict[str, str]]:
    html = render_template(
        "fanpage/sign_in_stopped.html",
        title=title,
        advice=advice,
        campaign=campaign,
        picture=find_picture(campaign.artwork_id) if campaign else None,
        service_name=connector.name,
        carried=carried,
        ticked=ticked,
        offer=offer if offer and offer.wording else None,
    )
    return html, status, {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
