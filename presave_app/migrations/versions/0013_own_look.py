"""What a label gives the page of a campaign besides the release: colours, a few words, links.

Only adds: code of the release before runs on this schema during a deploy.

Revision ID: 0013
Revises: 0012
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013"
down_revision = "0012"

_TEXTS = ("own_accent", "own_ground", "words_before", "words_after")
_OBJECTS = ("own_colours", "own_links")


def upgrade():
    op.execute("SET LOCAL lock_timeout = '2s'")
    for name in _TEXTS:
        op.add_column("campaign", sa.Column(name, sa.String()))
    for name in _OBJECTS:
        op.add_column("campaign", sa.Column(name, postgresql.JSONB()))
    op.create_table(
        "own_stylesheet",
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("address", name="pk_own_stylesheet"),
    )


def downgrade():
    op.drop_table("own_stylesheet")
    for name in (*_OBJECTS, *_TEXTS):
        op.drop_column("campaign", name)
