"""Advice of the preflight that a team has put aside.

Only adds: code of the release before runs on this schema during a deploy.

Revision ID: 0017
Revises: 0013
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0013"


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


def downgrade():
    op.drop_table("put_aside")
