-- What palabrectl asks: a person waits for the answer, so that a full scan is no harm.

-- admin_users () -> (id:I, name:B, display_name:T, role:I, disabled:I, last_seen:I, created_at:I, sessions:I) slow-ok
SELECT u.id, u.name, u.display_name, u.role, u.disabled, u.last_seen, u.created_at,
       (SELECT COUNT(*) FROM session s WHERE s.user = u.id)
FROM user u ORDER BY u.canonical;

-- admin_rooms () -> (id:I, kind:I, name:T, members:I, messages:I, last_seq:I, created_at:I) slow-ok
SELECT id, kind, name, members, messages, last_seq, created_at FROM room
WHERE kind < 3 AND gone = 0 ORDER BY id;

-- admin_sessions (user:I) -> (id:I, user:I, name:B, created_at:I, last_seen:I, agent:T, address:B) slow-ok
SELECT s.id, s.user, u.name, s.created_at, s.last_seen, s.agent, s.address
FROM session s JOIN user u ON u.id = s.user
WHERE (:user = 0 OR s.user = :user) AND s.expires_at > UNIX_TIMESTAMP(NOW(3)) * 1000
ORDER BY s.last_seen DESC, s.id DESC;

-- admin_session_user (id:I) -> (user:I)
SELECT user FROM session WHERE id = :id;

-- admin_stats () -> (users:I, disabled:I, admins:I, sessions:I, rooms:I, messages:I, events:I, settled:I, epoch:T, bytes:I) slow-ok
SELECT (SELECT COUNT(*) FROM user), (SELECT COUNT(*) FROM user WHERE disabled = 1),
       (SELECT COUNT(*) FROM user WHERE role = 1),
       (SELECT COUNT(*) FROM session WHERE expires_at > UNIX_TIMESTAMP(NOW(3)) * 1000),
       (SELECT COUNT(*) FROM room WHERE kind < 3 AND gone = 0),
       (SELECT COALESCE(SUM(messages), 0) FROM room),
       (SELECT COUNT(*) FROM event), (SELECT settled FROM log_mark WHERE id = 1),
       (SELECT value FROM meta WHERE name = 'epoch'),
       (SELECT COALESCE(SUM(data_length + index_length), 0) FROM information_schema.tables
        WHERE table_schema = DATABASE());

-- admin_day () -> (active:I, sent:I) slow-ok
SELECT (SELECT COUNT(*) FROM user WHERE last_seen > UNIX_TIMESTAMP(NOW(3)) * 1000 - 86400000),
       (SELECT COUNT(*) FROM event
        WHERE type = 1 AND created_at > UNIX_TIMESTAMP(NOW(3)) * 1000 - 86400000);

-- admin_server () -> (version:T, flush:I, doublewrite:T, packet:I, connections:I, read_only:I, token_size:I, database:T, log_bin:I, sync_binlog:I) slow-ok
SELECT VERSION(), @@innodb_flush_log_at_trx_commit, CAST(@@innodb_doublewrite AS CHAR),
       @@max_allowed_packet, @@max_connections, @@read_only, @@innodb_ft_min_token_size,
       DATABASE(), @@log_bin, @@sync_binlog;

-- What is fleeting is meant to be in memory alone.
-- admin_tables () -> (count:I, other:I) slow-ok
SELECT COUNT(*), COALESCE(SUM(engine NOT IN ('InnoDB', 'MEMORY') OR table_collation NOT LIKE 'utf8mb4%'), 0)
FROM information_schema.tables WHERE table_schema = DATABASE() AND table_type = 'BASE TABLE';

-- admin_grants () -> (name:T) slow-ok
SELECT privilege_type FROM information_schema.user_privileges
WHERE grantee = CONCAT('''', REPLACE(CURRENT_USER(), '@', '''@'''), '''')
  AND privilege_type IN ('FILE', 'SUPER', 'PROCESS', 'SHUTDOWN', 'CREATE USER');

-- epoch_set (epoch:T)
UPDATE meta SET value = :epoch WHERE name = 'epoch';
