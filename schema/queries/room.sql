-- Rooms: as one of the callers sees them, and their making and changing.

-- role and what follows it up to notify are the caller's, NULL where not a member; m_… is
-- the newest message, NULL where there is none or the caller is not a member.
-- shape room (id:I, kind:I, name:T, topic:T, last_seq:I, members:I, created_by:I,
--	created_at:I, pair:B?, role:I?, last_read:I?, unread:I?, notify:I?, m_seq:I?,
--	m_user:I?, m_client_id:B?, m_body:T?, m_reply_to:I?, m_created_at:I?,
--	m_edited_at:I?, m_deleted:I?, m_reacted:I?, m_attached:I?)

-- In the order of member's key, also where few rooms make joining them otherwise look
-- cheaper: a sort of texts goes through a file, which on a full disk there can't be.
-- room_mine (user:I) -> room
SELECT STRAIGHT_JOIN r.id, r.kind, r.name, r.topic, r.last_seq, r.members, r.created_by, r.created_at,
       r.pair, me.role, me.last_read, r.messages - me.sent - me.unread_base, me.notify,
       m.seq, m.user, m.client_id, m.body, m.reply_to, m.created_at, m.edited_at,
       m.deleted, m.reacted, m.attached
FROM member me JOIN room r FORCE INDEX (PRIMARY) ON r.id = me.room
LEFT JOIN message m ON m.room = r.id AND m.seq = r.last_message
WHERE me.user = :user AND r.gone = 0 AND r.kind <> 3 ORDER BY me.room;

-- The same without what all members see alike; by epoch, last_seq and newest that is known
-- or not, see chat/room_cache.h.
-- room_own (user:I) -> (epoch:T, id:I, last_seq:I, newest:I, pair:B?, role:I, last_read:I, unread:I, notify:I)
SELECT STRAIGHT_JOIN e.value, r.id, r.last_seq, r.last_message, r.pair, me.role, me.last_read,
       r.messages - me.sent - me.unread_base, me.notify
FROM meta e JOIN member me JOIN room r FORCE INDEX (PRIMARY) ON r.id = me.room
WHERE e.name = 'epoch' AND me.user = :user AND r.gone = 0 AND r.kind <> 3
ORDER BY me.room;

-- Some of them, whole, in no order. ids: a JSON array.
-- room_some (ids:T, user:I) -> room
SELECT STRAIGHT_JOIN r.id, r.kind, r.name, r.topic, r.last_seq, r.members, r.created_by, r.created_at,
       r.pair, me.role, me.last_read, r.messages - me.sent - me.unread_base, me.notify,
       m.seq, m.user, m.client_id, m.body, m.reply_to, m.created_at, m.edited_at,
       m.deleted, m.reacted, m.attached
FROM JSON_TABLE(:ids, '$[*]' COLUMNS (id BIGINT PATH '$')) j
JOIN member me FORCE INDEX (PRIMARY) ON me.user = :user AND me.room = j.id
JOIN room r FORCE INDEX (PRIMARY) ON r.id = j.id
LEFT JOIN message m ON m.room = r.id AND m.seq = r.last_message
WHERE r.gone = 0 AND r.kind <> 3;

-- room_one (room:I, user:I) -> room
SELECT r.id, r.kind, r.name, r.topic, r.last_seq, r.members, r.created_by, r.created_at,
       r.pair, me.role, me.last_read, r.messages - me.sent - me.unread_base, me.notify,
       m.seq, m.user, m.client_id, m.body, m.reply_to, m.created_at, m.edited_at,
       m.deleted, m.reacted, m.attached
FROM room r LEFT JOIN member me ON me.user = :user AND me.room = r.id
LEFT JOIN message m ON m.room = me.room AND m.seq = r.last_message
WHERE r.id = :room AND r.gone = 0 AND r.kind <> 3;

-- room_public (user:I, pattern:T, limit:I) -> room
SELECT r.id, r.kind, r.name, r.topic, r.last_seq, r.members, r.created_by, r.created_at,
       r.pair, me.role, me.last_read, r.messages - me.sent - me.unread_base, me.notify,
       m.seq, m.user, m.client_id, m.body, m.reply_to, m.created_at, m.edited_at,
       m.deleted, m.reacted, m.attached
FROM room r LEFT JOIN member me ON me.user = :user AND me.room = r.id
LEFT JOIN message m ON m.room = me.room AND m.seq = r.last_message
WHERE r.public_name >= '' AND r.public_name LIKE :pattern ESCAPE '!'
ORDER BY r.public_name, r.id LIMIT :limit;

-- What a `room` event shows, whoever looks. ids: a JSON array.
-- room_info (ids:T) -> (id:I, kind:I, name:T, topic:T)
SELECT r.id, r.kind, r.name, r.topic
FROM JSON_TABLE(:ids, '$[*]' COLUMNS (id BIGINT PATH '$')) j
STRAIGHT_JOIN room r FORCE INDEX (PRIMARY) ON r.id = j.id;

-- room_lock (room:I) -> (kind:I, messages:I, gone:I, pair:B?)
SELECT kind, messages, gone, pair FROM room WHERE id = :room FOR UPDATE;

-- A room starts with its maker's join, so last_seq and members are 1.
-- room_insert (kind:I, name:T, topic:T, public_name:T?, pair:B?, user:I, now:I)
INSERT INTO room (kind, name, topic, public_name, pair, last_seq, members, created_by,
                  created_at)
VALUES (:kind, :name, :topic, :public_name, :pair, 1, 1, :user, :now);

-- Somebody comes (1) or goes (-1): the event's seq is drawn on the way.
-- room_count_members (room:I, change:I)
UPDATE room SET members = members + :change, last_seq = LAST_INSERT_ID(last_seq + 1)
WHERE id = :room AND gone = 0;

-- room_describe (room:I, name:T, topic:T, public_name:T?)
UPDATE room SET name = :name, topic = :topic, public_name = :public_name WHERE id = :room;

-- room_end (room:I)
UPDATE room SET gone = 1, public_name = NULL, pair = NULL WHERE id = :room;

-- room_by_pair (pair:B) -> (id:I)
SELECT id FROM room WHERE pair = :pair;

-- room_last_seq (room:I) -> (last_seq:I)
SELECT last_seq FROM room WHERE id = :room;
