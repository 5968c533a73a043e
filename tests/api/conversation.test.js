/* conversation.test.js - edits, deletions, reactions, mentions, reading, typing, presence. */

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';

import { login, register, unique } from './client.js';
import { setup } from './setup.js';
import { same, shape } from './shapes.js';
import { follow, Ledger } from './stream.js';

let it, anna, ben, carl, room;

before(async () => {
	it = await setup();
	[anna, ben, carl] = [await register(it.base), await register(it.base), await register(it.base)];
	room = await anna.room();
	await ben.join(room);
});
after(() => it?.stop());

const roomOf = async (who, r = room) => (await who.get(`rooms/${r.id}`)).expect(200).room;
const at = (m, verb = '') => `rooms/${m.room}/messages/${m.seq}${verb && '/'}${verb}`;
const stored = async (m, who = anna) =>
	(await who.messages({ id: m.room }, `?around=${m.seq}&limit=1`)).messages[0];
const react = (who, m, emoji, on) => who.post(at(m, 'reactions'), { emoji, on });

/* Refused, and the room's log and the message are as before. */
async function refusedFor(m, fn, ...how) {
	const look = async () => [await anna.events({ id: m.room }, m.seq - 1), await stored(m)];
	const before = await look();
	(await fn()).refused(...how);
	same(await look(), before);
}

/* --- edits ------------------------------------------------------------------------------ */

test('an edit keeps number and place, and is an event with the message', async () => {
	const m = await anna.send(room, 'tpyo');
	const s = await ben.stream();
	const { message } = (await anna.post(at(m), { body: 'typo' })).expect(200);
	shape.message(message);
	assert.deepEqual(message, { ...m, body: 'typo', edited_at: message.edited_at });
	shape.time(message.edited_at);
	const e = shape.event(await s.event('edit', { room: room.id }));
	s.close();
	assert.equal(e.target, m.seq);
	assert.deepEqual(e.message, message);
	assert.deepEqual(await stored(m), message);
});

test('a replayed message carries its text as it is now, by every transport', async () => {
	const { cursor } = await ben.sync();
	const m = await anna.send(room, 'first words');
	(await anna.post(at(m), { body: 'second thoughts' })).expect(200);
	(await react(ben, m, '👍', true)).expect(200);
	const s = await ben.stream(`?cursor=${cursor}`);
	await s.event('reaction', { room: room.id });
	s.close();
	const ways = [(await ben.events(room, m.seq - 1)).events, s.events, (await ben.poll(cursor)).events,
		(await ben.through(it.cgi).poll(cursor)).events];
	for (const events of ways) {
		const mine = events.filter((e) => e.room === room.id && e.seq >= m.seq && e.message);
		assert.deepEqual(mine.map((e) => [e.type, e.message.body, e.message.reactions.length]),
			[['message', 'second thoughts', 1], ['edit', 'second thoughts', 1]]);
	}
});

test('nobody edits another’s words, moderators and owners neither', async () => {
	const m = await ben.send(room, 'mine');
	await refusedFor(m, () => anna.post(at(m), { body: 'hers' }), 403);
	await refusedFor(m, () => carl.post(at(m), { body: 'his' }), 403, 'not_a_member');
});

test('an edit’s body has the rules of a body', async () => {
	const m = await anna.send(room, 'fine');
	for (const body of ['', 'x'.repeat(8001), 'a\u0000', 'a\rb', 7, null, undefined]) {
		await refusedFor(m, () => anna.post(at(m), { body }), [400, 422]);
	}
	await refusedFor(m, () => anna.post(at(m), { body: 'x', client_id: 'y' }), 422, undefined, 'client_id');
});

test('what is no message can’t be edited, deleted or reacted to', async () => {
	const m = await anna.send(room, 'the last');
	for (const seq of [1, m.seq + 1, 999_999, 0, -1]) {
		const n = { room: room.id, seq };
		(await anna.post(at(n), { body: 'x' })).refused(404);
		(await anna.post(at(n, 'delete'))).refused(404);
		(await react(anna, n, '👍', true)).refused(404);
	}
	assert.equal((await roomOf(anna)).last_seq, m.seq);
});

test('a repeat of a send after its edit is the same send: 200, the message as it is now', async () => {
	const send = { client_id: randomUUID(), body: 'as sent' };
	const m = (await anna.post(`rooms/${room.id}/messages`, send)).expect(201).message;
	const edited = (await anna.post(at(m), { body: 'as edited' })).expect(200).message;
	const again = (await anna.post(`rooms/${room.id}/messages`, send)).expect(200).message;
	assert.deepEqual(again, edited);
	(await anna.post(`rooms/${room.id}/messages`, { ...send, body: 'as edited' })).refused(422);
});

/* --- deletions ---------------------------------------------------------------------------- */

test('a deleted message keeps its place, without its text, and is an event', async () => {
	const m = await ben.send(room, 'regret', { reply_to: (await anna.send(room, 'q')).seq });
	const s = await anna.stream();
	assert.deepEqual((await ben.post(at(m, 'delete'))).expect(200), {});
	const e = shape.event(await s.event('delete', { room: room.id }));
	s.close();
	assert.deepEqual([e.target, e.by], [m.seq, ben.id]);
	const gone = shape.message(await stored(m));
	assert.equal(gone.deleted, true);
	assert.equal(gone.body, '');
});

test('a deleted text is nowhere to be read again', async () => {
	const secret = unique('unspeakable');
	const start = await ben.sync();
	const m = await anna.send(room, secret);
	(await anna.post(at(m), { body: `${secret} edited` })).expect(200);
	(await anna.post(at(m, 'delete'))).expect(200);
	await anna.send(room, 'after');
	const s = await ben.stream(`?cursor=${start.cursor}`);
	await s.event('delete', { room: room.id });
	s.close();
	const replies = [
		await ben.messages(room), await ben.events(room, m.seq - 1), await ben.sync(),
		(await ben.poll(start.cursor)).events, (await ben.through(it.cgi).poll(start.cursor)).events,
		(await anna.get(`search?q=${secret}`)).expect(200), s.events, (await ben.get('rooms')).expect(200),
	];
	const ways = ['messages', 'events', 'sync', 'long-poll', 'poll by CGI', 'search', 'stream', 'rooms'];
	const telling = ways.filter((_, i) => JSON.stringify(replies[i]).includes(secret));
	assert.deepEqual(telling, [], 'where the text is still told');
	const list = (events) => events.filter((e) => e.room === room.id).map((e) => [e.type, e.seq, e.target]);
	assert.deepEqual(list(s.events).slice(0, 4), list((await ben.events(room, m.seq - 1)).events),
		'the same types and numbers');
});

test('owners and moderators delete others’ messages, members do not', async () => {
	const m = await anna.send(room, 'hers');
	await refusedFor(m, () => ben.post(at(m, 'delete')), 403);
	await refusedFor(m, () => carl.post(at(m, 'delete')), 403, 'not_a_member');
	const n = await ben.send(room, 'his');
	(await anna.post(at(n, 'delete'))).expect(200);
	assert.equal((await stored(n)).deleted, true);
});

test('deleting again adds no event, and a deleted message can’t be edited', async () => {
	const m = await anna.send(room, 'once');
	(await anna.post(at(m, 'delete'))).expect(200);
	const end = (await roomOf(anna)).last_seq;
	const again = await anna.post(at(m, 'delete'));
	assert.ok([200, 404, 409].includes(again.status), again.text);
	await refusedFor(m, () => anna.post(at(m), { body: 'back' }), [404, 409]);
	await refusedFor(m, () => react(anna, m, '👍', true), [404, 409]);
	assert.equal((await roomOf(anna)).last_seq, end);
});

test('a deleted message is never unread', async () => {
	const r = await anna.room();
	await ben.join(r);
	const [a] = [await anna.send(r, 'one'), await anna.send(r, 'two')];
	assert.equal((await roomOf(ben, r)).unread, 2);
	(await anna.post(at(a, 'delete'))).expect(200);
	assert.equal((await roomOf(ben, r)).unread, 1);
	(await ben.post(`rooms/${r.id}/read`, { seq: (await roomOf(ben, r)).last_seq })).expect(200);
	assert.equal((await roomOf(ben, r)).unread, 0);
});

/* --- reactions ------------------------------------------------------------------------------ */

test('reactions come and go, each an event, listed by emoji with their users', async () => {
	const m = await anna.send(room, 'react');
	const s = await ben.stream();
	(await react(ben, m, '👍', true)).expect(200);
	(await react(anna, m, '👍', true)).expect(200);
	const { message } = (await react(anna, m, '🇫🇷', true)).expect(200);
	shape.message(message);
	const sets = (x) => Object.fromEntries(x.reactions.map((r) => [r.emoji, [...r.users].sort((a, b) => a - b)]));
	assert.deepEqual(sets(message), { '👍': [anna.id, ben.id], '🇫🇷': [anna.id] });
	assert.deepEqual(sets(await stored(m, ben)), sets(message));
	const off = (await react(ben, m, '👍', false)).expect(200).message;
	assert.deepEqual(sets(off), { '👍': [anna.id], '🇫🇷': [anna.id] });
	await s.wait(() => s.events.filter((e) => e.type === 'reaction' && e.target === m.seq).length === 4, 'four events');
	s.close();
	const mine = s.events.filter((e) => e.target === m.seq).map(shape.event);
	assert.deepEqual(mine.map((e) => [e.user, e.emoji, e.on]),
		[[ben.id, '👍', true], [anna.id, '👍', true], [anna.id, '🇫🇷', true], [ben.id, '👍', false]]);
	(await react(anna, m, '👍', false)).expect(200);
	(await react(anna, m, '🇫🇷', false)).expect(200);
	assert.deepEqual((await stored(m)).reactions, []);
});

test('a reaction that is there already, or is not there, adds no event', async () => {
	const m = await anna.send(room, 'twice');
	(await react(ben, m, '👍', true)).expect(200);
	const end = (await roomOf(anna)).last_seq;
	(await react(ben, m, '👍', true)).expect(200);
	(await react(ben, m, '🎉', false)).expect(200);
	assert.equal((await roomOf(anna)).last_seq, end);
});

test('odd reactions are refused', async () => {
	const m = await anna.send(room, 'odd');
	const long = '👍'.repeat(100);
	for (const emoji of ['', long, 'a\nb', '\u0000', 7, null, undefined, '<b>']) {
		await refusedFor(m, () => react(anna, m, emoji, true), [400, 422]);
	}
	for (const on of ['yes', 1, null, undefined]) {
		await refusedFor(m, () => react(anna, m, '👍', on), 422, undefined, 'on');
	}
	await refusedFor(m, () => react(carl, m, '👍', true), 403, 'not_a_member');
});

/* --- mentions and reading --------------------------------------------------------------------- */

test('@name counts a mention for its member, @room by a moderator for all', async () => {
	const r = await anna.room();
	await ben.join(r);
	await carl.join(r);
	const counts = async () => [(await roomOf(anna, r)).mentions, (await roomOf(ben, r)).mentions,
		(await roomOf(carl, r)).mentions];
	assert.deepEqual(await counts(), [0, 0, 0]);
	await anna.send(r, `hello @${ben.name}, and @nobody-at-all`);
	assert.deepEqual(await counts(), [0, 1, 0]);
	await anna.send(r, `(@${ben.name.toUpperCase()}) @${ben.name} twice in one is one`);
	assert.deepEqual(await counts(), [0, 2, 0]);
	await ben.send(r, '@room by a mere member');
	assert.deepEqual(await counts(), [0, 2, 0]);
	await anna.send(r, '@room by the owner');
	assert.deepEqual(await counts(), [0, 3, 1]);
	await ben.send(r, `@${ben.name} to oneself`);
	assert.deepEqual(await counts(), [0, 3, 1]);
	await anna.send(r, `mail${ben.name}@${carl.name}x and x@${carl.name}y`);
	assert.deepEqual(await counts(), [0, 3, 1]);
	assert.equal((await ben.sync()).rooms.find((x) => x.id === r.id).mentions, 3);
});

test('reading lowers unread and mentions, tells one’s other devices and others', async () => {
	const r = await anna.room();
	await ben.join(r);
	const sent = [];
	for (const body of ['one', `two @${ben.name}`, 'three', `four @${ben.name}`]) {
		sent.push(await anna.send(r, body));
	}
	const { self } = await ben.sync();
	const [mine, hers] = [await (await login(ben)).stream(), await anna.stream()];
	assert.deepEqual((await ben.post(`rooms/${r.id}/read`, { seq: sent[1].seq })).expect(200), {});
	const e = shape.event(await mine.event('read', { room: self.room }));
	assert.deepEqual([e.target, e.upto, e.unread, e.mentions], [r.id, sent[1].seq, 2, 1]);
	const receipt = await hers.event('receipt', { room: r.id });
	assert.deepEqual([receipt.user, receipt.upto], [ben.id, sent[1].seq]);
	assert.ok(!('seq' in receipt), 'fleeting');
	assert.ok(!hers.events.some((x) => x.room === self.room), 'another’s self log is nobody’s business');
	mine.close();
	hers.close();
	const seen = await roomOf(ben, r);
	assert.deepEqual([seen.last_read, seen.unread, seen.mentions], [sent[1].seq, 2, 1]);
	const { members } = (await anna.get(`rooms/${r.id}/members`)).expect(200);
	assert.equal(members.find((m) => m.user.id === ben.id).last_read, sent[1].seq);
	const { events } = await ben.events({ id: self.room }, self.last_seq);
	assert.deepEqual(events.filter((x) => x.type === 'read').map((x) => x.upto), [sent[1].seq]);
});

test('read beyond the room’s end counts as its end', async () => {
	const r = await anna.room();
	await ben.join(r);
	const m = await anna.send(r, 'the end');
	(await ben.post(`rooms/${r.id}/read`, { seq: 999_999_999 })).expect(200);
	assert.equal((await roomOf(ben, r)).last_read, m.seq);
	await anna.send(r, 'more');
	assert.equal((await roomOf(ben, r)).unread, 1);
});

test('reading never goes back', async () => {
	const r = await anna.room();
	await ben.join(r);
	const [a, b] = [await anna.send(r, 'a'), await anna.send(r, 'b')];
	(await ben.post(`rooms/${r.id}/read`, { seq: b.seq })).expect(200);
	(await ben.post(`rooms/${r.id}/read`, { seq: a.seq })).expect(200);
	assert.deepEqual([(await roomOf(ben, r)).last_read, (await roomOf(ben, r)).unread], [b.seq, 0]);
});

test('odd reads are refused', async () => {
	for (const seq of [-1, 1.5, '1', null, undefined, 2 ** 63]) {
		(await ben.post(`rooms/${room.id}/read`, { seq })).refused(422, undefined, 'seq');
	}
	(await carl.post(`rooms/${room.id}/read`, { seq: 1 })).refused(403, 'not_a_member');
});

/* --- what is fleeting --------------------------------------------------------------------------- */

test('typing reaches the other members, has no number and is not replayed', async () => {
	const s = await anna.stream();
	const t = await carl.stream();
	const { cursor } = await s.hello();
	const end = (await roomOf(anna)).last_seq;
	assert.deepEqual((await ben.post(`rooms/${room.id}/typing`)).expect(200), {});
	const e = await s.event('typing', { room: room.id });
	assert.deepEqual({ ...e }, { ...e, type: 'typing', room: room.id, user: ben.id });
	assert.ok(!('seq' in e));
	const own = await carl.room();
	await t.event('join', { room: own.id });
	assert.ok(!t.frames.some((f) => f.data?.type === 'typing'), 'not a member');
	s.close();
	t.close();
	assert.equal((await roomOf(anna)).last_seq, end);
	assert.ok(!(await anna.poll(cursor)).events.some((x) => x.type === 'typing'));
	(await carl.post(`rooms/${room.id}/typing`)).refused(403, 'not_a_member');
});

test('coming online is told to those who share a room, and to no one else', async () => {
	const c = await register(it.base);
	const lone = await (await register(it.base)).stream();
	// Taken in by another: what one does oneself is a sign of life already.
	(await anna.post(`rooms/${room.id}/members`, { user: c.id })).expect(201);
	const s = await anna.stream();
	const live = await c.stream();
	const e = await s.frame((f) => f.data?.type === 'presence' && f.data.user === c.id
		&& f.data.state === 'online', 'presence');
	shape.time(e.data.last_seen);
	assert.ok(!('seq' in e.data));
	assert.equal((await anna.get(`users/${c.id}`)).expect(200).user.presence, 'online');
	live.close();
	const bye = lone.frames.some((f) => f.data?.type === 'presence' && f.data.user === c.id);
	assert.ok(!bye, 'a stranger is not told');
	lone.close();
	s.close();
});

/* --- search ------------------------------------------------------------------------------------- */

test('search finds words in one’s rooms, newest first, accents and case folded', async () => {
	const word = unique('zebu').replaceAll('-', '');
	const r = await anna.room();
	await ben.join(r);
	const hidden = await anna.room({ kind: 'private' });
	const a = await anna.send(r, `one ${word} crème brûlée`);
	const b = await ben.send(r, `two ${word.toUpperCase()} tea`);
	const c = await anna.send(hidden, `three ${word}`);
	const find = async (who, q) => {
		const reply = (await who.get(`search?${q}`)).expect(200);
		assert.equal(typeof reply.more, 'boolean');
		reply.results.forEach((x) => {
			shape.message(x.message);
			assert.equal(x.room, x.message.room);
		});
		return reply;
	};
	const hits = async (who, q) => (await find(who, q)).results.map((x) => [x.room, x.message.seq]);
	const [A, B, C] = [a, b, c].map((m) => [m.room, m.seq]);
	assert.deepEqual(await hits(anna, `q=${word}`), [C, B, A]);
	assert.deepEqual(await hits(ben, `q=${word}`), [B, A]);
	assert.deepEqual(await hits(carl, `q=${word}`), []);
	assert.deepEqual(await hits(ben, `q=${word}+creme`), [A]);
	assert.deepEqual(await hits(ben, `q=${word.slice(0, -2)}`), [B, A], 'the beginning of a word');
	assert.deepEqual(await hits(anna, `q=${word}&room=${r.id}`), [B, A]);
	assert.deepEqual(await hits(anna, `q=${word}&from=${ben.id}`), [B]);
	assert.deepEqual(await hits(anna, `q=${word}&before=${a.created_at}`), []);
	const { results, more } = await find(anna, `q=${word}&limit=1`);
	assert.deepEqual([results.length, more], [1, true]);
	assert.equal((await find(anna, `q=${word}&limit=3`)).more, false);
	(await carl.get(`search?q=${word}&room=${hidden.id}`)).refused(404);
	await ben.leave(r);
	assert.deepEqual(await hits(ben, `q=${word}`), [], 'not after leaving');
});

test('search takes no operators and no emptiness for a crash', async () => {
	for (const q of ['', '%20', '%2B%2B', '%22', '-x', '*', '(', '%3C%3E%7E', '@', 'a'.repeat(2000), "';--", '%40%40x', '%E2%80%8B']) {
		const reply = await anna.get(`search?q=${q}`);
		assert.ok([200, 422].includes(reply.status), `${q}: ${reply.status} ${reply.text}`);
	}
	(await anna.get('search')).refused(422, undefined, 'q');
	(await anna.get('search?q=x&before=yesterday')).refused(422, undefined, 'before');
	(await anna.get('search?q=x&room=x')).refused(422, undefined, 'room');
	(await anna.get('search?q=x&limit=201')).refused(422, undefined, 'limit');
});

/* --- all kinds of events, by every transport ------------------------------------------------------ */

test('every kind of event comes with the same type, number and target by every transport', async () => {
	const r = await anna.room();
	await ben.join(r);
	const { cursor, rooms } = await ben.sync();
	const start = Object.fromEntries(rooms.map((x) => [x.id, x.last_seq]));
	const live = await ben.stream(`?cursor=${cursor}`);
	const m = await anna.send(r, 'all kinds');
	(await anna.post(at(m), { body: 'edited' })).expect(200);
	(await react(ben, m, '👍', true)).expect(200);
	(await anna.post(`rooms/${r.id}`, { topic: 'kinds' })).expect(200);
	await carl.join(r);
	(await anna.post(`rooms/${r.id}/members/${carl.id}`, { role: 'moderator' })).expect(200);
	(await carl.post(at(m, 'delete'))).expect(200);
	await carl.leave(r);
	const last = await anna.send(r, 'last');
	await live.event('message', { room: r.id, seq: last.seq });
	live.close();
	const strip = (list) => list.map((e) => [e.type, e.seq, e.target, e.by]);
	const want = strip((await ben.events(r, start[r.id])).events);
	assert.deepEqual(want.map((w) => w[0]),
		['message', 'edit', 'reaction', 'room', 'join', 'role', 'delete', 'leave', 'message']);
	assert.deepEqual(strip(new Ledger(start).take(live.events).of(r)), want);
	for (const [who, wait] of [[ben, 5], [ben, 0], [ben.through(it.cgi), 0]]) {
		const { ledger } = await follow(who, cursor, {
			wait, ledger: new Ledger(start), done: (l) => l.last.get(r.id) === last.seq,
		});
		ledger.of(r).forEach(shape.event);
		assert.deepEqual(strip(ledger.of(r)), want);
	}
});

test('metrics are Prometheus text for a request from loopback', async () => {
	const reply = await it.stranger().get('metrics');
	assert.equal(reply.status, 200);
	assert.match(reply.headers['content-type'], /^text\/plain/);
	assert.match(reply.text, /^# TYPE palabre_\w+ (counter|gauge|histogram)$/m);
	for (const line of reply.text.trim().split('\n')) {
		assert.match(line, /^(#.*|[a-z_:]+(\{.*\})? [-+0-9.eE]+|[a-z_:]+(\{.*\})? (NaN|\+Inf))$/);
	}
});
