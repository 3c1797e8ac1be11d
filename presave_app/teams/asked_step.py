"""A team may ask its owners for the second step: who has none is led to it before they act as an owner."""

from __future__ import annotations

from sqlalchemy import func, select

from presave_app.extensions import db
from presave_app.teams import second_step
from presave_app.teams.models import Membership, Role, Team
from presave_app.teams.second_step_models import SecondStep


class StepMissing(PermissionError):
    """An owner without a second step tried what this team lets its owners do only with one."""


class OwnStepMissing(ValueError):
    """Whoever asks others for a second step needs one first, or they would lock themselves out."""


def check(team: Team, member_id: int) -> None:
    """Let an owner of the team pass, unless it asks for a second step that they lack; raises StepMissing."""
    if team.asks_second_step and not second_step.is_on(member_id):
        raise StepMissing(team.id)


def find_asking(member_id: int) -> list[str]:
    """The names of the teams that ask this owner for a second step, whether or not there is one."""
    asking = (
        select(Team.name)
        .join(Membership, Membership.team_id == Team.id)
        .where(Membership.member_id == member_id, Membership.role == Role.OWNER, Team.asks_second_step)
    )
    return list(db.session.scalars(asking.order_by(Team.name)))


def count_owners(team_id: int) -> tuple[int, int]:
    """How many owners the team has, and how many of them have no second step yet."""
    has_step = (SecondStep.member_id == Membership.member_id) & SecondStep.confirmed_at.is_not(None)
    counts = (
        select(func.count(), func.count(SecondStep.member_id))
        .select_from(Membership)
        .outerjoin(SecondStep, has_step)
        .where(Membership.team_id == team_id, Membership.role == Role.OWNER)
    )
    owners, with_step = db.session.execute(counts).one()
    return owners, owners - with_step


def switch(team: Team, member_id: int, *, is_on: bool) -> bool:
    """Ask the owners of the locked team for it, or no longer; whether that changed anything. Raises OwnStepMissing."""
    if is_on and not second_step.is_on(member_id):
        raise OwnStepMissing(team.id)
    if team.asks_second_step == is_on:
        return False
    team.asks_second_step = is_on
    return True
