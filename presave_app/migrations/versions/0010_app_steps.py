"""Steps of visitors inside other apps are counted, and which hand-over links were opened.

Only adds: code of the release before runs on this schema during a deploy.

Revision ID: 0010
Revises: 0009
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade():
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.create_table(
        "app_step",
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("app", sa.String(), nullable=False),
        sa.Column("system", sa.String(), nullable=False),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("lane", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("campaign_id", "app", "system", "step", "lane", name="pk_app_step"),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name="fk_app_step_campaign_id_campaign"),
    )
    op.create_table(
        "opened_link",
        sa.Column("nonce", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("nonce", name="pk_opened_link"),
    )


def downgrade():
    op.drop_table("opened_link")
    op.drop_table("app_step")
