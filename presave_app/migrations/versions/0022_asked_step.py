"""A team may ask its owners for the second step; who made a webhook.

Only adds: code of the release before runs on this schema during a deploy.

Revision ID: 0022
Revises: 0019
"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0019"


def upgrade():
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.add_column("team", sa.Column("asks_second_step", sa.Boolean(), server_default="false", nullable=False))
    op.add_column("webhook", sa.Column("member_id", sa.Integer()))
    op.create_foreign_key("fk_webhook_member_id_member", "webhook", "member", ["member_id"], ["id"])


def downgrade():
    op.drop_column("webhook", "member_id")
    op.drop_column("team", "asks_second_step")
