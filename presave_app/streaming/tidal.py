"""TIDAL, by its JSON:API and OAuth 2.1 with PKCE.

Shapes, scopes and codes as in TIDAL's own description of its API, version 1.10
(https://tidal-music.github.io/tidal-api-reference/).
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any
from urllib.parse import parse_qs, urlsplit

from presave_app.lib import clock
from presave_app.lib.languages import marked
from presave_app.lib.shapes import as_date, as_list, as_object, as_text
from presave_app.lib.upc import same_upc, written_forms
from presave_app.settings import ServiceOptions, ServiceSettings
from presave_app.streaming.connector import Extra, Outcome, Player, Release, Setup, SignIn
from presave_app.streaming.errors import AsWanted, NotYetAvailable, RetryLater
from presave_app.streaming.http import Answer, ServiceHTTP
from presave_app.streaming.oauth import OAuthClient, OAuthConnector
from presave_app.streaming.tidal_faults import fault_of

OPTIONS = ServiceOptions(
    service="tidal",
    credentials=("TIDAL_CLIENT_ID", "TIDAL_CLIENT_SECRET"),
    urls={
        "TIDAL_LOGIN_URL": "https://login.tidal.com",
        "TIDAL_AUTH_URL": "https://auth.tidal.com",
        "TIDAL_API_URL": "https://openapi.tidal.com/v2",
        "TIDAL_EMBED_URL": "https://embed.tidal.com",
    },
    # No number is published. Answers were seen to tell of a bucket that fills by one a second
    # (https://github.com/kellnerd/harmony/pull/84).
    calls_per_second=1.0,
)

_MEDIA_TYPE = "application/vnd.api+json"
_ID = re.compile(r"[0-9]{1,19}")
_REF = re.compile(r"(albums|tracks):([0-9]{1,19})")
_LINK = re.compile(
    r"(?:https?://)?(?:www\.|listen\.)?tidal\.com/(?:browse/)?(album|track)/([0-9]{1,19})(?:/u)?/?(?:[?#].*)?"
)
_ARTIST = re.compile(
    r"(?:(?:https?://)?(?:www\.|listen\.)?tidal\.com/(?:browse/)?artist/|artists:)?([0-9]{1,19})(?:[/?#].*)?"
)
_COLLECTIONS = {"albums": "userCollectionAlbums", "tracks": "userCollectionTracks", "artists": "userCollectionArtists"}
# Barcodes are asked for as UPC-A or EAN-13.
_LONGEST_BARCODE = 13
# The newest come first, and a look comes right after the add or a day later.
_MOST_PAGES = 5
# Where a catalogue is asked for with no fan behind it, in this order.
_COUNTRIES = ("US", "DE")


class Tidal(OAuthConnector):
    """The connector. Whether a permission can be renewed differs from app to app: some are given no refresh token.

    https://github.com/tidal-music/tidal-sdk-web/issues/681
    """

    service = "tidal"
    name = "TIDAL"
    deed = marked("add it to your collection on {service}")
    place = marked("your collection on {service}")
    scopes: tuple[str, ...] = ("user.read", "collection.read", "collection.write")
    permissions_url = "https://account.tidal.com"
    ref_example = "https://tidal.com/album/251380836"
    setup = Setup(
        register_url="https://developer.tidal.com/dashboard",
        steps=(
            "Create an app with the scopes user.read, collection.read and collection.write.",
            "Enter the redirect address below.",
            "Set TIDAL_CLIENT_ID and TIDAL_CLIENT_SECRET.",
        ),
        terms=(
            "Since July 2026 some registered apps are given permissions of four hours only. Then nothing can be "
            "promised for the day, and a fan can add the release with one sign-in once it is out. Whether TIDAL's "
            "developer terms allow promotion by a label we could not read: do so before you begin."
        ),
    )
    artist_example = "https://tidal.com/artist/7804"
    extras: Mapping[Extra, tuple[str, ...]] = MappingProxyType({Extra.FOLLOW_ARTIST: ()})
    can_remove = True

    def __init__(self, settings: ServiceSettings) -> None:
        self._api = settings.urls["TIDAL_API_URL"]
        self._urls = settings.urls
        self._http = ServiceHTTP(fault_of)
        self._oauth = OAuthClient(
            self._http,
            client_id=settings.credentials["TIDAL_CLIENT_ID"],
            client_secret=settings.credentials["TIDAL_CLIENT_SECRET"],
            authorize_url=f"{settings.urls['TIDAL_LOGIN_URL']}/authorize",
            token_url=f"{settings.urls['TIDAL_AUTH_URL']}/v1/oauth2/token",
            auth_method="client_secret_post",
            # Without it an older permission comes back silently, with the scopes it had.
            authorize_params={"prompt": "consent"},
        )

    def parse_ref(self, text: str) -> str | None:
        pasted = text.strip()
        if pasted.isascii() and pasted.isdigit() and len(pasted) < 20:
            return f"albums:{pasted}"
        if _REF.fullmatch(pasted):
            return pasted
        match = _LINK.fullmatch(pasted)
        return f"{match[1]}s:{match[2]}" if match else None

    def parse_artist_ref(self, text: str) -> str | None:
        match = _ARTIST.fullmatch(text.strip())
        return f"artists:{match[1]}" if match else None

    def listen_url(self, ref: str) -> str | None:
        kind, release_id = ref.split(":")
        return f"https://tidal.com/{kind.removesuffix('s')}/{release_id}"

    def player(self, ref: str) -> Player | None:
        """The player is TIDAL's own project (https://github.com/tidal-music/embed-player); it plays previews here."""
        kind, release_id = ref.split(":")
        return Player(f"{self._urls['TIDAL_EMBED_URL']}/{kind}/{release_id}", 400 if kind == "albums" else 120)

    def finish_sign_in(self, answer: Mapping[str, str], *, secret: str, redirect_uri: str) -> SignIn:
        tokens = self._oauth.finish(answer, code_verifier=secret, redirect_uri=redirect_uri)
        account = as_object(self._call("GET", "/users/me", tokens.access_token).get("data"))
        account_id = as_text(account.get("id"))
        if not account_id:
            raise RetryLater("answer_unreadable")
        return SignIn(tokens, account_id)

    def find_release(self, *, ref: str | None, upc: str | None) -> Release | None:
        if ref is not None:
            return self._oauth.as_app(lambda token: self._release_by_ref(token, ref))
        return self._oauth.as_app(lambda token: self._release_by_upc(token, upc)) if upc else None

    def add(self, access_token: str, ref: str) -> Outcome:
        kind, release_id = ref.split(":")
        item = {"type": kind, "id": release_id}
        try:
            found = self._call("POST", _items_of(kind), access_token, body={"data": [item]})
        except AsWanted:
            return Outcome.ALREADY_THERE
        return _outcome_in(found, release_id)

    def contains(self, access_token: str, ref: str) -> bool:
        kind, release_id = ref.split(":")
        query = {"sort": "-addedAt"}
        for _ in range(_MOST_PAGES):
            page = self._call("GET", _items_of(kind), access_token, query)
            if not isinstance(page.get("data"), list):
                raise RetryLater("answer_unreadable")
            if any(as_object(item).get("id") == release_id for item in as_list(page["data"])):
                return True
            cursor = _next_cursor(page)
            if not cursor:
                return False
            query = {"sort": "-addedAt", "page[cursor]": cursor}
        return False

    def remove(self, access_token: str, ref: str) -> None:
        kind, release_id = ref.split(":")
        self._send("DELETE", _items_of(kind), access_token, body={"data": [{"type": kind, "id": release_id}]})

    def do_extra(self, access_token: str, extra: Extra, subject: str) -> Outcome:  # noqa: ARG002 - there is one
        return self.add(access_token, subject)

    def _release_by_ref(self, app_token: str, ref: str) -> Release | None:
        kind, release_id = ref.split(":")
        for country in _COUNTRIES:
            try:
                query = {"countryCode": country, "include": "artists"}
                found = self._call("GET", f"/{kind}/{release_id}", app_token, query)
            except NotYetAvailable:
                continue
            return _release_in(as_object(found.get("data")), found, ref)
        return None

    def _release_by_upc(self, app_token: str, upc: str) -> Release | None:
        forms = [form for form in written_forms(upc) if len(form) <= _LONGEST_BARCODE]
        for country in _COUNTRIES:
            for form in forms:
                query = {"countryCode": country, "filter[barcodeId]": form, "include": "artists"}
                found = self._call("GET", "/albums", app_token, query)
                for album in map(as_object, as_list(found.get("data"))):
                    release = _release_in(album, found, f"albums:{as_text(album.get('id'))}")
                    if release and same_upc(release.upc or "", upc):
                        return release
        return None

    def _call(
        self,
        method: str,
        path: str,
        token: str,
        query: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        return self._send(method, path, token, query, body).json_object()

    def _send(
        self,
        method: str,
        path: str,
        token: str,
        query: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
    ) -> Answer:
        headers = {"Accept": _MEDIA_TYPE}
        if body is not None:
            # A key of its own for every call: a repeated add is meant to be carried out, not replayed.
            headers |= {"Content-Type": _MEDIA_TYPE, "Idempotency-Key": secrets.token_urlsafe(24)}
        content = None if body is None else json.dumps(body)
        return self._http.call(method, self._api + path, bearer=token, query=query, headers=headers, body=content)


def _items_of(kind: str) -> str:
    return f"/{_COLLECTIONS[kind]}/me/relationships/items"


def _outcome_in(found: Mapping[str, Any], release_id: str) -> Outcome:
    """What a 200 says of the one thing that was sent: it may only tell that it was passed over."""
    if any(as_object(item).get("id") == release_id for item in as_list(found.get("data"))):
        return Outcome.ADDED
    skipped = {
        as_object(item).get("id"): as_object(item).get("reason")
        for item in as_list(as_object(found.get("meta")).get("skipped"))
    }
    match skipped.get(release_id):
        case "ALREADY_PRESENT":
            return Outcome.ALREADY_THERE
        case "NOT_FOUND":
            raise NotYetAvailable("not_in_catalogue")
        case _:
            raise RetryLater("answer_unreadable")


def _release_in(resource: Mapping[str, Any], document: Mapping[str, Any], ref: str) -> Release | None:
    """One release of a document, with the first of its artists; None for what is listed ahead of its day."""
    attributes = as_object(resource.get("attributes"))
    if not attributes:
        return None
    released_on = as_date(attributes.get("releaseDate"))
    # A day begins first at UTC+14, where it is the next one already.
    if released_on is not None and (released_on - clock.now().date()).days > 1:
        return None
    artist_id = _first_artist(resource)
    return Release(
        ref,
        as_text(attributes.get("barcodeId")) or None,
        title=as_text(attributes.get("title")),
        artist=_name_of(artist_id, document),
        artist_ref=f"artists:{artist_id}" if _ID.fullmatch(artist_id) else None,
        released_on=released_on,
    )


def _first_artist(resource: Mapping[str, Any]) -> str:
    """The id of the artist that a release names first; they are told only where `include` asks for them."""
    artists = as_object(as_object(resource.get("relationships")).get("artists"))
    return as_text(as_object(next(iter(as_list(artists.get("data"))), None)).get("id"))


def _name_of(artist_id: str, document: Mapping[str, Any]) -> str:
    """What a document includes of an artist stands beside its data, each artist once."""
    for included in map(as_object, as_list(document.get("included"))):
        if (included.get("type"), included.get("id")) == ("artists", artist_id):
            return as_text(as_object(included.get("attributes")).get("name"))
    return ""


def _next_cursor(page: Mapping[str, Any]) -> str:
    """The cursor in the link to the next page; the link itself is never followed, it names no host."""
    link = as_text(as_object(page.get("links")).get("next"))
    return parse_qs(urlsplit(link).query).get("page[cursor]", [""])[-1]
