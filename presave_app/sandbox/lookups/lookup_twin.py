"""A twin that only answers questions: it has releases, switches, faults and a journal, but no apps and no fans."""

from flask import request

from presave_app.sandbox.kit.apps import App
from presave_app.sandbox.kit.fans import Fan
from presave_app.sandbox.kit.twin import R, S, Twin


class LookupTwin(Twin[S, Fan, R]):
    has_fans = False
    fan_type = Fan

    def first_app(self) -> App | None:
        return None

    def seconds_to_wait(self) -> int | None:
        """None when this caller may ask now. Each address of the net has a limit of its own."""
        switches = self.switches
        address = request.remote_addr or ""
        return self.windows.take(address, self.clock.now(), switches.calls, switches.window_seconds)


def is_same_upc(one: str, other: str) -> bool:
    """Whether two written forms are the same number, which is not nought."""
    bare = one.lstrip("0")
    return bool(bare) and bare == other.lstrip("0")
