/** patience.test.js - how long the page waits for what, and what it asks for meanwhile. */

import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { Api } from '../../htdocs/js/net/api.js';
import { Connection } from '../../htdocs/js/net/connection.js';
import { Memory } from '../../htdocs/js/net/memory.js';
import { Wake } from '../../htdocs/js/net/timers.js';
import { NodeEventSource } from './support/eventsource.js';
import { FAST, LogServer } from './support/log.js';
import { json, sse, until } from './support/server.js';

/** @typedef {import('./support/server.js').Call} Call */

/** @type {LogServer} */ let server;
/** @type {Connection} */ let connection;
/** @type {{path: string, query: URLSearchParams, at: number}[]} */ let asked;

/**
 * @param {Partial<Record<"events"|"poll", (call: Call) => unknown>>} [answers]
 * @param {any} [options]
 */
function connect(answers = {}, options = {}) {
	server.answer = (call) => {
		const name = /** @type {"events"|"poll"} */ (call.path.replace('stream/', ''));
		asked.push({ path: name, query: call.query, at: performance.now() });
		(answers[name] || ((c) => (name === 'poll' ? server.poll(c) : server.stream(c))))(call);
	};
	const { rtt, visible = true, ...more } = options;
	const api = new Api(server.base, { timeout: 2000 });
	api.rtt = rtt || 0;
	connection = new Connection(api, {
		EventSource: /** @type {any} */ (NodeEventSource), client: 'page', timing: FAST,
		random: () => 0.2, ...more,
	});
	connection.setVisible(visible);
	connection.start(server.cursor);
}

const to = (/** @type {string} */ path) => asked.filter((call) => call.path === path);
const live = (/** @type {string} */ by) =>
	until(() => connection.state === 'live' && connection.transport === by, `live by ${by}`);
const hello = (heartbeat = 0.6) => ({
	type: 'hello', cursor: server.cursor, resume: 'exact', heartbeat, network: 'n', user: 1,
});

/** A stream that says hello and probe, and nothing more. @param {Call} call */
function falls(call, heartbeat = 0.6) {
	const send = sse(call);
	send(hello(heartbeat));
	setTimeout(() => send({ type: 'probe' }), 200);
}

beforeEach(async () => {
	asked = [];
	server = await new LogServer().start();
});

afterEach(async () => {
	connection?.stop();
	await server.stop();
});

/**
 * ms from the beginning to the poll beside a stream that says nothing.
 * @param {number} rtt
 */
async function patience(rtt) {
	const since = performance.now();
	connect({ events: () => {} }, { rtt });
	await until(() => to('poll').length > 0, 'a poll beside it');
	return to('poll')[0].at - since;
}

test('a hello is waited for three round trips, on a slow network', async () => {
	const ms = await patience(180);
	assert.ok(ms > 520, `${ms} ms`);
});

test('a hello is waited for so long at least, however fast the network', async () => {
	const ms = await patience(1);
	assert.ok(ms > 330, `${ms} ms`);
});

test('a hello is waited for so long at most, however slow the network', async () => {
	const ms = await patience(20000);
	assert.ok(ms > 680 && ms < 6000, `${ms} ms`);
});

test('whichever delivers first is taken: a late stream ends the poll once it flows', async () => {
	connect({ events: (call) => setTimeout(() => server.stream(call), 500) });
	await live('long-poll');
	await live('sse');
	assert.equal(connection.verdict.streams, true);
});

test('a page that is seen asks for quick beats, a hidden one for the server\'s own', async () => {
	connect();
	await live('sse');
	assert.equal(to('events')[0].query.get('beat'), String(FAST.beat));
	connection.setVisible(false);
	await until(() => to('events').some((call) => !call.query.has('beat')), 'another stream');
	await live('sse');
});

test('silence is verified after one and a half beats by a page that is seen', async () => {
	connect({ events: falls });
	await until(() => to('poll').length > 0, 'the question', 8000);
	const ms = to('poll')[0].at - to('events')[0].at;
	assert.ok(ms >= 200 + 1.5 * 600 - 50, `${ms} ms`);
	assert.equal(to('poll')[0].query.get('wait'), '0');
});

test('a hidden page waits for two and a half', async () => {
	connect({ events: falls }, { visible: false, timing: { ...FAST, hiddenAfter: 60000 } });
	await until(() => to('poll').length > 0, 'the question', 8000);
	const ms = to('poll')[0].at - to('events')[0].at;
	assert.ok(ms >= 200 + 2.5 * 600 - 50, `${ms} ms`);
});

test('a page alone and hidden gives its stream up and asks now and then; seen, it has one', async () => {
	connect({}, { hiddenPolls: true });
	await live('sse');
	connection.setVisible(false);
	await live('poll');
	assert.equal(server.streams, 0);
	server.say();
	await until(() => connection.cursor === 'E.1', 'the event, by a poll');
	connection.setVisible(true);
	await live('sse');
});

const advice = (/** @type {string} */ transport) =>
	({ transport, wait: transport === 'sse' ? 25 : 0, after: transport === 'sse' ? 0 : 150 });

/** @param {Call} call @param {string} transport */
const advised = (call, transport) => json(call, 200, {
	resume: 'exact', events: [], cursor: server.cursor, network: 'n', next: advice(transport),
});

test('a beat that advises polls steps down to them, an answer that advises streams up', async () => {
	let spare = true;
	connect({
		events: (call) => {
			if (!spare) {
				server.stream(call);
				return;
			}
			const send = sse(call);
			send(hello());
			setTimeout(() => send({ type: 'probe' }), 200);
			setTimeout(() => send({ type: 'beat', cursor: server.cursor, next: advice('poll') }), 500);
		},
		poll: (call) => advised(call, spare ? 'poll' : 'sse'),
	});
	await live('sse');
	await live('poll');
	assert.equal(connection.verdict.streams, true, 'it is not the network\'s doing');
	const before = to('events').length;
	await until(() => to('poll').length > 3, 'polls, a while apart');
	assert.equal(to('events').length, before);
	spare = false;
	await live('sse');
});

test('the verdict of last time is used first, and a good network gets its stream back', async () => {
	/** @type {Map<string, string>} */
	const values = new Map();
	const memory = new Memory({
		getItem: (key) => values.get(key) ?? null, setItem: (key, v) => void values.set(key, v),
	});
	memory.keep('n', { streams: false, why: 'buffered', pad: 0, hold: 4, quiet: 0 });
	connect({}, { memory });
	await live('long-poll');
	assert.equal(asked[0].path, 'poll');
	await until(() => to('poll').some((call) => call.query.get('wait') === '4'), 'what was learned');
	await live('sse');
	assert.equal(memory.recall('n')?.streams, true);
});

test('focus and wake end a wait, as the network\'s return does', async () => {
	for (const why of /** @type {const} */ (['focus', 'wake', 'online'])) {
		let down = true;
		connect({ poll: (call) => (down ? call.reply.destroy() : server.poll(call)),
			events: (call) => (down ? call.reply.destroy() : server.stream(call)) });
		await until(() => connection.state === 'offline', 'offline');
		connection.outage.attempt = 30;
		connection.outage.began = Date.now() - 120000;
		connection.outage.random = () => 0.99;
		await until(() => connection.outage.attempt > 30, 'a long wait');
		down = false;
		connection.nudge(why);
		await live('sse');
		connection.stop();
	}
});

test('a clock that jumps is a machine that slept', async (t) => {
	const { now } = Date;
	t.after(() => {
		Date.now = now;
	});
	let woke = 0;
	const wake = new Wake(() => woke++);
	wake.start(true);
	await new Promise((resolve) => {
		setTimeout(resolve, 2500);
	});
	assert.equal(woke, 0);
	Date.now = () => now() + 60000;
	await until(() => woke === 1, 'it is noticed');
	wake.stop();
});
