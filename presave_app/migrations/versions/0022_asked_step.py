"""A team may ask its owners for the second step; who made a webhook; what came of a file that was brought in.

Only adds: code of the release before runs on this schema during a deploy.

Revision ID: 0022
Revises: 0021
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0022"
down_revision = "0021"


def upgrade():
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.add_column("team", sa.Column("asks_second_step", sa.Boolean(), server_default="false", nullable=False))
    op.add_column("webhook", sa.Column("member_id", sa.Integer()))
    op.create_foreign_key("fk_webhook_member_id_member", "webhook", "member", ["member_id"], ["id"])
    op.create_table(
        "last_arrival",
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("told", postgresql.JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("team_id", "member_id", name="pk_last_arrival"),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name="fk_last_arrival_team_id_team"),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name="fk_last_arrival_member_id_member"),
    )


def downgrade():
    op.drop_table("last_arrival")
    op.drop_column("webhook", "member_id")
    op.drop_column("team", "asks_second_step")
