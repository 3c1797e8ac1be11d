"""Questions to the journal, as the control API takes them in a query."""

from flask import request

from .clock import parse_moment
from .journal import Call, CallFilter, Journal


def find_calls(journal: Journal, ref_name: str = "ref") -> list[Call]:
    """The calls that fit the query, oldest first. Raises ValueError for a time or number that is none."""
    since = request.args.get("since")
    wanted = CallFilter(
        since=parse_moment(since) if since else None,
        after=_whole_argument("after"),
        host=request.args.get("host"),
        method=request.args.get("method"),
        path=request.args.get("path"),
        fan=request.args.get("fan"),
        status=_whole_argument("status"),
        ref=request.args.get(ref_name),
        grant_type=request.args.get("grant_type"),
    )
    return journal.find(wanted)


def newest_of(found: list[Call]) -> list[Call]:
    """The last ones, as many as the query's `limit` says."""
    most = _whole_argument("limit")
    return found if most is None else found[max(0, len(found) - most) :]


def _whole_argument(name: str) -> int | None:
    text = request.args.get(name)
    return int(text) if text else None
