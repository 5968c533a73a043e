-- How far somebody has read.

-- read_lock (room:I, user:I) -> (last_read:I)
SELECT last_read FROM member WHERE user = :user AND room = :room FOR UPDATE;

-- read_state (room:I, user:I) -> (last_seq:I, last_message:I, messages:I, last_read:I, sent:I, unread_base:I)
SELECT r.last_seq, r.last_message, r.messages, me.last_read, me.sent, me.unread_base
FROM member me JOIN room r ON r.id = me.room AND r.gone = 0 AND r.kind <> 3
WHERE me.user = :user AND me.room = :room;

-- Others' messages of a stretch, without those that were deleted.
-- read_between (room:I, user:I, above:I, upto:I) -> (count:I)
SELECT COUNT(*) FROM message
WHERE room = :room AND seq > :above AND seq <= :upto AND user <> :user AND deleted = 0;

-- read_set (room:I, user:I, last_read:I, unread_base:I)
UPDATE member SET last_read = :last_read, unread_base = :unread_base
WHERE user = :user AND room = :room;
