"""Every service the product knows, on or off, that adds or is only a link: its name, and how its links are read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from presave_app.streaming.connector import Connector
from presave_app.streaming.link_services import LINK_SERVICES, BadLink, LinkService, parse_link
from presave_app.streaming.registry import connectors, known_connectors


@dataclass(frozen=True)
class Entry:
    """One service. `connector` is there when it is on; `is_link` when no app can ever add there."""

    service: str
    name: str
    ref_example: str
    parse_ref: Callable[[str], str | None]
    listen_url: Callable[[str], str | None]
    connector: Connector | None = None
    is_link: bool = False
    home_device: str = ""
    home_countries: tuple[str, ...] = ()

    def link_to(self, ref: str) -> str | None:
        """Where a ref is listened to; None when only the catalogue can tell, or when it is none of this service.

        What was kept for a service before it was known need not be one of its refs.
        """
        parsed = self.parse_ref(ref)
        return self.listen_url(parsed) if parsed else None


def entries() -> list[Entry]:
    """All of them: those with a connector, in the order of the pages, then those that are only a link."""
    return [*map(_with_connector, known_connectors().values()), *map(_only_link, LINK_SERVICES)]


def find_entry(service: str) -> Entry | None:
    """The service of that key, or the host that a link of no service leads to; None when this build knows neither."""
    found = next((entry for entry in entries() if entry.service == service), None)
    return found or (_other_link(service) if "." in service else None)


def name_of(service: str) -> str:
    """What a service is called, on or off."""
    entry = find_entry(service)
    return entry.name if entry else service.replace("-", " ").title()


def recognise(text: str) -> tuple[str, str] | None:
    """The service and its ref in a pasted link; any public https link is at least a link. None when it is neither."""
    try:
        return read_link(text)
    except BadLink:
        return None


def read_link(text: str) -> tuple[str, str]:
    """As `recognise`; raises BadLink with the reason."""
    pasted = text.strip()
    for entry in entries():
        ref = entry.parse_ref(pasted) if "." in pasted else None
        if ref is not None:
            return entry.service, ref
    host, link = parse_link(pasted)
    for entry in entries():
        if host == _host_of(entry.ref_example):
            raise BadLink(f"That is not a release on {entry.name}. Paste a link like {entry.ref_example}")
    return host, link


def read_countdown(text: str) -> tuple[str, str] | None:
    """The service and the link of its own page for pre-saves in what was pasted; None when it is none."""
    found = ((service, connector.parse_countdown(text)) for service, connector in known_connectors().items())
    return next(((service, url) for service, url in found if url), None)


def _host_of(example: str) -> str:
    return (urlsplit(example).hostname or "").removeprefix("www.")


def _with_connector(connector: Connector) -> Entry:
    return Entry(
        connector.service,
        connector.name,
        connector.ref_example,
        connector.parse_ref,
        connector.listen_url,
        connectors().get(connector.service),
        home_device=connector.home_device,
        home_countries=connector.home_countries,
    )


def _only_link(known: LinkService) -> Entry:
    return Entry(
        known.service,
        known.name,
        known.ref_example,
        known.parse_ref,
        known.listen_url,
        is_link=True,
        home_countries=known.home_countries,
    )


def _other_link(host: str) -> Entry:
    def parse_ref(text: str) -> str | None:
        found = recognise(text)
        return found[1] if found and found[0] == host else None

    return Entry(host, host, f"https://{host}/", parse_ref, lambda ref: ref, is_link=True)
