"""The first schema: teams, campaigns, pre-saves with their moves guarded by the database, and the engine's rows.

Revision ID: 0001
Revises:
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None

# The state machine of a pre-save. The database owns it: whatever writes to the table, a move that is not
# in this list is refused, a claim before the due time is refused, and each move leaves its event.
PRE_SAVE_MOVES = """
CREATE FUNCTION check_pre_save_move() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.state <> 'armed' THEN
      RAISE EXCEPTION 'a pre-save begins as armed, not as %', NEW.state USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
  END IF;
  IF NEW.claim_no < OLD.claim_no THEN
    RAISE EXCEPTION 'the claim number of a pre-save never falls' USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.state = OLD.state THEN
    RETURN NEW;
  END IF;
  IF (OLD.state || ' ' || NEW.state) NOT IN (
    'armed claimed', 'claimed done', 'claimed armed', 'claimed needs_reauth', 'claimed failed',
    'claimed withdrawn', 'claimed expired', 'armed needs_reauth', 'armed withdrawn', 'armed expired', 'needs_reauth withdrawn',
    'needs_reauth expired', 'needs_reauth armed', 'withdrawn armed', 'expired armed', 'failed armed'
  ) THEN
    RAISE EXCEPTION 'a pre-save may not move from % to %', OLD.state, NEW.state USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.state = 'claimed' AND NEW.due_at > clock_timestamp() THEN
    RAISE EXCEPTION 'a pre-save may not be claimed before it is due' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;

CREATE FUNCTION write_pre_save_event() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    INSERT INTO event (pre_save_id, from_state, to_state, reason, claim_no)
    VALUES (NEW.id, NULL, NEW.state, NEW.reason, NEW.claim_no);
  ELSE
    INSERT INTO event (pre_save_id, from_state, to_state, reason, claim_no)
    VALUES (NEW.id, OLD.state, NEW.state, NEW.reason, NEW.claim_no);
  END IF;
  RETURN NULL;
END $$;

CREATE TRIGGER pre_save_moves BEFORE INSERT OR UPDATE OF state, claim_no ON pre_save
  FOR EACH ROW EXECUTE FUNCTION check_pre_save_move();
CREATE TRIGGER pre_save_inserted AFTER INSERT ON pre_save
  FOR EACH ROW EXECUTE FUNCTION write_pre_save_event();
CREATE TRIGGER pre_save_moved AFTER UPDATE ON pre_save
  FOR EACH ROW WHEN (OLD.state IS DISTINCT FROM NEW.state OR OLD.claim_no <> NEW.claim_no)
  EXECUTE FUNCTION write_pre_save_event();
"""

APPEND_ONLY = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'rows of % are never changed', TG_TABLE_NAME USING ERRCODE = 'check_violation';
END $$;

CREATE TRIGGER event_is_append_only BEFORE UPDATE ON event
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER consent_is_append_only BEFORE UPDATE OF
    campaign_id, service, wording_version, wording, language, actions, scopes, given_at ON consent
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
"""


def upgrade():
    op.create_table('fan_grant',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('service', sa.String(), nullable=False),
    sa.Column('account_key', sa.String(), nullable=False),
    sa.Column('access_token_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('refresh_token_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('key_id', sa.String(), nullable=True),
    sa.Column('scopes', postgresql.ARRAY(sa.Text()), nullable=False),
    sa.Column('access_expires_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('granted_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('hard_expires_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('refresh_epoch', sa.Integer(), server_default='0', nullable=False),
    sa.Column('refresh_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('refresh_version', sa.Integer(), server_default='0', nullable=False),
    sa.Column('refused_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('state', sa.String(), server_default='active', nullable=False),
    sa.CheckConstraint("state = 'active' OR refresh_token_sealed IS NULL", name=op.f('ck_fan_grant_erased')),
    sa.CheckConstraint("state IN ('active', 'dead', 'erased')", name=op.f('ck_fan_grant_state')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_fan_grant')),
    sa.UniqueConstraint('service', 'account_key', name=op.f('uq_fan_grant_service_account_key'))
    )
    op.create_index(op.f('ix_fan_grant_key_id'), 'fan_grant', ['key_id'], unique=False)
    op.create_table('heartbeat',
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_heartbeat'))
    )
    op.create_table('member',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('email', sa.String(), nullable=False),
    sa.Column('password_hash', sa.String(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_member')),
    sa.UniqueConstraint('email', name=op.f('uq_member_email'))
    )
    op.create_table('service_gate',
    sa.Column('service', sa.String(), nullable=False),
    sa.Column('permits', sa.Double(), server_default='0', nullable=False),
    sa.Column('refilled_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('background_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('open_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('reason', sa.String(), nullable=True),
    sa.PrimaryKeyConstraint('service', name=op.f('pk_service_gate'))
    )
    op.create_table('team',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('slug', sa.String(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_team')),
    sa.UniqueConstraint('slug', name=op.f('uq_team_slug'))
    )
    op.create_table('artwork',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('team_id', sa.Integer(), nullable=False),
    sa.Column('placeholder', sa.String(), nullable=False),
    sa.Column('accent', sa.String(), nullable=False),
    sa.Column('on_accent', sa.String(), nullable=False),
    sa.Column('ground', sa.String(), nullable=False),
    sa.Column('ink', sa.String(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.ForeignKeyConstraint(['team_id'], ['team.id'], name=op.f('fk_artwork_team_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_artwork'))
    )
    op.create_index(op.f('ix_artwork_team_id'), 'artwork', ['team_id'], unique=False)
    op.create_table('login_session',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('member_id', sa.Integer(), nullable=False),
    sa.Column('secret_hash', sa.String(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['member_id'], ['member.id'], name=op.f('fk_login_session_member_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_login_session')),
    sa.UniqueConstraint('secret_hash', name=op.f('uq_login_session_secret_hash'))
    )
    op.create_index(op.f('ix_login_session_member_id'), 'login_session', ['member_id'], unique=False)
    op.create_table('membership',
    sa.Column('team_id', sa.Integer(), nullable=False),
    sa.Column('member_id', sa.Integer(), nullable=False),
    sa.Column('role', sa.String(), nullable=False),
    sa.CheckConstraint("role IN ('owner', 'editor', 'viewer')", name=op.f('ck_membership_role')),
    sa.ForeignKeyConstraint(['member_id'], ['member.id'], name=op.f('fk_membership_member_id')),
    sa.ForeignKeyConstraint(['team_id'], ['team.id'], name=op.f('fk_membership_team_id')),
    sa.PrimaryKeyConstraint('team_id', 'member_id', name=op.f('pk_membership'))
    )
    op.create_index(op.f('ix_membership_member_id'), 'membership', ['member_id'], unique=False)
    op.create_table('sign_in_link',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('member_id', sa.Integer(), nullable=False),
    sa.Column('secret_hash', sa.String(), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('used_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['member_id'], ['member.id'], name=op.f('fk_sign_in_link_member_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sign_in_link')),
    sa.UniqueConstraint('secret_hash', name=op.f('uq_sign_in_link_secret_hash'))
    )
    op.create_index(op.f('ix_sign_in_link_member_id'), 'sign_in_link', ['member_id'], unique=False)
    op.create_table('artwork_file',
    sa.Column('address', sa.String(), nullable=False),
    sa.Column('artwork_id', sa.Integer(), nullable=False),
    sa.Column('content_type', sa.String(), nullable=False),
    sa.Column('width', sa.Integer(), nullable=False),
    sa.Column('body', sa.LargeBinary(), nullable=False),
    sa.ForeignKeyConstraint(['artwork_id'], ['artwork.id'], name=op.f('fk_artwork_file_artwork_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('address', 'artwork_id', name=op.f('pk_artwork_file')),
    sa.UniqueConstraint('artwork_id', 'content_type', 'width', name=op.f('uq_artwork_file_artwork_id_content_type_width'))
    )
    op.create_table('campaign',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('team_id', sa.Integer(), nullable=False),
    sa.Column('slug', sa.String(), nullable=False),
    sa.Column('title', sa.String(), nullable=False),
    sa.Column('artist', sa.String(), nullable=False),
    sa.Column('kind', sa.String(), server_default='album', nullable=False),
    sa.Column('upc', sa.String(), nullable=True),
    sa.Column('release_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('release_wall', sa.DateTime(), nullable=True),
    sa.Column('time_zone', sa.String(), server_default='UTC', nullable=False),
    sa.Column('clock', sa.String(), server_default='everywhere', nullable=False),
    sa.Column('artwork_id', sa.Integer(), nullable=True),
    sa.Column('live_hash', sa.String(), nullable=True),
    sa.Column('published_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('held_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('flipped_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.CheckConstraint("clock IN ('everywhere', 'local')", name=op.f('ck_campaign_clock')),
    sa.CheckConstraint("kind IN ('album', 'ep', 'single')", name=op.f('ck_campaign_kind')),
    sa.CheckConstraint("published_at IS NULL OR (release_at IS NOT NULL AND title <> '' AND artist <> '')", name=op.f('ck_campaign_published')),
    sa.CheckConstraint('(release_at IS NULL) = (release_wall IS NULL)', name=op.f('ck_campaign_release')),
    sa.ForeignKeyConstraint(['artwork_id'], ['artwork.id'], name=op.f('fk_campaign_artwork_id')),
    sa.ForeignKeyConstraint(['team_id'], ['team.id'], name=op.f('fk_campaign_team_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_campaign')),
    sa.UniqueConstraint('live_hash', name=op.f('uq_campaign_live_hash')),
    sa.UniqueConstraint('slug', name=op.f('uq_campaign_slug'))
    )
    op.create_index(op.f('ix_campaign_release_at'), 'campaign', ['release_at'], unique=False)
    op.create_index(op.f('ix_campaign_team_id'), 'campaign', ['team_id'], unique=False)
    op.create_table('consent',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('campaign_id', sa.Integer(), nullable=False),
    sa.Column('service', sa.String(), nullable=False),
    sa.Column('wording_version', sa.String(), nullable=False),
    sa.Column('wording', sa.String(), nullable=False),
    sa.Column('language', sa.String(), nullable=False),
    sa.Column('actions', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('scopes', postgresql.ARRAY(sa.Text()), nullable=False),
    sa.Column('given_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('withdrawn_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['campaign_id'], ['campaign.id'], name=op.f('fk_consent_campaign_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_consent'))
    )
    op.create_index(op.f('ix_consent_campaign_id'), 'consent', ['campaign_id'], unique=False)
    op.create_table('oauth_flow',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('state_hash', sa.String(), nullable=False),
    sa.Column('browser_hash', sa.String(), nullable=False),
    sa.Column('service', sa.String(), nullable=False),
    sa.Column('campaign_id', sa.Integer(), nullable=False),
    sa.Column('consent_draft', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('code_verifier_sealed', sa.LargeBinary(), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('used_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['campaign_id'], ['campaign.id'], name=op.f('fk_oauth_flow_campaign_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_oauth_flow')),
    sa.UniqueConstraint('state_hash', name=op.f('uq_oauth_flow_state_hash'))
    )
    op.create_index(op.f('ix_oauth_flow_expires_at'), 'oauth_flow', ['expires_at'], unique=False)
    op.create_table('slug_entry',
    sa.Column('slug', sa.String(), nullable=False),
    sa.Column('campaign_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['campaign_id'], ['campaign.id'], name=op.f('fk_slug_entry_campaign_id')),
    sa.PrimaryKeyConstraint('slug', name=op.f('pk_slug_entry'))
    )
    op.create_index(op.f('ix_slug_entry_campaign_id'), 'slug_entry', ['campaign_id'], unique=False)
    op.create_table('target',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('campaign_id', sa.Integer(), nullable=False),
    sa.Column('service', sa.String(), nullable=False),
    sa.Column('ref', sa.String(), nullable=True),
    sa.Column('found_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('looked_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('looks', sa.Integer(), server_default='0', nullable=False),
    sa.ForeignKeyConstraint(['campaign_id'], ['campaign.id'], name=op.f('fk_target_campaign_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_target')),
    sa.UniqueConstraint('campaign_id', 'service', name=op.f('uq_target_campaign_id_service'))
    )
    op.create_table('pre_save',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('campaign_id', sa.Integer(), nullable=False),
    sa.Column('service', sa.String(), nullable=False),
    sa.Column('account_key', sa.String(), nullable=False),
    sa.Column('consent_id', sa.Uuid(), nullable=False),
    sa.Column('grant_id', sa.Uuid(), nullable=False),
    sa.Column('state', sa.String(), server_default='armed', nullable=False),
    sa.Column('reason', sa.String(), nullable=True),
    sa.Column('claim_no', sa.Integer(), server_default='0', nullable=False),
    sa.Column('lease_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('next_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('tries', sa.Integer(), server_default='0', nullable=False),
    sa.Column('refusals', sa.Integer(), server_default='0', nullable=False),
    sa.Column('accepted_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('done_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('read_back_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('read_backs', sa.Integer(), server_default='0', nullable=False),
    sa.Column('verified_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('kept_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('mine_hash', sa.String(), nullable=False),
    sa.Column('source', sa.String(), nullable=True),
    sa.Column('time_zone', sa.String(), nullable=True),
    sa.CheckConstraint("(state = 'claimed') = (lease_until IS NOT NULL)", name=op.f('ck_pre_save_lease')),
    sa.CheckConstraint("state IN ('armed', 'claimed', 'done', 'needs_reauth', 'withdrawn', 'expired', 'failed')", name=op.f('ck_pre_save_state')),
    sa.ForeignKeyConstraint(['campaign_id'], ['campaign.id'], name=op.f('fk_pre_save_campaign_id')),
    sa.ForeignKeyConstraint(['consent_id'], ['consent.id'], name=op.f('fk_pre_save_consent_id')),
    sa.ForeignKeyConstraint(['grant_id'], ['fan_grant.id'], name=op.f('fk_pre_save_grant_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_pre_save')),
    sa.UniqueConstraint('campaign_id', 'service', 'account_key', name=op.f('uq_pre_save_campaign_id_service_account_key')),
    sa.UniqueConstraint('mine_hash', name=op.f('uq_pre_save_mine_hash'))
    )
    op.create_index('ix_pre_save_due', 'pre_save', ['service', 'next_at', 'id'], unique=False, postgresql_where=sa.text("state IN ('armed', 'claimed')"))
    op.create_index(op.f('ix_pre_save_grant_id'), 'pre_save', ['grant_id'], unique=False)
    op.create_index('ix_pre_save_read_back', 'pre_save', ['service', 'read_back_at'], unique=False, postgresql_where=sa.text('read_back_at IS NOT NULL'))
    op.create_index('ix_pre_save_tally', 'pre_save', ['campaign_id', 'service', 'state'], unique=False)
    op.create_table('action',
    sa.Column('pre_save_id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('subject', sa.String(), nullable=False),
    sa.Column('state', sa.String(), server_default='todo', nullable=False),
    sa.Column('outcome', sa.String(), nullable=True),
    sa.Column('sent_count', sa.Integer(), server_default='0', nullable=False),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('sent_ref', sa.String(), nullable=True),
    sa.CheckConstraint("state IN ('todo', 'sent', 'done', 'refused')", name=op.f('ck_action_state')),
    sa.ForeignKeyConstraint(['pre_save_id'], ['pre_save.id'], name=op.f('fk_action_pre_save_id')),
    sa.PrimaryKeyConstraint('pre_save_id', 'kind', 'subject', name=op.f('pk_action'))
    )
    op.create_table('event',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('pre_save_id', sa.Uuid(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), server_default=sa.text('clock_timestamp()'), nullable=False),
    sa.Column('from_state', sa.String(), nullable=True),
    sa.Column('to_state', sa.String(), nullable=False),
    sa.Column('reason', sa.String(), nullable=True),
    sa.Column('claim_no', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['pre_save_id'], ['pre_save.id'], name=op.f('fk_event_pre_save_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_event'))
    )
    op.create_index(op.f('ix_event_pre_save_id'), 'event', ['pre_save_id'], unique=False)
    op.execute(PRE_SAVE_MOVES)
    op.execute(APPEND_ONLY)


def downgrade():
    op.drop_index(op.f('ix_event_pre_save_id'), table_name='event')
    op.drop_table('event')
    op.drop_table('action')
    op.drop_index('ix_pre_save_tally', table_name='pre_save')
    op.drop_index('ix_pre_save_read_back', table_name='pre_save', postgresql_where=sa.text('read_back_at IS NOT NULL'))
    op.drop_index(op.f('ix_pre_save_grant_id'), table_name='pre_save')
    op.drop_index('ix_pre_save_due', table_name='pre_save', postgresql_where=sa.text("state IN ('armed', 'claimed')"))
    op.drop_table('pre_save')
    op.drop_table('target')
    op.drop_index(op.f('ix_slug_entry_campaign_id'), table_name='slug_entry')
    op.drop_table('slug_entry')
    op.drop_index(op.f('ix_oauth_flow_expires_at'), table_name='oauth_flow')
    op.drop_table('oauth_flow')
    op.drop_index(op.f('ix_consent_campaign_id'), table_name='consent')
    op.drop_table('consent')
    op.drop_index(op.f('ix_campaign_team_id'), table_name='campaign')
    op.drop_index(op.f('ix_campaign_release_at'), table_name='campaign')
    op.drop_table('campaign')
    op.drop_table('artwork_file')
    op.drop_index(op.f('ix_sign_in_link_member_id'), table_name='sign_in_link')
    op.drop_table('sign_in_link')
    op.drop_index(op.f('ix_membership_member_id'), table_name='membership')
    op.drop_table('membership')
    op.drop_index(op.f('ix_login_session_member_id'), table_name='login_session')
    op.drop_table('login_session')
    op.drop_index(op.f('ix_artwork_team_id'), table_name='artwork')
    op.drop_table('artwork')
    op.drop_table('team')
    op.drop_table('service_gate')
    op.drop_table('member')
    op.drop_table('heartbeat')
    op.drop_index(op.f('ix_fan_grant_key_id'), table_name='fan_grant')
    op.drop_table('fan_grant')
    op.execute("DROP FUNCTION check_pre_save_move, write_pre_save_event, refuse_change")
