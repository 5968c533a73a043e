/* races.test.js - 16 at once: whatever the order, rows stay unique and logs gapless. */

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';

import { Client, count, login, PASSWORD, register, unique } from './client.js';
import { setup } from './setup.js';
import { Ledger } from './stream.js';

const ALL = 16;

let it, people, sql;

before(async () => {
	it = await setup();
	people = [];
	for (let i = 0; i < ALL; i++) {
		people.push(await register(it.base));
	}
	sql = it.sql();
});
after(async () => {
	await sql?.close();
	await it?.stop();
});

const atOnce = (fn, n = ALL) => Promise.all(Array.from({ length: n }, (_, i) => fn(i)));

/* The room's whole log, which must have no gap and end where the room says. */
async function log(who, room) {
	const { events, last_seq: last } = await who.events(room);
	assert.deepEqual(events.map((e) => e.seq), Array.from({ length: last }, (_, i) => i + 1));
	return events;
}

/* None but these statuses, so no 5xx above all. */
function only(replies, ...statuses) {
	for (const r of replies) {
		assert.ok(statuses.includes(r.status), `${r.what}: ${r.status} ${r.text}`);
	}
}

test('one user joins 16 times at once: one membership, one event', async () => {
	const [owner, joiner] = people;
	const room = await owner.room();
	const replies = await atOnce(() => joiner.post(`rooms/${room.id}/join`));
	only(replies, 200);
	const joins = (await log(owner, room)).filter((e) => e.type === 'join' && e.user.id === joiner.id);
	assert.equal(joins.length, 1);
	assert.equal((await owner.get(`rooms/${room.id}`)).json.room.members, 2);
	assert.equal(await sql.value(`SELECT COUNT(*) FROM member WHERE room = ${room.id}`), '2');
});

test('joining and leaving at once ends in one of the two, with a log that tells it', async () => {
	const [owner, other] = people;
	const room = await owner.room();
	only(await atOnce((i) => other.post(`rooms/${room.id}/${i % 2 ? 'join' : 'leave'}`)), 200, 403);
	const last = (await log(owner, room)).filter((e) => e.user?.id === other.id);
	last.forEach((e, i) => assert.equal(e.type, i % 2 ? 'leave' : 'join', 'they alternate'));
	const { members } = (await owner.get(`rooms/${room.id}/members`)).json;
	assert.equal(members.length, last.length % 2 ? 2 : 1);
	assert.equal((await owner.get(`rooms/${room.id}`)).json.room.members, members.length);
});

test('16 join one room at once: all are in, the count is right', async () => {
	const room = await people[0].room();
	only(await Promise.all(people.map((p) => p.post(`rooms/${room.id}/join`))), 200);
	assert.equal((await people[5].get(`rooms/${room.id}`)).json.room.members, ALL);
	assert.equal((await log(people[3], room)).filter((e) => e.type === 'join').length, ALL);
});

test('two open a direct room 16 times at once: the same one room', async () => {
	const [a, b] = [await register(it.base), await register(it.base)];
	const replies = await atOnce((i) => (i % 2 ? a.post('direct', { user: b.id }) : b.post('direct', { user: a.id })));
	only(replies, 200, 201);
	assert.equal(count(replies, (r) => r.status === 201), 1);
	assert.equal(new Set(replies.map((r) => r.json.room.id)).size, 1);
	const room = replies[0].json.room;
	assert.equal((await log(a, room)).filter((e) => e.type === 'join').length, 2);
	assert.equal((await a.get('rooms')).json.rooms.length, 1);
});

test('the last owner leaving 16 times at once leaves once, and one owner is left', async () => {
	const [owner, ...rest] = people;
	const room = await owner.room();
	for (const p of rest.slice(0, 3)) {
		await p.join(room);
	}
	const replies = await atOnce(() => owner.post(`rooms/${room.id}/leave`));
	only(replies, 200, 403);
	assert.equal(count(replies, (r) => r.status === 200), 1);
	const events = await log(rest[0], room);
	assert.equal(events.filter((e) => e.type === 'leave').length, 1);
	const { members } = (await rest[0].get(`rooms/${room.id}/members`)).json;
	assert.equal(members.length, 3);
	assert.equal(count(members, (m) => m.role === 'owner'), 1);
});

test('two owners leaving at once do not leave the others without one', async () => {
	for (let round = 0; round < 5; round++) {
		const [a, b, c, d] = people;
		const room = await a.room();
		for (const p of [b, c, d]) {
			await p.join(room);
		}
		(await a.post(`rooms/${room.id}/members/${b.id}`, { role: 'owner' })).expect(200);
		only(await Promise.all([a, b].map((p) => p.post(`rooms/${room.id}/leave`))), 200);
		const { members } = (await c.get(`rooms/${room.id}/members`)).json;
		assert.equal(members.length, 2);
		assert.ok(members.some((m) => m.role === 'owner'));
		await log(c, room);
	}
});

test('all leaving at once empties the room', async () => {
	const room = await people[0].room();
	await Promise.all(people.map((p) => p.join(room)));
	only(await Promise.all(people.map((p) => p.post(`rooms/${room.id}/leave`))), 200);
	assert.equal((await people[0].get(`rooms/${room.id}`)).json.room.members, 0);
	assert.equal(await sql.value(`SELECT COUNT(*) FROM member WHERE room = ${room.id}`), '0');
	const [n, max, end] = (await sql.query(`SELECT COUNT(*), MAX(e.seq), r.last_seq FROM event e
		JOIN room r ON r.id = e.room WHERE r.id = ${room.id}`))[0];
	assert.equal(n, max);
	assert.equal(n, end);
});

test('edits against a deletion: once deleted, it stays deleted', async () => {
	const [author, other] = people;
	const room = await author.room();
	await other.join(room);
	for (let round = 0; round < 3; round++) {
		const m = await author.send(room, 'contested');
		const path = `rooms/${room.id}/messages/${m.seq}`;
		const replies = await atOnce((i) => (i === 7 ? author.post(`${path}/delete`)
			: author.post(path, { body: `edit ${i}` })));
		only(replies, 200, 404, 409);
		const events = (await log(other, room)).filter((e) => e.target === m.seq);
		assert.equal(events.at(-1).type, 'delete');
		assert.equal(count(events, (e) => e.type === 'delete'), 1);
		assert.equal(count(events, (e) => e.type === 'edit'),
			count(replies, (r) => r.status === 200) - 1);
		const now = (await other.messages(room)).messages.find((x) => x.seq === m.seq);
		assert.deepEqual([now.deleted, now.body], [true, '']);
	}
});

test('16 deletions at once are one event', async () => {
	const [author] = people;
	const room = await author.room();
	const m = await author.send(room, 'once');
	only(await atOnce(() => author.post(`rooms/${room.id}/messages/${m.seq}/delete`)), 200, 404, 409);
	assert.equal((await log(author, room)).filter((e) => e.type === 'delete').length, 1);
});

test('a reaction toggled at once: the log tells how it ended', async () => {
	const room = await people[0].room();
	await Promise.all(people.map((p) => p.join(room)));
	const m = await people[0].send(room, 'toggle');
	const path = `rooms/${room.id}/messages/${m.seq}/reactions`;
	only(await atOnce((i) => people[i % 2].post(path, { emoji: '👍', on: i % 4 < 2 })), 200);
	const events = (await log(people[0], room)).filter((e) => e.type === 'reaction');
	const now = (await people[0].messages(room)).messages.at(-1).reactions;
	for (const p of people.slice(0, 2)) {
		const mine = events.filter((e) => e.user === p.id);
		mine.forEach((e, i) => assert.equal(e.on, i % 2 === 0, 'on and off alternate'));
		const on = now.some((r) => r.emoji === '👍' && r.users.includes(p.id));
		assert.equal(on, mine.at(-1)?.on ?? false);
	}
});

test('16 users react at once with one emoji: one entry with all of them', async () => {
	const room = await people[0].room();
	await Promise.all(people.map((p) => p.join(room)));
	const m = await people[0].send(room, 'popular');
	only(await Promise.all(people.map((p) => p.post(`rooms/${room.id}/messages/${m.seq}/reactions`,
		{ emoji: '🎉', on: true }))), 200);
	const [r, ...rest] = (await people[1].messages(room)).messages.at(-1).reactions;
	assert.deepEqual(rest, []);
	assert.deepEqual([...r.users].sort((a, b) => a - b), people.map((p) => p.id).sort((a, b) => a - b));
	await log(people[0], room);
});

test('one client_id from two devices at once, with the same and with other content', async () => {
	const [one] = people;
	const two = await login(one, { token: true });
	const room = await one.room();
	const path = `rooms/${room.id}/messages`;
	for (let round = 0; round < 5; round++) {
		const id = randomUUID();
		const same = await atOnce((i) => [one, two][i % 2].post(path, { client_id: id, body: 'same' }));
		only(same, 200, 201);
		assert.equal(count(same, (r) => r.status === 201), 1);
		const other = randomUUID();
		const mixed = await atOnce((i) => [one, two][i % 2].post(path, { client_id: other, body: `body ${i % 2}` }));
		only(mixed, 200, 201, 422);
		assert.equal(count(mixed, (r) => r.status === 201), 1);
		assert.equal(count(mixed, (r) => r.status === 422), ALL / 2);
	}
	assert.equal((await one.messages(room)).messages.length, 10);
	await log(one, room);
});

test('one client_id in two rooms at once is one message in one of them', async () => {
	const [one] = people;
	const rooms = [await one.room(), await one.room()];
	const id = randomUUID();
	const replies = await atOnce((i) => one.post(`rooms/${rooms[i % 2].id}/messages`, { client_id: id, body: 'x' }));
	only(replies, 200, 201, 422);
	assert.equal(count(replies, (r) => r.status === 201), 1);
	const sizes = await Promise.all(rooms.map(async (r) => (await one.messages(r)).messages.length));
	assert.deepEqual(sizes.sort(), [0, 1]);
	await Promise.all(rooms.map((r) => log(one, r)));
});

test('one name registered 16 times at once is one account', async () => {
	const name = unique('Same');
	const bare = new Client(it.base);
	const replies = await atOnce((i) => bare.post('register',
		{ name: i % 2 ? name : name.toLowerCase(), password: PASSWORD }));
	only(replies, 201, 409, 503);
	assert.equal(count(replies, (r) => r.status === 201), 1);
	assert.equal((await bare.post('login', { name, password: PASSWORD })).status, 200);
});

test('sends against a removal: none is taken after the leave event', async () => {
	const [owner, sender] = people;
	const room = await owner.room();
	await sender.join(room);
	const replies = await atOnce((i) => (i === 8
		? owner.post(`rooms/${room.id}/members/${sender.id}/remove`)
		: sender.post(`rooms/${room.id}/messages`, { client_id: randomUUID(), body: `${i}` })));
	only(replies, 200, 201, 403);
	const events = await log(owner, room);
	const left = events.find((e) => e.type === 'leave').seq;
	assert.ok(events.every((e) => e.type !== 'message' || e.seq < left));
	assert.equal(count(events, (e) => e.type === 'message'), count(replies, (r) => r.status === 201));
});

test('everything against the room’s deletion: gone is the last event', async () => {
	const [owner, other, third] = people;
	const room = await owner.room();
	await other.join(room);
	const replies = await atOnce((i) => {
		switch (i % 4) {
		case 0: return other.post(`rooms/${room.id}/messages`, { client_id: randomUUID(), body: 'x' });
		case 1: return owner.post(`rooms/${room.id}`, { topic: `${i}` });
		case 2: return third.post(`rooms/${room.id}/${i % 8 === 2 ? 'join' : 'leave'}`);
		default: return i === 7 ? owner.post(`rooms/${room.id}/delete`) : owner.get(`rooms/${room.id}`);
		}
	});
	only(replies, 200, 201, 403, 404);
	const rows = await sql.query(`SELECT seq, type FROM event WHERE room = ${room.id} ORDER BY seq`);
	assert.deepEqual(rows.map((r) => Number(r[0])), rows.map((_, i) => i + 1));
	assert.equal(rows.at(-1)[1], '9', 'gone');
});

test('readers see one log while 16 write, edit, react, join and leave', async () => {
	const [owner, reader] = people;
	const room = await owner.room();
	await Promise.all(people.map((p) => p.join(room)));
	const { cursor, rooms } = await reader.sync();
	const from = rooms.find((r) => r.id === room.id).last_seq;
	const streams = await Promise.all([reader, reader, owner].map((p) => p.stream(`?cursor=${cursor}`)));
	await Promise.all(people.map(async (p, i) => {
		for (let k = 0; k < 6; k++) {
			const m = await p.send(room, `${i}.${k}`);
			await p.post(`rooms/${room.id}/messages/${m.seq}`, { body: `${i}.${k}!` });
			await p.post(`rooms/${room.id}/messages/${m.seq}/reactions`, { emoji: '👍', on: true });
			if (i > 12) {
				await p.leave(room);
				await p.join(room);
			}
		}
	}));
	const last = await owner.send(room, 'last');
	const strip = (list) => list.map((e) => [e.type, e.seq, e.target]);
	const want = [];
	while (want.length < last.seq - from) {
		want.push(...strip((await owner.events(room, from + want.length)).events));
	}
	for (const s of streams) {
		await s.event('message', { room: room.id, seq: last.seq });
		s.close();
		assert.deepEqual(strip(new Ledger({ [room.id]: from }).take(s.events).of(room)), want);
	}
});
