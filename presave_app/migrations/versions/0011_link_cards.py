"""Link cards: the pictures that other sites show where somebody shares a campaign's link.

Only adds: code of the release before runs on this schema during a deploy.

Revision ID: 0011
Revises: 0010
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade():
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.create_table(
        "link_card",
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("facts", sa.String(), nullable=False),
        sa.Column("address", sa.String()),
        sa.Column("words", sa.String()),
        sa.Column("body", sa.LargeBinary()),
        sa.Column("made_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("campaign_id", "facts", name="pk_link_card"),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name="fk_link_card_campaign_id_campaign"),
    )
    op.create_index("ix_link_card_address", "link_card", ["address"])


def downgrade():
    op.drop_table("link_card")
