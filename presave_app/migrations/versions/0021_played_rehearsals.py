"""Rehearsals that are played: where a play stands, whose it is for how long, and what came of it.

Only adds: code of the release before runs on this schema during a deploy, and its rehearsals are calculated alone.

Revision ID: 0021
Revises: 0020
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0021"
down_revision = "0020"


def upgrade():
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.add_column("rehearsal", sa.Column("play_state", sa.String()))
    op.add_column("rehearsal", sa.Column("play_reason", sa.String()))
    op.add_column("rehearsal", sa.Column("play", postgresql.JSONB()))
    op.add_column("rehearsal", sa.Column("run", sa.Integer(), server_default="0", nullable=False))
    op.add_column("rehearsal", sa.Column("tries", sa.Integer(), server_default="0", nullable=False))
    op.add_column("rehearsal", sa.Column("lease_until", sa.DateTime(timezone=True)))
    op.add_column("rehearsal", sa.Column("played_fans", sa.Integer(), server_default="0", nullable=False))
    op.add_column("rehearsal", sa.Column("cast_fans", sa.Integer(), server_default="0", nullable=False))
    op.create_check_constraint("play_state", "rehearsal", "play_state IN ('queued', 'running', 'done', 'failed')")


def downgrade():
    op.drop_constraint("ck_rehearsal_play_state", "rehearsal", type_="check")
    for name in ("cast_fans", "played_fans", "lease_until", "tries", "run", "play", "play_reason", "play_state"):
        op.drop_column("rehearsal", name)
