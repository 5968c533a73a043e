/** session.test.js - what is sent must come back on the stream, or the stream is asked after. */

import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { Session } from '../../htdocs/js/model/session.js';
import { NodeEventSource } from './support/eventsource.js';
import { json, message, room, sse, TestServer, until, user } from './support/server.js';

/** @typedef {import('./support/server.js').Call} Call */

/** @type {TestServer} */ let server;
/** @type {Session} */ let session;
/** @type {any[]} */ let log;
let mute = false;
/** @type {((event: any, id: string) => void)[]} */ let streams;

/** @param {Call} call */
function answer(call) {
	const cursor = `E.${log.length}`;
	if (call.path === 'api/v1/sync') {
		json(call, 200, {
			me: user(1, 'ann'), self: { room: 2, last_seq: 0 }, rooms: [room(7)], users: [], cursor,
		});
	} else if (call.path === 'api/v1/rooms/7/messages' && call.method === 'POST') {
		const seq = log.length + 1;
		const said = message(7, seq, { user: 1, ...call.body });
		log.push({ type: 'message', room: 7, seq, message: said });
		json(call, 201, { message: said });
		if (!mute) {
			streams.forEach((send) => send(log[seq - 1], `E.${seq}`));
		}
	} else if (call.path === 'stream/events') {
		const send = sse(call);
		// Beats are far apart: they tell nothing here.
		send({ type: 'hello', cursor, resume: 'exact', heartbeat: 60, network: 'n', user: 1 });
		// Far from what would look like a buffer, and from what would look like a hold.
		setTimeout(() => send({ type: 'probe' }), 1100);
		streams.push(send);
	} else if (call.path === 'stream/poll') {
		const from = Number((call.query.get('cursor') || '').split('.')[1] || 0);
		json(call, 200, { resume: 'exact', events: log.slice(from), cursor, network: 'n' });
	} else {
		json(call, 200, { messages: [], more: false });
	}
}

beforeEach(async () => {
	log = [];
	streams = [];
	mute = false;
	server = await new TestServer().start();
	server.answer = answer;
	/** @type {any} */ (globalThis).EventSource = NodeEventSource;
	session = new Session(server.base);
	await session.boot();
	await until(() => session.connection.transport === 'sse' && !session.connection.own?.verdict.why
		&& session.connection.state === 'live', 'live');
});

afterEach(async () => {
	session.connection.stop();
	session.outbox.stop();
	session.store.retry.stop();
	await server.stop();
});

const shown = () => (session.store.rooms.get(7)?.last || 0) === log.length && log.length > 0;

test('a message that does not come back within two seconds has the stream asked after', async () => {
	mute = true;
	session.outbox.add(7, 'hello');
	await until(() => log.length === 1, 'it is sent');
	const since = performance.now();
	await until(() => session.connection.counts.mutes === 1, 'the question', 20000);
	assert.ok(performance.now() - since > 1900, 'not at once');
	await until(shown, 'it is there');
});

test('one that comes back asks for nothing', async () => {
	session.outbox.add(7, 'hello');
	await until(shown, 'it is there');
	await new Promise((resolve) => {
		setTimeout(resolve, 2500);
	});
	assert.equal(session.connection.counts.mutes, 0);
});
