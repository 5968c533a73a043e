/** outbox.test.js - sent once, in order, whatever happens; failed only by refusal. */

import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { Api } from '../../htdocs/js/net/api.js';
import { Outbox } from '../../htdocs/js/model/outbox.js';
import { memoryStorage } from '../../htdocs/js/model/storage.js';
import { json, message, TestServer, until } from './support/server.js';

/** @typedef {import('./support/server.js').Call} Call */

/** @type {TestServer} */ let server;
/** @type {Outbox} */ let outbox;
/** @type {Map<string, any>} by client_id */ let rows;
let storage = memoryStorage();

/** @param {Call} call */
function accept(call) {
	const { client_id: id, body } = call.body;
	const known = rows.get(id);
	const row = known || message(7, rows.size + 1, { client_id: id, body, user: 1 });
	rows.set(id, row);
	json(call, known ? 200 : 201, { message: row });
}

const fresh = () => new Outbox(new Api(server.base), storage,
	{ timeout: 250, random: () => 0.05 });

const bodies = () => [...rows.values()].map((r) => r.body);

beforeEach(async () => {
	server = await new TestServer().start();
	server.answer = accept;
	rows = new Map();
	storage = memoryStorage();
	outbox = fresh();
});

afterEach(async () => {
	outbox.stop();
	await server.stop();
});

test('many at once leave one after the other', async () => {
	let running = 0;
	let most = 0;
	server.answer = async (call) => {
		most = Math.max(most, ++running);
		await new Promise((resolve) => {
			setTimeout(resolve, Math.random() * 5);
		});
		running--;
		accept(call);
	};
	const words = Array.from({ length: 20 }, (_, i) => `word ${i}`);
	words.forEach((word) => outbox.add(7, word));
	await until(() => rows.size === 20, 'all');
	assert.deepEqual(bodies(), words);
	assert.equal(most, 1);
});

test('a reply that is lost is asked for again under the same name: one row', async () => {
	let lose = 3;
	server.answer = (call) => {
		if (lose-- > 0) {
			const { client_id: id, body } = call.body;
			rows.set(id, rows.get(id) || message(7, 1, { client_id: id, body }));
			call.reply.destroy();
		} else {
			accept(call);
		}
	};
	const entry = outbox.add(7, 'once');
	await until(() => entry.state === 'sent', 'sent');
	assert.equal(rows.size, 1);
	assert.ok(server.calls.every((c) => c.body.client_id === entry.client_id));
});

test('an outage of every kind leaves messages sending, then sends them in order', async () => {
	const outages = [
		(/** @type {Call} */ c) => c.reply.destroy(),
		(/** @type {Call} */ c) => json(c, 503, { error: { code: 'unavailable' } }),
		(/** @type {Call} */ c) => c.reply.end('<h1>Sign in to the Wi-Fi</h1>'),
		(/** @type {Call} */ c) => json(c, 500, { error: { code: 'internal' } }),
		() => {},
	];
	let n = 0;
	server.answer = (call) => outages[n++ % outages.length](call);
	const entries = ['a', 'b', 'c'].map((body) => outbox.add(7, body));
	await until(() => n > 6, 'each kind of outage');
	assert.deepEqual(entries.map((e) => e.state), ['sending', 'sending', 'sending']);
	assert.equal(outbox.waiting, 3);
	server.answer = accept;
	outbox.kick();
	await until(() => outbox.waiting === 0, 'all sent');
	assert.deepEqual(bodies(), ['a', 'b', 'c']);
});

test('a refusal fails that one, lets the next go, and can be tried again', async () => {
	server.answer = (call) => (call.body.body === 'bad'
		? json(call, 422, { error: { code: 'bad_field', field: 'body' } }) : accept(call));
	const bad = outbox.add(7, 'bad');
	const good = outbox.add(7, 'good');
	await until(() => good.state === 'sent', 'the good one');
	assert.deepEqual([bad.state, bad.error], ['failed', 'bad_field']);
	server.answer = accept;
	outbox.again(bad.client_id);
	await until(() => bad.state === 'sent', 'the other');
});

test('a session that ended fails nothing', async () => {
	server.answer = (call) => json(call, 401, { error: { code: 'not_signed_in' } });
	const entry = outbox.add(7, 'x');
	await until(() => server.calls.length === 1, 'the refusal');
	assert.equal(entry.state, 'sending');
});

test('what was not sent survives a reload, in its order and under its name', async () => {
	server.answer = (call) => call.reply.destroy();
	const names = ['1', '2', '3'].map((body) => outbox.add(7, body).client_id);
	await until(() => server.calls.length > 0, 'a try');
	outbox.stop();
	server.answer = accept;
	outbox = fresh();
	await outbox.restore();
	await until(() => rows.size === 3, 'all');
	assert.deepEqual([...rows.keys()], names);
	assert.deepEqual(bodies(), ['1', '2', '3']);
	await until(() => outbox.of(7).every((e) => e.state === 'sent'), 'sent');
	assert.deepEqual(await storage.all('outbox'), []);
});

test('an entry seen in the log is settled, even before its reply', async () => {
	server.answer = () => {};
	const entry = outbox.add(7, 'x');
	outbox.settle(entry.client_id);
	assert.deepEqual(outbox.of(7), []);
	assert.deepEqual(await storage.all('outbox'), []);
});

test('rooms do not wait for each other', async () => {
	server.answer = (call) => (call.path.includes('rooms/7/') ? undefined : accept(call));
	outbox.add(7, 'stuck');
	const other = outbox.add(8, 'free');
	await until(() => other.state === 'sent', 'the other room', 2000);
});

test('a request that hangs is given up when the way is free', async () => {
	outbox.timeout = 60000;
	server.answer = () => {};
	const entry = outbox.add(7, 'x');
	await until(() => server.calls.length === 1, 'the try');
	server.answer = accept;
	outbox.hung = 0;
	outbox.kick();
	await until(() => entry.state === 'sent', 'sent', 1500);
});
