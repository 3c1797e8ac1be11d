"""Which finished connection test stands for its service: the newest one that tells anything of it."""

from __future__ import annotations

from sqlalchemy import select

from presave_app.extensions import db
from presave_app.services.models import ConnectionTest
from presave_app.services.test_words import is_proven
from presave_app.streaming.registry import find_known

# Ends that are the member's own: of the account they took, or of the release that they named.
_OWN = frozenset(
    {
        "sign_in_refused",
        "not_out_there",
        "not_in_catalogue",
        "rating_disabled",
        "no_subscription",
        "account_not_allowed",
        "library_full",
        "no_channel",
        "email_not_verified",
        "not_on_the_list",
    }
)


def is_own_doing(test: ConnectionTest) -> bool:
    """Whether the test ended for a reason that lies with its member, and says nothing of the service."""
    return test.state == "failed" and test.reason in _OWN


def find_standing() -> dict[str, ConnectionTest]:
    """The test that stands for each service, whoever made it; where none tells anything, the newest."""
    ended = select(ConnectionTest).where(ConnectionTest.ended_at.is_not(None)).order_by(ConnectionTest.ended_at)
    found: dict[str, ConnectionTest] = {}
    for test in db.session.scalars(ended):
        older = found.get(test.service)
        if older is None or _tells(test) or not _tells(older):
            found[test.service] = test
    return found


def _tells(test: ConnectionTest) -> bool:
    connector = find_known(test.service)
    return not is_own_doing(test) and (connector is None or test.state == "failed" or is_proven(test, connector))
