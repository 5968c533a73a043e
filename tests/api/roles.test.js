/* roles.test.js - owners, moderators, members: who may do what; direct rooms; rooms deleted. */

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';

import { register } from './client.js';
import { setup } from './setup.js';
import { same, shape } from './shapes.js';

let it, admin, owner, mod, member, outsider;

before(async () => {
	it = await setup();
	[admin, owner, mod, member, outsider] = [];
	admin = await register(it.base);
	owner = await register(it.base);
	mod = await register(it.base);
	member = await register(it.base);
	outsider = await register(it.base);
});
after(() => it?.stop());

async function staffed(kind = 'public') {
	const room = await owner.room({ kind });
	for (const p of [mod, member]) {
		(await owner.post(`rooms/${room.id}/members`, { user: p.id })).expect(201);
	}
	(await owner.post(`rooms/${room.id}/members/${mod.id}`, { role: 'moderator' })).expect(200);
	return room;
}

const roomOf = async (who, room) => (await who.get(`rooms/${room.id}`)).expect(200).room;
const rolesOf = async (who, room) => Object.fromEntries(
	(await who.get(`rooms/${room.id}/members`)).expect(200).members.map((m) => [m.user.id, m.role]));
const last = async (who, room) => (await who.events(room)).events.at(-1);

test('adding a member to a private room is 201, a join event by who added them', async () => {
	const room = await owner.room({ kind: 'private' });
	const s = await member.stream();
	assert.deepEqual((await owner.post(`rooms/${room.id}/members`, { user: member.id })).expect(201), {});
	const e = shape.event(await s.event('join', { room: room.id }));
	assert.deepEqual([e.user.id, e.by], [member.id, owner.id]);
	s.close();
	const seen = shape.room(await roomOf(member, room));
	assert.equal(seen.role, 'member');
	assert.equal(seen.unread, 0);
	const m = await owner.send(room, 'welcome');
	assert.deepEqual((await member.messages(room)).messages, [m]);
});

test('adding someone who is there already adds no event', async () => {
	const room = await staffed();
	const before = (await owner.events(room)).last_seq;
	const reply = await owner.post(`rooms/${room.id}/members`, { user: member.id });
	assert.ok([201, 409].includes(reply.status), reply.text);
	assert.equal((await owner.events(room)).last_seq, before);
	assert.equal((await rolesOf(owner, room))[member.id], 'member');
});

test('adding nobody, or without being allowed to, changes nothing', async () => {
	const room = await staffed();
	const before = await owner.events(room);
	(await owner.post(`rooms/${room.id}/members`, { user: 999_999_999 })).refused([404, 422]);
	(await owner.post(`rooms/${room.id}/members`, { user: 0 })).refused([404, 422]);
	(await owner.post(`rooms/${room.id}/members`, {})).refused(422, undefined, 'user');
	(await member.post(`rooms/${room.id}/members`, { user: outsider.id })).refused(403);
	(await outsider.post(`rooms/${room.id}/members`, { user: outsider.id })).refused(403, 'not_a_member');
	const hidden = await staffed('private');
	(await outsider.post(`rooms/${hidden.id}/members`, { user: outsider.id })).refused(404);
	same(await owner.events(room), before);
});

test('removing a member: the leave event is the last they get, and nothing is theirs any more', async () => {
	const room = await staffed('private');
	const rest = await owner.room();
	await member.join(rest);
	await owner.send(room, 'while you are here');
	const { cursor } = await member.sync();
	const from = (await owner.events(room)).last_seq;
	const s = await member.stream(`?cursor=${cursor}`);
	assert.deepEqual((await mod.post(`rooms/${room.id}/members/${member.id}/remove`)).expect(200), {});
	await owner.send(room, 'now you are gone');
	const flush = await owner.send(rest, 'flush');
	await s.event('message', { room: rest.id, seq: flush.seq });
	s.close();
	const mine = s.events.filter((e) => e.room === room.id && e.seq > from);
	assert.deepEqual(mine.map((e) => [e.type, e.user?.id, e.by]), [['leave', member.id, mod.id]]);
	for (const who of [member, member.through(it.cgi)]) {
		const { events } = await who.poll(cursor);
		const strip = (l) => l.map((e) => [e.type, e.seq, e.by]);
		assert.deepEqual(strip(events.filter((e) => e.room === room.id && e.seq > from)), strip(mine), 'also when away');
	}
	for (const path of ['', '/messages', '/events?after=0', '/members']) {
		(await member.get(`rooms/${room.id}${path}`)).refused(404);
	}
	(await member.post(`rooms/${room.id}/messages`, { client_id: randomUUID(), body: 'x' })).refused(404);
});

test('who may remove whom', async () => {
	const room = await staffed();
	await outsider.join(room);
	const before = (await owner.events(room)).last_seq;
	const remove = (who, whom) => who.post(`rooms/${room.id}/members/${whom.id}/remove`);
	(await remove(member, outsider)).refused(403);
	(await remove(member, owner)).refused(403);
	(await remove(mod, owner)).refused(403);
	(await remove(admin, member)).refused(403);
	assert.equal((await owner.events(room)).last_seq, before);
	(await remove(mod, outsider)).expect(200);
	(await remove(mod, outsider)).refused(404);
	(await remove(owner, mod)).expect(200);
	(await owner.post(`rooms/${room.id}/members/999999999/remove`)).refused(404);
});

test('an owner sets roles, and each is an event', async () => {
	const room = await staffed();
	for (const role of ['moderator', 'owner', 'member']) {
		assert.deepEqual((await owner.post(`rooms/${room.id}/members/${member.id}`, { role })).expect(200), {});
		const e = shape.event(await last(owner, room));
		assert.deepEqual([e.type, e.user, e.role, e.by], ['role', member.id, role, owner.id]);
		assert.equal((await roomOf(member, room)).role, role);
	}
});

test('nobody but an owner sets roles', async () => {
	const room = await staffed();
	const before = await owner.events(room);
	const set = (who, whom, role) => who.post(`rooms/${room.id}/members/${whom.id}`, { role });
	(await set(mod, member, 'moderator')).refused(403);
	(await set(mod, mod, 'owner')).refused(403);
	(await set(member, member, 'owner')).refused(403);
	(await set(outsider, outsider, 'owner')).refused(403);
	(await set(admin, admin, 'owner')).refused(403);
	(await set(owner, outsider, 'moderator')).refused(404);
	(await set(owner, member, 'king')).refused(422, undefined, 'role');
	(await set(owner, member, undefined)).refused(422, undefined, 'role');
	same(await owner.events(room), before);
});

test('a room never is without an owner: the last one can’t step down to member', async () => {
	const room = await staffed();
	const reply = await owner.post(`rooms/${room.id}/members/${owner.id}`, { role: 'member' });
	const roles = Object.values(await rolesOf(mod, room));
	assert.ok(roles.includes('owner'), `${reply.status}: ${roles}`);
});

test('the last owner leaving hands over to the longest-standing moderator, by a role event', async () => {
	const room = await staffed();
	(await owner.post(`rooms/${room.id}/members/${mod.id}`, { role: 'member' })).expect(200);
	(await owner.post(`rooms/${room.id}/members/${member.id}`, { role: 'moderator' })).expect(200);
	await owner.leave(room);
	assert.deepEqual(await rolesOf(mod, room), { [member.id]: 'owner', [mod.id]: 'member' });
	const { events } = await mod.events(room);
	events.forEach(shape.event);
	assert.deepEqual(events.slice(-2).map((e) => e.type).sort(), ['leave', 'role']);
	const e = events.find((x) => x.type === 'role' && x.role === 'owner');
	assert.equal(e.user, member.id);
});

test('without moderators the longest-standing member takes over', async () => {
	const room = await owner.room();
	for (const p of [outsider, member, mod]) {
		await p.join(room);
	}
	await owner.leave(room);
	assert.equal((await roomOf(outsider, room)).role, 'owner');
	await outsider.leave(room);
	assert.equal((await roomOf(member, room)).role, 'owner');
	await member.leave(room);
	await mod.leave(room);
	assert.equal((await roomOf(mod, room)).members, 0);
});

test('moderators change name and topic, as an event; members do not', async () => {
	const room = await staffed();
	const s = await member.stream();
	const reply = await mod.post(`rooms/${room.id}`, { name: 'New name', topic: 'New topic' });
	const changed = shape.room(reply.expect(200).room);
	assert.deepEqual([changed.name, changed.topic], ['New name', 'New topic']);
	const e = shape.event(await s.event('room', { room: room.id }));
	assert.deepEqual([e.info.name, e.info.topic, e.by], ['New name', 'New topic', mod.id]);
	s.close();
	assert.equal((await roomOf(member, room)).name, 'New name');
	(await member.post(`rooms/${room.id}`, { topic: 'mine' })).refused(403);
	(await outsider.post(`rooms/${room.id}`, { topic: 'mine' })).refused(403, 'not_a_member');
	assert.equal((await roomOf(member, room)).topic, 'New topic');
	const { topic } = (await owner.post(`rooms/${room.id}`, { topic: '' })).expect(200).room;
	assert.equal(topic, '');
});

for (const [field, fields] of [['name', { name: '' }], ['name', { name: 'x'.repeat(65) }], ['topic', { topic: 'x'.repeat(251) }],
	['topic', { topic: 'a\nb' }], ['notify', { notify: 'sometimes' }], ['kind', { kind: 'private' }], ['name', { name: 7 }]]) {
	test(`a room refuses ${JSON.stringify(fields).slice(0, 40)}`, async () => {
		const room = await owner.room();
		const before = await owner.events(room);
		(await owner.post(`rooms/${room.id}`, fields)).refused(422, undefined, field);
		same(await owner.events(room), before);
		assert.equal((await roomOf(owner, room)).name, room.name);
	});
}

test('notify is each member’s own, and no matter of the room’s log', async () => {
	const room = await staffed();
	const before = (await owner.events(room)).last_seq;
	for (const notify of ['mentions', 'none', 'all']) {
		assert.equal((await member.post(`rooms/${room.id}`, { notify })).expect(200).room.notify, notify);
		assert.equal((await roomOf(owner, room)).notify, 'all');
	}
	assert.equal((await owner.events(room)).last_seq, before);
});

test('an owner deletes a room: gone is its last event, and then it is nowhere', async () => {
	const room = await staffed();
	await owner.send(room, 'soon gone');
	const { cursor } = await member.sync();
	const from = (await owner.events(room)).last_seq;
	const s = await member.stream();
	(await mod.post(`rooms/${room.id}/delete`)).refused(403);
	(await member.post(`rooms/${room.id}/delete`)).refused(403);
	(await outsider.post(`rooms/${room.id}/delete`)).refused(403);
	assert.deepEqual((await owner.post(`rooms/${room.id}/delete`)).expect(200), {});
	const e = shape.event(await s.event('gone', { room: room.id }));
	assert.equal(e.by, owner.id);
	s.close();
	const strip = (l) => l.filter((x) => x.room === room.id && x.seq > from).map((x) => [x.type, x.seq]);
	for (const who of [member, member.through(it.cgi)]) {
		assert.deepEqual(strip((await who.poll(cursor)).events), [['gone', e.seq]], 'also when away');
	}
	for (const who of [owner, member]) {
		for (const path of ['', '/messages', '/events?after=0', '/members']) {
			(await who.get(`rooms/${room.id}${path}`)).refused(404);
		}
		assert.ok(!(await who.get('rooms')).expect(200).rooms.some((r) => r.id === room.id));
		assert.ok(!(await who.get('rooms/public?limit=200')).expect(200).rooms.some((r) => r.id === room.id));
		assert.ok(!(await who.sync()).rooms.some((r) => r.id === room.id));
	}
	(await owner.post(`rooms/${room.id}/delete`)).refused(404);
	(await outsider.post(`rooms/${room.id}/join`)).refused(404);
});

test('an admin may delete a room', async () => {
	const room = await staffed();
	(await admin.post(`rooms/${room.id}/delete`)).expect(200);
	(await owner.get(`rooms/${room.id}`)).refused(404);
});

/* --- direct rooms ----------------------------------------------------------------------- */

test('a direct room is 201 at first and 200 after, one for both, each seeing the other', async () => {
	const [a, b] = [await register(it.base), await register(it.base)];
	const s = await b.stream();
	const first = shape.room((await a.post('direct', { user: b.id })).expect(201).room);
	assert.equal(first.kind, 'direct');
	assert.equal(first.peer.id, b.id);
	assert.equal(first.members, 2);
	await s.event('join', { room: first.id });
	s.close();
	const again = shape.room((await b.post('direct', { user: a.id })).expect(200).room);
	assert.equal(again.id, first.id);
	assert.equal(again.peer.id, a.id);
	assert.equal((await a.post('direct', { user: b.id })).expect(200).room.id, first.id);
	const m = await a.send(first, 'just us');
	assert.deepEqual((await b.messages(first)).messages, [m]);
	assert.ok((await b.get('rooms')).expect(200).rooms.some((r) => r.id === first.id && r.peer.id === a.id));
	for (const who of [outsider, admin]) {
		(await who.get(`rooms/${first.id}`)).refused(404);
		(await who.get(`rooms/${first.id}/messages`)).refused(404);
		(await who.post(`rooms/${first.id}/join`)).refused(404);
	}
	(await a.post(`rooms/${first.id}/members`, { user: outsider.id })).refused([403, 404, 409, 422]);
	assert.equal((await roomOf(a, first)).members, 2);
});

test('no direct room with nobody', async () => {
	(await owner.post('direct', { user: 999_999_999 })).refused([404, 422]);
	(await owner.post('direct', { user: 0 })).refused([404, 422]);
	(await owner.post('direct', {})).refused(422, undefined, 'user');
	(await owner.post('direct', { user: 'x' })).refused(422, undefined, 'user');
});
