-- The first schema. Every statement can be run again (a migration killed half-way is simply
-- repeated). All times are milliseconds since 1970 UTC: no time zone, no rounding.

CREATE TABLE IF NOT EXISTS meta (
	name  VARBINARY(32)  NOT NULL PRIMARY KEY,
	value VARBINARY(255) NOT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- The epoch is the first half of every cursor. It is drawn here, and again by a restore.
INSERT IGNORE INTO meta (name, value) VALUES ('epoch', LEFT(MD5(CONCAT(UUID(), RAND(), NOW(6))), 12));

CREATE TABLE IF NOT EXISTS user (
	id           BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
	name         VARBINARY(128)  NOT NULL, -- as written, NFKC
	canonical    VARBINARY(192)  NOT NULL, -- NFKC and case folded: what must be unique
	display_name VARCHAR(64)     NOT NULL COLLATE utf8mb4_unicode_ci,
	password     VARBINARY(255)  NOT NULL, -- as libscrypt writes it
	role         TINYINT         NOT NULL DEFAULT 0, -- 0 user, 1 admin
	disabled     TINYINT         NOT NULL DEFAULT 0,
	locale       VARBINARY(16)   NOT NULL DEFAULT '',
	away         TINYINT         NOT NULL DEFAULT 0, -- said so by the client
	self_room    BIGINT UNSIGNED NOT NULL DEFAULT 0, -- the user's private log
	last_seen    BIGINT          NOT NULL DEFAULT 0,
	online_until BIGINT          NOT NULL DEFAULT 0, -- presence with its TTL
	created_at   BIGINT          NOT NULL,
	UNIQUE KEY canonical (canonical),
	KEY display_name (display_name),
	KEY online_until (online_until)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE IF NOT EXISTS session (
	id         BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
	token      BINARY(32)      NOT NULL, -- SHA-256 of the token, which nobody stores
	user       BIGINT UNSIGNED NOT NULL,
	created_at BIGINT          NOT NULL,
	last_seen  BIGINT          NOT NULL,
	expires_at BIGINT          NOT NULL,
	agent      VARCHAR(200)    NOT NULL,
	address    VARBINARY(45)   NOT NULL,
	UNIQUE KEY token (token),
	KEY user (user),
	KEY expires_at (expires_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- A room's row is the lock under which its log grows: whoever raises last_seq holds it to
-- the commit, so seq order is commit order and has no gap.
CREATE TABLE IF NOT EXISTS room (
	id           BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
	kind         TINYINT         NOT NULL, -- 0 public, 1 private, 2 direct, 3 self
	name         VARCHAR(64)     NOT NULL,
	topic        VARCHAR(250)    NOT NULL,
	last_seq     BIGINT          NOT NULL DEFAULT 0,
	messages     BIGINT          NOT NULL DEFAULT 0, -- ever sent
	last_message BIGINT          NOT NULL DEFAULT 0, -- seq of the newest, 0 = none
	members      BIGINT          NOT NULL DEFAULT 0,
	created_by   BIGINT UNSIGNED NOT NULL,
	created_at   BIGINT          NOT NULL,
	gone         TINYINT         NOT NULL DEFAULT 0, -- deleted; kept so that its log can say so
	pair         VARBINARY(41)   NULL,     -- direct only: "lower:higher" user id
	public_name  VARCHAR(64)     NULL COLLATE utf8mb4_unicode_ci, -- public and not gone: for the list
	UNIQUE KEY pair (pair),
	KEY public_name (public_name)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE IF NOT EXISTS member (
	room      BIGINT UNSIGNED NOT NULL,
	user      BIGINT UNSIGNED NOT NULL,
	role      TINYINT         NOT NULL, -- 0 member, 1 moderator, 2 owner
	notify    TINYINT         NOT NULL DEFAULT 0, -- 0 all, 1 mentions, 2 none
	joined_at BIGINT          NOT NULL,
	last_read BIGINT          NOT NULL DEFAULT 0,
	sent      BIGINT          NOT NULL DEFAULT 0, -- messages of one's own since joining
	-- unread = room.messages - sent - unread_base: exact, and nothing is written to the
	-- other members when a message is sent.
	unread_base BIGINT        NOT NULL DEFAULT 0,
	PRIMARY KEY (user, room),
	KEY room (room, role)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- Searching for "the who" must find it: no word is left out of the index made below.
SET SESSION innodb_ft_enable_stopword = 0;

CREATE TABLE IF NOT EXISTS message (
	room       BIGINT UNSIGNED NOT NULL,
	seq        BIGINT          NOT NULL, -- that of the event that created it
	user       BIGINT UNSIGNED NOT NULL,
	client_id  VARBINARY(64)   NOT NULL,
	digest     BINARY(32)      NOT NULL, -- SHA-256 of what was sent: tells a repeat from a reuse
	body       TEXT            NOT NULL,
	reply_to   BIGINT          NOT NULL DEFAULT 0,
	created_at BIGINT          NOT NULL,
	edited_at  BIGINT          NOT NULL DEFAULT 0,
	deleted    TINYINT         NOT NULL DEFAULT 0,
	reacted    TINYINT         NOT NULL DEFAULT 0, -- 1: look into reaction
	attached   TINYINT         NOT NULL DEFAULT 0, -- number of attachments
	PRIMARY KEY (room, seq),
	UNIQUE KEY client (user, client_id),
	KEY created_at (created_at),
	FULLTEXT KEY body (body)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- The log. id orders what a hub reads; (room, seq) is what a client sees.
CREATE TABLE IF NOT EXISTS event (
	id         BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
	room       BIGINT UNSIGNED NOT NULL,
	seq        BIGINT          NULL, -- NULL: a note to the hubs alone (a revoked session)
	type       TINYINT         NOT NULL, -- enum event_type
	actor      BIGINT UNSIGNED NOT NULL, -- who did it
	subject    BIGINT UNSIGNED NULL, -- join, leave, role, profile: whom it is about
	target     BIGINT          NULL, -- the message's seq; read: the room; revoked: the session
	data       VARCHAR(255)    NULL, -- reaction: "+👍" or "-👍"; role; read: "upto,unread,mentions"
	created_at BIGINT          NOT NULL,
	UNIQUE KEY log (room, seq),
	KEY room_id (room, id),
	KEY subject (subject, id),
	KEY created_at (created_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- How far the log is settled (ARCHITECTURE, "Late commits"), as any reader found it last.
CREATE TABLE IF NOT EXISTS log_mark (
	id        TINYINT NOT NULL PRIMARY KEY,
	settled   BIGINT  NOT NULL, -- every id up to here is committed or will never be
	gap       BIGINT  NOT NULL, -- the first id after it that is missing, 0 = none seen
	gap_since BIGINT  NOT NULL, -- when it was first found neither there nor locked
	purged    BIGINT  NOT NULL  -- ids up to here may have left the log
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

INSERT IGNORE INTO log_mark (id, settled, gap, gap_since, purged) VALUES (1, 0, 0, 0, 0);

CREATE TABLE IF NOT EXISTS reaction (
	room  BIGINT UNSIGNED NOT NULL,
	seq   BIGINT          NOT NULL,
	emoji VARBINARY(64)   NOT NULL,
	user  BIGINT UNSIGNED NOT NULL,
	at    BIGINT          NOT NULL,
	PRIMARY KEY (room, seq, emoji, user)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- Mentions not yet read; reading removes them.
CREATE TABLE IF NOT EXISTS mention (
	user BIGINT UNSIGNED NOT NULL,
	room BIGINT UNSIGNED NOT NULL,
	seq  BIGINT          NOT NULL,
	PRIMARY KEY (user, room, seq),
	KEY message (room, seq)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- Token buckets (GCRA): until is the time at which the bucket is full again.
CREATE TABLE IF NOT EXISTS bucket (
	name  VARBINARY(80) NOT NULL PRIMARY KEY,
	until BIGINT        NOT NULL,
	KEY until (until)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- Failed sign-ins, by account name (known or not) or device: who must wait until when.
CREATE TABLE IF NOT EXISTS login_delay (
	name     VARBINARY(40) NOT NULL PRIMARY KEY, -- kind and SHA-256
	failures INT           NOT NULL,
	until    BIGINT        NOT NULL, -- no try before
	last     BIGINT        NOT NULL, -- time of the last failure
	KEY last (last)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- Networks (/24, /64) from which somebody signed in to an account: failures from elsewhere
-- don't make those wait who sign in from there.
CREATE TABLE IF NOT EXISTS known_network (
	user    BIGINT UNSIGNED NOT NULL,
	network VARBINARY(56)   NOT NULL,
	used_at BIGINT          NOT NULL,
	PRIMARY KEY (user, network),
	KEY used_at (used_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- What passes and is never replayed: typing, receipts, somebody came online. Kept in memory
-- (no fsync), for some seconds, so that hubs of other hosts and polls see it too.
CREATE TABLE IF NOT EXISTS fleeting (
	id         BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
	type       TINYINT         NOT NULL, -- enum fleeting_type
	room       BIGINT UNSIGNED NOT NULL, -- presence: 0
	user       BIGINT UNSIGNED NOT NULL,
	upto       BIGINT          NOT NULL, -- receipt only
	created_at BIGINT          NOT NULL,
	PRIMARY KEY (id) USING BTREE,
	KEY created_at (created_at) USING BTREE,
	KEY who (user, type, room) USING BTREE
) ENGINE=MEMORY;

-- What each host's hub counts, so that any worker can tell it (GET metrics).
CREATE TABLE IF NOT EXISTS metric (
	host       VARBINARY(80) NOT NULL,
	name       VARBINARY(96) NOT NULL,
	value      BIGINT        NOT NULL,
	updated_at BIGINT        NOT NULL,
	PRIMARY KEY (host, name)
) ENGINE=MEMORY;
