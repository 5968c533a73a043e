/* rooms.test.js - making, finding, joining and leaving rooms; who may see what. */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { register, unique } from './client.js';
import { setup } from './setup.js';
import { same, shape } from './shapes.js';

let it, anna, ben, carl;

before(async () => {
	it = await setup();
	[anna, ben, carl] = [await register(it.base), await register(it.base), await register(it.base)];
});
after(() => it?.stop());

const roomOf = async (who, room) => (await who.get(`rooms/${room.id}`)).expect(200).room;

test('a new room has its maker as owner, and a join event as number 1', async () => {
	const name = unique('Plaza ☀');
	const reply = await anna.post('rooms', { name, kind: 'public', topic: 'All & sundry' });
	const { room } = reply.expect(201);
	shape.room(room);
	assert.equal(room.name, name);
	assert.equal(room.topic, 'All & sundry');
	assert.equal(room.kind, 'public');
	assert.equal(room.role, 'owner');
	assert.equal(room.created_by, anna.id);
	assert.equal(room.members, 1);
	assert.equal(room.unread, 0);
	assert.equal(room.mentions, 0);
	assert.equal(room.notify, 'all');
	assert.equal(room.last_message, null);
	const { events } = await anna.events(room);
	assert.equal(events[0].seq, 1);
	assert.equal(events.at(-1).seq, room.last_seq);
	assert.ok(events.some((e) => e.type === 'join' && e.user.id === anna.id));
});

test('topic may be left out', async () => {
	assert.equal((await anna.room()).topic, '');
});

test('rooms lists mine, and only mine', async () => {
	const mine = await ben.room();
	const theirs = await anna.room();
	const { rooms } = (await ben.get('rooms')).expect(200);
	rooms.forEach(shape.room);
	assert.ok(rooms.some((r) => r.id === mine.id));
	assert.ok(!rooms.some((r) => r.id === theirs.id));
	assert.ok(rooms.every((r) => ['public', 'private', 'direct'].includes(r.kind)), 'no self log');
});

test('rooms of someone new is empty', async () => {
	const c = await register(it.base);
	assert.deepEqual((await c.get('rooms')).expect(200).rooms, []);
});

test('rooms/public lists public rooms, mine or not, and no private one', async () => {
	const open = await anna.room();
	const hidden = await anna.room({ kind: 'private' });
	const { rooms } = (await ben.get('rooms/public?limit=200')).expect(200);
	rooms.forEach(shape.room);
	const found = rooms.find((r) => r.id === open.id);
	assert.equal(found.role, null);
	assert.ok(!rooms.some((r) => r.id === hidden.id));
	assert.ok(rooms.every((r) => r.kind === 'public'));
	const own = (await anna.get('rooms/public?limit=200')).expect(200).rooms;
	assert.equal(own.find((r) => r.id === open.id).role, 'owner');
	assert.ok(!own.some((r) => r.id === hidden.id), 'not even to its owner');
});

test('rooms/public?q= finds by name, whatever the case', async () => {
	const name = unique('Zebra');
	const room = await anna.room({ name });
	for (const q of [name, name.toLowerCase(), name.toUpperCase(), name.slice(0, 8)]) {
		const { rooms } = (await ben.get(`rooms/public?q=${encodeURIComponent(q)}`)).expect(200);
		assert.ok(rooms.some((r) => r.id === room.id), q);
	}
	const { rooms } = (await ben.get(`rooms/public?q=${unique('nobody')}`)).expect(200);
	assert.deepEqual(rooms, []);
	for (const wild of ['%25', '_____', 'Zebra%25']) {
		const hits = (await ben.get(`rooms/public?q=${wild}`)).expect(200).rooms;
		assert.ok(!hits.some((r) => r.id === room.id), `${wild} is no wildcard`);
	}
});

test('rooms/public holds to its limit', async () => {
	await anna.room();
	await anna.room();
	assert.equal((await ben.get('rooms/public?limit=1')).expect(200).rooms.length, 1);
});

test('a public room is seen by anyone signed in, with role null', async () => {
	const room = await anna.room();
	const seen = await roomOf(ben, room);
	shape.room(seen);
	assert.equal(seen.role, null);
	assert.equal(seen.members, 1);
});

test('joining makes one a member who has nothing unread', async () => {
	const room = await anna.room();
	await anna.send(room, 'before you came');
	const joined = await ben.join(room);
	shape.room(joined);
	assert.equal(joined.role, 'member');
	assert.equal(joined.members, 2);
	assert.equal(joined.unread, 0);
	assert.equal(joined.mentions, 0);
	const { events, last_seq: last } = await ben.events(room);
	assert.equal(joined.last_seq, last);
	const { type, user, by } = events.at(-1);
	assert.deepEqual([type, user.id, by], ['join', ben.id, ben.id]);
});

test('joining twice is one membership and one event', async () => {
	const room = await anna.room();
	await ben.join(room);
	const again = await ben.join(room);
	assert.equal(again.members, 2);
	const { events } = await anna.events(room);
	assert.equal(events.filter((e) => e.type === 'join' && e.user.id === ben.id).length, 1);
});

test('leaving ends the membership and is an event', async () => {
	const room = await anna.room();
	await ben.join(room);
	assert.deepEqual(await ben.leave(room), {});
	const seen = await roomOf(ben, room);
	assert.equal(seen.role, null);
	assert.equal(seen.members, 1);
	const last = (await anna.events(room)).events.at(-1);
	assert.deepEqual([last.type, last.user.id, last.by], ['leave', ben.id, ben.id]);
});

test('one may leave and come back, and again has nothing unread', async () => {
	const room = await anna.room();
	await ben.join(room);
	await ben.send(room, 'mine');
	await anna.send(room, 'hers');
	await ben.leave(room);
	await anna.send(room, 'while away');
	const back = await ben.join(room);
	assert.equal(back.unread, 0);
	await anna.send(room, 'after');
	assert.equal((await roomOf(ben, room)).unread, 1);
});

test('members are listed with user, role and last_read', async () => {
	const room = await anna.room();
	await ben.join(room);
	const { members } = (await ben.get(`rooms/${room.id}/members`)).expect(200);
	members.forEach(shape.member);
	const roles = members.map((m) => [m.user.id, m.role]).sort((a, b) => a[0] - b[0]);
	assert.deepEqual(roles, [[anna.id, 'owner'], [ben.id, 'member']]);
});

test('what is for members is 403 not_a_member in a public room', async () => {
	const room = await anna.room();
	const m = await anna.send(room, 'for us');
	const before = await anna.events(room);
	for (const path of ['messages', 'events?after=0', 'members']) {
		(await ben.get(`rooms/${room.id}/${path}`)).refused(403, 'not_a_member');
	}
	(await ben.post(`rooms/${room.id}/messages`, { client_id: unique('c'), body: 'let me' }))
		.refused(403, 'not_a_member');
	(await ben.post(`rooms/${room.id}/leave`)).refused(403, 'not_a_member');
	assert.equal((await roomOf(ben, room)).last_message, null,
		'what was said is not told in passing');
	same(await anna.events(room), before);
	assert.equal(m.body, 'for us');
});

test('a private room one is not in is 404 throughout, like one that is not there', async () => {
	const room = await anna.room({ kind: 'private' });
	await anna.send(room, 'hush');
	const before = await anna.events(room);
	const there = room.id;
	const nowhere = room.id + 1_000_000;
	const paths = ['', '/messages', '/events?after=0', '/members'];
	for (const path of paths) {
		const a = await ben.get(`rooms/${there}${path}`);
		const b = await ben.get(`rooms/${nowhere}${path}`);
		a.refused(404, 'room_not_found');
		assert.equal(a.text, b.text, path);
	}
	for (const [path, body] of [['join', {}], ['leave', {}], ['messages', { client_id: unique('c'), body: 'x' }]]) {
		const a = await ben.post(`rooms/${there}/${path}`, body);
		const b = await ben.post(`rooms/${nowhere}/${path}`, body);
		a.refused(404, 'room_not_found');
		assert.equal(a.text, b.text, path);
	}
	same(await anna.events(room), before);
});

test('an admin sees no private room by being admin', async () => {
	const admin = anna.user.role === 'admin' ? anna : null;
	assert.ok(admin, 'the first account is the admin');
	const room = await ben.room({ kind: 'private' });
	for (const path of ['', '/messages', '/events?after=0', '/members']) {
		(await admin.get(`rooms/${room.id}${path}`)).refused(404);
	}
	(await admin.post(`rooms/${room.id}/join`)).refused(404);
});

test('one’s self log is in no list and answers to no room call but events', async () => {
	const { self } = await carl.sync();
	assert.ok(!(await carl.get('rooms')).expect(200).rooms.some((r) => r.id === self.room));
	assert.ok(!(await carl.sync()).rooms.some((r) => r.id === self.room));
	const reply = await carl.events({ id: self.room });
	assert.equal(reply.last_seq, self.last_seq);
	for (const path of ['', '/messages', '/members']) {
		(await carl.get(`rooms/${self.room}${path}`)).refused(404);
	}
	for (const path of ['', '/messages', '/members', '/events?after=0']) {
		(await ben.get(`rooms/${self.room}${path}`)).refused(404);
	}
	(await carl.post(`rooms/${self.room}/messages`, { client_id: unique('c'), body: 'note' })).refused(404);
	(await carl.post(`rooms/${self.room}/leave`)).refused(404);
	(await ben.post(`rooms/${self.room}/join`)).refused(404);
});

test('having left a private room, one can’t see it any more', async () => {
	const room = await anna.room({ kind: 'private' });
	await anna.leave(room);
	for (const path of ['', '/messages', '/events?after=0', '/members']) {
		(await anna.get(`rooms/${room.id}${path}`)).refused(404, 'room_not_found');
	}
	(await anna.post(`rooms/${room.id}/join`)).refused(404);
});

const BAD_ROOMS = [
	['name', 'an empty name', { name: '' }],
	['name', 'a name of 65', { name: 'é'.repeat(65) }],
	['name', 'a newline in a name', { name: 'a\nb' }],
	['name', 'a line separator in a name', { name: 'a\u2028b' }],
	['name', 'no name', { name: undefined }],
	['name', 'a name that is an object', { name: { a: 1 } }],
	['kind', 'an unknown kind', { kind: 'secret' }],
	['kind', 'kind direct', { kind: 'direct' }],
	['kind', 'kind self', { kind: 'self' }],
	['kind', 'no kind', { kind: undefined }],
	['kind', 'a kind in capitals', { kind: 'Public' }],
	['topic', 'a topic of 251', { topic: 't'.repeat(251) }],
	['topic', 'a tab in a topic', { topic: 'a\tb' }],
	['topic', 'true for a topic', { topic: true }],
	['id', 'an id', { id: 7 }],
];

for (const [field, what, fields] of BAD_ROOMS) {
	test(`a room can’t be made with ${what}`, async () => {
		const before = (await carl.get('rooms')).expect(200);
		const reply = await carl.post('rooms', { name: unique('r'), kind: 'public', ...fields });
		reply.refused(422, undefined, field);
		same((await carl.get('rooms')).expect(200), before);
	});
}

test('a name of 64 and a topic of 250 characters are taken, counted in characters', async () => {
	const room = await anna.room({ name: '𝒩'.repeat(64), topic: 'ß'.repeat(250) });
	assert.equal([...(await roomOf(anna, room)).name].length, 64);
});
