/* shapes.js - the objects of PROTOCOL §2 and the events of §4: all fields, of the right types. */

import assert from 'node:assert/strict';

import { CURSOR } from './stream.js';

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

const id = (v) => Number.isSafeInteger(v) && v > 0;
const number = (v) => Number.isSafeInteger(v) && v >= 0;
const text = (v) => typeof v === 'string';
const bool = (v) => typeof v === 'boolean';
const time = (v) => text(v) && TIME.test(v) && !Number.isNaN(Date.parse(v));
const oneOf = (...list) => (v) => list.includes(v);
const orNull = (test) => (v) => v === null || test(v);
const listOf = (shape) => (v) => Array.isArray(v) && v.every((x) => holds(shape, x));
const holds = (shape, v) => {
	if (typeof shape === 'function') {
		return shape(v);
	}
	check(shape, v);
	return true;
};

function check(shape, object, what = 'object') {
	assert.ok(object !== null && typeof object === 'object', `${what}: ${JSON.stringify(object)}`);
	for (const [name, test] of Object.entries(shape)) {
		assert.ok(name in object, `${what} has ${name}: ${JSON.stringify(object)}`);
		assert.ok(holds(test, object[name]),
			`${what}.${name} is ${JSON.stringify(object[name])}`);
	}
	return object;
}

const USER = {
	id, name: text, display_name: text, role: oneOf('user', 'admin'), avatar: orNull(text),
	presence: oneOf('online', 'away', 'offline'), last_seen: orNull(time),
};

const ATTACHMENT = {
	id: (v) => text(v) && /^[A-Za-z0-9_-]{22}$/.test(v), name: text, type: text, size: number,
	width: number, height: number, animated: bool, url: text, thumb: text,
};

const MESSAGE = {
	room: id, seq: id, user: id, client_id: text, body: text, created_at: time,
	edited_at: orNull(time), deleted: bool, reply_to: orNull(id),
	attachments: listOf(ATTACHMENT),
	reactions: listOf({ emoji: text, users: (v) => Array.isArray(v) && v.every(id) }),
};

const ROOM = {
	id, kind: oneOf('public', 'private', 'direct'), name: text, topic: text, last_seq: id,
	created_by: id, created_at: time, members: number,
	role: oneOf('owner', 'moderator', 'member', null), last_read: number, unread: number,
	mentions: number, notify: oneOf('all', 'mentions', 'none'),
	last_message: orNull((v) => holds(MESSAGE, v)), peer: orNull((v) => holds(USER, v)),
};

const EVENTS = {
	message: { message: MESSAGE },
	edit: { target: id, message: MESSAGE },
	delete: { target: id, by: id },
	reaction: { target: id, user: id, emoji: text, on: bool },
	join: { user: USER, by: id },
	leave: { user: USER, by: id },
	room: { info: { name: text, topic: text }, by: id },
	role: { user: id, role: oneOf('owner', 'moderator', 'member'), by: id },
	gone: { by: id },
	read: { target: id, upto: number, unread: number, mentions: number },
	profile: { user: USER },
};

export const shape = {
	user: (o) => check(USER, o, 'user'),
	room(o) {
		check({ ...ROOM, peer: (v) => v === undefined || ROOM.peer(v) }, { peer: undefined, ...o }, 'room');
		if (o.kind === 'direct') {
			check(USER, o.peer, 'peer');
		}
		return o;
	},
	message(o) {
		check(MESSAGE, o, 'message');
		if (o.deleted) {
			assert.equal(o.body, '', 'a deleted message has no body');
		}
		return o;
	},
	event(o) {
		assert.ok(o.type in EVENTS, `a durable event: ${JSON.stringify(o)}`);
		check({ room: id, seq: id, ...EVENTS[o.type] }, o, o.type);
		if (o.type === 'message') {
			assert.equal(o.message.seq, o.seq);
			assert.equal(o.message.room, o.room);
		}
		return o;
	},
	member: (o) => check({ user: USER, role: oneOf('owner', 'moderator', 'member'), last_read: number },
		o, 'member'),
	session: (o) => check({
		id, created_at: time, last_seen: time, agent: text, address: text, current: bool,
	}, o, 'session'),
	sync: (o) => check({
		me: USER, self: { room: id, last_seq: number }, rooms: Array.isArray,
		users: listOf(USER), cursor: (v) => CURSOR.test(v),
		uploads: { bytes: number, any: bool },
	}, o, 'sync'),
	poll(o) {
		check({
			resume: oneOf('exact', 'reset', 'start'), events: Array.isArray,
			cursor: (v) => CURSOR.test(v),
			next: { transport: oneOf('sse', 'long-poll', 'poll'), wait: number, after: number },
		}, o, 'poll');
		return o;
	},
	time: (v) => assert.ok(time(v), `a time: ${v}`),
};

const still = (o) => JSON.parse(JSON.stringify(o,
	(key, v) => (key === 'presence' || key === 'last_seen' ? undefined : v)));

/** Are they equal, but for what a user object tells of the moment? */
export const same = (a, b, message) => assert.deepEqual(still(a), still(b), message);
