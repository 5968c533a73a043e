-- Figures for GET metrics.

-- metric_put (host:B, name:B, value:I, now:I)
INSERT INTO metric (host, name, value, updated_at) VALUES (:host, :name, :value, :now)
ON DUPLICATE KEY UPDATE value = :value, updated_at = :now;

-- Of all hosts together; those that stopped writing are gone. The table has a few rows.
-- metric_list (since:I) -> (name:B, value:I) slow-ok
SELECT name, CAST(SUM(value) AS SIGNED) FROM metric WHERE updated_at > :since
GROUP BY name ORDER BY name;

-- Asked for by a monitor once in a while: counting all rows is meant.
-- metric_totals () -> (users:I, rooms:I, messages:I, sessions:I, online:I, settled:I, newest:I) slow-ok
SELECT (SELECT COUNT(*) FROM user),
       (SELECT COUNT(*) FROM room WHERE gone = 0 AND kind <> 3),
       (SELECT CAST(COALESCE(SUM(messages), 0) AS SIGNED) FROM room),
       (SELECT COUNT(*) FROM session),
       (SELECT COUNT(*) FROM user WHERE online_until > UNIX_TIMESTAMP(NOW(3)) * 1000),
       (SELECT settled FROM log_mark WHERE id = 1),
       (SELECT COALESCE(MAX(id), 0) FROM event);
