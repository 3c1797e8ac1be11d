"""What a fan may have erased, when a permission was erased, and the facts of a label for its privacy page.

Only adds: code of the release before runs on this schema during a deploy.

Revision ID: 0012
Revises: 0011
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade():
    # An index that is built concurrently can't be part of a transaction; one whose build broke off is built anew.
    with op.get_context().autocommit_block():
        for name, table, column in (
            ("ix_pre_save_consent_id", "pre_save", "consent_id"),
            ("ix_consent_given_at", "consent", "given_at"),
        ):
            op.drop_index(name, table_name=table, if_exists=True, postgresql_concurrently=True)
            op.create_index(name, table, [column], postgresql_concurrently=True)
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.add_column("fan_grant", sa.Column("erased_at", sa.DateTime(timezone=True)))
    op.create_table(
        "imprint",
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column("company", sa.String(), server_default="", nullable=False),
        sa.Column("address", sa.String(), server_default="", nullable=False),
        sa.Column("email", sa.String(), server_default="", nullable=False),
        sa.Column("officer", sa.String(), server_default="", nullable=False),
        sa.Column("law", sa.String(), server_default="", nullable=False),
        sa.Column("paragraph", sa.String(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_imprint_team_id")),
        sa.PrimaryKeyConstraint("team_id", name=op.f("pk_imprint")),
    )


def downgrade():
    op.drop_table("imprint")
    op.drop_column("fan_grant", "erased_at")
    op.drop_index("ix_consent_given_at", table_name="consent")
    op.drop_index("ix_pre_save_consent_id", table_name="pre_save")
