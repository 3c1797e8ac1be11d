"""The outcome of a storm, for a person to read."""

from __future__ import annotations

from chaos.oracle import Findings
from chaos.plan import Diary, Plan
from chaos.stage import Stage
from presave_app.presaves.grants import account_key
from presave_app.sandbox.spotify.ids import made_up_id

_SHOWN = 5


def table_of(plan: Plan, diary: Diary, found: Findings, seconds: float) -> str:
    """What was done to it, what has become of the fans, and the counts that have to be zero."""
    lines = ["", f"{'fault':<44}{'injected':>9}"]
    lines += [f"{what:<44}{number:>9}" for what, number in sorted(diary.injected.items())]
    lines += ["", f"{'fans':<44}{'number':>9}"]
    lines += [f"{what:<44}{number:>9}" for what, number in _facts(diary, found)]
    lines += ["", f"{'what must not be':<44}{'number':>9}"]
    for what, wrong in found.wrong().items():
        lines.append(f"{what:<44}{len(wrong):>9}")
        lines += [f"    {one}" for one in wrong[:_SHOWN]]
    verdict = "FAILED" if any(found.wrong().values()) else "nothing lost"
    lines += ["", f"{verdict}: {plan.fans} fans, {diary.kills} kills, {seconds:.0f} s. Again: {plan.command}"]
    return "\n".join(lines)


def histories_of(stage: Stage, found: Findings) -> str:
    """The whole story of the first fans that something is wrong with: their moves and their calls."""
    names = [wrong[0].split()[0].rstrip(":") for wrong in found.wrong().values() if wrong]
    return "\n".join(_history_of(stage, name) for name in dict.fromkeys(names) if "-" in name)


def _history_of(stage: Stage, fan: str) -> str:
    moves = stage.sql(
        """
        SELECT e.at, coalesce(e.from_state, '') || ' -> ' || e.to_state || ' ' || coalesce(e.reason, ''), e.claim_no
        FROM event e JOIN pre_save p ON p.id = e.pre_save_id WHERE p.account_key = %s ORDER BY e.id
        """,
        account_key("spotify", made_up_id(f"account {fan}")),
    )
    told = [(f"{at:%H:%M:%S.%f}", f"{move} (claim {claim_no})") for at, move, claim_no in moves]
    for call in stage.twin.calls(fan=fan):
        told.append((call["at"][11:26], f"{call['method']} {call['path']} {call['status']} {call['fault'] or ''}"))
    return "\n".join([f"\n{fan}", *(f"  {at} {what}" for at, what in sorted(told))])


def _facts(diary: Diary, found: Findings) -> list[tuple[str, int]]:
    return [
        ("consents", found.consents),
        *sorted(found.states.items()),
        ("told they are in, in the middle of it", len(diary.told_accepted)),
        ("told it is cancelled, in the middle of it", len(diary.told_cancelled)),
        ("cancelled while the add was on its way", len(found.in_flight)),
        ("add calls", found.adds),
        ("pauses of the service", found.pauses),
    ]
