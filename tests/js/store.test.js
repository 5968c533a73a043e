/** store.test.js - the client's rule: every event once, in order, whatever arrives. */

import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { Api } from '../../htdocs/js/net/api.js';
import { Store } from '../../htdocs/js/model/store.js';
import { json, message, room, TestServer, until, user } from './support/server.js';

/** @typedef {import('./support/server.js').Call} Call */

const server = new TestServer();
before(() => server.start());
after(() => server.stop());

/** @type {Store} */ let store;
/** @type {Map<number, any[]>} the server's logs */ let logs;
/** @type {any[]} */ let arrivals;

/** @param {number} id @param {object} event @returns {any} */
function log(id, event) {
	const list = /** @type {any[]} */ (logs.get(id));
	const made = { room: id, seq: list.length + 1, ...event };
	list.push(made);
	return made;
}

/** @param {number} id @param {object} [more] */
function said(id, more = {}) {
	const seq = (logs.get(id)?.length || 0) + 1;
	return log(id, { type: 'message', message: message(id, seq, more) });
}

const sync = (/** @type {any[]} */ rooms) => ({
	me: user(1, 'alice'), users: [user(1, 'alice'), user(2, 'bob')],
	self: { room: 99, last_seq: 0 }, cursor: 'E.0', rooms,
});

beforeEach(() => {
	logs = new Map([[7, []], [99, []]]);
	server.calls.length = 0;
	server.answer = (call) => {
		const m = /rooms\/(\d+)\/events/.exec(call.path);
		const list = m ? logs.get(Number(m[1])) || [] : [];
		const from = Number(call.query.get('after'));
		json(call, 200, { events: list.slice(from, from + 3), last_seq: list.length });
	};
	store = new Store(new Api(server.base), { random: () => 0.01 });
	store.load(sync([room(7)]));
	arrivals = [];
	store.addEventListener('arrival', (e) => {
		arrivals.push(/** @type {CustomEvent} */ (e).detail.message.seq);
	});
});

const seven = () => /** @type {import('../../htdocs/js/model/room.js').RoomState} */ (
	store.rooms.get(7));

test('what is known is ignored, what is next is applied', () => {
	const one = said(7);
	const two = said(7);
	store.take(one);
	store.take(one);
	store.take(two);
	store.take(one);
	assert.deepEqual(arrivals, [1, 2]);
	assert.equal(seven().last, 2);
	assert.equal(server.calls.length, 0);
});

test('a gap is filled by as many pages as it takes, in order, before what showed it', async () => {
	const all = Array.from({ length: 11 }, () => said(7));
	store.take(all[0]);
	store.take(all[9]);
	store.take(all[10]);
	store.take(all[9]);
	await until(() => seven().last === 11, 'all');
	assert.deepEqual(arrivals, all.map((e) => e.seq));
});

test('a gap is filled even if the server fails meanwhile', async () => {
	const normal = server.answer;
	let failures = 3;
	server.answer = (call) => (failures-- > 0
		? json(call, 503, { error: { code: 'unavailable' } }) : normal(call));
	said(7);
	said(7);
	store.take(said(7));
	await until(() => seven().last === 3, 'all');
	assert.deepEqual(arrivals, [1, 2, 3]);
});

test('a room that refuses the fill is closed', async () => {
	server.answer = (call) => json(call, 404, { error: { code: 'room_not_found' } });
	said(7);
	store.take(said(7));
	await until(() => !store.rooms.has(7), 'the room gone');
});

test('what was said in a new room before it was known arrives with it', async () => {
	const first = message(8, 6, { user: 2, body: 'Psst' });
	server.answer = (call) => json(call, 200, {
		room: room(8, { last_seq: 6, unread: 1, last_message: first }),
	});
	store.take({ type: 'join', room: 8, seq: 5, user: user(1, 'alice') });
	store.take({ type: 'message', room: 8, seq: 6, message: first });
	await until(() => arrivals.length > 0, 'it arrives');
	store.take({ type: 'message', room: 8, seq: 6, message: first });
	assert.deepEqual(arrivals, [6]);
});

test('one\'s own join opens a room at its last seq; what comes meanwhile is not lost', async () => {
	logs.set(8, []);
	for (let i = 0; i < 5; i++) {
		said(8);
	}
	const events = server.answer;
	server.answer = (call) => (call.path === 'api/v1/rooms/8'
		? json(call, 200, { room: room(8, { last_seq: 5 }) }) : events(call));
	store.take({ type: 'join', room: 8, seq: 5, user: user(1, 'alice') });
	store.take(said(8));
	await until(() => store.rooms.has(8), 'the room');
	await until(() => arrivals.length > 0, 'what the answer did not know of yet');
	store.take(said(8));
	await until(() => store.rooms.get(8)?.last === 7, 'the rest');
	assert.deepEqual(arrivals, [6, 7]);
});

test('one\'s own leave closes the room, an old one repeated does nothing', () => {
	const leave = log(7, { type: 'leave', user: user(1, 'alice') });
	store.take(leave);
	assert.equal(store.rooms.has(7), false);
	store.add(room(7, { last_seq: 3 }));
	store.take(leave);
	assert.equal(store.rooms.has(7), true);
});

test('gone is the last of a room', () => {
	store.take(log(7, { type: 'gone', by: 2 }));
	assert.equal(store.rooms.has(7), false);
});

test('unread counts others\' messages, mentions those that call', () => {
	store.take(said(7));
	store.take(said(7, { body: 'hey @Alice, look' }));
	store.take(said(7, { body: 'mail alice@alice.example or @alicex' }));
	store.take(said(7, { user: 1 }));
	assert.deepEqual([seven().info.unread, seven().info.mentions], [3, 1]);
});

test('reading on another device counts what is left', () => {
	for (let i = 0; i < 4; i++) {
		store.take(said(7, { body: i === 3 ? '@alice' : 'x' }));
	}
	store.take({
		type: 'read', room: 99, seq: 1, target: 7, upto: 2, unread: 0, mentions: 0,
	});
	assert.deepEqual([seven().info.unread, seven().info.mentions], [2, 1]);
	store.take({
		type: 'read', room: 99, seq: 2, target: 7, upto: 4, unread: 0, mentions: 0,
	});
	assert.deepEqual([seven().info.unread, seven().info.mentions], [0, 0]);
});

test('a gap in one\'s own log is filled as well', async () => {
	log(99, { type: 'read', target: 7, upto: 1, unread: 0, mentions: 0 });
	log(99, { type: 'profile', user: { ...user(1, 'alice'), display_name: 'Alice A.' } });
	store.take(log(99, { type: 'read', target: 7, upto: 2, unread: 0, mentions: 0 }));
	await until(() => seven().info.last_read === 2, 'the last');
	assert.equal(store.me?.display_name, 'Alice A.');
});

test('own events that come while a gap is filled, beyond its answer, are not left out', async () => {
	log(99, { type: 'read', target: 7, upto: 1, unread: 0, mentions: 0 });
	const second = log(99, { type: 'read', target: 7, upto: 2, unread: 0, mentions: 0 });
	const events = server.answer;
	server.answer = (call) => {
		// The answer is from before the third.
		const third = log(99, { type: 'read', target: 7, upto: 3, unread: 0, mentions: 0 });
		server.answer = events;
		json(call, 200, { events: logs.get(99)?.slice(0, 2), last_seq: 2 });
		store.take(third);
	};
	store.take(second);
	await until(() => seven().info.last_read === 3, 'the third');
});

test('a deleted message is unread to nobody', () => {
	store.load(sync([room(7, { last_seq: 4, last_read: 2, unread: 2, mentions: 0 })]), true);
	logs.set(7, [1, 2, 3, 4].map(() => ({})));
	const calls = said(7, { body: '@alice' });
	store.take(calls);
	store.take(said(7, { user: 1 }));
	assert.deepEqual([seven().info.unread, seven().info.mentions], [3, 1]);
	store.take(log(7, { type: 'delete', target: calls.seq, by: 2 }));
	assert.deepEqual([seven().info.unread, seven().info.mentions], [2, 0]);
	store.take(log(7, { type: 'delete', target: 4, by: 2 }));
	store.take(log(7, { type: 'delete', target: 1, by: 2 }));
	assert.deepEqual([seven().info.unread, seven().info.mentions], [1, 0], 'of before we counted');
});

test('a room whose first page is on its way when all is taken anew gets it all the same', async () => {
	/** @type {Call[]} */ const asked = [];
	server.answer = (call) => {
		asked.push(call);
	};
	const first = seven().timeline.latest();
	await until(() => asked.length === 1, 'the question');
	store.load(sync([room(7, { last_seq: 3 })]), true);
	await until(() => asked.length === 2, 'asked again');
	asked.forEach((call) => page(call, range(1, 3)));
	await first;
	await until(() => seven().timeline.loaded, 'the new room has its messages');
});

test('after a reset even lower numbers count, and what came meanwhile is applied', () => {
	store.take(said(7));
	store.take(said(7));
	store.hold();
	logs.set(7, []);
	const one = said(7);
	store.take(one);
	assert.equal(seven().last, 2);
	store.load(sync([room(7, { last_seq: 0 })]), true);
	assert.equal(seven().last, 1);
});

test('settings, roles and members follow their events', () => {
	store.take(log(7, { type: 'room', info: { name: 'new', topic: 'news' }, by: 2 }));
	store.take(log(7, { type: 'role', user: 1, role: 'owner', by: 2 }));
	store.take(log(7, { type: 'join', user: user(3, 'carol'), by: 3 }));
	const { name, topic, role, members } = seven().info;
	assert.deepEqual([name, topic, role, members], ['new', 'news', 'owner', 3]);
	assert.equal(store.users.get(3)?.name, 'carol');
});

test('fleeting events neither count nor stay', () => {
	store.take({ type: 'typing', room: 7, user: 2 });
	store.take({ type: 'typing', room: 7, user: 1 });
	store.take({ type: 'presence', user: 2, state: 'away', last_seen: 'x' });
	assert.deepEqual(seven().typists(), [2]);
	assert.deepEqual(seven().typists(Date.now() + 60000), []);
	assert.equal(store.users.get(2)?.presence, 'away');
	assert.equal(seven().last, 0);
});

test('types of events yet unknown take their number and do no harm', () => {
	store.take(log(7, { type: 'poll-opened', anything: true }));
	store.take(said(7));
	assert.equal(seven().last, 2);
});

/** @param {number} from @param {number} to */
const range = (from, to) =>
	Array.from({ length: to - from + 1 }, (_, i) => message(7, from + i));

/** @param {Call} call @param {any[]} all */
function page(call, all) {
	const before = Number(call.query.get('before')) || Infinity;
	const limit = Number(call.query.get('limit'));
	const list = all.filter((m) => m.seq < before);
	json(call, 200, { messages: list.slice(-limit), more: list.length > limit });
}

test('older pages go before, without a hole or a double', async () => {
	const all = range(1, 120);
	server.answer = (call) => page(call, all);
	const { timeline } = seven();
	await timeline.latest();
	await Promise.all([timeline.older(), timeline.older()]);
	await timeline.older();
	assert.deepEqual(timeline.messages.map((m) => m.seq), all.map((m) => m.seq));
	assert.equal(timeline.more, false);
	assert.equal(server.calls.length, 3);
});

test('an edit and a deletion that overtake a page on its way are not undone by it', async () => {
	/** @type {() => void} */
	let release = () => {};
	server.answer = async (call) => {
		await new Promise((/** @type {(x: void) => void} */ resolve) => {
			release = resolve;
		});
		page(call, range(1, 3));
	};
	logs.set(7, [1, 2, 3].map(() => ({})));
	store.load(sync([room(7, { last_seq: 3 })]));
	const { timeline } = seven();
	const loading = timeline.latest();
	await until(() => server.calls.length === 1, 'the question');
	store.take(log(7, { type: 'edit', target: 1, message: message(7, 1, { body: 'new' }) }));
	store.take(log(7, { type: 'delete', target: 2, by: 2 }));
	store.take(log(7, { type: 'reaction', target: 3, user: 2, emoji: '👍', on: true }));
	store.take(said(7));
	release();
	await loading;
	assert.deepEqual(timeline.messages.map((m) => [m.seq, m.body, m.deleted, m.reactions.length]),
		[[1, 'new', false, 0], [2, '', true, 0], [3, 'text 3', false, 1],
			[7, 'text 7', false, 0]]);
});

test('reactions are sets', async () => {
	server.answer = (call) => page(call, range(1, 1));
	store.load(sync([room(7, { last_seq: 1 })]));
	logs.set(7, [{}]);
	await seven().timeline.latest();
	const react = (/** @type {number} */ who, /** @type {boolean} */ on) => store.take(
		log(7, { type: 'reaction', target: 1, user: who, emoji: '👍', on }));
	react(1, true);
	react(2, true);
	react(2, true);
	assert.deepEqual(seven().timeline.get(1)?.reactions, [{ emoji: '👍', users: [1, 2] }]);
	react(1, false);
	react(2, false);
	assert.deepEqual(seven().timeline.get(1)?.reactions, []);
});

test('in the past, live messages wait until the reader comes back', async () => {
	const all = range(1, 200);
	server.answer = (call) => {
		const around = Number(call.query.get('around'));
		const from = Number(call.query.get('after'));
		if (around) {
			json(call, 200, { messages: all.slice(around - 25, around + 25), more: true });
		} else if (from) {
			json(call, 200, { messages: all.slice(from, from + 50), more: from + 50 < all.length });
		} else {
			page(call, all);
		}
	};
	logs.set(7, all.map(() => ({})));
	store.load(sync([room(7, { last_seq: 200 })]));
	const { timeline } = seven();
	await timeline.around(60);
	assert.ok(timeline.get(60));
	const event = said(7);
	all.push(event.message);
	store.take(event);
	assert.equal(timeline.get(201), undefined);
	while (!timeline.atEnd) {
		await timeline.newer();
	}
	const seqs = timeline.messages.map((m) => m.seq);
	assert.deepEqual(seqs, all.slice(35).map((m) => m.seq));
});
