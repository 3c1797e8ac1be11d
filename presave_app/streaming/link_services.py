"""Services that let no app add for a fan: all we have of them is the link, and any other link stands for itself.

The forms of the links are those that MusicBrainz takes for these services
(https://github.com/metabrainz/musicbrainz-server/blob/master/root/static/scripts/edit/URLCleanup.js).
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

MOST_LINK_LENGTH = 500

_HOST = re.compile(r"(?=.{4,253}\Z)(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?\.)+(?:[a-z]{2,63}|xn--[a-z0-9-]{1,59})")
# Names that lead nowhere on the public internet (RFC 6761, RFC 6762, RFC 8375 and the private-use `internal`).
_PRIVATE = ("localhost", "local", "localdomain", "internal", "intranet", "lan", "home", "corp", "home.arpa", "onion")
_NOT_IN_LINK = re.compile(r"[\s\x00-\x1f\x7f<>\"\\^`{|}]")


class BadLink(ValueError):
    """A link that can't stand on a public page; the message says why, for the person who pasted it."""


@dataclass(frozen=True)
class LinkService:
    """A service whose releases are links. `canonical` is filled with the groups of `pattern`: that is its ref."""

    service: str
    name: str
    pattern: re.Pattern[str]
    canonical: str
    ref_example: str
    home_countries: tuple[str, ...] = ()

    def parse_ref(self, text: str) -> str | None:
        """The link in its one canonical form, or None when the text is none of this service."""
        found = self.pattern.fullmatch(text.strip())
        return self.canonical.format(**found.groupdict("")) if found else None

    def listen_url(self, ref: str) -> str:
        """Where the release is listened to: the ref is the link."""
        return ref


def _form(pattern: str) -> re.Pattern[str]:
    return re.compile(r"(?:https?://)?" + pattern)


_END = r"/?(?:[?#].*)?"
# Amazon's own top-level domains; any ending at all would let a stranger's host in.
_AMAZON = r"music\.amazon\.(?P<land>com|ca|de|es|fr|in|it|co\.jp|co\.uk|com\.au|com\.br|com\.mx)"

LINK_SERVICES = (
    LinkService(
        "amazon-music",
        "Amazon Music",
        _form(_AMAZON + r"/(?P<kind>albums|tracks)/(?P<id>[A-Z0-9]{10})(?P<track>\?trackAsin=[A-Z0-9]{10})?" + _END),
        "https://music.amazon.{land}/{kind}/{id}{track}",
        "https://music.amazon.com/albums/B0EXAMPLE1",
    ),
    LinkService(
        "anghami",
        "Anghami",
        _form(r"(?:play|open|www)\.anghami\.com/(?P<kind>album|song)/(?P<id>[0-9]+)" + _END),
        "https://play.anghami.com/{kind}/{id}",
        "https://play.anghami.com/album/1000000001",
        # It calls itself pan-Arab, over the Middle East and North Africa (https://www.aljazeera.com/economy/2021/1/27/
        # music-service-anghami-moving-from-crisis-hit-lebanon-to-uae).
        ("AE", "BH", "DZ", "EG", "IQ", "JO", "KW", "LB", "LY", "MA", "OM", "PS", "QA", "SA", "SD", "SY", "TN", "YE"),
    ),
    LinkService(
        "boomplay",
        "Boomplay",
        _form(r"(?:www\.)?boomplay\.com/(?P<kind>albums|songs)/(?P<id>[0-9]+)" + _END),
        "https://www.boomplay.com/{kind}/{id}",
        "https://www.boomplay.com/albums/10000001",
        # Where it has offices (https://macjordangh.com/tag/streaming/).
        ("NG", "GH", "KE", "TZ", "CM", "CI"),
    ),
    LinkService(
        "jiosaavn",
        "JioSaavn",
        _form(r"(?:www\.)?jiosaavn\.com/(?P<kind>album|song)/(?P<slug>[\w%.~-]+)/(?P<id>[\w,-]+)" + _END),
        "https://www.jiosaavn.com/{kind}/{slug}/{id}",
        "https://www.jiosaavn.com/album/night-drive/abcDEF12345_",
        # Some 104 million listeners there (https://www.musicbusinessworldwide.com/
        # jiosaavn-were-doing-for-music-what-netflix-did-for-movies/).
        ("IN",),
    ),
    LinkService(
        "qobuz",
        "Qobuz",
        _form(
            r"(?:(?:open|play)\.qobuz\.com/album|www\.qobuz\.com/[a-z]{2}-[a-z]{2}/album/[\w%.-]+)/(?P<id>\w+)" + _END
        ),
        "https://open.qobuz.com/album/{id}",
        "https://open.qobuz.com/album/0060254788359",
        # A French service (http://www.numerama.com/pop-culture/
        # 289156-qobuz-ce-francais-qui-voulait-faire-du-streaming-autrement.html).
        ("FR",),
    ),
)


def parse_link(text: str) -> tuple[str, str]:
    """The host, without its www, and the link of any page on the public internet; raises BadLink."""
    link = text.strip()
    if len(link) > MOST_LINK_LENGTH:
        raise BadLink(f"A link has at most {MOST_LINK_LENGTH} characters, this one has {len(link)}.")
    parts = _split(link)
    if parts.scheme != "https" or not parts.hostname or _NOT_IN_LINK.search(link):
        raise BadLink("Paste a link that begins with https://")
    if parts.username is not None or parts.password is not None:
        raise BadLink("That link holds a name or a password. Paste one without.")
    if parts.netloc.rpartition("]")[2].count(":") and _port_of(parts) != 443:
        raise BadLink("That link names a port of its own. Paste one that everybody can open.")
    host = _public_host(parts.hostname)
    rest = link[link.index("://") + 3 + len(parts.netloc) :]
    return host.removeprefix("www."), f"https://{host}{rest or '/'}"


def _split(link: str) -> SplitResult:
    try:
        return urlsplit(link)
    except ValueError:
        raise BadLink("That is not a link.") from None


def _port_of(parts: SplitResult) -> int | None:
    try:
        return parts.port
    except ValueError:
        return None


def _public_host(name: str) -> str:
    """The host in small ASCII letters; only names that may be public, never an address of numbers."""
    try:
        host = name.rstrip(".").encode("idna").decode().lower()
    except UnicodeError:
        raise BadLink("That is not a link.") from None
    is_private = any(host == ending or host.endswith("." + ending) for ending in _PRIVATE)
    if _is_address(host) or is_private or not _HOST.fullmatch(host):
        raise BadLink("That link does not lead to a public page.")
    return host


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
