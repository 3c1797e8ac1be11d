"""The contract between the engine and a streaming service: the whole vocabulary the rest of the app knows."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from types import MappingProxyType
from urllib.parse import urlsplit

from presave_app.lib.languages import say
from presave_app.settings import ServiceSettings
from presave_app.streaming.errors import NeedsReauth

# What a connector says of a token that does not end by itself.
NEVER_ENDS_SECONDS = 10 * 365 * 86_400


class Outcome(StrEnum):
    """How an add went well. What goes otherwise is raised, see `streaming.errors`."""

    ADDED = "added"
    ALREADY_THERE = "already_there"
    PRE_ADDED = "pre_added"


class Extra(StrEnum):
    """What a fan may tick besides the add, each on its own. Done once, right after the consent."""

    FOLLOW_ARTIST = "follow_artist"
    ADD_TO_PLAYLIST = "add_to_playlist"
    REPOST = "repost"


@dataclass(frozen=True)
class Tokens:
    """What a token endpoint gave. Only the connector itself reads them: it may pack in what its calls need besides.

    `refresh_token` is None, at a sign-in, where this permission ends with its access token, and at a refresh where
    the old one stays valid.
    """

    access_token: str = field(repr=False)
    refresh_token: str | None = field(repr=False)
    expires_in_seconds: int
    scopes: tuple[str, ...]


@dataclass(frozen=True)
class SignInStart:
    """Where the fan's browser goes, and the secret that the way back needs, kept sealed until then."""

    url: str = field(repr=False)
    secret: str = field(repr=False)


@dataclass(frozen=True)
class SignIn:
    """A finished sign-in: the tokens, and the service's own immutable name for the account.

    `account_id` is None where the service names none; then the fan's browser is the account.
    """

    tokens: Tokens
    account_id: str | None = field(repr=False)


@dataclass(frozen=True)
class SignInPage:
    """What a page of ours needs to sign a fan in by the service's own script.

    `script` is the service's, `client` the name of ours in static/js, which runs it. `sources` are origins that the
    page's Content-Security-Policy opens; `fields` are handed to our script.
    """

    script: str
    client: str
    sources: tuple[str, ...]
    fields: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True)
class Release:
    """A release as the service's catalogue shows it; texts are empty where it does not say.

    `url` is where it is listened to, if `ref` alone does not tell; `released_on` is the service's own date.
    """

    ref: str
    upc: str | None
    title: str = ""
    artist: str = ""
    artist_ref: str | None = None
    url: str | None = None
    released_on: date | None = None


@dataclass(frozen=True)
class Units:
    """What one call of each kind costs of the service's daily budget."""

    add: int = 1
    look: int = 1
    extra: int = 1


@dataclass(frozen=True)
class Setup:
    """What a team has to know before it turns a service on: where and how to register, and what the terms say."""

    register_url: str
    steps: tuple[str, ...]
    terms: str


@dataclass(frozen=True)
class Player:
    """The service's own player for other people's pages: its address, and how many pixels high it wants to be."""

    url: str
    height: int

    @property
    def origin(self) -> str:
        """Whom a page has to let in for it."""
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.netloc}"


@dataclass(frozen=True)
class Countdown:
    """A page at the service itself on which fans pre-save ahead of the day, as the label makes one there.

    What it is called, who can have one, and a link as they look.
    """

    name: str
    about: str
    example: str


class Connector(ABC):
    """One streaming service. Every method that calls out raises only `streaming.errors.ServiceError`."""

    service: str
    name: str
    # What is promised, to be read after "we", and the place where it is found afterwards. Both are marked for
    # translation, with {service} in them; pages show `deed_words` and `place_words`.
    deed: str
    place: str
    scopes: tuple[str, ...]
    # Where a fan takes the permission back at the service itself.
    permissions_url: str
    # An example of what a label pastes as a target.
    ref_example: str
    setup: Setup
    # Whether its catalogue can be asked by UPC; where not, a label has to name the release there.
    finds_by_upc: bool = True
    # How long a fan's permission lives from the consent on; None where the service sets no end.
    grant_life: timedelta | None = None
    # How many fans this installation can serve there at all; None when there is no limit.
    audience_limit: int | None = None
    # Further things a fan may tick, with the scopes that each needs besides.
    extras: Mapping[Extra, tuple[str, ...]] = MappingProxyType({})
    artist_example: str = ""
    countdown: Countdown | None = None
    units: Units = Units()
    # Whether a good answer to an add proves it. Where not, only a look into the library does.
    add_is_proof: bool = True
    # Whether a release can be added before its day, where the catalogue shows it (`add` then gives PRE_ADDED).
    adds_before_release: bool = False
    can_remove: bool = False
    # Whether fans sign in by the service's own script on a page of ours (`sign_in_page`) instead of going there.
    signs_in_on_page: bool = False
    # The devices whose maker's own service this is, "ios" or "android": there it stands first on the listening page.
    home_device: str = ""
    # The countries (ISO 3166-1 alpha-2) where it is at home: there it stands before services that are used everywhere.
    home_countries: tuple[str, ...] = ()

    @property
    def deed_words(self) -> str:
        """What is promised, in the language at hand: add it to your Spotify library."""
        return say(self.deed, service=self.name)

    @property
    def place_words(self) -> str:
        """Where it is found afterwards, to be read after "in", in the language at hand."""
        return say(self.place, service=self.name)

    @abstractmethod
    def __init__(self, settings: ServiceSettings) -> None: ...

    @abstractmethod
    def close(self) -> None:
        """Give the connections back; the process is about to end."""

    @abstractmethod
    def parse_ref(self, text: str) -> str | None:
        """The service's own name for the release in a pasted link, URI or id; None when it is none.

        A link that only the service can resolve stays a link until `find_release` names it.
        """

    @abstractmethod
    def listen_url(self, ref: str) -> str | None:
        """Where the release is listened to; None when only the catalogue can tell (`Release.url`)."""

    def player(self, ref: str) -> Player | None:  # noqa: ARG002 - for those who override it
        """The player of the release, to be put into a page of ours; None when the service has none for it."""
        return None

    def parse_artist_ref(self, text: str) -> str | None:  # noqa: ARG002
        """The service's own name for an artist in a pasted link, URI or id; None when it is none."""
        return None

    def parse_countdown(self, text: str) -> str | None:  # noqa: ARG002
        """The link to a `countdown` page in what was pasted, in its one form; None when it is none."""
        return None

    def sign_in_page(self, origin: str) -> SignInPage:
        """What a page of ours at `origin` needs; only where `signs_in_on_page`."""
        raise NotImplementedError

    @abstractmethod
    def begin_sign_in(
        self, *, redirect_uri: str, state: str, code_verifier: str, scopes: tuple[str, ...]
    ) -> SignInStart:
        """Where the fan's browser is sent to give the permission. `state` comes back in the query of the answer."""

    @abstractmethod
    def finish_sign_in(self, answer: Mapping[str, str], *, secret: str, redirect_uri: str) -> SignIn:
        """Turn what the browser brought back, or what a page of ours posted, into tokens and an account.

        Raises SignInRefused when the fan or the service said no.
        """

    def refresh(self, refresh_token: str) -> Tokens:  # noqa: ARG002
        """New tokens for an old one; raises NeedsReauth when the permission is gone."""
        raise NeedsReauth("grant_expired")

    @abstractmethod
    def find_release(self, *, ref: str | None, upc: str | None) -> Release | None:
        """The release in the catalogue, or None while the catalogue does not show it."""

    @abstractmethod
    def add(self, access_token: str, ref: str) -> Outcome:
        """Add the release to the library of the token's fan. Repeating changes nothing."""

    @abstractmethod
    def contains(self, access_token: str, ref: str) -> bool:
        """Whether the fan's library holds the release."""

    def remove(self, access_token: str, ref: str) -> None:
        """Take the release out of the library again; only where `can_remove`."""
        raise NotImplementedError

    def do_extra(self, access_token: str, extra: Extra, subject: str) -> Outcome:
        """Do one of `extras`; `subject` is the artist's or the release's ref. Repeating changes nothing."""
        raise NotImplementedError
