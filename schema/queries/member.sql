-- Who is in which room, and as what.

-- Everything that a decision about access needs; role is NULL where not a member.
-- member_access (room:I, user:I) -> (kind:I, last_seq:I, members:I, role:I?, last_read:I?)
SELECT r.kind, r.last_seq, r.members, me.role, me.last_read
FROM room r LEFT JOIN member me ON me.room = r.id AND me.user = :user
WHERE r.id = :room AND r.gone = 0;

-- The same with both rows locked, the room's first.
-- member_access_lock (room:I, user:I) -> (kind:I, last_seq:I, members:I, messages:I, name:T, topic:T, role:I?, notify:I?)
SELECT r.kind, r.last_seq, r.members, r.messages, r.name, r.topic, me.role, me.notify
FROM room r LEFT JOIN member me ON me.room = r.id AND me.user = :user
WHERE r.id = :room AND r.gone = 0 FOR UPDATE;

-- member_insert (room:I, user:I, role:I, now:I, last_read:I, unread_base:I)
INSERT INTO member (room, user, role, joined_at, last_read, unread_base)
VALUES (:room, :user, :role, :now, :last_read, :unread_base);

-- member_delete (room:I, user:I)
DELETE FROM member WHERE user = :user AND room = :room;

-- member_role (room:I, user:I) -> (role:I)
SELECT role FROM member WHERE user = :user AND room = :room;

-- member_set_role (room:I, user:I, role:I)
UPDATE member SET role = :role WHERE user = :user AND room = :room;

-- member_set_notify (room:I, user:I, notify:I)
UPDATE member SET notify = :notify WHERE user = :user AND room = :room;

-- member_owners (room:I) -> (count:I)
SELECT COUNT(*) FROM member WHERE room = :room AND role = 2;

-- Who takes over: the longest-standing moderator, else member.
-- member_heir (room:I) -> (user:I, role:I)
SELECT user, role FROM member WHERE room = :room
ORDER BY role DESC, joined_at, user LIMIT 1;

-- member_list (room:I) -> (id:I, name:B, display_name:T, user_role:I, presence:I, last_seen:I, role:I, last_read:I)
SELECT u.id, u.name, u.display_name, u.role,
       IF(u.online_until < UNIX_TIMESTAMP(NOW(3)) * 1000, 0, 2 - u.away), u.last_seen,
       m.role, m.last_read
FROM member m JOIN user u ON u.id = m.user
WHERE m.room = :room ORDER BY m.role DESC, m.joined_at, m.user;

-- All who share a room with somebody, that one included.
-- member_people (user:I) -> user
SELECT STRAIGHT_JOIN u.id, u.name, u.display_name, u.role,
       IF(u.online_until < UNIX_TIMESTAMP(NOW(3)) * 1000, 0, 2 - u.away), u.last_seen
FROM (SELECT DISTINCT m.user AS id
      FROM member me JOIN room r ON r.id = me.room AND r.gone = 0
      JOIN member m ON m.room = me.room WHERE me.user = :user) p
JOIN user u FORCE INDEX (PRIMARY) ON u.id = p.id;

-- member_users (ids:T) -> user
SELECT u.id, u.name, u.display_name, u.role,
       IF(u.online_until < UNIX_TIMESTAMP(NOW(3)) * 1000, 0, 2 - u.away), u.last_seen
FROM JSON_TABLE(:ids, '$[*]' COLUMNS (id BIGINT PATH '$')) j
STRAIGHT_JOIN user u FORCE INDEX (PRIMARY) ON u.id = j.id;

-- May this one be brought into rooms?
-- member_candidate (user:I) -> (id:I)
SELECT id FROM user WHERE id = :user AND disabled = 0;
