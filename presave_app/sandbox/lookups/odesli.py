"""Odesli, also called Songlink: from one link of a release to its links on the other platforms.

https://odesli.co and the API's page there; the version is an alpha, and says so in its address.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Literal
from urllib.parse import parse_qs, urlsplit

from flask import Blueprint, Response, jsonify, request

from presave_app.sandbox.kit.fault_kinds import FaultKinds
from presave_app.sandbox.kit.recording import CurrentCall, record_calls
from presave_app.sandbox.kit.releases import Release
from presave_app.sandbox.kit.switches import Switches
from presave_app.sandbox.kit.twin import find_twin

from .lookup_twin import LookupTwin

Json = dict[str, object]

# Whose data a platform's entity is; the others give their own name in capitals.
PROVIDERS = {"appleMusic": "ITUNES", "itunes": "ITUNES", "youtubeMusic": "YOUTUBE", "amazonMusic": "AMAZON"}
# These parts of a query say which thing is meant; all others are about the way there.
TELLING = ("v", "list")


@dataclass(frozen=True, slots=True, kw_only=True)
class OdesliSwitches(Switches):
    LABELS: ClassVar[Mapping[str, str]] = {"error_body": "The body of a 404 and a 429"}

    # Ten a minute without a key.
    calls: int | None = 10
    window_seconds: float = 60.0
    keys: tuple[str, ...] = ("sandbox-odesli",)
    error_body: Literal["json", "empty"] = "json"


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkedRelease(Release):
    """`links` and `ids` are by platform, as `appleMusic`; an id that is not given is the end of the link."""

    kind: Literal["album", "song"] = "album"
    single: bool = False
    links: Mapping[str, str] = field(default_factory=dict)
    ids: Mapping[str, str] = field(default_factory=dict)

    def id_on(self, platform: str) -> str:
        parts = urlsplit(self.links[platform])
        return self.ids.get(platform) or parse_qs(parts.query).get("v", [parts.path.rpartition("/")[2]])[0]

    def platform_of(self, url: str) -> str | None:
        asked = _essence(url)
        return next((platform for platform, link in self.links.items() if _essence(link) == asked), None)


def error(status: int, code: str, headers: Mapping[str, str] | None = None) -> Response:
    answer = jsonify({"statusCode": status, "code": code})
    answer.status_code = status
    answer.headers.update(headers or {})
    return answer


class OdesliTwin(LookupTwin[OdesliSwitches, LinkedRelease]):
    slug = "odesli"
    name = "Odesli"
    save_call = ("GET", "/links")
    switches_type = OdesliSwitches
    release_type = LinkedRelease
    fault_kinds = FaultKinds(
        server_error=lambda status: error(status, "internal_server_error"),
        answers={"404": lambda: error(404, "could_not_resolve_entity")},
        limits={"429": lambda headers: error(429, "too_many_requests", headers)},
    )


def create_api(twin: OdesliTwin) -> Blueprint:
    blueprint = Blueprint("odesli_api", __name__, url_prefix="/odesli/v1-alpha.1")
    record_calls(blueprint, twin, "api", identify)
    blueprint.add_url_rule("/links", view_func=links, methods=["GET"])
    return blueprint


def identify(call: CurrentCall) -> None:
    call.refs = tuple(text for text in (request.args.get("url"), request.args.get("id")) if text)


def links() -> Response:
    twin = find_twin(OdesliTwin)
    if request.args.get("key") not in twin.switches.keys and twin.seconds_to_wait() is not None:
        return _in_form(twin, error(429, "too_many_requests"))
    if not _is_question():
        return error(400, "invalid_request")
    found = _find(twin)
    if found is None:
        return _in_form(twin, error(404, "could_not_resolve_entity"))
    return jsonify(_answer(*found))


def _is_question() -> bool:
    """A link, or a platform with the kind and the id of a thing on it; never a UPC."""
    return bool(request.args.get("url")) or all(request.args.get(name) for name in ("platform", "type", "id"))


def _find(twin: OdesliTwin) -> tuple[LinkedRelease, str] | None:
    now = twin.clock.now()
    for release in twin.releases.list_all():
        platform = _platform_asked(release)
        if platform is not None and release.is_live(now):
            return release, platform
    return None


def _platform_asked(release: LinkedRelease) -> str | None:
    url, platform = request.args.get("url"), request.args.get("platform", "")
    if url:
        return release.platform_of(url)
    is_asked = platform in release.links and release.id_on(platform) == request.args.get("id")
    return platform if is_asked and release.kind == request.args.get("type") else None


def _answer(release: LinkedRelease, asked: str) -> Json:
    """`songIfSingle` turns the album of a single into its song."""
    as_song = release.single and request.args.get("songIfSingle") == "true"
    kind = "song" if as_song else release.kind
    entities: dict[str, Json] = {}
    for platform in release.links:
        entity_id = _entity_id(release, platform, kind)
        entity = entities.setdefault(entity_id, _entity_json(release, platform, kind))
        platforms = entity["platforms"]
        assert isinstance(platforms, list)
        platforms.append(platform)
    return {
        "entityUniqueId": _entity_id(release, asked, kind),
        "userCountry": request.args.get("userCountry", "US"),
        "pageUrl": f"https://{kind}.link/{asked[0]}/{release.id_on(asked)}",
        "entitiesByUniqueId": entities,
        "linksByPlatform": {
            platform: {"url": url, "entityUniqueId": _entity_id(release, platform, kind)}
            for platform, url in release.links.items()
        },
    }


def _entity_json(release: LinkedRelease, platform: str, kind: str) -> Json:
    return {
        "id": release.id_on(platform),
        "type": kind,
        "title": release.title,
        "artistName": release.artist,
        "thumbnailUrl": "https://covers.example/sandbox.jpg",
        "apiProvider": _provider(platform).lower(),
        "platforms": [],
    }


def _entity_id(release: LinkedRelease, platform: str, kind: str) -> str:
    return f"{_provider(platform)}_{kind.upper()}::{release.id_on(platform)}"


def _provider(platform: str) -> str:
    return PROVIDERS.get(platform, platform.upper())


def _in_form(twin: OdesliTwin, answer: Response) -> Response:
    return Response(status=answer.status_code) if twin.switches.error_body == "empty" else answer


def _essence(url: str) -> tuple[object, ...]:
    parts = urlsplit(url)
    query = parse_qs(parts.query)
    return parts.netloc.removeprefix("www."), parts.path.rstrip("/"), [query.get(name) for name in TELLING]
