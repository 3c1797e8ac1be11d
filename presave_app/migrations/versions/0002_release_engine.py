"""The whole engine: local midnights, test fans, daily budgets, breakers, the mass guard and alarms.

Only adds: code of the release before runs on this schema during a deploy.

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

# Local midnights begin where the day begins first, at UTC+14.
FIRST_AT = """
CASE WHEN clock = 'local' THEN (release_wall - interval '14 hours') AT TIME ZONE 'UTC' ELSE release_at END
"""


def upgrade():
    op.execute("SET LOCAL lock_timeout = '2s'")
    op.add_column("campaign", sa.Column("first_at", sa.DateTime(timezone=True), sa.Computed(FIRST_AT, persisted=True)))
    op.create_index(op.f("ix_campaign_first_at"), "campaign", ["first_at"])
    op.add_column("target", sa.Column("canary", sa.String()))
    op.add_column("target", sa.Column("canary_at", sa.DateTime(timezone=True)))
    op.create_check_constraint(
        op.f("ck_target_canary"), "target", "canary IN ('waiting', 'passed', 'unclear', 'refused')"
    )
    op.add_column("pre_save", sa.Column("is_test_fan", sa.Boolean(), server_default="false", nullable=False))
    op.create_index(
        "ix_pre_save_test_fan", "pre_save", ["campaign_id", "service"], postgresql_where=sa.text("is_test_fan")
    )
    op.create_index(
        "ix_pre_save_campaign_due",
        "pre_save",
        ["campaign_id", "service", "next_at", "id"],
        postgresql_where=sa.text("state IN ('armed', 'claimed')"),
    )
    op.create_index("ix_pre_save_done", "pre_save", ["campaign_id", "service", "done_at"])
    op.add_column("service_gate", sa.Column("budget_day", sa.Date()))
    op.add_column("service_gate", sa.Column("units_spent", sa.Integer(), server_default="0", nullable=False))
    op.add_column("service_gate", sa.Column("strikes", sa.Integer(), server_default="0", nullable=False))
    op.add_column("service_gate", sa.Column("breaker_at", sa.DateTime(timezone=True)))
    op.add_column("service_gate", sa.Column("breaker_reason", sa.String()))
    op.add_column("service_gate", sa.Column("probe_at", sa.DateTime(timezone=True)))
    op.add_column("service_gate", sa.Column("probe_seconds", sa.Double(), server_default="60", nullable=False))
    op.create_index(
        "ix_pre_save_refused", "pre_save", ["campaign_id", "service"], postgresql_where=sa.text("refusals > 0")
    )
    op.create_index(
        "ix_fan_grant_refused", "fan_grant", ["refused_at"], postgresql_where=sa.text("refused_at IS NOT NULL")
    )
    op.create_table(
        "mass_guard",
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("service", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True)),
        sa.Column("confirmed_by", sa.String()),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_mass_guard_campaign_id")),
        sa.PrimaryKeyConstraint("campaign_id", "service", name=op.f("pk_mass_guard")),
    )
    op.create_table(
        "alarm",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("service", sa.String()),
        sa.Column("campaign_id", sa.Integer()),
        sa.Column("detail", sa.String()),
        sa.Column("opened_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True)),
        sa.Column("mailed_at", sa.DateTime(timezone=True)),
        sa.Column("posted_at", sa.DateTime(timezone=True)),
        sa.Column("tell_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("tell_tries", sa.Integer(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_alarm_campaign_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alarm")),
    )
    # One open alarm of a kind for the same thing, however many auditors look at it.
    op.execute("""
        CREATE UNIQUE INDEX uq_alarm_open ON alarm (kind, coalesce(service, ''), coalesce(campaign_id, 0))
        WHERE closed_at IS NULL
    """)


def downgrade():
    op.drop_table("alarm")
    op.drop_table("mass_guard")
    op.drop_index("ix_fan_grant_refused", table_name="fan_grant")
    op.drop_index("ix_pre_save_refused", table_name="pre_save")
    for column in ("probe_seconds", "probe_at", "breaker_reason", "breaker_at", "strikes", "units_spent", "budget_day"):
        op.drop_column("service_gate", column)
    op.drop_index("ix_pre_save_campaign_due", table_name="pre_save")
    op.drop_index("ix_pre_save_done", table_name="pre_save")
    op.drop_index("ix_pre_save_test_fan", table_name="pre_save")
    op.drop_column("pre_save", "is_test_fan")
    op.drop_constraint(op.f("ck_target_canary"), "target")
    op.drop_column("target", "canary_at")
    op.drop_column("target", "canary")
    op.drop_index(op.f("ix_campaign_first_at"), table_name="campaign")
    op.drop_column("campaign", "first_at")
