/* replies.test.js - every endpoint is called, and every reply is one that is described. */

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { Client, PASSWORD, unique } from '../api/client.js';
import { root, startInstance } from '../harness/instance.js';
import { checkReply, checkShape, description, operations, resolve } from './contract.js';

let instance;
let base;
/* operationId → the statuses that came. */
const seen = new Map();

/** Someone all of whose replies are held to the description. */
class Checked extends Client {
	async raw(method, path, how) {
		const reply = await super.raw(method, path, how);
		const id = checkReply(method, path, reply);
		if (id) {
			seen.set(id, (seen.get(id) ?? new Set()).add(reply.status));
		}
		return reply;
	}

	/** A POST whose reply has to have this status. */
	async does(status, path, body) {
		const reply = await this.post(path, body);
		assert.equal(reply.status, status, `${path}: ${reply.text}`);
		return reply.json;
	}

	/** A GET likewise. */
	async sees(status, path) {
		const reply = await this.get(path);
		assert.equal(reply.status, status, `${path}: ${reply.text}`);
		return reply.headers['content-type'].startsWith('text/') ? reply.text : reply.json;
	}
}

async function somebody(fields = {}) {
	const it = new Checked(base);
	it.name = unique('u');
	it.password = PASSWORD;
	const reply = await it.post('register', { name: it.name, password: PASSWORD, ...fields });
	it.user = reply.expect(201).user;
	it.cookie = reply.cookies.map((c) => `${c.name}=${c.value}`).join('; ');
	return it;
}

/** Another device of the same person, by token. */
async function device(person) {
	const it = new Checked(base);
	const { user, token } = await it.does(200, 'login',
		{ name: person.name, password: person.password, token: true });
	return Object.assign(it, { user, token, name: person.name, password: person.password });
}

/* Made once: an admin who owns a room, a member, somebody who is in no room. */
const on = {};

before(async () => {
	instance = await startInstance({
		env: { PALABRE_SCRYPT: '10,8,1', PALABRE_LIMITS: 'off' },
	});
	base = instance.url;
	on.owner = await somebody({ display_name: 'The owner' });
	on.member = await somebody();
	on.stranger = await somebody();
	on.nobody = new Checked(base);
	on.room = await on.owner.room();
	on.hidden = await on.owner.room({ kind: 'private', topic: 'Hidden' });
	await on.member.join(on.room);
});

after(async () => {
	await instance?.destroy();
});

test('accounts and sessions', async () => {
	const { nobody, owner } = on;
	const person = await somebody();
	await nobody.does(409, 'register', { name: person.name, password: PASSWORD });
	await nobody.does(422, 'register', { name: person.name, password: 'password' });
	await nobody.does(401, 'login', { name: person.name, password: 'wrong as can be' });
	await nobody.does(200, 'login', { name: person.name, password: PASSWORD });
	await owner.sees(200, 'me');
	await person.does(200, 'me', { display_name: 'Some Body', locale: 'fr', away: true });
	await person.does(422, 'me', { display_name: ' ' });
	await person.does(403, 'me/password', { old: 'wrong as can be', new: 'another one 18' });
	await person.does(422, 'me/password', { old: PASSWORD, new: 'password' });
	const other = await device(person);
	const { sessions } = await other.sees(200, 'sessions');
	const mine = sessions.find((s) => !s.current);
	await other.does(200, `sessions/${mine.id}/revoke`);
	await other.does(404, `sessions/${mine.id}/revoke`);
	await other.does(200, 'me/password', { old: PASSWORD, new: 'another one 18' });
	await other.sees(200, 'users?q=u&limit=3');
	await other.sees(422, 'users?limit=0');
	await other.sees(200, `users/${owner.id}`);
	await other.sees(404, 'users/987654321');
	const { self } = await other.sees(200, 'sync');
	await other.sees(200, `rooms/${self.room}/events`);
	await other.does(200, 'logout', { everywhere: true });
	await other.sees(401, 'me');
});

test('rooms and members', async () => {
	const { owner, member, stranger, room, hidden } = on;
	await stranger.sees(200, 'rooms/public?limit=5');
	await stranger.sees(200, `rooms/${room.id}`);
	await stranger.sees(404, `rooms/${hidden.id}`);
	await stranger.sees(403, `rooms/${room.id}/members`);
	await stranger.does(404, `rooms/${hidden.id}/join`);
	await stranger.does(403, `rooms/${room.id}/leave`);
	await owner.does(422, 'rooms', { name: ' ', kind: 'public' });
	await owner.does(200, `rooms/${room.id}`, { topic: 'Another', notify: 'mentions' });
	await member.does(403, `rooms/${room.id}`, { topic: 'Mine' });
	await owner.does(201, `rooms/${hidden.id}/members`, { user: member.id });
	await owner.does(422, `rooms/${hidden.id}/members`, { user: 987654321 });
	await member.does(403, `rooms/${hidden.id}/members`, { user: stranger.id });
	await owner.does(200, `rooms/${hidden.id}/members/${member.id}`, { role: 'moderator' });
	await owner.does(404, `rooms/${hidden.id}/members/${stranger.id}`, { role: 'owner' });
	await owner.does(409, `rooms/${hidden.id}/members/${owner.id}`, { role: 'member' });
	await owner.sees(200, `rooms/${hidden.id}/members`);
	await owner.does(200, `rooms/${hidden.id}/members/${member.id}/remove`);
	await owner.does(404, `rooms/${hidden.id}/members/${member.id}/remove`);
	await owner.does(201, 'direct', { user: member.id });
	await owner.does(200, 'direct', { user: member.id });
	await owner.does(422, 'direct', { user: owner.id });
	const passing = await member.room();
	await owner.join(passing);
	await owner.leave(passing);
	await stranger.does(403, `rooms/${passing.id}/delete`);
	await member.does(200, `rooms/${passing.id}/delete`);
	await member.does(404, `rooms/${passing.id}/delete`);
	const { rooms } = await owner.sees(200, 'rooms');
	assert.ok(rooms.some((r) => r.kind === 'direct' && r.peer));
});

test('messages', async () => {
	const { owner, member, stranger, room } = on;
	const at = `rooms/${room.id}/messages`;
	const first = { client_id: randomUUID(), body: `Hello, @${member.name}!` };
	const { message } = await owner.does(201, at, first);
	await owner.does(200, at, first);
	await owner.does(422, at, { ...first, body: 'Another' });
	await owner.does(422, at, { client_id: randomUUID(), body: 'x', reply_to: 987654 });
	await owner.does(422, at, { client_id: randomUUID(), body: 'x', attachments: ['none'] });
	await stranger.does(403, at, first);
	const answer = await member.send(room, 'Hello yourself', { reply_to: message.seq });
	await owner.does(200, `${at}/${message.seq}`, { body: 'Hello, all!' });
	await member.does(403, `${at}/${message.seq}`, { body: 'Not mine' });
	await owner.does(404, `${at}/987654`, { body: 'Not there' });
	await member.does(200, `${at}/${message.seq}/reactions`, { emoji: '👍', on: true });
	await member.does(422, `${at}/${message.seq}/reactions`, { emoji: 'no', on: true });
	await member.does(404, `${at}/987654/reactions`, { emoji: '👍', on: true });
	await member.does(403, `${at}/${message.seq}/delete`);
	await owner.does(200, `${at}/${answer.seq}/delete`);
	await owner.does(404, `${at}/987654/delete`);
	await member.does(409, `${at}/${answer.seq}`, { body: 'Too late' });
	await member.does(409, `${at}/${answer.seq}/reactions`, { emoji: '👍', on: true });
	await owner.sees(200, `${at}?limit=1`);
	await owner.sees(200, `${at}?around=${message.seq}&limit=2`);
	await owner.sees(422, `${at}?before=2&after=1`);
	await stranger.sees(403, at);
	await stranger.sees(403, `rooms/${room.id}/events`);
	await member.does(200, `rooms/${room.id}/read`, { seq: message.seq });
	await stranger.does(403, `rooms/${room.id}/read`, { seq: 1 });
	await member.does(200, `rooms/${room.id}/typing`);
	await stranger.does(403, `rooms/${room.id}/typing`);
	const { results } = await owner.sees(200, 'search?q=hello&limit=5');
	assert.equal(results.length, 1);
	await owner.sees(422, 'search?q=...');
	await stranger.sees(403, `search?q=hello&room=${room.id}`);
});

/* All that can happen, on a stream, in a poll and in the logs of both rooms. */
test('each type of event, on each transport', async () => {
	const { owner } = on;
	const person = await somebody();
	const room = await owner.room();
	const last = (await owner.sync()).cursor;
	const listener = await device(owner);
	const stream = await listener.stream(`?cursor=${last}&beat=2`);
	await person.join(room);
	const said = await person.send(room, 'One');
	const at = `rooms/${room.id}/messages/${said.seq}`;
	await person.does(200, at, { body: 'Two' });
	await owner.does(200, `${at}/reactions`, { emoji: '🎉', on: true });
	await owner.does(200, `rooms/${room.id}/read`, { seq: said.seq });
	await person.does(200, `rooms/${room.id}/typing`);
	await person.does(200, `rooms/${room.id}/read`, { seq: said.seq });
	await owner.does(200, 'me', { display_name: 'Still the owner' });
	await on.member.poll(last);
	await on.member.does(200, 'me', { away: true });
	await owner.does(200, `rooms/${room.id}`, { topic: 'News' });
	await owner.does(200, `rooms/${room.id}/members/${person.id}`, { role: 'moderator' });
	await owner.does(200, `${at}/delete`);
	await person.does(200, `rooms/${room.id}/leave`);
	const { self } = await owner.sees(200, 'sync');
	const logs = [
		...(await owner.sees(200, `rooms/${room.id}/events?limit=200`)).events,
		...(await owner.sees(200, `rooms/${self.room}/events?limit=200`)).events,
	];
	const heard = (type) => stream.frames.some((f) => f.data?.type === type);
	await stream.wait(() => heard('typing') && heard('receipt'), 'what ends with the room');
	await owner.does(200, `rooms/${room.id}/delete`);
	await stream.wait(() => heard('gone') && heard('beat') && heard('presence'),
		'the end, a beat, and that somebody is there');
	const { events } = await owner.poll(last);
	await listener.does(200, 'logout');
	await stream.wait(() => heard('bye'), 'a bye');
	const frames = stream.frames.filter((f) => f.data).map((f) => f.data);
	for (const frame of frames) {
		checkShape('StreamFrame', frame);
	}
	const types = (list) => new Set(list.map((e) => e.type));
	const described = (name) => Object.keys(
		description.components.schemas[name].discriminator.mapping);
	const came = types(frames);
	assert.deepEqual(described('StreamFrame').filter((t) => !came.has(t)), []);
	const polled = types(events);
	const durable = described('DurableEvent');
	assert.deepEqual(durable.filter((t) => !polled.has(t)), []);
	assert.deepEqual(durable.filter((t) => t !== 'gone' && !types(logs).has(t)), []);
});

test('the transports and the server', async () => {
	const { owner, member, nobody } = on;
	const { cursor } = await owner.sees(200, 'sync');
	assert.equal((await owner.poll(cursor)).resume, 'exact');
	assert.equal((await owner.poll('no-cursor')).resume, 'reset');
	assert.equal((await owner.poll('')).resume, 'start');
	const wait = await owner.raw('GET', 'stream/poll?wait=51');
	assert.equal(wait.status, 422);
	for (const path of ['stream/poll', 'stream/events']) {
		assert.equal((await nobody.raw('GET', path)).status, 401, path);
	}
	assert.equal((await owner.raw('GET', 'stream/events?beat=1')).status, 422);
	for (const path of ['stream/poll?wait=0', 'stream/events']) {
		(await owner.raw('GET', path, { headers: { 'Sec-Fetch-Site': 'cross-site' } }))
			.refused(403, 'cross_site');
	}
	await nobody.sees(200, 'status');
	for (const person of [owner, member, nobody]) {
		assert.match(await person.sees(200, 'metrics'), /^palabre_users \d+$/m);
	}
	for (const person of [owner, nobody]) {
		const plain = new Checked(instance.cgiUrl, person);
		await plain.sees(200, 'status');
		await plain.raw('GET', `stream/poll?cursor=${cursor}`);
		await plain.raw('GET', 'stream/poll');
	}
});

test('files', async () => {
	const { owner, member, stranger, nobody, room } = on;
	const bytes = readFileSync(join(root, 'tests/api/pictures/moving.gif'));
	const upload = (who, body = bytes, headers = { 'X-Palabre': '1' }, query = '?name=cat.gif') =>
		who.raw('POST', `api/v1/uploads${query}`, { headers, body });
	const { attachment } = (await upload(owner)).expect(201);
	await owner.send(room, '', { attachments: [attachment.id] });
	(await upload(owner, bytes, undefined, '?name=a&name=b')).refused(400, 'duplicate_field');
	(await upload(nobody)).refused(401);
	(await upload(owner, bytes, { 'X-Palabre': '1', 'Sec-Fetch-Site': 'cross-site' })).refused(403);
	(await upload(owner, Buffer.alloc(10485761))).refused(413, 'too_large');
	(await upload(owner, bytes, {})).refused(415, 'missing_header');
	(await upload(owner, 'some words, no picture')).refused(415, 'not_a_picture');
	(await upload(owner, bytes.subarray(0, 100))).refused(422, 'picture_broken');
	for (const path of [attachment.url, attachment.thumb]) {
		const whole = await member.get(path);
		assert.equal(whole.status, 200);
		const { etag } = whole.headers;
		assert.equal((await member.get(path, { headers: { 'If-None-Match': etag } })).status, 304);
		assert.equal((await member.get(path, { headers: { Range: 'bytes=0-9' } })).status, 206);
		(await member.get(path, { headers: { Range: 'bytes=99999-' } }))
			.refused(416, 'range_not_satisfiable');
		(await stranger.get(path)).refused(403, 'not_a_member');
		(await nobody.get(path)).refused(401);
	}
});

/* Any number where the description has one: what is refused is refused before it matters. */
const concrete = (path) => path.slice(1).replace(/\{\w+\}/g, '987654321');

/** @returns {{schema: object, example: object}} */
const bodyOf = (operation) => resolve(operation.requestBody)[0].content['application/json'];

/** Takes it JSON? An upload does not. */
const takesJson = (operation) => Boolean(operation.requestBody && bodyOf(operation));

/** What a schema would not take: too long, too much, of another type. */
function spoilt(schema) {
	const [s] = resolve(schema);
	const values = [{ odd: true }];
	if (s.maxLength && !s.pattern) {
		values.push('x'.repeat(s.maxLength + 1));
	}
	if (s.minLength > 1) {
		values.push('x'.repeat(s.minLength - 1));
	}
	if (s.type === 'integer') {
		values.push(s.minimum - 1, s.maximum + 1);
	}
	if (s.enum) {
		values.push('none of these');
	}
	return values;
}

/** What it just takes. */
function utmost(schema) {
	const [s] = resolve(schema);
	const texts = s.maxLength && !s.pattern ? ['x'.repeat(s.maxLength)] : [];
	return s.type === 'integer' ? [s.minimum, s.maximum].filter(Number.isFinite) : texts;
}

/** Asserts that whatever the answer is, the value is not what it is about. */
function taken(reply, name) {
	const { error } = reply.status === 422 ? reply.json : {};
	assert.ok(error?.code !== 'bad_field' || error.field !== name, `${reply.what}: ${reply.text}`);
}

test('each field is known to the server, and has the limits described', async () => {
	let tried = 0;
	// By token: a cookie's session would end when it registers somebody.
	const caller = await device(on.owner);
	for (const { method, path, operation } of operations) {
		if (method !== 'POST' || !takesJson(operation)) {
			continue;
		}
		const { schema, example: whole } = bodyOf(operation);
		const send = async (body) => {
			tried++;
			return caller.raw('POST', concrete(path), {
				headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body),
			});
		};
		(await send({ ...whole, odd: 1 })).refused(422, 'unknown_field', 'odd');
		for (const name of schema.required ?? []) {
			const { [name]: _, ...rest } = whole;
			(await send(rest)).refused(422, 'missing_field', name);
		}
		for (const [name, field] of Object.entries(schema.properties)) {
			for (const value of spoilt(field)) {
				const { code } = (await send({ ...whole, [name]: value }))
					.refused(422, null, name);
				assert.notEqual(code, 'unknown_field', `${path}: ${name}`);
			}
			for (const value of utmost(field)) {
				taken(await send({ ...whole, [name]: value }), name);
			}
		}
	}
	assert.ok(tried > 60, `${tried} bodies`);
});

test('each parameter is known to the server, and has the limits described', async () => {
	for (const { method, path, operation } of operations) {
		if (method !== 'GET') {
			continue;
		}
		const known = (operation.parameters ?? []).map((p) => resolve(p)[0])
			.filter((p) => p.in === 'query');
		const must = known.filter((p) => p.required)
			.map((p) => `${p.name}=${p.example}&`).join('');
		const get = (query) => on.owner.raw('GET', `${concrete(path)}?${query}`);
		(await get(`${must}odd=1`)).refused(422, 'unknown_field', 'odd');
		for (const p of known) {
			for (const value of spoilt(p.schema).filter((v) => typeof v !== 'object')) {
				const rest = p.required ? '' : must;
				const reply = await get(`${rest}${p.name}=${encodeURIComponent(value)}`);
				const { code } = reply.refused(422, null, p.name);
				assert.notEqual(code, 'unknown_field', `${path}: ${p.name}`);
			}
			// A stream that is let in does not end.
			for (const value of path.startsWith('/stream/') ? [] : utmost(p.schema)) {
				taken(await get(`${p.required ? '' : must}${p.name}=${value}`), p.name);
			}
		}
	}
});

test('each endpoint refuses as described: verb, type, size, site, session', async () => {
	const big = JSON.stringify({ odd: 'x'.repeat(70_000) });
	for (const { method, path, operation, auth } of operations) {
		const at = concrete(path);
		const post = (how) => on.member.raw('POST', at, how);
		if (auth === 'user') {
			assert.equal((await on.nobody.raw(method, at)).status, 401, at);
		}
		assert.equal((await on.member.raw('PUT', at)).status, 405, at);
		if (method === 'GET') {
			const [p] = (operation.parameters ?? []).map((x) => resolve(x)[0])
				.filter((x) => x.in === 'query');
			if (p) {
				(await on.member.raw('GET', `${at}?${p.name}=1&${p.name}=1`))
					.refused(400, 'duplicate_field');
			}
			continue;
		}
		if (!takesJson(operation)) {
			continue;
		}
		const json = { 'Content-Type': 'application/json' };
		(await post({ headers: json, body: '{' })).refused(400, 'bad_json');
		(await post({ headers: json, body: big })).refused(413, 'too_large');
		(await post({ body: 'a=b' })).refused(415, 'wrong_content_type');
		(await post({ headers: { ...json, 'Sec-Fetch-Site': 'cross-site' }, body: '{}' }))
			.refused(403, 'cross_site');
	}
});

test('what is not there is not found', async () => {
	for (const { method, path, operation } of operations) {
		if (!path.includes('{')) {
			continue;
		}
		const headers = { 'Content-Type': 'application/json' };
		(await on.member.raw(method, concrete(path), method === 'GET' ? {}
			: { headers, body: JSON.stringify(bodyOf(operation).example) })).refused(404);
	}
	(await on.member.get('search?q=hello&room=987654321')).refused(404, 'room_not_found');
});

test('too often, and without a database', async () => {
	await instance.stop();
	await instance.start({ PALABRE_LIMITS: 'on' });
	const { owner, room } = on;
	const send = () => owner.post(`rooms/${room.id}/messages`, { client_id: randomUUID(), body: 'x' });
	let reply;
	for (let i = 0; i < 130 && reply?.status !== 429; i++) {
		reply = await send();
	}
	reply.refused(429, 'too_many_messages');
	const attempt = { name: owner.name, password: 'wrong as can be' };
	reply = null;
	for (let i = 0; i < 60 && reply?.status !== 429; i++) {
		reply = await on.nobody.post('login', attempt);
	}
	reply.refused(429, 'too_many_attempts');
	instance.kill('mariadbd');
	(await send()).refused(503, 'unavailable');
	(await on.nobody.get('status')).refused(503, 'unavailable');
});

test('every endpoint was called, and every reply described was given', () => {
	/* Told by the database, or by a race: they have tests of their own. */
	const rare = new Set(['openDirect 404', 'register 403', 'register 429', 'changePassword 429', 'upload 429',
			'getMetrics 401', 'getMetrics 403']);
	const missing = [];
	for (const { method, operation } of operations) {
		const { operationId, parameters, responses } = operation;
		for (const status of Object.keys(responses)) {
			const wanted = `${operationId} ${status}`;
			const stream = operationId === 'streamEvents' && status === '200';
			// Without a parameter only bad bytes are, which web servers keep to themselves.
			const bytes = status === '400' && method === 'GET'
				&& !parameters?.some((x) => resolve(x)[0].in === 'query');
			if (status !== 'default' && !stream && !bytes && !rare.has(wanted)
				&& !seen.get(operationId)?.has(Number(status))) {
				missing.push(wanted);
			}
		}
	}
	assert.deepEqual(missing, []);
});
