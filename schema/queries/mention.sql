-- Mentions not yet read.

-- Of those members whose name is among names (a JSON array, canonical); not of the author,
-- nor of who has read that far already.
-- mention_names (room:I, seq:I, author:I, names:T)
INSERT IGNORE INTO mention (user, room, seq)
SELECT m.user, m.room, :seq
FROM JSON_TABLE(:names, '$[*]' COLUMNS (name VARCHAR(64) PATH '$')) j
STRAIGHT_JOIN user u ON u.canonical = CAST(j.name AS BINARY)
STRAIGHT_JOIN member m ON m.user = u.id AND m.room = :room
WHERE m.user <> :author AND m.last_read < :seq;

-- mention_room (room:I, seq:I, author:I)
INSERT IGNORE INTO mention (user, room, seq)
SELECT m.user, m.room, :seq FROM member m
WHERE m.room = :room AND m.user <> :author AND m.last_read < :seq;

-- mention_clear (room:I, seq:I)
DELETE FROM mention WHERE room = :room AND seq = :seq;

-- mention_leave (user:I, room:I)
DELETE FROM mention WHERE user = :user AND room = :room;

-- mention_read (user:I, room:I, upto:I)
DELETE FROM mention WHERE user = :user AND room = :room AND seq <= :upto;

-- mention_count (user:I, room:I) -> (count:I)
SELECT COUNT(*) FROM mention WHERE user = :user AND room = :room;

-- mention_counts (user:I) -> (room:I, count:I)
SELECT room, COUNT(*) FROM mention WHERE user = :user GROUP BY room;

-- mention_end (room:I)
DELETE FROM mention WHERE room = :room;
