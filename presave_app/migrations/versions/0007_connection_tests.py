"""Connection tests: a member signs in to a service and has a known release added, seen and taken out again.

Only adds: code of the release before runs on this schema during a deploy.

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"

MOMENT = sa.DateTime(timezone=True)
NOW = sa.text("now()")


def upgrade():
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.create_table(
        "connection_test",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("service", sa.String(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("ref", sa.String(), nullable=False),
        sa.Column("state", sa.String(), server_default="signing_in", nullable=False),
        sa.Column("step", sa.String(), server_default="sign_in", nullable=False),
        sa.Column("steps", postgresql.JSONB(), server_default="[]", nullable=False),
        sa.Column("title", sa.String(), server_default="", nullable=False),
        sa.Column("was_there", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("reason", sa.String()),
        sa.Column("state_hash", sa.String()),
        sa.Column("secrets_sealed", sa.LargeBinary()),
        sa.Column("next_at", MOMENT, server_default=NOW, nullable=False),
        sa.Column("lease_until", MOMENT),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("created_at", MOMENT, server_default=NOW, nullable=False),
        sa.Column("ended_at", MOMENT),
        sa.PrimaryKeyConstraint("id", name="pk_connection_test"),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name="fk_connection_test_member_id_member"),
        sa.UniqueConstraint("state_hash", name="uq_connection_test_state_hash"),
        sa.CheckConstraint("state IN ('signing_in', 'running', 'works', 'failed')", name="ck_connection_test_state"),
    )
    op.create_index("ix_connection_test_service", "connection_test", ["service", "created_at"])


def downgrade():
    op.drop_table("connection_test")
