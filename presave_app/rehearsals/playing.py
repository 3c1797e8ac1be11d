"""Playing a campaign's rehearsal: a schema, the twins and the engine while it lasts, and nothing of them afterwards."""

from __future__ import annotations

import json
import logging
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from presave_app.campaigns.models import Campaign
from presave_app.campaigns.release_clock import release_clock
from presave_app.extensions import current_settings, db
from presave_app.rehearsals import processes, schema, turns
from presave_app.rehearsals.environment import PUBLIC_URL, engine_environment
from presave_app.rehearsals.obstacles import find_obstacle, is_wave_on
from presave_app.rehearsals.playbill import Playbill, write_playbill
from presave_app.rehearsals.processes import Child
from presave_app.rehearsals.turns import Turn
from presave_app.rehearsals.twins import Twins
from presave_app.releases import drain
from presave_app.transaction import transaction

PLAY_SECONDS = 50.0
# Besides the play: two interpreters, a schema and its migrations, and the sign-ins. A job may take three minutes.
_READY_SECONDS = 30.0
_MOST_SECONDS = 130.0
_LOOK_EVERY_SECONDS = 0.25
_HOLD_EVERY_SECONDS = 2.0
_LISTENS = re.compile(r"http://127\.0\.0\.1:\d+")

log = logging.getLogger(__name__)


class Unplayed(Exception):
    """Nothing comes of this play; `reason` says why."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Leaving(Exception):
    """This worker was told to leave, or has lost the turn."""


def play(campaign_id: int, beat: Callable[[], object] = lambda: None) -> bool:
    """Play it, if it is anybody's turn to; says whether something came of it. `beat` is called now and then."""
    schema.sweep()
    turn = turns.claim(campaign_id)
    if turn is None:
        return False
    try:
        found = _play(turn, beat)
    except Leaving:
        turns.give_back(turn)
        return False
    except Unplayed as fault:
        turns.fail(turn, fault.reason)
        return False
    except Exception:
        log.exception("the rehearsal of campaign %d broke", campaign_id)
        turns.fail(turn, "broke")
        return False
    return turns.finish(turn, found)


def _play(turn: Turn, beat: Callable[[], object]) -> list[dict[str, Any]]:
    bill = _read_bill(turn.campaign_id)
    try:
        schema.create(turn.schema)
        with processes.running(processes.twins_command(PUBLIC_URL)) as twins_process:
            watch = _Watch(turn, bill.cast, beat)
            twins_url = watch.first_answer(twins_process)
            with processes.running(processes.engine_command(), _environment(turn, bill, twins_url)) as engine:
                engine.tell({"bill": bill.as_json(), "twins": twins_url, "seconds": PLAY_SECONDS})
                return watch.until_over(engine)
    except schema.NoSchema:
        raise Unplayed("no_schema") from None
    finally:
        schema.drop(turn.schema)


def _read_bill(campaign_id: int) -> Playbill:
    with transaction() as session:
        if obstacle := find_obstacle():
            raise Unplayed(obstacle)
        campaign = session.get_one(Campaign, campaign_id)
        release = release_clock(campaign)
        bill = write_playbill(campaign, release) if release else None
    if bill is None or not bill.has_living:
        raise Unplayed("nobody")
    return bill


def _environment(turn: Turn, bill: Playbill, twins_url: str) -> dict[str, str]:
    twins = Twins(twins_url)
    try:
        met = twins.settings()
    finally:
        twins.close()
    return engine_environment(current_settings(), turn.schema, met, [role.service for role in bill.roles])


@dataclass
class _Watch:
    """Looks after a play: shows how far it is, keeps the turn, and ends it for whatever comes first."""

    turn: Turn
    cast: int
    beat: Callable[[], object]
    played: int = 0

    def __post_init__(self) -> None:
        self._give_up_at = time.monotonic() + _MOST_SECONDS
        self._held_at = 0.0

    def first_answer(self, twins: Child) -> str:
        """The address on which the twins listen."""
        give_up_at = time.monotonic() + _READY_SECONDS
        while time.monotonic() < give_up_at:
            for line in twins.lines():
                if found := _LISTENS.search(line):
                    return found[0]
            self._look_around(twins)
        raise Unplayed("too_long")

    def until_over(self, engine: Child) -> list[dict[str, Any]]:
        """What the engine says at its end."""
        while True:
            is_alive = engine.is_alive
            for said in map(_read, engine.lines()):
                if "review" in said:
                    return said["review"]
                self.played = int(said.get("played", self.played))
            if not is_alive:
                _say_end(engine)
            self._look_around(engine)

    def _look_around(self, child: Child) -> None:
        if drain.is_leaving():
            raise Leaving
        if time.monotonic() > self._give_up_at:
            log.warning("a rehearsal took too long: %s", child.log())
            raise Unplayed("too_long")
        if time.monotonic() - self._held_at >= _HOLD_EVERY_SECONDS:
            self._held_at = time.monotonic()
            self._hold()
        time.sleep(_LOOK_EVERY_SECONDS)

    def _hold(self) -> None:
        self.beat()
        if not turns.hold(self.turn, self.played, self.cast):
            raise Leaving
        is_on = is_wave_on()
        db.session.rollback()
        if is_on:
            raise Unplayed("made_way")


def _say_end(engine: Child) -> None:
    """An engine that has ended without a word: told to leave with all of this machine, or broken."""
    time.sleep(1.0)
    if drain.is_leaving():
        raise Leaving
    log.error("the engine of a rehearsal ended: %s", engine.log())
    raise Unplayed("broke")


def _read(line: str) -> Mapping[str, Any]:
    """What the engine says are objects; anything else that stands on its standard output is nobody's."""
    return json.loads(line) if line.startswith("{") else {}
