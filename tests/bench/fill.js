/* fill.js - users, rooms and messages in numbers, written straight into the tables. */

import { setTimeout as sleep } from 'node:timers/promises';

/* Users 1001 … 7000, whose tokens anybody can tell; each has a private log, 1000000 more. */
export const USERS = 6000;
const FIRST_USER = 1001;
const SELF = 1_000_000;

/* Rooms. The hall has all users in it; those of the clubs do nothing else. */
export const HALL = 10;
export const ARCHIVE = 11;
export const BUSY = { first: 101, count: 64, users: 16 };
export const LISTS = { few: { user: 17, rooms: 10 }, many: { user: 18, rooms: 500 } };
const LISTED = 1001;
/* As many in a room as may be without presence being left out. */
export const CLUBS = { first: 201, count: 2, users: 500, user: 5000 };

const NOW = 'CAST(UNIX_TIMESTAMP(NOW(3)) * 1000 AS SIGNED)';
const TOKEN = 'benchmark-benchmark-benchmark-';

/** The token of the nth user, from 0. */
export const token = (n) => TOKEN + String(n).padStart(43 - TOKEN.length, '0');

const room = (id, name) => `SELECT ${id}, 0, ${name}, '', 1, ${FIRST_USER}, ${NOW}, ${name}`;
const ROOM = 'INSERT INTO room (id, kind, name, topic, last_seq, created_by, created_at, public_name)';
const MEMBER = 'INSERT INTO member (room, user, role, joined_at, last_read)';

/* Words as in speech: few are said often, many hardly ever. */
const WORDS = 5000;
const word = (i) => `CONV(1000 + FLOOR(POW(${WORDS}, RAND(${i}))), 10, 36)`;
export const words = { rare: (4000 + 1000).toString(36), common: (2 + 1000).toString(36) };
const SPEECH = `LOWER(CONCAT_WS(' ', ${[1, 2, 3, 4, 5, 6, 7, 8].map(word).join(', ')}))`;

/* Messages 2 … count + 1 of each room of a query that gives `room` and `user`. */
const messages = (count, rooms) => `
	INSERT INTO message (room, seq, user, client_id, digest, body, created_at)
	SELECT m.room, s.seq + 1, m.user, CONCAT(m.room, '-', s.seq), REPEAT('x', 32),
		${SPEECH}, ${NOW} - 1000 * (${count} - s.seq)
	FROM (${rooms}) m JOIN seq_1_to_${count} s;
	UPDATE room JOIN (${rooms}) m ON m.room = room.id
	SET messages = ${count}, last_seq = ${count + 1}, last_message = ${count + 1};
	UPDATE member JOIN (${rooms}) m ON m.room = member.room
	SET unread_base = ${count};`;

export async function fillUsers(instance) {
	await instance.sql(`
		INSERT INTO user (id, name, canonical, display_name, password, self_room, created_at)
		SELECT ${FIRST_USER - 1} + seq, CONCAT('user', seq), CONCAT('user', seq),
			CONCAT('User ', seq), '', ${SELF + FIRST_USER - 1} + seq, ${NOW}
		FROM seq_1_to_${USERS};
		INSERT INTO room (id, kind, name, topic, members, created_by, created_at)
		SELECT self_room, 3, '', '', 1, id, ${NOW} FROM user WHERE id >= ${FIRST_USER};
		${MEMBER} SELECT self_room, id, 2, ${NOW}, 0 FROM user WHERE id >= ${FIRST_USER};
		INSERT INTO session (token, user, created_at, last_seen, expires_at, agent, address)
		SELECT UNHEX(SHA2(CONCAT('${TOKEN}', LPAD(seq - 1, ${43 - TOKEN.length}, '0')), 256)),
			${FIRST_USER - 1} + seq, ${NOW}, ${NOW}, ${NOW} + 86400000, '', ''
		FROM seq_1_to_${USERS};
		${ROOM} ${room(HALL, "'Hall'")};
		${MEMBER} SELECT ${HALL}, id, 0, ${NOW}, 1 FROM user WHERE id >= ${FIRST_USER};
		${ROOM} ${room(`${BUSY.first - 1} + seq`, "CONCAT('Room ', seq)")} FROM seq_1_to_${BUSY.count};
		${MEMBER} SELECT ${BUSY.first - 1} + r.seq, ${FIRST_USER - 1} + u.seq, 0, ${NOW}, 1
		FROM seq_1_to_${BUSY.count} r JOIN seq_1_to_${BUSY.users} u;
		${messages(100, `SELECT ${BUSY.first - 1} + seq AS room, ${FIRST_USER} AS user FROM seq_1_to_${BUSY.count}`)}
		UPDATE room SET members = (SELECT COUNT(*) FROM member WHERE room = room.id)
		WHERE kind = 0;`);
}

/** Rooms for who is in few and who is in many. Everything said in them is by user 1. */
export async function fillLists(instance) {
	const { few, many } = LISTS;
	await instance.sql(`
		${ROOM} ${room(`${LISTED - 1} + seq`, "CONCAT('Listed ', seq)")} FROM seq_1_to_${many.rooms};
		${MEMBER} SELECT ${LISTED - 1} + seq, ${FIRST_USER + many.user}, 0, ${NOW}, 1
		FROM seq_1_to_${many.rooms};
		${MEMBER} SELECT ${LISTED - 1} + seq, ${FIRST_USER + few.user}, 0, ${NOW}, 1
		FROM seq_1_to_${few.rooms};
		${messages(3, `SELECT ${LISTED - 1} + seq AS room, ${FIRST_USER} AS user FROM seq_1_to_${many.rooms}`)}
		ANALYZE TABLE room, member, message;`);
}

/** Rooms in which everybody hears of everybody's coming. */
export async function fillClubs(instance) {
	const { first, count, users, user } = CLUBS;
	await instance.sql(`
		${ROOM} ${room(`${first - 1} + seq`, "CONCAT('Club ', seq)")} FROM seq_1_to_${count};
		${MEMBER} SELECT ${first} + (seq - 1) DIV ${users}, ${FIRST_USER + user - 1} + seq, 0, ${NOW}, 1
		FROM seq_1_to_${count * users};
		UPDATE room SET members = ${users}
		WHERE id BETWEEN ${first} AND ${first + count - 1};
		ANALYZE TABLE room, member;`);
}

/** A room in which much was said. The full-text index, where there is one, is made after
 * the rows: row by row it would take minutes. */
export async function fillArchive(instance, count) {
	const indexes = await instance.sql(`
		SELECT index_name, GROUP_CONCAT(column_name ORDER BY seq_in_index)
		FROM information_schema.statistics
		WHERE table_schema = DATABASE() AND table_name = 'message' AND index_type = 'FULLTEXT'
		GROUP BY index_name;`);
	const drop = indexes.map(([name]) => `ALTER TABLE message DROP INDEX ${name};`).join('\n');
	const make = indexes.map(([name, columns]) =>
		`ALTER TABLE message ADD FULLTEXT INDEX ${name} (${columns});`).join('\n');
	await instance.sql(`
		SET SESSION max_statement_time = 0, unique_checks = 0, innodb_ft_enable_stopword = 0;
		SET GLOBAL innodb_flush_log_at_trx_commit = 2;
		${drop}
		${ROOM} ${room(ARCHIVE, "'Archive'")};
		${MEMBER} VALUES (${ARCHIVE}, ${FIRST_USER}, 0, ${NOW}, 1);
		${messages(count, `SELECT ${ARCHIVE} AS room, ${FIRST_USER} AS user`)}
		${make}
		SET GLOBAL innodb_flush_log_at_trx_commit = 1;
		ANALYZE TABLE message;`);
	// What was written is still on its way to the disk.
	await sleep(3000);
	return indexes.length > 0;
}
