"""What stands on the page in a fan's own language, in place of the default words.

Only adds: code of the release before runs on this schema during a deploy.

Revision ID: 0019
Revises: 0018
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0019"
down_revision = "0018"


def upgrade():
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.add_column("campaign", sa.Column("words_by_language", postgresql.JSONB()))


def downgrade():
    op.drop_column("campaign", "words_by_language")
