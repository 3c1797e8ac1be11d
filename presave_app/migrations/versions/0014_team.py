"""Invitations to a team, letters that carry them and sign-in links, browsers in words, the second step.

Only adds: code of the release before runs on this schema during a deploy.

Revision ID: 0014
Revises: 0013
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"

_MOMENT = sa.DateTime(timezone=True)


def upgrade():
    op.execute("SET LOCAL lock_timeout = '2s'")
    # A default that never changes while it is added costs no rewriting of the table.
    op.add_column("login_session", sa.Column("device", sa.String(), server_default="", nullable=False))
    op.add_column("login_session", sa.Column("seen_at", _MOMENT, server_default=sa.text("now()"), nullable=False))
    op.add_column("login_session", sa.Column("awaits_code", sa.Boolean(), server_default=sa.false(), nullable=False))
    _make_invitations()
    _make_letters()
    _make_second_steps()


def downgrade():
    op.drop_table("recovery_code")
    op.drop_table("second_step")
    op.drop_table("letter")
    op.drop_table("invitation")
    op.drop_column("login_session", "awaits_code")
    op.drop_column("login_session", "seen_at")
    op.drop_column("login_session", "device")


def _make_invitations():
    op.create_table(
        "invitation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("invited_by", sa.Integer(), nullable=False),
        sa.Column("secret_hash", sa.String()),
        sa.Column("mail", sa.String(), nullable=False),
        sa.Column("created_at", _MOMENT, server_default=sa.text("now()"), nullable=False),
        sa.Column("expires_at", _MOMENT, nullable=False),
        sa.Column("used_at", _MOMENT),
        sa.Column("withdrawn_at", _MOMENT),
        sa.CheckConstraint("role IN ('owner', 'editor', 'viewer')", name=op.f("ck_invitation_role")),
        sa.CheckConstraint("mail IN ('shown', 'waiting', 'sent', 'failed')", name=op.f("ck_invitation_mail")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_invitation_team_id")),
        sa.ForeignKeyConstraint(["invited_by"], ["member.id"], name=op.f("fk_invitation_invited_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitation")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_invitation_secret_hash")),
    )
    op.create_index(op.f("ix_invitation_team_id"), "invitation", ["team_id"])


def _make_letters():
    op.create_table(
        "letter",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("invitation_id", sa.Integer()),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("created_at", _MOMENT, server_default=sa.text("now()"), nullable=False),
        sa.Column("send_at", _MOMENT, server_default=sa.text("now()"), nullable=False),
        sa.Column("done_at", _MOMENT),
        sa.ForeignKeyConstraint(["invitation_id"], ["invitation.id"], name=op.f("fk_letter_invitation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter")),
    )
    op.create_index(op.f("ix_letter_email"), "letter", ["email"])
    op.create_index("ix_letter_send_at", "letter", ["send_at"], postgresql_where=sa.text("done_at IS NULL"))


def _make_second_steps():
    op.create_table(
        "second_step",
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("secret_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("key_id", sa.String(), nullable=False),
        sa.Column("created_at", _MOMENT, server_default=sa.text("now()"), nullable=False),
        sa.Column("confirmed_at", _MOMENT),
        sa.Column("last_step", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("tries_since", _MOMENT, server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_second_step_member_id")),
        sa.PrimaryKeyConstraint("member_id", name=op.f("pk_second_step")),
    )
    op.create_table(
        "recovery_code",
        sa.Column("code_hash", sa.String(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("used_at", _MOMENT),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_recovery_code_member_id")),
        sa.PrimaryKeyConstraint("code_hash", name=op.f("pk_recovery_code")),
    )
    op.create_index(op.f("ix_recovery_code_member_id"), "recovery_code", ["member_id"])
