-- Who is signed in, and from where it was done before.

-- session_by_token (token:B) -> (id:I, user:I, self_room:I, role:I, last_seen:I, online_until:I, now:I)
SELECT s.id, s.user, u.self_room, u.role, s.last_seen, u.online_until,
       CAST(UNIX_TIMESTAMP(NOW(3)) * 1000 AS SIGNED)
FROM session s JOIN user u ON u.id = s.user
WHERE s.token = :token AND s.expires_at > UNIX_TIMESTAMP(NOW(3)) * 1000 AND u.disabled = 0;

-- Queries with `claim` in their names join a session to what they read. They find nothing
-- where session_by_token would have something to write: nothing is lost then but the time.
--	touch: SESSION_TOUCH_MS; spare: PRESENCE_SPARE_MS

-- session_touch (id:I, now:I, stale:I)
UPDATE session SET expires_at = expires_at + (:now - last_seen), last_seen = :now
WHERE id = :id AND last_seen < :stale;

-- session_note_client (id:I, agent:T, address:B)
UPDATE session SET agent = :agent, address = :address WHERE id = :id;

-- user_touch (id:I, now:I)
UPDATE user SET last_seen = :now WHERE id = :id AND last_seen < :now;

-- session_add (token:B, user:I, now:I, expires_at:I, agent:T, address:B)
INSERT INTO session (token, user, created_at, last_seen, expires_at, agent, address)
VALUES (:token, :user, :now, :now, :expires_at, :agent, :address);

-- session_set_token (id:I, token:B)
UPDATE session SET token = :token WHERE id = :id;

-- session_list (user:I) -> (id:I, created_at:I, last_seen:I, agent:T, address:B)
SELECT id, created_at, last_seen, agent, address FROM session
WHERE user = :user AND expires_at > UNIX_TIMESTAMP(NOW(3)) * 1000
ORDER BY last_seen DESC, id DESC LIMIT 200;

-- session_lock_all (user:I) -> (id:I)
SELECT id FROM session WHERE user = :user FOR UPDATE;

-- session_remove (id:I, user:I)
DELETE FROM session WHERE id = :id AND user = :user;

-- session_purge (before:I, limit:I)
DELETE FROM session WHERE expires_at < :before LIMIT :limit;

-- known_network_use (user:I, network:B, now:I)
INSERT INTO known_network (user, network, used_at) VALUES (:user, :network, :now)
ON DUPLICATE KEY UPDATE used_at = :now;

-- known_network_get (user:I, network:B) -> (used_at:I)
SELECT used_at FROM known_network WHERE user = :user AND network = :network;

-- known_network_purge (before:I, limit:I)
DELETE FROM known_network WHERE used_at < :before LIMIT :limit;

-- known_network_forget (user:I)
DELETE FROM known_network WHERE user = :user;
