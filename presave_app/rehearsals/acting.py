"""The play itself: the engine works as on the day, on each service as one worker would, until time is up."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from typing import cast

from flask import Flask, current_app
from sqlalchemy import text

from presave_app.extensions import db
from presave_app.releases import adding, drain, gate, reading_back, sweeping

# A drain comes back so often, to see whether there are libraries to look into.
_SLICE_SECONDS = 5.0
_NAP_SECONDS = 0.1
# A catalogue that does not show the release by then does not know it.
_FOUND_BY_SECONDS = 6.0

_THROUGH = text("""
    SELECT count(*) FROM pre_save WHERE state NOT IN ('armed', 'claimed', 'done')
      OR (state = 'done' AND (read_backs > 0 OR read_back_at IS NULL))
""")
# Who is still to be added, where the release was found, and who is still to be read back.
_OPEN = text("""
    SELECT count(*) FROM pre_save p JOIN target t ON t.campaign_id = p.campaign_id AND t.service = p.service
    WHERE p.service = :service AND (
      (p.state IN ('armed', 'claimed') AND (t.found_at IS NOT NULL OR NOT :is_late))
      OR (p.state = 'done' AND p.read_backs = 0 AND p.read_back_at IS NOT NULL))
""")


def act(services: Sequence[str], seconds: float, say: Callable[[int], None]) -> None:
    """Play all services at once; `say` is told how many fans are through."""
    app = cast(Flask, current_app._get_current_object())  # pyright: ignore
    ends_at = time.monotonic() + seconds
    # As the sweeper finds them on the day.
    sweeping.need_reauth_of_old_grants()
    workers = [threading.Thread(target=_act_service, args=(app, service, ends_at)) for service in services]
    for worker in workers:
        worker.start()
    while any(worker.is_alive() for worker in workers):
        say(_through())
        time.sleep(0.5)
        if time.monotonic() > ends_at:
            # What is under way is seen through, and nothing more is begun.
            drain.leave()
    say(_through())


def _act_service(app: Flask, service: str, ends_at: float) -> None:
    began_at = time.monotonic()
    with app.app_context():
        while (left := ends_at - time.monotonic()) > 0 and not drain.is_leaving():
            worked = adding.add_due(service, min(left, _SLICE_SECONDS))
            worked += reading_back.read_back_due(service, min(max(left, 0.0), _SLICE_SECONDS))
            is_late = time.monotonic() - began_at > _FOUND_BY_SECONDS
            if not _is_open(service, is_late=is_late) or gate.shut_seconds(service) > left:
                return
            if not worked:
                time.sleep(_NAP_SECONDS)


def _is_open(service: str, *, is_late: bool) -> bool:
    number = db.session.execute(_OPEN, {"service": service, "is_late": is_late}).scalar_one()
    db.session.rollback()
    return number > 0


def _through() -> int:
    number = db.session.execute(_THROUGH).scalar_one()
    db.session.rollback()
    return number
