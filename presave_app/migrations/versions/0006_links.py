"""Links: a target may say where it is listened to, catalogues suggest further ones, and ways out are counted.

Only adds: code of the release before runs on this schema during a deploy.

Revision ID: 0006
Revises: 0005
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

MOMENT = sa.DateTime(timezone=True)
NOW = sa.text("now()")


def upgrade():
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.add_column("target", sa.Column("url", sa.String()))
    op.create_table(
        "link_suggestion",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("service", sa.String(), nullable=False),
        sa.Column("ref", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("title", sa.String(), server_default="", nullable=False),
        sa.Column("artist", sa.String(), server_default="", nullable=False),
        sa.Column("state", sa.String(), server_default="suggested", nullable=False),
        sa.Column("found_at", MOMENT, server_default=NOW, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_link_suggestion"),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name="fk_link_suggestion_campaign_id_campaign"),
        sa.UniqueConstraint("campaign_id", "service", "ref", name="uq_link_suggestion_campaign_id_service_ref"),
        sa.CheckConstraint("state IN ('suggested', 'accepted', 'dismissed')", name="ck_link_suggestion_state"),
    )
    op.create_table(
        "link_look",
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("looks", sa.Integer(), server_default="0", nullable=False),
        sa.Column("is_hit", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("looked_at", MOMENT, server_default=NOW, nullable=False),
        sa.Column("next_at", MOMENT),
        sa.PrimaryKeyConstraint("campaign_id", "source", name="pk_link_look"),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name="fk_link_look_campaign_id_campaign"),
    )
    op.create_table(
        "way_out",
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("service", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("lane", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("campaign_id", "service", "day", "lane", name="pk_way_out"),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name="fk_way_out_campaign_id_campaign"),
    )


def downgrade():
    op.drop_table("way_out")
    op.drop_table("link_look")
    op.drop_table("link_suggestion")
    op.drop_column("target", "url")
