"""Pages to look at: the switches, the releases, the fans and what is in their libraries."""

from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from .embed import add_embed
from .fan_cookie import forget_fan, remembered_fan
from .fans import Fan
from .page_rows import grant_rows, item_rows, release_rows, switch_rows
from .settable import FieldError
from .twin import AnyTwin

SHOWN_FANS = 50
SHOWN_CALLS = 15
MOST_TIMES = 1000


def refuse_other_sites() -> None:
    """Another site's page cannot press these buttons; who is no browser sends no such header."""
    if request.method == "POST" and request.headers.get("Sec-Fetch-Site", "none") not in ("none", "same-origin"):
        abort(403)


def create_pages(twin: AnyTwin) -> Blueprint:
    blueprint = Blueprint(f"{twin.slug}_pages", __name__, url_prefix=f"/{twin.slug}")
    blueprint.before_request(refuse_other_sites)
    pages = Pages(twin)
    for method, path, view in (
        ("GET", "/", pages.overview),
        ("GET", "/fans/<name>", pages.fan_page),
        ("POST", "/fans/<name>/revoke", pages.access_remove),
        ("POST", "/sign-out", pages.sign_out),
        ("POST", "/switches", pages.switch_flip),
        ("POST", "/releases/<release_id>/release", pages.release_now),
        ("POST", "/faults", pages.fault_order),
        ("POST", "/faults/clear", pages.faults_clear),
    ):
        blueprint.add_url_rule(path, view.__name__, view, methods=[method])
    add_embed(blueprint, twin.name)
    return blueprint


class Pages:
    def __init__(self, twin: AnyTwin) -> None:
        self.twin = twin

    def overview(self) -> str:
        twin = self.twin
        wanted = request.args.get("fan", "").strip().lower()
        return self._render(
            "overview",
            now=twin.clock.now(),
            apps=list(twin.apps.values()),
            switches=switch_rows(twin.switches),
            releases=release_rows(twin),
            fans=twin.fans.newest(SHOWN_FANS, wanted),
            fan_total=len(twin.fans),
            wanted=wanted,
            calls=twin.journal.newest(SHOWN_CALLS),
            faults=twin.faults.list_all(),
            fault_kinds=twin.fault_kinds.names,
            me=remembered_fan(twin.slug),
        )

    def fan_page(self, name: str) -> str:
        twin, fan = self.twin, self._get_fan_or_404(name)
        return self._render(
            "fan",
            fan=fan,
            items=item_rows(twin, twin.fans.library_of(fan)),
            following=item_rows(twin, twin.fans.following_of(fan)),
            playlists=list(fan.playlists.values()),
            grants=grant_rows(twin, fan),
        )

    def access_remove(self, name: str) -> Response:
        self.twin.revoke(self._get_fan_or_404(name), request.form.get("client_id"))
        return redirect(url_for(".fan_page", name=name), 303)

    def sign_out(self) -> Response:
        return forget_fan(self._back_to_overview(), self.twin.slug)

    def switch_flip(self) -> Response:
        twin = self.twin
        name, text = request.form.get("name", ""), request.form.get("value", "")
        value: str | bool = text == "on" if text in ("on", "off") else text
        try:
            twin.switches = twin.switches.changed({name: value})
        except FieldError:
            abort(400)
        return self._back_to_overview()

    def release_now(self, release_id: str) -> Response:
        twin = self.twin
        release = twin.releases.find(release_id)
        if release is None:
            abort(404)
        twin.releases.put(release.changed({"live_from": twin.clock.now().isoformat()}))
        return self._back_to_overview()

    def fault_order(self) -> Response:
        kind, times = request.form.get("kind", ""), request.form.get("times", "")
        if kind not in self.twin.fault_kinds.names or not times.isdecimal() or not 1 <= int(times) <= MOST_TIMES:
            abort(400)
        method, path = self.twin.save_call
        self.twin.faults.add(kind, method=method, path=path, times=int(times), seconds=1.0)
        return self._back_to_overview()

    def faults_clear(self) -> Response:
        self.twin.faults.remove()
        return self._back_to_overview()

    def _render(self, page: str, **context: Any) -> str:
        return render_template(
            f"sandbox/kit/{page}.html",
            service=self.twin.name,
            has_fans=self.twin.has_fans,
            pages=f"{self.twin.slug}_pages",
            control=f"{self.twin.slug}_control",
            **context,
        )

    def _back_to_overview(self) -> Response:
        return redirect(url_for(".overview"), 303)

    def _get_fan_or_404(self, name: str) -> Fan:
        fan = self.twin.fans.find(name)
        if fan is None:
            abort(404)
        return fan
