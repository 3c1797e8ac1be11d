"""Reminders that belong to a pre-save: its fan is told once when the permission is lost.

Only adds: code of the release before runs on this schema during a deploy. Such a reminder is never due by the day, so
that code does not send it.

Revision ID: 0009
Revises: 0008
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

# Whatever ends a pre-save, the address goes in the same transaction. The pseudonym of one that nobody has agreed to
# stays for its day: ending must be no way to be asked again.
FORGET_NOTICE = """
CREATE FUNCTION forget_notice() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM 1 FROM reminder WHERE pre_save_id = NEW.id FOR UPDATE;
  IF FOUND THEN
    UPDATE reminder_way w SET state = 'withdrawn', reason = 'not_needed', address_sealed = NULL, key_id = NULL,
      address_hash = CASE WHEN w.confirmed_at IS NULL THEN w.address_hash END, lease_until = NULL, next_at = NULL
    FROM reminder r WHERE r.pre_save_id = NEW.id AND w.reminder_id = r.id
      AND w.state IN ('unconfirmed', 'armed', 'sending');
  END IF;
  RETURN NULL;
END $$;

CREATE TRIGGER pre_save_over AFTER UPDATE ON pre_save
  FOR EACH ROW WHEN (OLD.state <> NEW.state AND NEW.state IN ('done', 'withdrawn', 'expired'))
  EXECUTE FUNCTION forget_notice();
"""

REASONS = "'service_reminds', 'no_lasting_permission', 'seats_used'"


def upgrade():
    # An index that is built concurrently can't be part of a transaction; one whose build broke off is built anew.
    with op.get_context().autocommit_block():
        op.drop_index("ix_pre_save_needs_reauth", table_name="pre_save", if_exists=True, postgresql_concurrently=True)
        op.create_index(
            "ix_pre_save_needs_reauth",
            "pre_save",
            ["id"],
            postgresql_where=sa.text("state = 'needs_reauth'"),
            postgresql_concurrently=True,
        )
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.add_column("reminder", sa.Column("pre_save_id", sa.Uuid()))
    op.create_foreign_key(op.f("fk_reminder_pre_save_id"), "reminder", "pre_save", ["pre_save_id"], ["id"])
    op.create_unique_constraint(op.f("uq_reminder_pre_save_id"), "reminder", ["pre_save_id"])
    op.drop_constraint(op.f("ck_reminder_reason"), "reminder")
    op.create_check_constraint(op.f("ck_reminder_reason"), "reminder", f"reason IN ({REASONS}, 'permission_lost')")
    op.create_check_constraint(
        op.f("ck_reminder_notice"), "reminder", "(pre_save_id IS NOT NULL) = (reason = 'permission_lost')"
    )
    op.execute(FORGET_NOTICE)


def downgrade():
    op.execute("DROP TRIGGER pre_save_over ON pre_save")
    op.execute("DROP FUNCTION forget_notice()")
    op.execute("DELETE FROM reminder_way w USING reminder r WHERE r.id = w.reminder_id AND r.pre_save_id IS NOT NULL")
    op.execute("DELETE FROM reminder WHERE pre_save_id IS NOT NULL")
    op.drop_constraint(op.f("ck_reminder_notice"), "reminder")
    op.drop_constraint(op.f("ck_reminder_reason"), "reminder")
    op.create_check_constraint(op.f("ck_reminder_reason"), "reminder", f"reason IN ({REASONS})")
    op.drop_column("reminder", "pre_save_id")
    op.drop_index("ix_pre_save_needs_reauth", table_name="pre_save")
