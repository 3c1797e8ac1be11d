"""Label pages: the artist on a service as the label names them, and the service's own page for pre-saves.

Only adds: code of the release before runs on this schema during a deploy.

Revision ID: 0008
Revises: 0007
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade():
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.create_table(
        "label_page",
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("service", sa.String(), nullable=False),
        sa.Column("artist_ref", sa.String()),
        sa.Column("countdown_url", sa.String()),
        sa.PrimaryKeyConstraint("campaign_id", "service", name="pk_label_page"),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name="fk_label_page_campaign_id_campaign"),
    )


def downgrade():
    op.drop_table("label_page")
