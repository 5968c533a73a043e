/* lists.test.js - the list of rooms, of which workers keep what they read: it shows each change at once. */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { login, register, unique } from './client.js';
import { setup } from './setup.js';
import { shape } from './shapes.js';

const WORKERS = 3;
/* So that each worker is asked, very likely, and more than once. */
const ASKS = 4 * WORKERS;
/* More than what is read whole each time. */
const LONG = 60;

let it, anna, ben, carl, sql;

before(async () => {
	it = await setup({ PALABRE_WORKERS: String(WORKERS), PALABRE_MESSAGE_DAYS: '10', PALABRE_UPLOAD_ANY: '1' });
	[anna, ben, carl] = [await register(it.base), await register(it.base), await register(it.base)];
	sql = it.sql();
	// The lists of two are long, the third one's is short.
	for (let i = 0; i < LONG; i++) {
		await ben.join(await anna.room());
	}
});
after(async () => {
	await sql?.close();
	await it?.stop();
});

/* A room, that one alone, and as all workers have it in their lists: the same. */
async function seen(who, room) {
	const alone = (await who.get(`rooms/${room.id}`)).expect(200).room;
	const lists = await Promise.all(Array.from({ length: ASKS }, async (_, i) => (i % 2
		? (await who.get('rooms')).expect(200).rooms
		: (await who.sync()).rooms)));
	for (const rooms of lists) {
		shape.room(rooms.find((r) => r.id === room.id));
		assert.deepEqual(rooms.find((r) => r.id === room.id), alone);
		assert.deepEqual(rooms.map((r) => r.id), rooms.map((r) => r.id).sort((a, b) => a - b));
	}
	const slow = (await who.through(it.cgi).get('rooms')).expect(200).rooms;
	assert.deepEqual(slow.find((r) => r.id === room.id), alone, 'plain CGI');
	return alone;
}

const at = (m, what = '') => `rooms/${m.room}/messages/${m.seq}${what}`;

test('each change of a room is in the list at once', async () => {
	const room = await anna.room({ name: unique('before'), topic: 'dull' });
	await ben.join(room);
	const last = async () => (await seen(ben, room)).last_message;
	assert.equal(await last(), null);
	const m = await anna.send(room, 'good morning');
	assert.deepEqual(await last(), m);
	assert.equal((await seen(ben, room)).unread, 1);
	(await anna.post(at(m), { body: 'good evening' })).expect(200);
	assert.equal((await last()).body, 'good evening');
	(await ben.post(at(m, '/reactions'), { emoji: '👍', on: true })).expect(200);
	assert.deepEqual((await last()).reactions, [{ emoji: '👍', users: [ben.id] }]);
	(await ben.post(at(m, '/reactions'), { emoji: '👍', on: false })).expect(200);
	assert.deepEqual((await last()).reactions, []);
	(await anna.post(`rooms/${room.id}`, { name: 'after', topic: 'bright' })).expect(200);
	const renamed = await seen(ben, room);
	assert.deepEqual([renamed.name, renamed.topic], ['after', 'bright']);
	await carl.join(room);
	assert.equal((await seen(carl, room)).members, 3);
	assert.equal((await seen(ben, room)).members, 3);
	await carl.leave(room);
	assert.equal((await seen(ben, room)).members, 2);
	(await anna.post(at(m, '/delete'))).expect(200);
	assert.equal((await last()).deleted, true);
	assert.equal((await last()).body, '');
});

test('what is one’s own is not the others’', async () => {
	const room = await anna.room();
	await ben.join(room);
	const m = await anna.send(room, `@${ben.name} look`);
	const theirs = await seen(ben, room);
	assert.deepEqual([theirs.role, theirs.unread, theirs.mentions], ['member', 1, 1]);
	const hers = await seen(anna, room);
	assert.deepEqual([hers.role, hers.unread, hers.mentions], ['owner', 0, 0]);
	(await ben.post(`rooms/${room.id}`, { notify: 'none' })).expect(200);
	(await ben.post(`rooms/${room.id}/read`, { seq: m.seq })).expect(200);
	const read = await seen(ben, room);
	assert.deepEqual([read.notify, read.unread, read.mentions, read.last_read], ['none', 0, 0, m.seq]);
	assert.equal((await seen(anna, room)).notify, 'all');
	(await anna.post(`rooms/${room.id}/members/${ben.id}`, { role: 'moderator' })).expect(200);
	assert.equal((await seen(ben, room)).role, 'moderator');
});

test('a direct room shows to each the other, as they are now', async () => {
	const room = await anna.direct(ben);
	await anna.send(room, 'psst');
	assert.equal((await seen(anna, room)).peer.id, ben.id);
	assert.equal((await seen(ben, room)).peer.id, anna.id);
	(await ben.post('me', { display_name: 'Benedict' })).expect(200);
	assert.equal((await seen(anna, room)).peer.display_name, 'Benedict');
});

test('who is out of a room, and what is gone, is in no list', async () => {
	const [left, ended] = [await anna.room(), await anna.room()];
	await ben.join(left);
	await ben.join(ended);
	await seen(ben, left);
	await seen(ben, ended);
	await ben.leave(left);
	(await anna.post(`rooms/${ended.id}/delete`)).expect(200);
	for (let i = 0; i < ASKS; i++) {
		const ids = (await ben.get('rooms')).expect(200).rooms.map((r) => r.id);
		assert.ok(!ids.includes(left.id) && !ids.includes(ended.id));
	}
	await ben.join(left);
	assert.equal((await seen(ben, left)).members, 2);
});

test('a message whose time is over is the newest no more', async () => {
	const room = await anna.room();
	const m = await anna.send(room, 'long ago');
	assert.deepEqual((await seen(anna, room)).last_message, m);
	await sql.query(`UPDATE message SET created_at = created_at - 11 * 86400000 WHERE room = ${room.id}`);
	const done = await it.instance.ctl(['purge']);
	assert.equal(done.code, 0, done.err);
	assert.equal((await seen(anna, room)).last_message, null);
	const next = await anna.send(room, 'today');
	assert.deepEqual((await seen(anna, room)).last_message, next);
});

test('rooms change, come and go while they are listed: each list is one that was', async () => {
	const rooms = await Promise.all(Array.from({ length: 12 }, () => anna.room()));
	const other = await login(anna);
	let going = true;
	const change = async (room) => {
		for (let i = 1; i <= 15; i++) {
			await anna.send(room, `number ${i}`);
		}
	};
	const list = async (who) => {
		const newest = new Map();
		while (going) {
			for (const r of (await who.get('rooms')).expect(200).rooms) {
				const n = Number(r.last_message?.body.match(/^number (\d+)$/)?.[1] ?? 0);
				if (rooms.some((x) => x.id === r.id)) {
					assert.ok(n >= (newest.get(r.id) ?? 0), 'no list is older than one before it');
					assert.equal(r.last_seq, n + 1, 'and each of its rooms is of one moment');
					newest.set(r.id, n);
				}
			}
		}
	};
	const lists = [list(anna), list(other), list(anna.through(it.base))];
	await Promise.all(rooms.map(change));
	going = false;
	await Promise.all(lists);
	for (const room of rooms) {
		assert.equal((await seen(anna, room)).last_message.body, 'number 15');
	}
});
