"""The shelf: campaigns that are put away.

Only adds: code of the release before runs on this schema during a deploy.

Revision ID: 0016
Revises: 0013
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0013"


def upgrade():
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.add_column("campaign", sa.Column("archived_at", sa.DateTime(timezone=True)))


def downgrade():
    op.drop_column("campaign", "archived_at")
