"""Housekeeping: removes what nobody needs any more."""

from __future__ import annotations

from presave_app.api import hook_events
from presave_app.campaigns import link_card
from presave_app.counts import funnel
from presave_app.privacy import retention
from presave_app.releases import alarms, sweeping
from presave_app.services import connection_test
from presave_app.teams import letters
from presave_app.transaction import transaction


def housekeep() -> None:
    """Remove ended sign-ins, opened links, alarms, tests, letters, cards of long ago, and proof that is old enough."""
    sweeping.forget_old_sign_ins()
    alarms.forget_old()
    connection_test.forget_old()
    link_card.forget_old()
    letters.forget_old()
    retention.forget_old()
    hook_events.forget_old()
    with transaction() as session:
        funnel.forget_opened(session)
