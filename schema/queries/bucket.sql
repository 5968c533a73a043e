-- Rate limits: token buckets (GCRA) and the delays after failed sign-ins.

-- bucket_take (name:B, interval:I, slack:I, now:I)
UPDATE bucket SET until = GREATEST(until, :now) + :interval
WHERE name = :name AND until <= :now + :slack;

-- bucket_open (name:B, until:I)
INSERT IGNORE INTO bucket (name, until) VALUES (:name, :until);

-- bucket_read (name:B) -> (until:I)
SELECT until FROM bucket WHERE name = :name;

-- bucket_give_back (name:B, interval:I)
UPDATE bucket SET until = until - :interval WHERE name = :name;

-- bucket_purge (before:I, limit:I)
DELETE FROM bucket WHERE until < :before LIMIT :limit;

-- login_delay_lock (name:B) -> (failures:I, until:I, last:I)
SELECT failures, until, last FROM login_delay WHERE name = :name FOR UPDATE;

-- login_delay_open (name:B, now:I)
INSERT IGNORE INTO login_delay (name, failures, until, last) VALUES (:name, 0, 0, :now);

-- login_delay_set (name:B, failures:I, until:I, last:I)
UPDATE login_delay SET failures = :failures, until = :until, last = :last WHERE name = :name;

-- login_delay_undo (name:B)
UPDATE login_delay SET until = IF(failures > 1, until, 0), failures = GREATEST(failures - 1, 0)
WHERE name = :name;

-- login_delay_forget (name:B)
DELETE FROM login_delay WHERE name = :name;

-- login_delay_purge (before:I, limit:I)
DELETE FROM login_delay WHERE last < :before LIMIT :limit;
