"""The consents of one tap are found by it. There is a consent for each pre-save, so the index stands in nobody's way.

Only adds: code of the release before runs on this schema during a deploy.

Revision ID: 0023
Revises: 0022
"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"


def upgrade():
    # An index that is built concurrently can't be part of a transaction; one whose build broke off is built anew.
    with op.get_context().autocommit_block():
        op.drop_index("ix_consent_tap", table_name="consent", if_exists=True, postgresql_concurrently=True)
        op.create_index(
            "ix_consent_tap",
            "consent",
            ["tap_id"],
            postgresql_where=sa.text("tap_id IS NOT NULL"),
            postgresql_concurrently=True,
        )


def downgrade():
    op.drop_index("ix_consent_tap", table_name="consent")
