"""Imports are remembered, so that the same file makes nothing twice.

Only adds: code of the release before runs on this schema during a deploy.

Revision ID: 0018
Revises: 0013
"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0013"


def upgrade():
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.create_table(
        "imported_campaign",
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("team_id", "origin", name="pk_imported_campaign"),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name="fk_imported_campaign_team_id_team"),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name="fk_imported_campaign_campaign_id_campaign", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_imported_campaign_campaign_id", "imported_campaign", ["campaign_id"])


def downgrade():
    op.drop_table("imported_campaign")
