"""The shelf: campaigns that are put away, artists with what their campaigns begin with, and artists' links.

Only adds: code of the release before runs on this schema during a deploy.

Revision ID: 0016
Revises: 0015
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade():
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.add_column("campaign", sa.Column("archived_at", sa.DateTime(timezone=True)))
    _create_artists()
    op.add_column("campaign", sa.Column("artist_id", sa.Integer()))
    op.create_foreign_key("fk_campaign_artist_id_artist", "campaign", "artist", ["artist_id"], ["id"])
    op.create_index("ix_campaign_artist_id", "campaign", ["artist_id"])
    _create_live_links()


def _create_artists():
    op.create_table(
        "artist",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        *(sa.Column(name, sa.String()) for name in ("time_zone", "clock", "accent", "ground")),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_artist"),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name="fk_artist_team_id_team"),
        sa.CheckConstraint("clock IN ('everywhere', 'local')", name="ck_artist_clock"),
    )
    op.create_index("uq_artist_name", "artist", ["team_id", sa.text("lower(name)")], unique=True)
    op.create_table(
        "artist_page",
        sa.Column("artist_id", sa.Integer(), nullable=False),
        sa.Column("service", sa.String(), nullable=False),
        sa.Column("ref", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("artist_id", "service", name="pk_artist_page"),
        sa.ForeignKeyConstraint(
            ["artist_id"], ["artist.id"], name="fk_artist_page_artist_id_artist", ondelete="CASCADE"
        ),
    )


def _create_live_links():
    op.create_table(
        "live_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("secret_hash", sa.String(), nullable=False),
        sa.Column("is_first", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("days_after", sa.Integer()),
        *(sa.Column(name, sa.DateTime(timezone=True)) for name in ("ends_at", "revoked_at", "looked_at")),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_live_link"),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name="fk_live_link_campaign_id_campaign"),
        sa.UniqueConstraint("secret_hash", name="uq_live_link_secret_hash"),
    )
    op.create_index("ix_live_link_campaign_id", "live_link", ["campaign_id"])
    op.create_index("uq_live_link_first", "live_link", ["campaign_id"], unique=True, postgresql_where="is_first")
    # Links that are out there go on to work.
    op.execute("""
        INSERT INTO live_link (campaign_id, name, secret_hash, is_first)
        SELECT id, 'Artist', live_hash, true FROM campaign WHERE live_hash IS NOT NULL
    """)


def downgrade():
    op.drop_table("live_link")
    op.drop_column("campaign", "artist_id")
    op.drop_table("artist_page")
    op.drop_table("artist")
    op.drop_column("campaign", "archived_at")
