"""Whether the day ended as it should: the database and the twin are asked, and have to agree."""

from __future__ import annotations

from collections import Counter

from sqlalchemy import text

from bench.twin_process import Report
from presave_app.extensions import db

# Each question with a plain name for what it counts; the answer has to be none.
_DATABASE_FAULTS = {
    "pre-saves not done": "SELECT count(*) FROM pre_save WHERE state <> 'done'",
    "actions not done": "SELECT count(*) FROM action WHERE state <> 'done'",
    "pre-saves not done exactly once": """
        SELECT count(*) FROM (
          SELECT 1 FROM pre_save p LEFT JOIN event e ON e.pre_save_id = p.id AND e.to_state = 'done'
          GROUP BY p.id HAVING count(e.id) <> 1) AS odd
    """,
    "pre-saves done before they were due": "SELECT count(*) FROM pre_save WHERE done_at < due_at",
}


def count_open() -> int:
    """How many pre-saves still have something to be done."""
    return _ask("SELECT count(*) FROM pre_save WHERE state IN ('armed', 'claimed')")


def find_faults(report: Report, fans: int, moment: float) -> dict[str, int]:
    """What went wrong, by name and number; empty after a good day."""
    counts = {name: _ask(question) for name, question in _DATABASE_FAULTS.items()}
    counts["pre-saves missing"] = fans - _ask("SELECT count(*) FROM pre_save")
    counts |= _faults_at_twin(report, fans, moment)
    return {name: count for name, count in counts.items() if count}


def _faults_at_twin(report: Report, fans: int, moment: float) -> dict[str, int]:
    times = Counter(add.fan for add in report.adds)
    return {
        "fans without the release": len(set(range(fans)) - times.keys()),
        "strangers with the release": len(times.keys() - set(range(fans))),
        "adds made again": times.total() - len(times),
        "adds before the moment": sum(add.at < moment for add in report.adds),
    }


def _ask(question: str) -> int:
    db.session.rollback()
    count = db.session.execute(text(question)).scalar_one()
    db.session.rollback()
    return int(count)
