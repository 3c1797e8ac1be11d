"""Fans who want to be told when their permission is lost, over HTTP as in life, and the losing."""

from __future__ import annotations

from uuid import UUID

from fans import row_of
from flask.testing import FlaskClient
from mail_server import MailServer
from reminding import IDA, link_in
from sqlalchemy import text

from jobs.reminders import send_due
from presave_app.presaves import grants, mending
from presave_app.presaves.looking_up import mine_secret
from presave_app.presaves.states import PreSaveId
from presave_app.transaction import transaction


def page_of(pre_save_id: UUID) -> str:
    """The path of the fan's own page."""
    return f"/mine/{mine_secret(PreSaveId(pre_save_id))}"


def tell_me(client: FlaskClient, pre_save_id: UUID, **form: str) -> None:
    """Send the form of the fan's own page."""
    answer = client.post(f"{page_of(pre_save_id)}/tell-me", data=form)
    assert answer.status_code == 303, answer.text
    assert answer.headers["Location"] == f"{page_of(pre_save_id)}#tell-me"


def agreed(client: FlaskClient, house: MailServer, pre_save_id: UUID, address: str = IDA) -> None:
    """A notice by mail whose reader has agreed."""
    tell_me(client, pre_save_id, way="email", email=address)
    send_due()
    assert client.post(link_in(house, "confirm")).status_code == 200
    house.taken.clear()


def lose(pre_save_id: UUID) -> None:
    """The permission is found to be lost, as the engine writes it down."""
    grant_id = row_of(pre_save_id).grant_id
    with transaction() as session:
        grants.mark_dead(session, grant_id)
    with transaction() as session:
        assert mending.need_reauth(session, grant_id, "grant_revoked") == 1


def end(pre_save_id: UUID, state: str) -> None:
    """The pre-save is over, as whoever ends it writes it."""
    with transaction() as session:
        if state == "done":
            session.execute(
                text("""
                    UPDATE pre_save SET state = 'claimed', due_at = now(), lease_until = now() + interval '1 min'
                    WHERE id = :id
                """),
                {"id": pre_save_id},
            )
        session.execute(
            text("UPDATE pre_save SET state = :state, lease_until = NULL WHERE id = :id"),
            {"state": state, "id": pre_save_id},
        )
