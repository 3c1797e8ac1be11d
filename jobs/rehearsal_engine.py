"""The engine of a rehearsal: `python -m jobs.rehearsal_engine`, a process of its own on a schema of its own.

It is told its playbill in one line, and lives no longer than whoever holds the other end of its standard input.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from flask_migrate import upgrade

from presave_app import create_app
from presave_app.extensions import current_settings, db
from presave_app.rehearsals import acting, casting
from presave_app.rehearsals.environment import refuse_other_hosts
from presave_app.rehearsals.playbill import Playbill
from presave_app.rehearsals.review import review
from presave_app.rehearsals.twins import Twins


def main() -> None:
    """Make the tables, bring everybody on, play, and say what came of it."""
    told = json.loads(sys.stdin.buffer.readline())
    _end_with_parent()
    with create_app().app_context():
        assert current_settings().database_schema, "a rehearsal never plays on the real tables"
        refuse_other_hosts(current_settings(), told["twins"])
        upgrade()
        twins = Twins(told["twins"])
        _play(Playbill.from_json(told["bill"]), twins, told["seconds"])
        twins.close()
        db.session.remove()
        db.engine.dispose()


def _play(bill: Playbill, twins: Twins, seconds: float) -> None:
    services = [role.service for role in bill.roles]
    campaign_id = casting.cast_play(bill, twins)
    for role in bill.roles:
        twins.limit(role.service, role.calls, role.window_seconds, role.units_per_day)
    moment = casting.let_moment_come(campaign_id)
    acting.act(services, seconds, lambda played: _say({"played": played}))
    _say({"review": [asdict(each) for each in review(twins, moment, services)]})


def _say(value: Mapping[str, Any]) -> None:
    sys.stdout.write(json.dumps(value) + "\n")
    sys.stdout.flush()


def _end_with_parent() -> None:
    """Whoever started this process ends it: it is of no use to anybody else, whatever a platform says to everybody."""

    def wait() -> None:
        # Past Python's own reader, whose lock the interpreter would wait for at its end.
        while os.read(0, 4096):
            pass
        os._exit(1)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)
    threading.Thread(target=wait, daemon=True).start()


if __name__ == "__main__":
    main()
