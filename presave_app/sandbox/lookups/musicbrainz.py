"""MusicBrainz' web service: a release by its barcode, and the links that volunteers entered for it.

https://musicbrainz.org/doc/MusicBrainz_API
https://musicbrainz.org/doc/MusicBrainz_API/Rate_Limiting
"""

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Literal

from flask import Blueprint, Response, jsonify, request

from presave_app.sandbox.kit.clock import iso_second
from presave_app.sandbox.kit.errors import ServiceError
from presave_app.sandbox.kit.fault_kinds import FaultKinds
from presave_app.sandbox.kit.recording import CurrentCall, record_calls
from presave_app.sandbox.kit.releases import Release
from presave_app.sandbox.kit.switches import Switches
from presave_app.sandbox.kit.twin import find_twin

from .lookup_twin import LookupTwin, is_same_upc

Json = dict[str, object]

BARCODE_QUERY = re.compile(r'\s*barcode:"?(\d+)"?\s*')
# An address to write to, or one to look at.
CONTACT = re.compile(r"\S@\S|https?://\S")
KNOWN_INC = ("url-rels", "artist-credits", "labels", "recordings", "release-groups", "media")


@dataclass(frozen=True, slots=True, kw_only=True)
class MusicBrainzSwitches(Switches):
    LABELS: ClassVar[Mapping[str, str]] = {"barcode_digits": "A barcode is found in any written form"}

    # One request a second from each address, on average.
    calls: int | None = 1
    window_seconds: float = 1.0
    barcode_digits: Literal["as_entered", "any"] = "as_entered"


@dataclass(frozen=True, slots=True, kw_only=True)
class EnteredRelease(Release):
    """The id is an MBID, the UPC the barcode as somebody typed it. `relations` names of each link its type."""

    relations: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        uuid.UUID(self.id)


class MusicBrainzError(ServiceError):
    def __init__(self, status: int, text: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(text)
        self.status = status
        self.text = text
        self.headers = headers or {}

    def response(self) -> Response:
        answer = jsonify({"error": self.text, "help": "For usage, please see: https://musicbrainz.org/development/mmd"})
        answer.status_code = self.status
        answer.headers.update(self.headers)
        return answer


def too_fast(headers: Mapping[str, str] | None = None) -> MusicBrainzError:
    return MusicBrainzError(503, "Your requests are exceeding the allowable rate limit.", headers)


def no_contact() -> MusicBrainzError:
    return MusicBrainzError(403, "The User-Agent has to name an application and how to reach its maker.")


def not_found() -> MusicBrainzError:
    return MusicBrainzError(404, "Not Found")


class MusicBrainzTwin(LookupTwin[MusicBrainzSwitches, EnteredRelease]):
    slug = "musicbrainz"
    name = "MusicBrainz"
    save_call = ("GET", "/release*")
    switches_type = MusicBrainzSwitches
    release_type = EnteredRelease
    fault_kinds = FaultKinds(
        server_error=lambda status: MusicBrainzError(status, "Internal server error").response(),
        answers={"403": lambda: no_contact().response(), "404": lambda: not_found().response()},
        limits={"503": lambda headers: too_fast(headers).response()},
    )


def create_api(twin: MusicBrainzTwin) -> Blueprint:
    blueprint = Blueprint("musicbrainz_api", __name__, url_prefix="/musicbrainz/ws/2")
    record_calls(blueprint, twin, "api", identify)
    blueprint.before_request(pass_gate)
    blueprint.add_url_rule("/release", view_func=search, methods=["GET"])
    blueprint.add_url_rule("/release/<mbid>", view_func=one_release, methods=["GET"])
    return blueprint


def identify(call: CurrentCall) -> None:
    mbid = (request.view_args or {}).get("mbid")
    call.refs = (mbid,) if mbid else ()


def pass_gate() -> Response | None:
    if not CONTACT.search(request.headers.get("User-Agent", "")):
        raise no_contact()
    if find_twin(MusicBrainzTwin).seconds_to_wait() is not None:
        raise too_fast()
    if request.args.get("fmt") != "json" and "application/json" not in request.headers.get("Accept", ""):
        metadata = '<?xml version="1.0" encoding="UTF-8"?><metadata xmlns="http://musicbrainz.org/ns/mmd-2.0#"/>'
        return Response(metadata, content_type="application/xml; charset=utf-8")
    return None


def search() -> Response:
    """Of the query language only `barcode:` is spoken here; any other query finds nothing."""
    twin = find_twin(MusicBrainzTwin)
    query = request.args.get("query", "")
    if not query:
        raise MusicBrainzError(400, "Must specify a least one parameter for 'GET' request method to /ws/2/release.")
    asked = BARCODE_QUERY.fullmatch(query)
    found = _find(twin, asked[1]) if asked else []
    releases = [_release_json(release) | {"score": 100} for release in found]
    return jsonify({"created": iso_second(twin.clock.now()), "count": len(releases), "offset": 0, "releases": releases})


def one_release(mbid: str) -> Response:
    twin = find_twin(MusicBrainzTwin)
    wanted = set(filter(None, re.split(r"[+ ]", request.args.get("inc", ""))))
    unknown = sorted(wanted - set(KNOWN_INC))
    if unknown:
        raise MusicBrainzError(400, f"{unknown[0]} is not a valid inc parameter for the release resource.")
    release = twin.releases.find(_read_mbid(mbid))
    if release is None or not release.is_live(twin.clock.now()):
        raise not_found()
    relations = [_relation_json(url, kind) for url, kind in release.relations.items()]
    return jsonify(_release_json(release) | ({"relations": relations} if "url-rels" in wanted else {}))


def _find(twin: MusicBrainzTwin, barcode: str) -> list[EnteredRelease]:
    is_exact = twin.switches.barcode_digits == "as_entered"
    now = twin.clock.now()
    return [
        release
        for release in twin.releases.list_all()
        if release.is_live(now) and (release.upc == barcode if is_exact else is_same_upc(release.upc, barcode))
    ]


def _read_mbid(text: str) -> str:
    try:
        return str(uuid.UUID(text))
    except ValueError:
        raise MusicBrainzError(400, "Invalid mbid.") from None


def _release_json(release: EnteredRelease) -> Json:
    day = release.live_from.date().isoformat() if release.live_from else ""
    artist_id = release.artist_id or str(uuid.uuid5(uuid.NAMESPACE_URL, release.artist))
    return {
        "id": release.id,
        "title": release.title,
        "status": "Official",
        "barcode": release.upc,
        "date": day,
        "country": "XW",
        "artist-credit": [{"name": release.artist, "artist": {"id": artist_id, "name": release.artist}}],
    }


def _relation_json(url: str, kind: str) -> Json:
    return {
        "type": kind,
        "type-id": str(uuid.uuid5(uuid.NAMESPACE_URL, kind)),
        "direction": "forward",
        "target-type": "url",
        "ended": False,
        "url": {"id": str(uuid.uuid5(uuid.NAMESPACE_URL, url)), "resource": url},
    }
