-- Accounts.

-- presence is enum presence: 0 offline, 1 away, 2 online. Any query that returns users can
-- be of this shape; its presence is written as in user_get.
-- shape user (id:I, name:B, display_name:T, role:I, presence:I, last_seen:I)

-- user_get (id:I) -> user
SELECT u.id, u.name, u.display_name, u.role,
       IF(u.online_until < UNIX_TIMESTAMP(NOW(3)) * 1000, 0, 2 - u.away), u.last_seen
FROM user u WHERE u.id = :id;

-- user_get_canonical (canonical:B) -> user
SELECT u.id, u.name, u.display_name, u.role,
       IF(u.online_until < UNIX_TIMESTAMP(NOW(3)) * 1000, 0, 2 - u.away), u.last_seen
FROM user u WHERE u.canonical = :canonical;

-- clock () -> (now:I)
SELECT CAST(UNIX_TIMESTAMP(NOW(3)) * 1000 AS SIGNED);

-- What signing in needs to know: one row, whether the name is known or not.
-- user_credentials (canonical:B) -> (now:I, id:I?, password:B?, disabled:I?)
SELECT CAST(UNIX_TIMESTAMP(NOW(3)) * 1000 AS SIGNED), u.id, u.password, u.disabled
FROM (SELECT 1) one LEFT JOIN user u ON u.canonical = :canonical;

-- user_self_room (id:I) -> (self_room:I)
SELECT self_room FROM user WHERE id = :id;

-- user_password (id:I) -> (name:B, canonical:B, password:B)
SELECT name, canonical, password FROM user WHERE id = :id;

-- Whoever inserts this row makes the first account; others wait for that transaction.
-- user_claim_first (name:B)
INSERT IGNORE INTO meta (name, value) VALUES ('first_account', :name);

-- user_add (name:B, canonical:B, display_name:T, password:B, role:I, locale:B, now:I)
INSERT INTO user (name, canonical, display_name, password, role, locale, last_seen, created_at)
VALUES (:name, :canonical, :display_name, :password, :role, :locale, :now, :now);

-- user_add_self_room (user:I, now:I)
INSERT INTO room (kind, name, topic, members, created_by, created_at)
VALUES (3, '', '', 1, :user, :now);

-- user_add_self_member (user:I, room:I, now:I)
INSERT INTO member (room, user, role, joined_at) VALUES (:room, :user, 2, :now);

-- user_set_self_room (id:I, room:I)
UPDATE user SET self_room = :room WHERE id = :id;

-- user_set_password (id:I, old:B, new:B)
UPDATE user SET password = :new WHERE id = :id AND password = :old;

-- user_reset_password (id:I, new:B)
UPDATE user SET password = :new WHERE id = :id;

-- user_set_profile (id:I, display_name:T?, locale:B?, away:I?)
UPDATE user SET display_name = COALESCE(:display_name, display_name),
       locale = COALESCE(:locale, locale), away = COALESCE(:away, away)
WHERE id = :id;

-- user_set_disabled (id:I, disabled:I)
UPDATE user SET disabled = :disabled WHERE id = :id;

-- user_set_role (id:I, role:I)
UPDATE user SET role = :role WHERE id = :id;

-- Locks them all, so that two can't resign at once.
-- user_lock_admins () -> (id:I) slow-ok
SELECT id FROM user WHERE role = 1 AND disabled = 0 FOR UPDATE;

-- user_profile (id:I) -> (display_name:T, locale:B, away:I)
SELECT display_name, locale, away FROM user WHERE id = :id;

-- low and high bound the canonical name; like is the display name's pattern.
-- user_search (low:B, high:B, like:T, limit:I) -> user
SELECT u.id, u.name, u.display_name, u.role,
       IF(u.online_until < UNIX_TIMESTAMP(NOW(3)) * 1000, 0, 2 - u.away), u.last_seen
FROM (SELECT * FROM (SELECT id FROM user
                     WHERE canonical >= :low AND canonical < :high AND disabled = 0
                     ORDER BY canonical LIMIT :limit) a
      UNION
      SELECT * FROM (SELECT id FROM user
                     WHERE display_name LIKE :like AND disabled = 0
                     ORDER BY display_name LIMIT :limit) b) found
JOIN user u ON u.id = found.id
ORDER BY u.canonical LIMIT :limit;
