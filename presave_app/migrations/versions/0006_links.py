"""Links: a target may say where it is listened to.

Only adds: code of the release before runs on this schema during a deploy.

Revision ID: 0006
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0004"


def upgrade():
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.add_column("target", sa.Column("url", sa.String()))


def downgrade():
    op.drop_column("target", "url")
