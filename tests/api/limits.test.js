/* limits.test.js - with limits on: senders slowed down, streams capped, the oldest going first. */

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';

import { Client, count, login, register, until } from './client.js';
import { setup } from './setup.js';

let it, anna, ben, carl;

before(async () => {
	it = await setup({
		PALABRE_LIMITS: 'on', PALABRE_STREAMS_PER_USER: '3', PALABRE_STREAMS_PER_ADDRESS: '5',
	});
	[anna, ben, carl] = [await register(it.base), await register(it.base), await register(it.base)];
});
after(() => it?.stop());

test('a user’s fourth stream of three ends the oldest, and only that', async () => {
	const streams = [];
	for (let i = 0; i < 4; i++) {
		streams.push(await anna.stream(`?client=t${i}`));
	}
	const bye = await streams[0].end();
	assert.equal(bye.type, 'bye');
	assert.ok(streams[0].clean);
	const room = await anna.room();
	for (const s of streams.slice(1)) {
		await s.event('join', { room: room.id });
		assert.ok(!s.ended);
		s.close();
	}
});

test('an address’s sixth stream of five ends the oldest, whoever’s it is', async () => {
	const streams = [];
	for (const p of [anna, anna, ben, ben, carl, carl]) {
		streams.push(await p.stream());
	}
	assert.equal((await streams[0].end()).type, 'bye');
	const room = await carl.room();
	await ben.join(room);
	await anna.join(room);
	for (const s of streams.slice(1)) {
		await s.event('join', { room: room.id });
		assert.ok(!s.ended);
		s.close();
	}
});

test('a flood of messages is 429 with Retry-After, and a refused one is not sent', async () => {
	const room = await ben.room();
	const replies = [];
	const ids = [];
	// Where sending is slow, some more pass meanwhile: one every 0.6 s.
	while (count(replies, (r) => r.status !== 201) < 3 && replies.length < 200) {
		const id = randomUUID();
		ids.push(id);
		replies.push(await ben.post(`rooms/${room.id}/messages`, { client_id: id, body: 'flood' }));
	}
	const sent = count(replies, (r) => r.status === 201);
	const refused = replies.filter((r) => r.status !== 201);
	assert.ok(replies.findIndex((r) => r.status !== 201) >= 20, 'a burst of 20 passes');
	assert.ok(refused.length > 0, `not all pass: ${sent}`);
	refused.forEach((r) => r.refused(429));
	assert.equal((await ben.messages(room, '?limit=200')).messages.length, sent);
	const again = await until(async () => {
		const r = await ben.post(`rooms/${room.id}/messages`, { client_id: ids[0], body: 'flood' });
		return r.status !== 429 && r;
	}, 'a repeat that is let through');
	assert.equal(again.status, 200, 'a repeat of what was sent is no new message');
	await anna.send(await anna.room(), 'others are not slowed down');
});

test('failed logins are slowed down by 429 with Retry-After, others’ are not', async () => {
	const bare = new Client(it.base);
	const tried = [];
	for (let i = 0; i < 12 && tried.at(-1)?.status !== 429; i++) {
		tried.push(await bare.post('login', { name: carl.name, password: `wrong ${i} wrong` }));
	}
	assert.ok(tried.length > 1 && tried[0].status === 401);
	tried.slice(0, -1).forEach((r) => r.refused(401, 'bad_credentials'));
	tried.at(-1).refused(429);
	await login(anna);
	(await carl.get('me')).expect(200);
});

test('an unknown name is slowed down just like a known one', async () => {
	const bare = new Client(it.base);
	const run = async (name) => {
		const list = [];
		for (let i = 0; i < 6; i++) {
			list.push((await bare.post('login', { name, password: `wrong ${i} wrong` })).status);
		}
		return list;
	};
	const known = await register(it.base);
	assert.deepEqual(await run('nobody-of-that-name'), await run(known.name));
});
