"""Every address of the workspace as a door: what stands for each part of its address, and who tries it.

A new address needs nothing here unless it has a part that no other has: then `World.things` says what stands for it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product

from fans import read_sql
from flask import Flask
from flask.testing import FlaskClient
from makers import UPC, make_campaign, make_member, make_picture, make_team
from sqlalchemy import text
from werkzeug.routing import Rule
from werkzeug.routing.converters import AnyConverter

from presave_app.access import Access, mark_of
from presave_app.api import hooks
from presave_app.api.models import HookDelivery
from presave_app.api.tokens import make_token
from presave_app.campaigns import artists, changes, sources
from presave_app.campaigns.link_models import LinkSuggestion
from presave_app.campaigns.models import Campaign
from presave_app.campaigns.proposal_models import Proposal
from presave_app.extensions import db
from presave_app.teams import accounts, invitations, sessions
from presave_app.teams.models import Role, Team
from presave_app.transaction import transaction

SECRET_TITLE = "Nobody Else's Album"
NEW = "new@alba.example"
# What is typed into every form, for those that want more than a press.
TYPED = {"role": "editor", "email": NEW}
# What changes by itself while somebody only looks.
_RESTLESS = frozenset({"login_session", "heartbeat"})


@dataclass(frozen=True)
class Door:
    """One way to call an address; `words` are those that it was given of the ones that stand in the rule itself."""

    method: str
    endpoint: str
    rule: Rule
    words: Mapping[str, str]

    @property
    def is_safe(self) -> bool:
        return self.method == "GET"

    def __str__(self) -> str:
        return " ".join((self.method, self.rule.rule, *self.words.values()))


@dataclass(frozen=True)
class World:
    """A label with one of everything, and the people around it."""

    things: dict[str, object]
    members: dict[str, tuple[int, str]]

    def address(self, app: Flask, door: Door) -> str:
        """The address of the label's own thing behind the door."""
        unknown = door.rule.arguments - self.things.keys() - door.words.keys()
        assert not unknown, f"{door}: say in tests/doors.py what stands for {', '.join(unknown)}"
        values = {name: self.things[name] for name in door.rule.arguments if name in self.things}
        return app.url_map.bind("127.0.0.1").build(door.endpoint, {**values, **door.words}, method=door.method)

    def browser_of(self, app: Flask, who: str) -> FlaskClient:
        """The browser of one of the people; it is signed in unless it is nobody's."""
        browser = app.test_client()
        if who in self.members:
            with transaction():
                signed_in = sessions.start_session(*self.members[who])
            with browser.session_transaction() as session:
                session["_user_id"], session["_fresh"] = signed_in.get_id(), True
        return browser


def doors_of(app: Flask, access: Access = Access.MEMBER) -> list[Door]:
    """All doors of the workspace, or those that are marked otherwise, in order of their addresses."""
    return sorted(_doors(app, access), key=str)


def make_world() -> World:
    """Alba Records with an owner, an editor and a viewer, and the owner of another label."""
    team_id = make_team("Alba Records", "owner@alba.example")
    make_team("Other Label", "stranger@other.example")
    for role in (Role.EDITOR, Role.VIEWER):
        make_member(team_id, f"{role.value}@alba.example", role)
    with transaction():
        invitations.invite(db.session.get_one(Team, team_id), _member("owner@alba.example")[0], NEW, Role.EDITOR)
    campaign_id = make_campaign(team_id, title=SECRET_TITLE, artwork=make_picture())
    things: dict[str, object] = {
        "team_id": team_id,
        "campaign_id": campaign_id,
        "target_id": read_sql("SELECT id FROM target"),
        "suggestion_id": _suggest(campaign_id),
        "invitation_id": read_sql("SELECT id FROM invitation"),
        "member_id": _member("viewer@alba.example")[0],
        "slug": read_sql("SELECT slug FROM campaign"),
        "service": "spotify",
        "name": "title",
    }
    with transaction():
        things["artist_id"] = artists.keep_as_artist(db.session.get_one(Campaign, campaign_id)).id
        things["change_id"] = changes.note("test", changes.FIELD, campaign_id=campaign_id, field="title", after={}).id
        make_token(team_id, _member("owner@alba.example")[0], "Website", "read")
        things["source_id"] = sources.add(db.session.get_one(Campaign, campaign_id), "Poster").id
        hooks.make_hook(team_id, "https://hooks.alba.example/in", ["campaign.published"])
    things["token_id"] = read_sql("SELECT id FROM api_token")
    things["hook_id"], things["_rest"] = read_sql("SELECT id FROM webhook"), "x"
    things["link_id"] = read_sql("SELECT id FROM live_link")
    things["delivery_id"] = _deliver(campaign_id)
    things["proposal_id"] = _propose(campaign_id, _member("editor@alba.example")[0])
    things["session_id"] = _sign_in_elsewhere(_member("owner@alba.example"))
    names = ("owner@alba.example", "editor@alba.example", "viewer@alba.example", "stranger@other.example")
    return World(things, {name.partition("@")[0]: _member(name) for name in names})


def everything() -> dict[str, str | None]:
    """The rows of every table, in a form in which two states can be compared."""
    return {table.name: _rows(table.name) for table in db.metadata.sorted_tables if table.name not in _RESTLESS}


def rows_of_campaign(campaign_id: object) -> dict[str, str | None]:
    """The same of one campaign only."""
    tables = [table.name for table in db.metadata.sorted_tables if "campaign_id" in table.columns]
    return {name: _rows(name, f"WHERE campaign_id = {campaign_id}") for name in tables} | {
        "campaign": _rows("campaign", f"WHERE id = {campaign_id}")
    }


def _rows(table: str, condition: str = "") -> str | None:
    rows = db.session.execute(
        text(f"SELECT md5(string_agg(t::text, ' ' ORDER BY t::text)) FROM {table} t {condition}")
    ).scalar()
    db.session.rollback()
    return rows


def _deliver(campaign_id: int) -> int:
    with transaction() as session:
        made = HookDelivery(hook_id=1, campaign_id=campaign_id, event="campaign.published", state="given_up")
        session.add(made)
        session.flush()
        return made.id


def _propose(campaign_id: int, member_id: int) -> int:
    with transaction() as session:
        made = Proposal(
            campaign_id=campaign_id, field="upc", before={"upc": ""}, after={"upc": UPC}, member_id=member_id
        )
        session.add(made)
        session.flush()
        return made.id


def _sign_in_elsewhere(member: tuple[int, str]) -> int:
    with transaction():
        sessions.start_session(*member)
    return read_sql("SELECT max(id) FROM login_session")


def _suggest(campaign_id: int) -> int:
    with transaction() as session:
        made = LinkSuggestion(
            campaign_id=campaign_id, service="boomplay", ref="https://boomplay.example/1", source="odesli"
        )
        session.add(made)
        session.flush()
        return made.id


def _doors(app: Flask, access: Access) -> Iterator[Door]:
    for rule in app.url_map.iter_rules():
        if mark_of(app.view_functions[rule.endpoint]) is access:
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                yield from (Door(method, rule.endpoint, rule, words) for words in _words(rule))


def _words(rule: Rule) -> Iterator[dict[str, str]]:
    """Each choice of the words that stand in the rule itself."""
    kinds = rule._converters  # pyright: ignore[reportPrivateUsage]
    items = {name: sorted(kind.items) for name, kind in kinds.items() if isinstance(kind, AnyConverter)}
    return (dict(zip(items, words, strict=True)) for words in product(*items.values()))


def _member(email: str) -> tuple[int, str]:
    member = accounts.find_member(email)
    assert member is not None
    return member.id, member.email
