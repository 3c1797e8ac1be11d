"""What the code of the release before says to the database (commit a0367ae), word for word.

During a deploy it goes on saying it on the schema of today.
"""

from __future__ import annotations

CONSENT = """
    INSERT INTO pre_save (id, campaign_id, service, account_key, consent_id, grant_id, reason, due_at,
                          next_at, mine_hash, source, time_zone)
    SELECT :id, k.id, :service, :key, :consent_id, :grant_id, 'consented', greatest(k.release_at, now()),
           greatest(k.release_at, now()), :mine_hash, :source, :time_zone
    FROM campaign k WHERE k.id = :campaign_id
    ON CONFLICT (campaign_id, service, account_key) DO UPDATE SET
      consent_id = excluded.consent_id, grant_id = excluded.grant_id,
      -- A claim in somebody's hands is taken back: what it finds out is about the older permission.
      state = CASE WHEN pre_save.state = 'done' THEN 'done' ELSE 'armed' END,
      claim_no = pre_save.claim_no + CASE WHEN pre_save.state = 'claimed' THEN 1 ELSE 0 END,
      lease_until = NULL, tries = 0, refusals = 0,
      reason = CASE WHEN pre_save.state = 'done' THEN pre_save.reason ELSE 'renewed' END,
      due_at = CASE WHEN pre_save.state = 'done' THEN pre_save.due_at ELSE excluded.due_at END,
      next_at = CASE WHEN pre_save.state = 'done' THEN pre_save.next_at ELSE excluded.next_at END,
      time_zone = coalesce(excluded.time_zone, pre_save.time_zone)
    RETURNING id
"""

CLAIM = """
    WITH due AS MATERIALIZED (
      SELECT p.id FROM pre_save p
      JOIN campaign k ON k.id = p.campaign_id AND k.held_at IS NULL
      JOIN target t ON t.campaign_id = p.campaign_id AND t.service = p.service AND t.found_at IS NOT NULL
      WHERE p.service = :service AND p.due_at <= now() AND p.next_at <= now()
        AND (p.state = 'armed' OR (p.state = 'claimed' AND p.lease_until < now()))
      ORDER BY p.next_at, p.id LIMIT :limit FOR UPDATE OF p SKIP LOCKED)
    UPDATE pre_save p SET state = 'claimed', claim_no = claim_no + 1,
        lease_until = now() + make_interval(secs => :lease)
    FROM due WHERE p.id = due.id
    RETURNING p.id, p.campaign_id, p.claim_no, p.grant_id, p.tries, p.refusals,
      (SELECT a.sent_ref FROM action a WHERE a.pre_save_id = p.id AND a.state = 'sent' LIMIT 1) AS sent_ref
"""

RENEW = """
    UPDATE pre_save SET lease_until = now() + make_interval(secs => :lease)
    WHERE id = :id AND claim_no = :no AND state = 'claimed' RETURNING id
"""

BEGIN_CAMPAIGN = """
    SELECT held_at IS NULL AND release_at <= clock_timestamp() FROM campaign WHERE id = :campaign_id FOR SHARE
"""

BEGIN_PRE_SAVE = """
    SELECT t.ref FROM pre_save p
    JOIN target t ON t.campaign_id = p.campaign_id AND t.service = p.service AND t.found_at IS NOT NULL
    WHERE p.id = :id AND p.claim_no = :no AND p.state = 'claimed' AND p.due_at <= clock_timestamp()
      AND p.lease_until > clock_timestamp() + make_interval(secs => :call)
    FOR UPDATE OF p
"""

BEGIN_ACTION = """
    UPDATE action SET state = 'sent', sent_count = sent_count + 1, sent_at = now(), sent_ref = :ref
    WHERE pre_save_id = :id AND kind = :kind AND state IN ('todo', 'sent')
"""

SETTLE = """
    UPDATE pre_save SET state = :state, reason = :reason, lease_until = NULL,
        next_at = now() + make_interval(secs => :wait), tries = tries + :tried,
        refusals = refusals + :refused,
        done_at = CASE WHEN :is_done THEN now() ELSE done_at END,
        read_back_at = CASE WHEN :is_done THEN now() ELSE read_back_at END,
        read_backs = CASE WHEN :is_done THEN 0 ELSE read_backs END
    WHERE id = :id AND claim_no = :no AND state = 'claimed' RETURNING id
"""

SETTLE_ACTION = """
    UPDATE action SET state = coalesce(:state, state), outcome = :reason
    WHERE pre_save_id = :id AND kind = :kind
"""
