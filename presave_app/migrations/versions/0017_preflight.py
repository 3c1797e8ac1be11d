"""The preflight: advice that was put aside, rehearsals, and notices that a team let go ahead of the loss.

Only adds: code of the release before runs on this schema during a deploy.

Revision ID: 0017
Revises: 0016
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0017"
down_revision = "0016"


def upgrade():
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.create_table(
        "put_aside",
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("check", sa.String(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name="fk_put_aside_campaign_id"),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name="fk_put_aside_member_id"),
        sa.PrimaryKeyConstraint("campaign_id", "check", name="pk_put_aside"),
    )
    op.create_table(
        "rehearsal",
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("result", postgresql.JSONB(), nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name="fk_rehearsal_campaign_id"),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name="fk_rehearsal_member_id"),
        sa.PrimaryKeyConstraint("campaign_id", name="pk_rehearsal"),
    )
    op.add_column("connection_test", sa.Column("campaign_id", sa.Integer()))
    op.create_foreign_key(
        op.f("fk_connection_test_campaign_id"), "connection_test", "campaign", ["campaign_id"], ["id"]
    )
    op.add_column("reminder", sa.Column("asked_at", sa.DateTime(timezone=True)))
    # Nobody has asked so far, so it is built at once.
    op.create_index(
        "ix_reminder_asked", "reminder", ["pre_save_id"], postgresql_where=sa.text("asked_at IS NOT NULL")
    )


def downgrade():
    op.drop_index("ix_reminder_asked", table_name="reminder")
    op.drop_column("reminder", "asked_at")
    op.drop_column("connection_test", "campaign_id")
    op.drop_table("rehearsal")
    op.drop_table("put_aside")
