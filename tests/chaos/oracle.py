"""The counting after the storm: what the database says, what the service's side says, and what must not differ."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from chaos.plan import PAUSE_SECONDS, Crowd, Diary
from chaos.stage import ALBUMS, Stage
from presave_app.lib.tokens import hash_secret
from presave_app.presaves.grants import account_key
from presave_app.sandbox.spotify.ids import made_up_id

# A call that had begun when the fan cancelled, or when the pause came, may still arrive.
IN_FLIGHT = timedelta(seconds=20)
ON_THE_WIRE = timedelta(seconds=0.5)
BEFORE_THE_END = timedelta(seconds=0.2)
# Who is told to pause shuts the gate for all within this time, or does not live to do it.
TO_TELL = timedelta(seconds=1)
_WORD = re.compile(rb"[A-Za-z0-9_-]{20,}")
_TOKEN_SHAPE = re.compile(rb"[AB]Q[A-Za-z0-9_-]{80,}")
_HEX = re.compile(rb"\\x([0-9a-f]{40,})")


@dataclass(frozen=True)
class Row:
    """One pre-save as it stands at the end."""

    id: str
    fan: str
    slug: str
    state: str
    reason: str
    due_at: datetime
    sent_at: datetime | None
    mine_hash: str
    withdrawn_at: datetime | None


@dataclass(frozen=True)
class Call:
    """One call in the twin's journal."""

    at: datetime
    method: str
    path: str
    fan: str | None
    uris: tuple[str, ...]
    status: int | None
    fault: str | None

    @property
    def is_add(self) -> bool:
        return (self.method, self.path) == ("PUT", "/me/library")


@dataclass
class Findings:
    """All lists but `in_flight` have to be empty."""

    lost: list[str] = field(default_factory=list[str])
    early: list[str] = field(default_factory=list[str])
    doubled: list[str] = field(default_factory=list[str])
    after_cancel: list[str] = field(default_factory=list[str])
    during_pause: list[str] = field(default_factory=list[str])
    secrets: list[str] = field(default_factory=list[str])
    in_flight: list[str] = field(default_factory=list[str])
    states: Counter[str] = field(default_factory=Counter[str])
    consents: int = 0
    adds: int = 0
    pauses: int = 0

    def wrong(self) -> dict[str, list[str]]:
        """What must be empty, by the words of the table."""
        return {
            "lost": self.lost,
            "early": self.early,
            "doubled": self.doubled,
            "after cancel": self.after_cancel,
            "during a pause": self.during_pause,
            "secrets found": self.secrets,
        }


def judge(stage: Stage, crowd: Crowd, diary: Diary) -> Findings:
    """Count everything, once the processes have ended."""
    rows, calls = read_rows(stage, crowd), read_calls(stage)
    libraries = {slug: read_library(stage, slug) for slug in ALBUMS}
    adds = [call for call in calls if call.is_add]
    [(consents,)] = stage.sql("SELECT count(*) FROM consent")
    found = Findings(states=Counter(row.state for row in rows), consents=consents, adds=len(adds))
    found.lost = [*count_lost(rows, crowd, diary, consents), *compare_libraries(rows, libraries)]
    found.early = count_early(rows, adds)
    found.doubled = count_doubled(libraries)
    found.after_cancel = count_after_cancel(rows, adds)
    found.in_flight = [row.fan for row in rows if row.state == "withdrawn" and row.fan in libraries[row.slug]]
    pauses = join_pauses(diary)
    found.pauses = len(pauses)
    found.during_pause = [*count_during_pause(pauses, calls, diary), *count_unheeded(calls, diary)]
    found.secrets = find_secrets(stage, crowd, diary)
    return found


def read_rows(stage: Stage, crowd: Crowd) -> list[Row]:
    """Every pre-save, with the name its fan has at the twin."""
    names = {account_key("spotify", made_up_id(f"account {name}")): name for name in crowd.slugs}
    found = stage.sql("""
        SELECT p.id, p.account_key, k.slug, p.state, p.reason, p.due_at, a.sent_at, p.mine_hash,
          (SELECT max(e.at) FROM event e WHERE e.pre_save_id = p.id AND e.to_state = 'withdrawn')
        FROM pre_save p JOIN campaign k ON k.id = p.campaign_id LEFT JOIN action a ON a.pre_save_id = p.id
    """)
    return [Row(str(id_), names[key], *rest) for id_, key, *rest in found]


def read_calls(stage: Stage) -> list[Call]:
    """The journal of the Web API; a journal that has dropped calls proves nothing."""
    answer = stage.twin.control("GET", "calls?host=api")
    assert answer["dropped"] == 0, "the journal was too short for this storm"
    return [
        Call(
            datetime.fromisoformat(c["at"]), c["method"], c["path"], c["fan"], tuple(c["uris"]), c["status"], c["fault"]
        )
        for c in answer["calls"]
    ]


def read_library(stage: Stage, slug: str) -> dict[str, int]:
    """Who holds a release, and how often each was given it."""
    answer = stage.twin.control("GET", f"libraries?uri=spotify:album:{ALBUMS[slug]}")
    return {fan: answer["repeated"].get(fan, 1) for fan in answer["fans"]}


def count_lost(rows: list[Row], crowd: Crowd, diary: Diary, consents: int) -> list[str]:
    """Everybody who was accepted has one row, in the state that became of this fan, and of no other."""
    lost = [] if consents == len(rows) else [f"{consents} consents, but {len(rows)} pre-saves"]
    held = {row.fan for row in rows}
    lost += [f"{name} has no row" for name in crowd.pages if name not in held]
    hashes = {row.mine_hash for row in rows}
    lost += [
        f"{name} was told it is in" for name, page in diary.told_accepted.items() if hash_secret(page) not in hashes
    ]
    cannot = crowd.revoked | crowd.broken
    for row in rows:
        expected = {"done", "withdrawn"} if row.fan in crowd.leaving else {"done"}
        if row.state not in ({"needs_reauth"} if row.fan in cannot else expected):
            lost.append(f"{row.fan} is {row.state} ({row.reason})")
    return lost


def compare_libraries(rows: list[Row], libraries: dict[str, dict[str, int]]) -> list[str]:
    """A library holds the release of whoever is done, and of nobody else but who cancelled while it was on its way."""
    wrong: list[str] = []
    for slug, library in libraries.items():
        done = {row.fan for row in rows if row.slug == slug and row.state == "done"}
        cancelled = {row.fan for row in rows if row.slug == slug and row.state == "withdrawn"}
        wrong += [f"{fan} is done without the release" for fan in sorted(done - library.keys())]
        wrong += [f"{fan} holds it and is not done" for fan in sorted(library.keys() - done - cancelled)]
    return wrong


def count_early(rows: list[Row], adds: list[Call]) -> list[str]:
    """No add before the fan's own moment."""
    due = {row.fan: row.due_at for row in rows}
    return [f"{call.fan} {due[call.fan] - call.at} early" for call in adds if call.fan and call.at < due[call.fan]]


def count_doubled(libraries: dict[str, dict[str, int]]) -> list[str]:
    """No library was given the release twice: an add whose answer was lost is looked up first."""
    return [f"{fan}: {n} times" for library in libraries.values() for fan, n in library.items() if n > 1]


def count_after_cancel(rows: list[Row], adds: list[Call]) -> list[str]:
    """No call began after the cancelling, and none that had begun arrived later than a call can take."""
    withdrawn = {row.fan: row.withdrawn_at for row in rows if row.withdrawn_at}
    late = [
        f"{row.fan}: began {row.sent_at - row.withdrawn_at} after it"
        for row in rows
        if row.sent_at and row.withdrawn_at and row.sent_at > row.withdrawn_at
    ]
    for call in adds:
        cancelled_at = withdrawn.get(call.fan or "")
        if cancelled_at and call.at > cancelled_at + IN_FLIGHT:
            late.append(f"{call.fan}: arrived {call.at - cancelled_at} after it")
    return late


def join_pauses(diary: Diary) -> list[tuple[datetime, datetime]]:
    """Each pause once: from when it was first seen until its end, or until the healing ended it."""
    first_seen: dict[datetime, datetime] = {}
    for seen_at, open_at in diary.seen_shut:
        first_seen.setdefault(open_at, seen_at)
    end = diary.healed_at
    return [(seen, min(open_at, end) if end else open_at) for open_at, seen in first_seen.items()]


def count_during_pause(pauses: list[tuple[datetime, datetime]], calls: list[Call], diary: Diary) -> list[str]:
    """No call of the engine while the gate is shut, but what was on the wire or in the hands of a sleeper."""
    return [
        f"{call.fan} {call.method} {call.path} {call.at - seen_at} into a pause"
        for seen_at, open_at in pauses
        for call in _calls_between(calls, seen_at + ON_THE_WIRE, open_at - BEFORE_THE_END, diary)
    ]


def count_unheeded(calls: list[Call], diary: Diary) -> list[str]:
    """No call after an answer that asked for a pause, whatever the gate says, unless who was asked may have died."""
    pause = timedelta(seconds=PAUSE_SECONDS)
    asked = [call.at for call in calls if call.status == 429]
    heard = [at for at in asked if not any(at - ON_THE_WIRE < blow < at + TO_TELL for blow in diary.blows)]
    return [
        f"{call.fan} {call.method} {call.path} {call.at - at} after a request to pause"
        for at in heard
        for call in _calls_between(calls, at + ON_THE_WIRE, at + pause - BEFORE_THE_END, diary)
    ]


def _calls_between(calls: list[Call], begin: datetime, end: datetime, diary: Diary) -> list[Call]:
    """The engine's calls: a person who signs in does not wait, and that is the one call on /me."""
    return [c for c in calls if begin < c.at < end and c.path != "/me" and not _just_woken(c, diary)]


def find_secrets(stage: Stage, crowd: Crowd, diary: Diary) -> list[str]:
    """Tokens, account ids and anything shaped like a token, in logs, in the database and in Redis."""
    assert all(_TOKEN_SHAPE.fullmatch(c.encode()) for c in crowd.canaries if len(c) > 40)
    tables = [f"{name} table" for (name,) in stage.sql("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]
    places = {**stage.logs(), **{f"Redis dump {n}": dump for n, dump in enumerate(diary.redis_dumps)}}
    for table in tables:
        rows = stage.sql(f"SELECT t::text FROM {table.split()[0]} t")
        places[table] = b"\n".join(text.encode() for (text,) in rows)
    canaries = {canary.encode() for canary in crowd.canaries}
    return [f"{len(hits)} in {place}" for place, content in places.items() if (hits := secrets_in(content, canaries))]


def secrets_in(content: bytes, canaries: set[bytes]) -> set[bytes]:
    """What of a place is a secret, as text or as the bytes of a column."""
    plain = b" ".join([content, *(bytes.fromhex(match.decode()) for match in _HEX.findall(content))])
    return canaries & set(_WORD.findall(plain)) | set(_TOKEN_SHAPE.findall(plain))


def _just_woken(call: Call, diary: Diary) -> bool:
    return any(timedelta(0) <= call.at - woke_at < ON_THE_WIRE for woke_at in diary.woke_at)
