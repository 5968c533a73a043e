/* pages.test.js - the newest messages, which workers keep as long as a room stands still: each change shows at once. */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { register } from './client.js';
import { setup } from './setup.js';

const WORKERS = 2;
/* So that each worker is asked, very likely, until it keeps the page. */
const ASKS = 12 * WORKERS;

let it, anna, ben, carl, sql;

before(async () => {
	it = await setup({ PALABRE_WORKERS: String(WORKERS), PALABRE_MESSAGE_DAYS: '10' });
	[anna, ben, carl] = [await register(it.base), await register(it.base), await register(it.base)];
	sql = it.sql();
});
after(async () => {
	await sql?.close();
	await it?.stop();
});

const pages = (who, room, how = '') => Promise.all(Array.from({ length: ASKS },
	() => who.get(`rooms/${room.id}/messages${how}`)));

/* The page as all have it: from each worker, in several lengths, and as one made anew. */
async function seen(who, room) {
	const anew = (await who.through(it.cgi).get(`rooms/${room.id}/messages`)).expect(200);
	for (const reply of await pages(who, room)) {
		assert.deepEqual(reply.expect(200), anew);
	}
	for (const reply of await pages(who, room, '?limit=2')) {
		assert.deepEqual(reply.expect(200), {
			messages: anew.messages.slice(-2), more: anew.messages.length > 2,
		});
	}
	return anew.messages;
}

async function roomOfThree() {
	const room = await anna.room();
	await ben.join(room);
	const messages = [];
	for (const text of ['one', 'two', 'three']) {
		messages.push(await anna.send(room, text));
	}
	return { room, messages };
}

const at = (m, what = '') => `rooms/${m.room}/messages/${m.seq}${what}`;

test('a page is kept: what no event tells of is not read', async () => {
	const { room } = await roomOfThree();
	await seen(ben, room);
	await sql.query(`UPDATE message SET body = 'forged' WHERE room = ${room.id}`);
	const bodies = (await pages(ben, room)).map((r) => r.expect(200).messages[0].body);
	assert.ok(bodies.includes('one'), 'kept by one worker at least');
	await anna.send(room, 'four');
	assert.deepEqual((await seen(ben, room)).map((m) => m.body), ['forged', 'forged', 'forged', 'four']);
});

test('each change of a message is in the page at once', async () => {
	const { room, messages } = await roomOfThree();
	const [first, , last] = messages;
	assert.deepEqual(await seen(ben, room), messages);
	(await anna.post(at(first), { body: 'uno' })).expect(200);
	assert.equal((await seen(ben, room))[0].body, 'uno');
	(await ben.post(at(last, '/reactions'), { emoji: '👍', on: true })).expect(200);
	assert.deepEqual((await seen(anna, room)).at(-1).reactions, [{ emoji: '👍', users: [ben.id] }]);
	(await ben.post(at(last, '/reactions'), { emoji: '👍', on: false })).expect(200);
	assert.deepEqual((await seen(anna, room)).at(-1).reactions, []);
	(await anna.post(at(last, '/delete'))).expect(200);
	assert.equal((await seen(ben, room)).at(-1).deleted, true);
	const next = await ben.send(room, 'four');
	assert.deepEqual((await seen(anna, room)).at(-1), next);
});

test('messages whose time is over are in no page, also where the newest stays', async () => {
	const { room, messages } = await roomOfThree();
	await seen(ben, room);
	await sql.query(`UPDATE message SET created_at = created_at - 11 * 86400000
		WHERE room = ${room.id} AND seq < ${messages[2].seq}`);
	assert.equal((await it.instance.ctl(['purge'])).code, 0);
	assert.deepEqual(await seen(ben, room), [messages[2]]);
	await sql.query(`UPDATE message SET created_at = created_at - 11 * 86400000 WHERE room = ${room.id}`);
	assert.equal((await it.instance.ctl(['purge'])).code, 0);
	assert.deepEqual(await seen(ben, room), []);
});

test('who is not in a room, or signed in no more, has no page of it, however often others do', async () => {
	const { room } = await roomOfThree();
	await carl.join(room);
	await seen(carl, room);
	await carl.leave(room);
	for (const reply of await pages(carl, room)) {
		reply.refused(403, 'not_a_member');
	}
	(await anna.post(`rooms/${room.id}/members/${ben.id}/remove`)).expect(200);
	for (const reply of await pages(ben, room)) {
		reply.refused(403, 'not_a_member');
	}
	await carl.join(room);
	await seen(carl, room);
	(await carl.post('logout')).expect(200);
	for (const reply of await pages(carl, room)) {
		reply.refused(401);
	}
	await seen(anna, room);
	(await anna.post(`rooms/${room.id}/delete`)).expect(200);
	for (const reply of await pages(anna, room)) {
		reply.refused(404);
	}
});

test('a room is talked in while it is read: no page is older than what was answered before it', async () => {
	const { room } = await roomOfThree();
	let going = true;
	let answered = 0;
	const talk = async () => {
		for (let i = 1; i <= 40; i++) {
			answered = (await anna.send(room, `number ${i}`)).seq;
			// Now and then it is quiet, so that the page is kept.
			await (i % 5 ? null : pages(ben, room, '?limit=3'));
		}
	};
	const read = async () => {
		while (going) {
			const least = answered;
			const { messages } = (await ben.get(`rooms/${room.id}/messages?limit=3`)).expect(200);
			assert.ok(messages.at(-1).seq >= least);
			assert.deepEqual(messages.map((m) => m.seq), [2, 1, 0].map((n) => messages.at(-1).seq - n));
		}
	};
	const readers = [read(), read(), read()];
	await talk();
	going = false;
	await Promise.all(readers);
});
