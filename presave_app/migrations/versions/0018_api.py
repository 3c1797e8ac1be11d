"""Imports are remembered, so that the same file makes nothing twice; tokens for programs, and webhooks.

Only adds: code of the release before runs on this schema during a deploy.

Revision ID: 0018
Revises: 0017
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

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
    op.create_table(
        "webhook",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("events", postgresql.ARRAY(sa.TEXT()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("id", name="pk_webhook"),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name="fk_webhook_team_id_team"),
    )
    op.create_index("ix_webhook_team_id", "webhook", ["team_id"])
    op.create_table(
        "hook_delivery",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("hook_id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("event", sa.String(), nullable=False),
        sa.Column("mark", sa.String(), server_default="", nullable=False),
        sa.Column("state", sa.String(), server_default="waiting", nullable=False),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("answer", sa.String()),
        sa.Column("next_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint("state IN ('waiting', 'taken', 'given_up', 'old')", name="ck_hook_delivery_state"),
        sa.PrimaryKeyConstraint("id", name="pk_hook_delivery"),
        sa.ForeignKeyConstraint(["hook_id"], ["webhook.id"], name="fk_hook_delivery_hook_id_webhook"),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name="fk_hook_delivery_campaign_id_campaign", ondelete="CASCADE"
        ),
        sa.UniqueConstraint("hook_id", "campaign_id", "event", "mark", name="uq_hook_delivery_hook_id_campaign_id_event_mark"),
    )
    op.create_index("ix_hook_delivery_campaign_id", "hook_delivery", ["campaign_id"])
    op.create_index(
        "ix_hook_delivery_due", "hook_delivery", ["next_at"], postgresql_where=sa.text("state = 'waiting'")
    )


def downgrade():
    op.drop_table("hook_delivery")
    op.drop_table("webhook")
    op.drop_table("api_token")
    op.drop_table("imported_campaign")
