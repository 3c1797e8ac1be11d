"""Which blueprint answers where: every address of the app is registered here."""

from __future__ import annotations

from flask import Flask

from presave_app.access import open_static_files
from presave_app.api.hook_views import webhooks
from presave_app.api.team_views import api_tokens
from presave_app.api.views import programs
from presave_app.campaigns.art_views import art
from presave_app.campaigns.artist_views import artists
from presave_app.campaigns.change_views import change_log
from presave_app.campaigns.code_views import codes
from presave_app.campaigns.keeping_views import keeping
from presave_app.campaigns.link_views import links
from presave_app.campaigns.live_link_views import artist_links
from presave_app.campaigns.rollout_views import rollouts
from presave_app.campaigns.second_views import second_members
from presave_app.campaigns.source_views import link_sources
from presave_app.campaigns.views import campaigns
from presave_app.counts.views import counts
from presave_app.fanpage.connecting import connecting
from presave_app.fanpage.inside_views import inside_apps
from presave_app.fanpage.mine import mine
from presave_app.fanpage.own_views import own
from presave_app.fanpage.views import fanpage
from presave_app.ops.health import health
from presave_app.preflight.views import preflight
from presave_app.privacy.team_views import imprints
from presave_app.privacy.views import privacy
from presave_app.releases.views import releases
from presave_app.reminders.views import reminding
from presave_app.services.test_views import connection_tests
from presave_app.services.views import services
from presave_app.teams.asked_step_views import asked_steps
from presave_app.teams.history_views import team_histories
from presave_app.teams.invitation_views import inviting
from presave_app.teams.join_views import joining
from presave_app.teams.second_step_views import second_steps
from presave_app.teams.session_views import browsers
from presave_app.teams.team_views import team_pages
from presave_app.teams.views import teams
from presave_app.transfer.table_views import tables
from presave_app.transfer.views import transfer


def register(app: Flask) -> None:
    """Register every blueprint. `/<slug>` comes last by Werkzeug's own rules: fixed words win."""
    for blueprint in (
        health,
        teams,
        team_pages,
        team_histories,
        inviting,
        joining,
        browsers,
        second_steps,
        asked_steps,
        campaigns,
        keeping,
        artists,
        artist_links,
        links,
        change_log,
        second_members,
        link_sources,
        rollouts,
        codes,
        releases,
        preflight,
        services,
        connection_tests,
        art,
        counts,
        connecting,
        mine,
        reminding,
        inside_apps,
        privacy,
        imprints,
        own,
        transfer,
        tables,
        api_tokens,
        webhooks,
        programs,
        fanpage,
    ):
        app.register_blueprint(blueprint)
    open_static_files(app)
