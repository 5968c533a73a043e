-- The event log, as the hub's tail, resumes and polls read it.

-- shape event (id:I, room:I, seq:I?, type:I, actor:I, subject:I?, target:I?, data:T?,
--	message_seq:I?, user:I?, client_id:B?, body:T?, reply_to:I?, created_at:I?,
--	edited_at:I?, deleted:I?, reacted:I?, attached:I?)

-- event_append (room:I, seq:I?, type:I, actor:I, subject:I?, target:I?, data:T?, now:I)
INSERT INTO event (room, seq, type, actor, subject, target, data, created_at)
VALUES (:room, :seq, :type, :actor, :subject, :target, :data, :now);

-- room_next_seq (room:I)
UPDATE room SET last_seq = LAST_INSERT_ID(last_seq + 1) WHERE id = :room AND gone = 0;

-- event_after (after:I, limit:I) -> event
SELECT e.id, e.room, e.seq, e.type, e.actor, e.subject, e.target, e.data,
       m.seq, m.user, m.client_id, m.body, m.reply_to, m.created_at, m.edited_at,
       m.deleted, m.reacted, m.attached
FROM event e LEFT JOIN message m ON m.room = e.room AND m.seq = e.target
WHERE e.id > :after ORDER BY e.id LIMIT :limit;

-- event_between (low:I, high:I) -> event
SELECT e.id, e.room, e.seq, e.type, e.actor, e.subject, e.target, e.data,
       m.seq, m.user, m.client_id, m.body, m.reply_to, m.created_at, m.edited_at,
       m.deleted, m.reacted, m.attached
FROM event e LEFT JOIN message m ON m.room = e.room AND m.seq = e.target
WHERE e.id BETWEEN :low AND :high ORDER BY e.id;

-- event_room_after (room:I, after:I, limit:I) -> event
SELECT e.id, e.room, e.seq, e.type, e.actor, e.subject, e.target, e.data,
       m.seq, m.user, m.client_id, m.body, m.reply_to, m.created_at, m.edited_at,
       m.deleted, m.reacted, m.attached
FROM event e LEFT JOIN message m ON m.room = e.room AND m.seq = e.target
WHERE e.room = :room AND e.seq > :after ORDER BY e.seq LIMIT :limit;

-- Of all rooms that the user may have been in at some time past "after": those of now, and
-- those left or joined since, even past "upto".
-- event_for_user (user:I, after:I, upto:I, limit:I) -> event
SELECT e.id, e.room, e.seq, e.type, e.actor, e.subject, e.target, e.data,
       m.seq, m.user, m.client_id, m.body, m.reply_to, m.created_at, m.edited_at,
       m.deleted, m.reacted, m.attached
FROM (SELECT room FROM member WHERE user = :user
      UNION
      SELECT room FROM event
      WHERE subject = :user AND id > :after AND type IN (5, 6)) r
JOIN event e ON e.room = r.room AND e.id > :after AND e.id <= :upto
LEFT JOIN message m ON m.room = e.room AND m.seq = e.target
ORDER BY e.id LIMIT :limit;

-- membership_at (user:I, after:I) -> (room:I, id:I, type:I)
SELECT room, 0, 0 FROM member WHERE user = :user
UNION ALL
SELECT room, id, type FROM event
WHERE subject = :user AND id > :after AND type IN (5, 6)
ORDER BY 2;

-- event_ids_after (after:I, limit:I) -> (id:I)
SELECT id FROM event WHERE id > :after ORDER BY id LIMIT :limit;

-- event_locked (low:I, high:I) -> (id:I)
SELECT id FROM event WHERE id BETWEEN :low AND :high LIMIT 1 LOCK IN SHARE MODE NOWAIT;

-- event_newest () -> (id:I?)
SELECT MAX(id) FROM event;

-- log_state () -> (settled:I, gap:I, gap_since:I, purged:I, epoch:T, now:I)
SELECT l.settled, l.gap, l.gap_since, l.purged, m.value,
       CAST(UNIX_TIMESTAMP(NOW(3)) * 1000 AS SIGNED)
FROM log_mark l JOIN meta m ON m.name = 'epoch' WHERE l.id = 1;

-- A gap that was noted past it stays noted. Nothing is done to the log of another epoch: a
-- backup may have been restored since the reader looked, or be about to (hence the lock).
-- log_settle (settled:I, epoch:B)
UPDATE log_mark SET gap_since = IF(gap > :settled, gap_since, 0),
       gap = IF(gap > :settled, gap, 0), settled = :settled
WHERE id = 1 AND settled < :settled
  AND EXISTS (SELECT 1 FROM meta WHERE name = 'epoch' AND value = :epoch
              LOCK IN SHARE MODE);

-- log_note_gap (gap:I, now:I)
UPDATE log_mark SET gap_since = IF(gap = :gap, gap_since, :now), gap = :gap WHERE id = 1;
