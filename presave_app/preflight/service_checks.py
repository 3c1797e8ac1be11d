"""Checks of the services: where the release is and whether it is found, whom each can serve, and who tried it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from flask import url_for

from presave_app.campaigns.fields import TARGET_PREFIX, latest_safe_start
from presave_app.ops.template_helpers import day
from presave_app.preflight.facts import Facts
from presave_app.preflight.finding import Check, Finding, Repair, advice, bad, care, field_of, good, try_of
from presave_app.preflight.rehearsal import units_a_fan
from presave_app.services.standing import is_own_doing
from presave_app.services.test_words import failure_words, is_proven
from presave_app.streaming.connector import Connector

# How long a passed try says something about today.
TRIED_FOR = timedelta(days=30)


def somewhere(facts: Facts) -> Iterator[Finding]:
    """Whether the page has anything to offer."""
    if not facts.connectors:
        why = "Without one, fans can only be reminded."
        repair = Repair("Turn one on", url_for("services.service_list"))
        yield care("services", "Services", "No service is on, so nobody can pre-save here.", why, repair)
    if not facts.targets:
        first = next(iter(facts.connectors), None)
        place = f"input-{TARGET_PREFIX}{first}" if first else "input-link"
        words, why = "The release is on no service yet.", "Fans would find nothing to press."
        yield bad("targets", "Services", words, why, field_of(facts, "Paste its link", place))


def turned_off(facts: Facts) -> Iterator[Finding]:
    """Services that are off while fans wait on them."""
    repair = Repair("Turn it on", url_for("services.service_list"))
    for each in facts.waiting_on_off:
        waits = "1 fan waits" if each.total == 1 else f"{each.total:,} fans wait"
        words, why = f"{waits} on {each.name}, which is off.", "Nothing is added there until it is turned on again."
        yield bad(f"off:{each.service}", each.name, words, why, repair)


def budgets(facts: Facts) -> Iterator[Finding]:
    """Services whose daily budget is less than a single fan takes."""
    repair = Repair("See the service", url_for("services.service_list"))
    for each in facts.starved:
        units, cost = facts.units_per_day[each.service], units_a_fan(each)
        words = f"Its budget of {units:,} units a day is less than the {cost:,} that one fan takes."
        why = f"Nobody is served on {each.name}. The budget is set where Presave is hosted."
        yield bad(f"budget:{each.service}", f"{each.name}, daily budget", words, why, repair)


def targets(facts: Facts) -> Iterator[Finding]:
    """Each service that is on: where the release is there, and whether its catalogue has shown it."""
    for service, connector in facts.connectors.items():
        yield _target(facts, service, connector)


def _target(facts: Facts, service: str, connector: Connector) -> Finding:
    key, target = f"target:{service}", facts.targets.get(service)
    repair = field_of(facts, f"Paste the {connector.name} link", f"input-{TARGET_PREFIX}{service}")
    if target is None and facts.campaign.upc:
        words = f"{connector.name} is on but can't be asked by UPC: the release needs its link there."
        return advice(key, connector.name, words, "Its fans can't pre-save while it is missing.", repair)
    if target is None:
        words = f"{connector.name} is on, and the release has neither a link there nor a UPC."
        return advice(key, connector.name, words, "Its fans can't pre-save while both are missing.", repair)
    if target.found_at is not None or service in facts.named:
        return good(key, connector.name, "Its catalogue shows the release.")
    if target.ref is None and connector.adds_before_release:
        why = f"{connector.name} takes adds ahead of the day, but only once it shows the release. We keep looking."
        return care(key, connector.name, "Not found there by the UPC yet.", why, repair)
    if target.ref is None:
        return good(key, connector.name, "We look it up by its UPC when it is out.")
    return good(key, connector.name, "You gave its link. We look whether it is there when it is out.")


def seats(facts: Facts) -> Iterator[Finding]:
    """Services that let this installation serve only a few people."""
    repair = Repair("See how to lift it", url_for("services.service_list", _anchor="content"))
    for service, each in facts.seats.items():
        if service not in facts.targets:
            continue
        name = facts.connectors[service].name
        words = f"The app is in development mode: {each.taken:,} of {each.most:,} places are taken."
        why = f"Whoever comes after the last place is offered a reminder for {name} instead of a pre-save."
        yield care(f"seats:{service}", f"{name}, places", words, why, repair)


def permission_life(facts: Facts) -> Iterator[Finding]:
    """Services whose permission ends before the release, if it is given too early.

    Spotify ends it six months after the consent (https://developer.spotify.com/blog/2026-06-18-refresh-token-expiration).
    """
    if facts.release is None or facts.release.last <= facts.now:
        return
    for service, connector in facts.served.items():
        opens = latest_safe_start(facts.release.last, connector)
        if opens is None or connector.grant_life is None:
            continue
        key, title = f"life:{service}", f"{connector.name}, permission"
        if opens > facts.now:
            words = f"A permission given today dies before the day: it lasts {connector.grant_life.days} days."
            opened = day(opens + timedelta(days=1), facts.release.time_zone)
            why = f"So pre-saves there open by themselves on {opened}, and until then we remind fans."
            repair = field_of(facts, "Move the date", "input-release_date")
            yield advice(key, title, words, why, repair)
        else:
            yield good(key, title, f"Given today it lasts beyond the day: {connector.grant_life.days} days.")


def sign_ins(facts: Facts) -> Iterator[Finding]:
    """How many of those who wait will be let down by their sign-in."""
    found = facts.sign_ins
    repair = Repair("See why", url_for("preflight.sheet", campaign_id=facts.campaign.id, _anchor="sign-ins"))
    if found.dead:
        why = "Whoever does not give the permission again gets nothing on the day."
        yield care("sign_ins", "Sign-ins", found.summary, why, repair)
    elif found.total and not facts.waiting_on_off:
        yield good("sign_ins", "Sign-ins", found.summary)


def tried(facts: Facts) -> Iterator[Finding]:
    """Whether somebody of the team has gone a fan's whole way on each service lately."""
    for service, connector in facts.served.items():
        yield _tried(facts, service, connector)


def _tried(facts: Facts, service: str, connector: Connector) -> Finding:
    key, title, test = f"tried:{service}", f"{connector.name}, tried as a fan", facts.tests.get(service)
    repair = try_of(facts, service, "Try it as a fan")
    why = "A sign-in that does not work is found by you or by your fans."
    if test is None or test.ended_at is None:
        return advice(key, title, "Nobody has tried it end to end yet.", why, repair)
    on = day(test.ended_at, facts.campaign.time_zone)
    if is_own_doing(test):
        return advice(key, title, f"The try on {on} came to no end. {failure_words(test)}", why, repair)
    if test.state == "failed":
        return bad(key, title, f"The try on {on} failed: {failure_words(test)}", why, repair)
    if test.ended_at < facts.now - TRIED_FOR:
        return advice(key, title, f"It worked on {on}, which is a while ago.", why, repair)
    if not is_proven(test, connector):
        words = f"The try on {on} proved no add: it was in that library before."
        why = f"{connector.name} says yes to every add. Try a release that is not there yet."
        return advice(key, title, words, why, repair)
    again = try_of(facts, service, "Try it again")
    return good(key, title, f"It worked on {on}: signed in, added, and seen in the library.", again)


CHECKS: tuple[Check, ...] = (somewhere, turned_off, budgets, targets, seats, permission_life, sign_ins, tried)
