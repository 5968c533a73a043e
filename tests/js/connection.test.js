/** connection.test.js - one cursor over transports that fail in each way we know of. */

import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { Api } from '../../htdocs/js/net/api.js';
import { Connection } from '../../htdocs/js/net/connection.js';
import { NodeEventSource } from './support/eventsource.js';
import { json, message, sse, TestServer, until } from './support/server.js';

/** Everything some five times as fast; a busy machine must not look like a bad network. */
const timing = {
	helloMin: 350, helloMax: 700, patience: 500, probe: 600, together: 40, beat: 0.5,
	hiddenAfter: 100, pollWait: 5, askTimeout: 600, silent: 200, retry: 500, retryMax: 2000,
};

/** Where nothing is to happen, nothing does for the machine's sake. */
const calm = {
	...timing, helloMin: 9000, helloMax: 9000, probe: 9000, together: 0, apart: 9000,
};

/** @typedef {import('./support/server.js').Call} Call */

/** @type {TestServer} */ let server;
/** @type {Connection} */ let connection;
/** @type {any[]} the log: its index + 1 is the cursor's position */ let log;
/** @type {any[]} */ let got;
/** @type {Set<() => void>} */ let waiters;

const cursor = () => `E.${log.length}`;
const hello = (more = {}) => ({
	type: 'hello', cursor: cursor(), resume: 'exact', heartbeat: 0.5, network: 'n', ...more,
});

function say() {
	const seq = log.length + 1;
	log.push({ type: 'message', room: 7, seq, message: message(7, seq) });
	waiters.forEach((wake) => wake());
}

/** @param {Call} call */
function since(call) {
	return Number((call.query.get('cursor') || '').split('.')[1] || 0);
}

/** @param {Call} call a poll, held as it asks */
function poll(call) {
	const from = since(call);
	const reply = () => {
		waiters.delete(reply);
		clearTimeout(timer);
		json(call, 200, { resume: 'exact', events: log.slice(from), cursor: cursor() });
	};
	const timer = setTimeout(reply, Number(call.query.get('wait')) * 1000);
	call.reply.on('close', () => waiters.delete(reply) && clearTimeout(timer));
	waiters.add(reply);
	if (log.length > from || call.query.get('wait') === '0') {
		reply();
	}
}

/**
 * A stream that works: replay, live events, probe and beats.
 * @param {Call} call
 * @param {{mute?: () => boolean, heartbeat?: number}} [options]
 */
function stream(call, options = {}) {
	const send = sse(call);
	let at = since(call);
	const flow = () => {
		for (; at < log.length && !options.mute?.(); at++) {
			send(log[at], `E.${at + 1}`);
		}
	};
	send(hello({ heartbeat: options.heartbeat ?? 0.5 }));
	flow();
	waiters.add(flow);
	const probe = setTimeout(() => send({ type: 'probe' }), 250);
	const beat = setInterval(() => {
		if (!options.mute?.()) {
			send({ type: 'beat', cursor: cursor() }, cursor());
		}
	}, 400);
	call.reply.on('close', () => {
		waiters.delete(flow);
		clearTimeout(probe);
		clearInterval(beat);
	});
}

/** @param {Partial<Record<"events"|"poll", (call: Call) => void>>} answers */
function serve(answers) {
	server.answer = (call) => {
		const name = /** @type {"events"|"poll"} */ (call.path.replace('stream/', ''));
		(answers[name] || (name === 'poll' ? poll : stream))(call);
	};
}

function connect(from = '', pace = timing) {
	connection = new Connection(new Api(server.base, { timeout: 2000 }), {
		EventSource: /** @type {any} */ (NodeEventSource), client: 'page', timing: pace,
		random: () => 0.2,
	});
	connection.addEventListener('event', (e) => {
		got.push(/** @type {CustomEvent} */ (e).detail);
	});
	connection.start(from || cursor());
}

const seqs = () => [...new Set(got.map((e) => e.seq))].sort((a, b) => a - b);
const live = (/** @type {string} */ by) =>
	until(() => connection.state === 'live' && connection.transport === by, `live by ${by}`);

beforeEach(async () => {
	log = [];
	got = [];
	waiters = new Set();
	server = await new TestServer().start();
});

afterEach(async () => {
	connection.stop();
	await server.stop();
});

test('a network that lets streams through gets one, and nothing beside it', async () => {
	serve({ events: (call) => stream(call, { heartbeat: 60 }) });
	connect('', calm);
	await live('sse');
	say();
	await until(() => got.length === 1, 'the event');
	await until(() => connection.verdict.failures === 0 && server.calls.length >= 1, 'quiet');
	await new Promise((resolve) => {
		setTimeout(resolve, 900);
	});
	assert.equal(server.to('stream/poll').length, 0);
	assert.equal(server.to('stream/events').length, 1);
	assert.equal(connection.cursor, 'E.1');
});

test('a quiet stream is not mute while it beats', async () => {
	// Mute would be 3 s without a frame; it beats every 0.4 s.
	serve({ events: (call) => stream(call, { heartbeat: 2 }) });
	connect('', calm);
	await live('sse');
	await new Promise((resolve) => {
		setTimeout(resolve, 4000);
	});
	assert.equal(server.to('stream/poll').length, 0);
	assert.equal(server.to('stream/events').length, 1);
});

test('a stream that is held back is replaced by a poll from the same cursor', async () => {
	serve({ events: () => {} });
	say();
	say();
	connect('E.0');
	await live('long-poll');
	say();
	await until(() => seqs().length === 3, 'all three');
	assert.deepEqual(got.map((e) => e.seq), [1, 2, 3]);
	assert.equal(connection.verdict.why === '' || connection.verdict.why === 'silent', true);
	await until(() => connection.verdict.why === 'silent', 'the verdict');
});

test('hello and probe together betray a proxy that buffers', async () => {
	serve({
		events: (call) => {
			const send = sse(call);
			setTimeout(() => {
				send(hello());
				send({ type: 'probe' });
			}, 450);
		},
	});
	connect();
	await until(() => connection.verdict.why === 'buffered', 'the verdict');
	await live('long-poll');
});

test('frames held until the next one: padding is asked for', async () => {
	serve({
		events: (call) => {
			if (call.query.get('pad')) {
				stream(call);
			} else {
				sse(call)(hello());
			}
		},
	});
	connect();
	await until(() => connection.verdict.pad > 0, 'padding');
	await until(() => connection.transport === 'sse' && connection.state === 'live', 'sse');
	say();
	await until(() => got.length >= 1, 'the event');
});

test('a frame that comes out only when the next goes in: padding too', async () => {
	serve({
		events: (call) => {
			if (call.query.get('pad')) {
				stream(call);
				return;
			}
			const send = sse(call);
			setTimeout(() => send(hello()), 420);
			setTimeout(() => send({ type: 'probe' }), 700);
		},
	});
	connect();
	await until(() => connection.verdict.pad > 0, 'padding');
	await live('sse');
});

test('a stream gone mute is noticed, and what it held arrives', async () => {
	let mute = false;
	serve({ events: (call) => stream(call, { mute: () => mute }) });
	connect();
	await live('sse');
	await until(() => server.to('stream/events').length === 1, 'one stream');
	mute = true;
	say();
	await until(() => got.length >= 1, 'the event all the same');
	assert.ok(connection.counts.mutes >= 1);
});

test('an own send that does not come back makes the line suspect at once', async () => {
	// Mute after its hello, and nothing else would find that out for a long time.
	serve({ events: (call) => sse(call)(hello({ heartbeat: 60 })) });
	connect('', calm);
	await live('sse');
	say();
	connection.suspect();
	await until(() => got.length >= 1, 'the event');
});

test('a server that goes away and comes back: nothing lost, nothing doubled', async () => {
	serve({});
	connect();
	await live('sse');
	say();
	await until(() => got.length === 1, 'the first');
	await server.stop();
	await until(() => connection.state === 'offline', 'offline');
	assert.equal(connection.transport, 'none');
	say();
	say();
	await server.start();
	await until(() => got.length >= 3, 'all');
	await live('sse');
	assert.deepEqual(got.map((e) => e.seq), [1, 2, 3]);
});

test('catching up is a plain poll before the stream', async () => {
	serve({});
	connect();
	await live('sse');
	await server.stop();
	await until(() => connection.state !== 'live', 'the loss');
	server.calls.length = 0;
	await server.start();
	await live('sse');
	assert.deepEqual(server.calls.slice(0, 2).map((c) => c.path),
		['stream/poll', 'stream/events']);
});

test('streams refused twice while polls work: polls it is, streams again later', async () => {
	let refuse = true;
	serve({ events: (call) => (refuse ? json(call, 502, {}) : stream(call)) });
	connect();
	await live('long-poll');
	assert.equal(connection.verdict.why, 'refused');
	refuse = false;
	await live('sse');
});

test('somebody else answers: down, and told apart', async () => {
	serve({});
	connect();
	await live('sse');
	server.answer = ({ reply }) => {
		reply.writeHead(200, { 'Content-Type': 'text/html' });
		reply.end('<h1>Welcome to the hotel</h1>');
	};
	server.calls.forEach((c) => c.reply.destroy());
	await until(() => connection.portal && connection.state === 'offline', 'the portal');
	serve({});
	await live('sse');
	assert.equal(connection.portal, false);
});

test('a session that ended is told once, and no more is asked', async () => {
	serve({});
	connect();
	await live('sse');
	let told = 0;
	connection.addEventListener('signedout', () => told++);
	server.answer = (call) => json(call, 401, { error: { code: 'not_signed_in' } });
	server.calls.forEach((c) => c.reply.destroy());
	await until(() => told === 1, 'the word');
	const calls = server.calls.length;
	await new Promise((resolve) => {
		setTimeout(resolve, 300);
	});
	assert.equal(server.calls.length, calls);
});

test('a reset gives the fresh cursor to who must sync', async () => {
	serve({
		events: (call) => {
			sse(call)(hello({ resume: 'reset', cursor: 'F.9' }), 'F.9');
		},
	});
	/** @type {string[]} */
	const resets = [];
	connect('E.5');
	connection.addEventListener('reset', (e) => {
		resets.push(/** @type {CustomEvent} */ (e).detail);
	});
	await until(() => resets.length === 1, 'reset');
	assert.deepEqual(resets, ['F.9']);
	assert.equal(connection.cursor, 'F.9');
});

test('bye for a restart waits as told, then catches up', async () => {
	let first = true;
	serve({
		events: (call) => {
			stream(call);
			if (first) {
				first = false;
				setTimeout(() => call.reply.write(
					'data: {"type":"bye","reason":"restart","retry":300}\n\n'), 100);
			}
		},
	});
	connect();
	await live('sse');
	await until(() => connection.state === 'connecting', 'the pause');
	say();
	await live('sse');
	await until(() => seqs().length === 1, 'the event');
});

test('one that another replaced while nobody looks asks rarely, whatever is advised, and comes back', async () => {
	serve({
		events: (call) => {
			stream(call);
			setTimeout(() => call.reply.write('data: {"type":"bye","reason":"replaced"}\n\n'), 100);
		},
		poll: (call) => json(call, 200, {
			resume: 'exact', events: [], cursor: cursor(),
			next: { transport: 'sse', wait: 25, after: 0 },
		}),
	});
	connect();
	await live('sse');
	connection.setVisible(false);
	await live('poll');
	await new Promise((resolve) => {
		setTimeout(resolve, 1500);
	});
	assert.ok(server.to('stream/poll').length <= 2, `${server.to('stream/poll').length} polls`);
	serve({});
	connection.setVisible(true);
	await live('sse');
});

test('a nudge ends the wait', async () => {
	serve({});
	connect();
	await live('sse');
	await server.stop();
	await until(() => connection.state === 'offline', 'offline');
	connection.outage.attempt = 30;
	connection.outage.began = Date.now() - 120000;
	connection.outage.random = () => 0.99;
	await until(() => connection.outage.attempt > 30, 'a long wait');
	await server.start();
	connection.nudge('online');
	await live('sse');
});
