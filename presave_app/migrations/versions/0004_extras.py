"""Extras: what a fan ticks besides the add has a time and tries of its own.

Only adds: code of the release before runs on this schema during a deploy.

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade():
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.add_column("action", sa.Column("tries", sa.Integer(), server_default="0", nullable=False))
    op.add_column(
        "action",
        sa.Column("next_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
    )
    op.add_column("target", sa.Column("artist_ref", sa.String()))
    op.create_index(
        "ix_action_extra",
        "action",
        ["next_at"],
        postgresql_where=sa.text("kind <> 'add_to_library' AND state IN ('todo', 'sent')"),
    )


def downgrade():
    op.drop_index("ix_action_extra", table_name="action")
    op.drop_column("target", "artist_ref")
    op.drop_column("action", "next_at")
    op.drop_column("action", "tries")
