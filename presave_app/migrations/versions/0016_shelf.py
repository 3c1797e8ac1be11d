"""The shelf: campaigns that are put away, and artists with what their campaigns begin with.

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


def downgrade():
    op.drop_column("campaign", "artist_id")
    op.drop_table("artist_page")
    op.drop_table("artist")
    op.drop_column("campaign", "archived_at")
