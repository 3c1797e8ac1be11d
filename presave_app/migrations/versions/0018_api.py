"""Imports are remembered, so that the same file makes nothing twice; tokens for programs.

Only adds: code of the release before runs on this schema during a deploy.

Revision ID: 0018
Revises: 0017
"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


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
    op.create_table(
        "api_token",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("secret_hash", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True)),
        sa.Column("revoked_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint("scope IN ('read', 'write')", name="ck_api_token_scope"),
        sa.PrimaryKeyConstraint("id", name="pk_api_token"),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name="fk_api_token_team_id_team"),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name="fk_api_token_member_id_member"),
        sa.UniqueConstraint("secret_hash", name="uq_api_token_secret_hash"),
    )
    op.create_index("ix_api_token_team_id", "api_token", ["team_id"])


def downgrade():
    op.drop_table("api_token")
    op.drop_table("imported_campaign")
