-- 002_media.sql - pictures: what is known of each, and its bytes in pieces of 512 KiB, so
-- that no packet limit is met and one dump is the whole backup.

CREATE TABLE IF NOT EXISTS attachment (
	id         BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
	token      VARBINARY(22)   NOT NULL, -- its name to the outside, random
	user       BIGINT UNSIGNED NOT NULL, -- who uploaded it
	state      TINYINT         NOT NULL DEFAULT 0, -- 0 waits for a message, 1 in one, 2 to be removed
	room       BIGINT UNSIGNED NULL,
	seq        BIGINT          NULL,
	position   TINYINT         NOT NULL DEFAULT 0, -- within the message
	name       VARCHAR(200)    NOT NULL,
	type       TINYINT         NOT NULL, -- enum media_type
	size       BIGINT          NOT NULL,
	width      INT             NOT NULL, -- as to be seen
	height     INT             NOT NULL,
	animated   TINYINT         NOT NULL,
	thumb      INT             NOT NULL, -- bytes of the small picture, 0 = there is none
	created_at BIGINT          NOT NULL,
	UNIQUE KEY token (token),
	KEY owner (user, state, size),
	KEY message (room, seq, position),
	KEY age (state, created_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE IF NOT EXISTS attachment_chunk (
	attachment BIGINT UNSIGNED NOT NULL,
	kind       TINYINT         NOT NULL, -- 0 the file, 1 the small picture
	n          INT             NOT NULL, -- from 0 on
	data       MEDIUMBLOB      NOT NULL,
	PRIMARY KEY (attachment, kind, n)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
