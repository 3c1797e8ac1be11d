"""Every table of the app. Much of the engine writes plain SQL, so nothing else would import all of the models."""

from __future__ import annotations

from presave_app.campaigns import card_models as cards
from presave_app.campaigns import change_models as changes
from presave_app.campaigns import link_models as links
from presave_app.campaigns import models as campaigns
from presave_app.campaigns import proposal_models as proposals
from presave_app.campaigns import source_models as sources
from presave_app.counts import models as counts
from presave_app.presaves import models as presaves
from presave_app.releases import models as releases
from presave_app.reminders import models as reminders
from presave_app.services import models as services
from presave_app.teams import models as teams

MODELS = (teams, campaigns, changes, proposals, sources, cards, links, presaves, reminders, releases, counts, services)
