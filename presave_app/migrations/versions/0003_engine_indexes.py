"""The engine's indexes, built while everybody goes on working.

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

# Table, columns, and the rows that are in it.
INDEXES = {
    "ix_campaign_first_at": ("campaign", ["first_at"], None),
    "ix_pre_save_test_fan": ("pre_save", ["campaign_id", "service"], "is_test_fan"),
    "ix_pre_save_campaign_due": (
        "pre_save",
        ["campaign_id", "service", "next_at", "id"],
        "state IN ('armed', 'claimed')",
    ),
    "ix_pre_save_done": ("pre_save", ["campaign_id", "service", "done_at"], None),
    "ix_pre_save_refused": ("pre_save", ["campaign_id", "service"], "refusals > 0"),
    "ix_pre_save_deadline": ("pre_save", ["due_at"], "state IN ('armed', 'claimed', 'needs_reauth')"),
    "ix_pre_save_failed": ("pre_save", ["due_at"], "state = 'failed'"),
    "ix_fan_grant_refused": ("fan_grant", ["refused_at"], "refused_at IS NOT NULL"),
    "ix_fan_grant_end": ("fan_grant", ["hard_expires_at"], "state = 'active'"),
}


def upgrade():
    # An index that is built concurrently can't be part of a transaction; one whose build broke off is built anew.
    with op.get_context().autocommit_block():
        for name, (table, columns, rows) in INDEXES.items():
            op.drop_index(name, table_name=table, if_exists=True, postgresql_concurrently=True)
            op.create_index(
                name, table, columns, postgresql_where=sa.text(rows) if rows else None, postgresql_concurrently=True
            )


def downgrade():
    for name, (table, _, _) in INDEXES.items():
        op.drop_index(name, table_name=table)
