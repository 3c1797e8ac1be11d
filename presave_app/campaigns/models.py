"""Tables of campaigns: what a team edits, the targets on the services, the artwork, and the addresses."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, Computed, DateTime, ForeignKey, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from presave_app.extensions import Base, Moment


class Artwork(Base):
    """One uploaded picture, after re-encoding: a tiny placeholder (a data URI) and its colours as #rrggbb."""

    __tablename__ = "artwork"

    id: Mapped[int] = mapped_column(primary_key=True)
    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"), index=True)
    placeholder: Mapped[str]
    accent: Mapped[str]
    on_accent: Mapped[str]
    ground: Mapped[str]
    ink: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(Moment, server_default=text("now()"))


class ArtworkFile(Base):
    """A file of an artwork under an address that never changes: the hash of its bytes and its ending.

    Pictures have a width in pixels; the stylesheet with the artwork's colours lies here too, with width 0.
    """

    __tablename__ = "artwork_file"
    __table_args__ = (UniqueConstraint("artwork_id", "content_type", "width"),)

    address: Mapped[str] = mapped_column(primary_key=True)
    artwork_id: Mapped[int] = mapped_column(ForeignKey("artwork.id", ondelete="CASCADE"), primary_key=True)
    content_type: Mapped[str]
    width: Mapped[int]
    body: Mapped[bytes]


class OwnStylesheet(Base):
    """Chosen colours as a file under an address that never changes; kept, as pages in caches still name it."""

    __tablename__ = "own_stylesheet"

    address: Mapped[str] = mapped_column(primary_key=True)
    body: Mapped[bytes]


# The day begins first at UTC+14.
_FIRST_AT = """
CASE WHEN clock = 'local' THEN (release_wall - interval '14 hours') AT TIME ZONE 'UTC' ELSE release_at END
"""


class Campaign(Base):
    """A release's page, dates and targets.

    `release_at` is derived from `release_wall` (the wall clock in `time_zone`); whoever writes one writes
    both and, as with `clock`, the due time of every open pre-save (`releases.waves.recompute_due`). Whether
    the page is the pre-save page or the listening page follows from the time and is stored nowhere.

    With clock `everywhere` all fans are due at `release_at`, with `local` each at `release_wall` in a zone of
    their own; `first_at` is the first moment at which anybody can be due. The database counts in `date_moves`
    how often any of these was changed.

    `own_accent` and `own_ground` are what the label chose, and `own_colours` what is shown of it: the four colours
    after mending and the `stylesheet`'s address. Whoever changes one of the two, or the artwork, which lends what was
    not chosen, calls `colours.mend_colours`. `own_links` are a name and a url each.
    `words_by_language` has what stands before and after the release in place of `words_before` and `words_after`.
    """

    __tablename__ = "campaign"
    __table_args__ = (
        CheckConstraint("kind IN ('album', 'ep', 'single')", name="kind"),
        CheckConstraint("clock IN ('everywhere', 'local')", name="clock"),
        CheckConstraint("(release_at IS NULL) = (release_wall IS NULL)", name="release"),
        CheckConstraint(
            "published_at IS NULL OR (release_at IS NOT NULL AND title <> '' AND artist <> '')", name="published"
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"), index=True)
    slug: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str]
    artist: Mapped[str]
    artist_id: Mapped[int | None] = mapped_column(ForeignKey("artist.id"), index=True)
    kind: Mapped[str] = mapped_column(server_default="album")
    upc: Mapped[str | None]
    release_at: Mapped[datetime | None] = mapped_column(Moment, index=True)
    release_wall: Mapped[datetime | None] = mapped_column(DateTime(timezone=False))
    first_at: Mapped[datetime | None] = mapped_column(Moment, Computed(_FIRST_AT, persisted=True), index=True)
    time_zone: Mapped[str] = mapped_column(server_default="UTC")
    clock: Mapped[str] = mapped_column(server_default="everywhere")
    artwork_id: Mapped[int | None] = mapped_column(ForeignKey("artwork.id"))
    own_accent: Mapped[str | None]
    own_ground: Mapped[str | None]
    own_colours: Mapped[dict[str, str] | None] = mapped_column(JSONB(none_as_null=True))
    words_before: Mapped[str | None]
    words_after: Mapped[str | None]
    words_by_language: Mapped[dict[str, dict[str, str]] | None] = mapped_column(JSONB(none_as_null=True))
    own_links: Mapped[list[dict[str, str]] | None] = mapped_column(JSONB(none_as_null=True))
    rollout_id: Mapped[int | None] = mapped_column(ForeignKey("rollout.id"), index=True)
    live_hash: Mapped[str | None] = mapped_column(unique=True)
    published_at: Mapped[datetime | None] = mapped_column(Moment)
    held_at: Mapped[datetime | None] = mapped_column(Moment)
    flipped_at: Mapped[datetime | None] = mapped_column(Moment)
    archived_at: Mapped[datetime | None] = mapped_column(Moment)
    date_moves: Mapped[int] = mapped_column(server_default="0")
    created_at: Mapped[datetime] = mapped_column(Moment, server_default=text("now()"))


class SlugEntry(Base):
    """Every slug under which a campaign was ever published: an old one leads on, and none is given to another.

    The first entry is written at the first publishing, so a campaign without one was never seen by a fan.
    """

    __tablename__ = "slug_entry"

    slug: Mapped[str] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), index=True)


class Target(Base):
    """The release on one service.

    `ref` is the service's own name for it (a URI or an id); None means that it is looked up by UPC.
    `url` is where it is listened to, if the ref alone does not tell.
    `artist_ref` is the artist as the service's catalogue names them; `LabelPage.artist_ref` comes before it.
    `found_at` is set once the service's catalogue has shown the release; until then no add is tried.
    `canary` is what came of the test fans, None where the label has named none: while it is `waiting` or
    `refused` the crowd is held back.
    """

    __tablename__ = "target"
    __table_args__ = (
        UniqueConstraint("campaign_id", "service"),
        CheckConstraint("canary IN ('waiting', 'passed', 'unclear', 'refused')", name="canary"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"))
    service: Mapped[str]
    ref: Mapped[str | None]
    url: Mapped[str | None]
    artist_ref: Mapped[str | None]
    found_at: Mapped[datetime | None] = mapped_column(Moment)
    looked_at: Mapped[datetime | None] = mapped_column(Moment)
    looks: Mapped[int] = mapped_column(server_default="0")
    canary: Mapped[str | None]
    canary_at: Mapped[datetime | None] = mapped_column(Moment)


class LabelPage(Base):
    """What the label names itself on one service besides the release. No catalogue ever writes here.

    `artist_ref` is the service's own name for the artist, whom a fan may follow there.
    `countdown_url` is a page at the service on which fans pre-save for themselves, uncounted by us.
    """

    __tablename__ = "label_page"

    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), primary_key=True)
    service: Mapped[str] = mapped_column(primary_key=True)
    artist_ref: Mapped[str | None]
    countdown_url: Mapped[str | None]
