-- Reactions to messages.

-- Of many messages at once. keys: a JSON array of [room, seq].
-- reaction_list (keys:T) -> (room:I, seq:I, emoji:B, user:I)
SELECT x.room, x.seq, x.emoji, x.user
FROM JSON_TABLE(:keys, '$[*]' COLUMNS (room BIGINT PATH '$[0]', seq BIGINT PATH '$[1]')) j
STRAIGHT_JOIN reaction x FORCE INDEX (PRIMARY) ON x.room = j.room AND x.seq = j.seq
ORDER BY x.room, x.seq, x.at, x.emoji, x.user;

-- reaction_add (room:I, seq:I, emoji:B, user:I, now:I)
INSERT IGNORE INTO reaction (room, seq, emoji, user, at)
VALUES (:room, :seq, :emoji, :user, :now);

-- reaction_remove (room:I, seq:I, emoji:B, user:I)
DELETE FROM reaction
WHERE room = :room AND seq = :seq AND emoji = :emoji AND user = :user;

-- reaction_clear (room:I, seq:I)
DELETE FROM reaction WHERE room = :room AND seq = :seq;

-- reaction_kinds (room:I, seq:I) -> (count:I)
SELECT COUNT(DISTINCT emoji) FROM reaction WHERE room = :room AND seq = :seq;

-- reaction_mark (room:I, seq:I)
UPDATE message SET reacted = 1 WHERE room = :room AND seq = :seq;
