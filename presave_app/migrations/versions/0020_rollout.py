"""Releases that fans agree to together: which campaigns belong to one roll-out, and which consents to one tap.

Only adds: code of the release before runs on this schema during a deploy.

Revision ID: 0020
Revises: 0019
"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade():
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.create_table(
        "rollout",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_rollout_team_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rollout")),
    )
    op.create_index(op.f("ix_rollout_team_id"), "rollout", ["team_id"], unique=False)
    op.add_column("campaign", sa.Column("rollout_id", sa.Integer(), nullable=True))
    op.create_foreign_key(op.f("fk_campaign_rollout_id"), "campaign", "rollout", ["rollout_id"], ["id"])
    op.create_index(op.f("ix_campaign_rollout_id"), "campaign", ["rollout_id"], unique=False)
    op.add_column("consent", sa.Column("tap_id", sa.Uuid(), nullable=True))


def downgrade():
    op.drop_column("consent", "tap_id")
    op.drop_index(op.f("ix_campaign_rollout_id"), table_name="campaign")
    op.drop_constraint(op.f("fk_campaign_rollout_id"), "campaign", type_="foreignkey")
    op.drop_column("campaign", "rollout_id")
    op.drop_table("rollout")
