"""Reminders, their ways, and how often a campaign's date was moved, for calendars.

Only adds: code of the release before runs on this schema during a deploy.

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

# Calendars take a new date only from a file with a higher number (RFC 5545, 3.8.7.4).
COUNT_MOVES = """
CREATE FUNCTION count_campaign_move() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.date_moves := OLD.date_moves + 1;
  RETURN NEW;
END $$;

CREATE TRIGGER campaign_date_moved BEFORE UPDATE ON campaign
  FOR EACH ROW WHEN ((OLD.release_at, OLD.release_wall, OLD.time_zone, OLD.clock)
    IS DISTINCT FROM (NEW.release_at, NEW.release_wall, NEW.time_zone, NEW.clock))
  EXECUTE FUNCTION count_campaign_move();
"""


def upgrade():
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.add_column("campaign", sa.Column("date_moves", sa.Integer(), server_default="0", nullable=False))
    op.execute(COUNT_MOVES)
    op.create_table(
        "reminder",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("service", sa.String(), nullable=False),
        sa.Column("mine_hash", sa.String(), nullable=False),
        sa.Column("time_zone", sa.String()),
        sa.Column("language", sa.String(), server_default="en", nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("source", sa.String()),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint(
            "reason IN ('service_reminds', 'no_lasting_permission', 'seats_used')", name=op.f("ck_reminder_reason")
        ),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_reminder_campaign_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminder")),
        sa.UniqueConstraint("mine_hash", name=op.f("uq_reminder_mine_hash")),
    )
    op.create_index(op.f("ix_reminder_campaign_id"), "reminder", ["campaign_id"])
    op.create_table(
        "reminder_way",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("reminder_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reason", sa.String()),
        sa.Column("address_sealed", sa.LargeBinary()),
        sa.Column("key_id", sa.String()),
        sa.Column("address_hash", sa.String()),
        sa.Column("confirm_hash", sa.String()),
        sa.Column("next_at", sa.DateTime(timezone=True)),
        sa.Column("lease_until", sa.DateTime(timezone=True)),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True)),
        sa.Column("sent_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint("kind IN ('calendar', 'email', 'push')", name=op.f("ck_reminder_way_kind")),
        sa.CheckConstraint(
            "state IN ('unconfirmed', 'armed', 'sending', 'sent', 'failed', 'withdrawn', 'expired')",
            name=op.f("ck_reminder_way_state"),
        ),
        sa.CheckConstraint(
            "state IN ('unconfirmed', 'armed', 'sending') OR address_sealed IS NULL", name=op.f("ck_reminder_way_erased")
        ),
        sa.CheckConstraint("(address_sealed IS NULL) = (key_id IS NULL)", name=op.f("ck_reminder_way_key")),
        sa.ForeignKeyConstraint(["reminder_id"], ["reminder.id"], name=op.f("fk_reminder_way_reminder_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminder_way")),
        sa.UniqueConstraint("confirm_hash", name=op.f("uq_reminder_way_confirm_hash")),
    )
    op.create_index(op.f("ix_reminder_way_reminder_id"), "reminder_way", ["reminder_id"])
    op.create_index(op.f("ix_reminder_way_key_id"), "reminder_way", ["key_id"])
    op.create_index(op.f("ix_reminder_way_address_hash"), "reminder_way", ["address_hash"])
    op.create_index(
        "ix_reminder_way_open",
        "reminder_way",
        ["next_at"],
        postgresql_where=sa.text("state IN ('unconfirmed', 'armed', 'sending')"),
    )


def downgrade():
    op.drop_table("reminder_way")
    op.drop_table("reminder")
    op.execute("DROP TRIGGER campaign_date_moved ON campaign")
    op.execute("DROP FUNCTION count_campaign_move()")
    op.drop_column("campaign", "date_moves")
