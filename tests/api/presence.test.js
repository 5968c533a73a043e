/* presence.test.js - who is told that somebody comes, is away, and goes; and how often. */

import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { after, before, describe, test } from 'node:test';

import { register, until } from './client.js';
import { setup } from './setup.js';

/* Of PROTOCOL.md: offline so long after the last sign of life; told at most so often. */
const OFFLINE_MS = 30_000;
const TOLD_MS = 5000;

let it;

before(async () => {
	it = await setup();
});
after(() => it?.stop());

const told = (stream, user) => stream.frames
	.filter((f) => f.data?.type === 'presence' && f.data.user === user.id)
	.map((f) => f.data.state);

/* What one has come to know, in its changes: who was online before they joined comes with the
 * join. */
const known = (stream, user) => stream.frames.map((f) => f.data)
	.map((e) => (e?.type === 'presence' && e.user === user.id ? e.state
		: e?.type === 'join' && e.user.id === user.id && e.user.presence !== 'offline'
			? e.user.presence : null))
	.filter((state) => state)
	.filter((state, i, all) => state !== all[i - 1]);

/* Two in a room, the first of them listening before the second has come. */
async function pair(prepare = async () => {}) {
	const anna = await register(it.base);
	const room = await anna.room();
	await prepare(room);
	const ears = await anna.stream();
	const ben = await register(it.base);
	await ben.join(room);
	return { anna, ben, room, ears };
}

/* 499 others in a room. */
const crowd = (room) => it.instance.sql(`
	INSERT INTO user (name, canonical, display_name, password, created_at, last_seen)
	SELECT CONCAT('crowd-', seq), CONCAT('crowd-', seq), 'x', 'x', 1000, 1000 FROM seq_1_to_499;
	INSERT INTO member (room, user, role, joined_at)
	SELECT ${room.id}, id, 0, 0 FROM user WHERE canonical LIKE 'crowd-%';
	UPDATE room SET members = members + 499 WHERE id = ${room.id};`);

/* They wait for the clock, and so together. */
describe('presence', { concurrency: true }, () => {
	test('offline comes half a minute after the last stream has ended, and a reconnect is no news', async () => {
		const { anna, ben, ears } = await pair();
		const first = await ben.stream();
		await until(() => known(ears, ben).at(-1) === 'online', 'online is told');
		first.close();
		await sleep(TOLD_MS + 1000);
		const second = await ben.stream();
		await sleep(TOLD_MS + 1000);
		second.close();
		const since = performance.now();
		assert.deepEqual(known(ears, ben), ['online'], 'a gap between two streams is not told');
		await until(() => told(ears, ben).at(-1) === 'offline', 'offline is told', 60_000);
		const took = performance.now() - since;
		assert.ok(took > OFFLINE_MS - TOLD_MS, `offline was told after ${took} ms`);
		assert.deepEqual(known(ears, ben), ['online', 'offline']);
		const { user } = (await anna.get(`users/${ben.id}`)).expect(200);
		assert.equal(user.presence, 'offline');
		ears.close();
	});

	test('polls keep one online', async () => {
		const { ben, ears } = await pair();
		let { cursor } = await ben.sync();
		const end = performance.now() + OFFLINE_MS + 2 * TOLD_MS;
		while (performance.now() < end) {
			({ cursor } = await ben.poll(cursor, 0));
			await sleep(4000);
		}
		assert.deepEqual(told(ears, ben).filter((state) => state !== 'online'), []);
		assert.deepEqual(known(ears, ben), ['online']);
		assert.ok(told(ears, ben).length <= 1, 'it is no news each time');
		ears.close();
	});

	test('a state that changes often is told at most every five seconds, the last one surely', async () => {
		const { ben, ears } = await pair();
		await until(() => known(ears, ben).length, 'online is told');
		const since = performance.now();
		for (let i = 0; i < 20; i++) {
			(await ben.post('me', { away: i % 2 === 0 })).expect(200);
		}
		(await ben.post('me', { away: true })).expect(200);
		await until(() => told(ears, ben).at(-1) === 'away', 'away is told');
		const most = 2 + Math.ceil((performance.now() - since) / TOLD_MS);
		assert.ok(told(ears, ben).length <= most, `told ${told(ears, ben)}`);
		ears.close();
	});

	test('in a room of more than 500 presence is not told, yet the members show it', async () => {
		const { anna, ben, room, ears } = await pair(crowd);
		const { members } = (await anna.get(`rooms/${room.id}/members`)).expect(200);
		assert.equal(members.length, 501);
		assert.equal(members.find((m) => m.user.id === ben.id).user.presence, 'online');
		const small = await anna.room();
		const carl = await register(it.base);
		await carl.join(small);
		await until(() => known(ears, carl).length, 'in a small room it is told');
		assert.deepEqual(told(ears, ben), []);
		ears.close();
	});
});
