/** told.test.js - the server hears what a network did to streams. */

import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { Api } from '../../htdocs/js/net/api.js';
import { Connection } from '../../htdocs/js/net/connection.js';
import { NodeEventSource } from './support/eventsource.js';
import { FAST, LogServer } from './support/log.js';
import { json, sse, until } from './support/server.js';

/** @typedef {import('./support/server.js').Call} Call */

/** @type {LogServer} */ let server;
/** @type {Connection} */ let connection;

const calls = () => server.server?.calls || [];
const told = (/** @type {string} */ what) =>
	calls().map((call) => call.query.get(what)).filter(Boolean);

/**
 * @param {(call: Call) => unknown} events what a stream is answered with
 * @param {import('../../htdocs/js/net/verdict.js').Timing} [timing]
 */
function connect(events, timing = FAST) {
	server.answer = (call) => {
		if (call.path === 'stream/poll') {
			server.poll(call);
		} else {
			events(call);
		}
	};
	connection = new Connection(new Api(server.base, { timeout: 2000 }), {
		EventSource: /** @type {any} */ (NodeEventSource), client: 'page', timing,
		random: () => 0.2,
	});
	connection.start(server.cursor);
}

const hello = (heartbeat = 0.6) => ({
	type: 'hello', cursor: server.cursor, resume: 'exact', heartbeat, network: 'n', user: 1,
});

/** @param {string} why said with some request */
const hears = (why) => until(() => told('why').includes(why), why, 15000);

beforeEach(async () => {
	server = await new LogServer().start();
});

afterEach(async () => {
	connection.stop();
	await server.stop();
});

test('a good network tells nothing', async () => {
	// A busy machine is not to look like a bad network.
	const calm = { ...FAST, helloMin: 9000, helloMax: 9000, probe: 9000, together: 0, apart: 9000 };
	connect((call) => {
		const send = sse(call);
		send(hello(60));
		setTimeout(() => send({ type: 'probe' }), 200);
		setTimeout(() => send({ type: 'beat', cursor: 'E.7' }, 'E.7'), 300);
	}, calm);
	await until(() => connection.cursor === 'E.7', 'the beat after the probe');
	assert.deepEqual([...told('why'), ...told('learned')], []);
});

test('a stream without a word is told as silent', async () => {
	connect(() => {});
	await hears('silent');
});

test('hello and probe together are told as buffered', async () => {
	connect((call) => {
		const send = sse(call);
		setTimeout(() => {
			send(hello());
			send({ type: 'probe' });
		}, 450);
	});
	await hears('buffered');
});

test('a probe that does not come is told as held', async () => {
	connect((call) => sse(call)(hello()));
	await hears('held');
});

test('streams answered with an error are told as refused', async () => {
	connect((call) => json(call, 502, {}));
	await hears('refused');
});

test('a stream gone mute is told as mute', async () => {
	connect((call) => {
		const send = sse(call);
		send(hello());
		setTimeout(() => send({ type: 'probe' }), 200);
	});
	await hears('mute');
	assert.equal(connection.counts.mutes >= 1, true);
});

test('streams cut again and again are told as cut', async () => {
	connect((call) => {
		const send = sse(call);
		send(hello());
		setTimeout(() => send({ type: 'probe' }), 200);
		setTimeout(() => call.reply.destroy(), 400);
	});
	await hears('cut');
});
