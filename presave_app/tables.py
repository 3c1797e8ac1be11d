"""Every table of the app. Much of the engine writes plain SQL, so nothing else would import all of the models."""

from __future__ import annotations

from presave_app.api import models as api
from presave_app.campaigns import artist_models as artists
from presave_app.campaigns import card_models as cards
from presave_app.campaigns import change_models as changes
from presave_app.campaigns import link_models as links
from presave_app.campaigns import live_models as live_links
from presave_app.campaigns import models as campaigns
from presave_app.campaigns import proposal_models as proposals
from presave_app.campaigns import rollout_models as rollouts
from presave_app.campaigns import source_models as sources
from presave_app.counts import models as counts
from presave_app.preflight import models as preflight
from presave_app.presaves import models as presaves
from presave_app.rehearsals import models as rehearsals
from presave_app.releases import models as releases
from presave_app.reminders import models as reminders
from presave_app.services import models as services
from presave_app.teams import invitation_models as invitations
from presave_app.teams import models as teams
from presave_app.teams import second_step_models as second_steps
from presave_app.transfer import models as transfer

MODELS = (
    api,
    artists,
    campaigns,
    cards,
    changes,
    counts,
    invitations,
    links,
    live_links,
    preflight,
    presaves,
    proposals,
    rehearsals,
    releases,
    reminders,
    rollouts,
    second_steps,
    services,
    sources,
    teams,
    transfer,
)
