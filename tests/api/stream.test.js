/* stream.test.js - SSE: framing, hello, live delivery to whom it may concern, resuming, ending. */

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { durable, login, register, stopwatch } from './client.js';
import { setup } from './setup.js';
import { shape } from './shapes.js';
import { CURSOR, Ledger } from './stream.js';

let it, anna, ben, carl, epoch;

before(async () => {
	it = await setup();
	[anna, ben, carl] = [await register(it.base), await register(it.base), await register(it.base)];
	epoch = (await anna.get('status')).expect(200).epoch;
});
after(() => it?.stop());

const at = (cursor) => `?cursor=${encodeURIComponent(cursor)}`;

/* A room with these members, the first its owner. */
async function roomOf(...people) {
	const room = await people[0].room({ kind: 'public' });
	for (const p of people.slice(1)) {
		await p.join(room);
	}
	return room;
}

/* Sends one more and waits until the stream has it: what was to come before, has come. */
async function flush(sender, room, stream) {
	const m = await sender.send(room, 'flush');
	await stream.event('message', { room: room.id, seq: m.seq });
	return m;
}

/* Where someone is: a cursor, and what they know of each room. */
async function place(who) {
	const { cursor, rooms } = await who.sync();
	return { cursor, start: Object.fromEntries(rooms.map((r) => [r.id, r.last_seq])) };
}

test('a stream’s head forbids every kind of buffering and rewriting', async () => {
	const s = await anna.stream();
	s.close();
	assert.match(s.headers['content-type'], /^text\/event-stream\b/);
	assert.equal(s.headers['cache-control'], 'no-cache, no-store, no-transform');
	assert.equal(s.headers['x-accel-buffering'], 'no');
	assert.equal(s.headers['content-encoding'], 'identity');
	assert.equal(s.headers['access-control-allow-origin'], undefined);
	assert.equal(s.headers['x-content-type-options'], 'nosniff');
});

test('a stream begins with retry: 2000 and a hello that starts', async () => {
	const s = await anna.stream();
	s.close();
	const hello = await s.hello();
	assert.equal(s.frames.find((f) => f.retry !== undefined).retry, 2000);
	assert.ok(s.frames.findIndex((f) => f.retry) <= s.frames.findIndex((f) => f.data));
	const { cursor, network, time, ...rest } = hello;
	assert.deepEqual(rest, { ...rest, type: 'hello', resume: 'start', user: anna.id, heartbeat: 15 });
	assert.match(cursor, CURSOR);
	assert.equal(cursor.split('.')[0], epoch);
	assert.match(network, /^[A-Za-z0-9_-]{4,32}$/);
	assert.ok(!network.includes('127'), 'a hash, not the address');
	shape.time(time);
});

test('hello.network is the same for the same address', async () => {
	const [a, b] = [await anna.stream(), await ben.stream()];
	a.close();
	b.close();
	assert.equal((await a.hello()).network, (await b.hello()).network);
});

test('not signed in: 401 with the error object', async () => {
	(await it.stranger().raw('GET', 'stream/events')).refused(401);
	(await it.stranger().raw('GET', 'stream/poll')).refused(401);
	const headers = { Cookie: 'palabre=nonsense' };
	(await it.stranger().raw('GET', 'stream/events', { headers })).refused(401);
});

test('a stream opens by Bearer as by cookie', async () => {
	const bot = await login(anna, { token: true });
	const s = await bot.stream();
	assert.equal((await s.hello()).user, anna.id);
	s.close();
});

test('odd parameters of a stream are refused', async () => {
	const odd = ['beat=1', 'beat=61', 'beat=x', 'pad=-1', 'pad=4097', 'pad=x', 'client=a%20b', `client=${'c'.repeat(33)}`,
		'client=%0a', 'bogus=1', 'beat=2&beat=3'];
	for (const q of odd) {
		const s = anna.openStream(`?${q}`);
		await s.wait(() => s.status, 'a status');
		s.close();
		assert.ok([400, 422].includes(s.status), `${q}: ${s.status}`);
	}
});

test('a message reaches every member’s stream, and nobody else’s', async () => {
	const room = await roomOf(anna, ben);
	const away = await roomOf(carl);
	const streams = [await anna.stream(), await ben.stream(), await carl.stream()];
	const m = await anna.send(room, 'for two');
	for (const s of streams.slice(0, 2)) {
		const e = await s.event('message', { room: room.id });
		shape.event(e);
		assert.deepEqual(e, { ...e, type: 'message', room: room.id, seq: m.seq, message: m });
	}
	await flush(carl, away, streams[2]);
	assert.ok(streams[2].events.every((e) => e.room === away.id), streams[2].tail());
	streams.forEach((s) => s.close());
});

test('all devices of a user get the events', async () => {
	const room = await roomOf(anna);
	const other = await login(anna);
	const streams = [await anna.stream(), await other.stream(), await other.stream()];
	const m = await anna.send(room, 'everywhere');
	for (const s of streams) {
		await s.event('message', { room: room.id, seq: m.seq });
		s.close();
	}
});

test('a text with line ends of every kind stays one data line', async () => {
	const room = await roomOf(anna);
	const s = await anna.stream();
	const body = 'a\nb\u2028c\u2029d\u0085e\n\ndata: x\n\nid: 7\n\nevent: y\n';
	const m = await anna.send(room, body);
	const e = await s.event('message', { room: room.id, seq: m.seq });
	s.close();
	assert.equal(e.message.body, body);
});

test('one who joins gets the join event first and what comes after', async () => {
	const room = await roomOf(anna);
	const s = await ben.stream();
	await anna.send(room, 'not for ben');
	const joined = await ben.join(room);
	const m = await anna.send(room, 'for ben');
	await s.event('message', { room: room.id, seq: m.seq });
	s.close();
	const mine = s.events.filter((e) => e.room === room.id);
	mine.forEach(shape.event);
	assert.deepEqual(mine.map((e) => [e.type, e.seq]), [['join', joined.last_seq], ['message', m.seq]]);
	assert.equal(mine[0].user.id, ben.id);
});

test('a room made on another device opens with its join event', async () => {
	const s = await anna.stream();
	const room = await anna.room({ kind: 'private' });
	const m = await anna.send(room, 'first');
	await s.event('message', { room: room.id, seq: m.seq });
	s.close();
	const mine = s.events.filter((e) => e.room === room.id);
	assert.deepEqual(mine.map((e) => e.seq), Array.from({ length: m.seq }, (_, i) => i + 1));
	assert.ok(mine.some((e) => e.type === 'join' && e.user.id === anna.id));
});

test('one who leaves gets the leave event as the last of that room', async () => {
	const room = await roomOf(anna, ben);
	const rest = await roomOf(anna, ben);
	const { cursor, start } = await place(ben);
	const s = await ben.stream(at(cursor));
	await ben.leave(room);
	await anna.send(room, 'behind your back');
	await flush(anna, rest, s);
	s.close();
	const mine = new Ledger(start).take(s.events).of(room);
	assert.deepEqual(mine.map((e) => [e.type, e.user?.id]), [['leave', ben.id]]);
	const again = await ben.stream(at(cursor));
	await flush(anna, rest, again);
	again.close();
	assert.deepEqual(new Ledger(start).take(again.events).seqs(room), [mine[0].seq], 'a resume tells the same');
	const poll = await ben.poll(cursor);
	assert.deepEqual(new Ledger(start).take(poll.events).seqs(room), [mine[0].seq]);
});

test('having left and come back, one gets leave, join and what is between neither', async () => {
	const room = await roomOf(anna, ben);
	const rest = await roomOf(anna, ben);
	const { cursor, start } = await place(ben);
	const live = await ben.stream(at(cursor));
	await anna.send(room, 'one');
	await ben.leave(room);
	await anna.send(room, 'hidden');
	await ben.join(room);
	await anna.send(room, 'two');
	await flush(anna, rest, live);
	const strip = (list) => list.filter((e) => e.room === room.id && e.seq > start[room.id])
		.map((e) => [e.type, e.message?.body ?? e.user.id]);
	const want = [['message', 'one'], ['leave', ben.id], ['join', ben.id], ['message', 'two']];
	assert.deepEqual(strip(live.events), want);
	const again = await ben.stream(at(cursor));
	await flush(anna, rest, again);
	assert.deepEqual(strip(again.events), want);
	assert.deepEqual(strip((await ben.poll(cursor)).events), want);
	live.close();
	again.close();
});

test('a resume is exact: what came meanwhile, in order, then live', async () => {
	const room = await roomOf(anna, ben);
	const first = await ben.stream();
	await flush(anna, room, first);
	first.close();
	const missed = [];
	for (let i = 0; i < 5; i++) {
		missed.push((await anna.send(room, `missed ${i}`)).seq);
	}
	const s = await ben.stream(at(first.cursor));
	const hello = await s.hello();
	assert.equal(hello.resume, 'exact');
	const m = await flush(anna, room, s);
	s.close();
	const ledger = new Ledger({ [room.id]: missed[0] - 1 }).take(s.events);
	assert.deepEqual(ledger.seqs(room), [...missed, m.seq]);
});

test('the cursor of every frame resumes behind it without a hole', async () => {
	const room = await roomOf(anna, ben);
	const { cursor } = await ben.sync();
	const last = (await anna.messages(room)).messages.at(-1)?.seq ?? 2;
	for (let i = 0; i < 6; i++) {
		await anna.send(room, `${i}`);
	}
	const s = await ben.stream(at(cursor));
	await flush(anna, room, s);
	s.close();
	const full = new Ledger({ [room.id]: last }).take(s.events).seqs(room);
	const heads = [];
	for (const f of s.frames.filter((g) => g.id)) {
		if (f.data.seq && f.data.room === room.id) {
			heads.push(f.data.seq);
		}
		const seen = Math.max(last, ...heads);
		const { resume, events } = await ben.poll(f.id);
		assert.equal(resume, 'exact');
		const rest = new Ledger({ [room.id]: seen }).take(events).seqs(room);
		assert.deepEqual(rest, full.filter((n) => n > seen), `from ${f.id} at ${JSON.stringify(f.data)}`);
	}
});

test('Last-Event-ID wins over cursor', async () => {
	const room = await roomOf(anna, ben);
	const old = (await ben.sync()).cursor;
	await anna.send(room, 'between');
	const young = (await ben.sync()).cursor;
	const s = await ben.stream(at(old), { 'Last-Event-ID': young });
	const first = await s.hello();
	assert.equal(first.resume, 'exact');
	const t = await ben.stream('?cursor=garbage', { 'Last-Event-ID': young });
	assert.equal((await t.hello()).resume, 'exact');
	const u = await ben.stream(at(young), { 'Last-Event-ID': 'garbage' });
	assert.equal((await u.hello()).resume, 'reset');
	const v = await ben.stream('?cursor=garbage', { 'Last-Event-ID': old });
	await v.event('message', { room: room.id });
	[s, t, u, v].forEach((x) => x.close());
});

test('a cursor that is malformed, of another epoch or beyond the end resets and goes on live', async () => {
	const room = await roomOf(anna, ben);
	const good = (await ben.sync()).cursor;
	const position = good.slice(epoch.length + 1);
	const bad = ['x', '.', `${epoch}`, `${epoch}.`, `.${position}`, `${epoch}.-1`, `${epoch}.1x`, `${epoch}.${'9'.repeat(18)}`,
		`${epoch}.${'9'.repeat(25)}`, `other.${position}`, `${epoch}x.${position}`, `${epoch.slice(1)}.${position}`, 'y'.repeat(500),
		'é', `${good}.1`, ` ${good}`, `${good} `, `${epoch}.0x1`, `${epoch}.+1`, "';--"];
	for (const cursor of bad) {
		const reply = await ben.poll(cursor, 30);
		assert.equal(reply.resume, 'reset', cursor);
		assert.deepEqual(durable(reply.events), []);
		const s = await ben.stream(at(cursor));
		const hello = await s.hello();
		assert.equal(hello.resume, 'reset', cursor);
		const m = await flush(anna, room, s);
		s.close();
		for (const fresh of [hello.cursor, reply.cursor]) {
			const again = await ben.poll(fresh);
			assert.equal(again.resume, 'exact');
			assert.ok(again.events.some((e) => e.room === room.id && e.seq === m.seq), 'nothing is skipped');
		}
	}
});

test('beat may be asked from 2 to 60', async () => {
	for (const beat of [2, 60]) {
		const s = await anna.stream(`?beat=${beat}`);
		s.close();
		assert.ok((await s.hello()).heartbeat >= beat);
	}
});

describe('what comes by the clock', { concurrency: true }, () => {
	test('a probe follows hello by itself, a good second later', async () => {
		const s = await anna.stream();
		const probe = await s.frame((f) => f.data?.type === 'probe', 'probe');
		s.close();
		const hello = s.frames.find((f) => f.data?.type === 'hello');
		assert.ok(probe.chunk > hello.chunk, 'in a write of its own');
		// From our own beginning on, which is before the hub's: no delay makes it less.
		assert.ok(probe.at > 1400, `after ${probe.at} ms`);
		assert.ok(probe.at - hello.at < 5000, `${probe.at - hello.at} ms`);
		assert.equal(s.frames.filter((f) => f.data?.type === 'probe').length, 1);
	});

	test('beats come as asked, are events with a cursor, and the cursor resumes', async () => {
		const s = await anna.stream('?beat=2');
		const hello = await s.hello();
		assert.equal(hello.heartbeat, 2);
		const beats = () => s.frames.filter((f) => f.data?.type === 'beat');
		await s.wait(() => beats().length >= 2, 'two beats');
		s.close();
		const [a, b] = beats();
		assert.equal(a.data.cursor, a.id);
		// The probe, and twice the shortest pause.
		assert.ok(b.at > 1400 + 2 * 1600, `after ${b.at} ms`);
		assert.ok(b.at - a.at < 6000, `${b.at - a.at} ms between beats`);
		assert.equal((await anna.poll(b.data.cursor)).resume, 'exact');
	});

	test('pad=N follows a batch with N bytes of comment', async () => {
		const room = await roomOf(anna);
		for (const pad of [64, 4096]) {
			const s = await anna.stream(`?pad=${pad}`);
			const m = await anna.send(room, 'pad me');
			await s.event('message', { room: room.id, seq: m.seq });
			const from = s.frames.findIndex((f) => f.data?.seq === m.seq);
			const comments = () => s.frames.slice(from).map((f) => f.comment ?? '').join('').length;
			await s.wait(() => comments() >= pad - 2, `${pad} bytes of comment`);
			s.close();
			const one = s.frames.slice(from).find((f) => f.comment);
			assert.ok(Math.abs(one.comment.length - pad) <= 4, `${one.comment.length} for ${pad}`);
			assert.equal(one.id, undefined);
		}
	});
});

test('without pad there is no comment', async () => {
	const room = await roomOf(anna);
	const s = await anna.stream('?pad=0');
	await flush(anna, room, s);
	await flush(anna, room, s);
	s.close();
	assert.ok(s.frames.every((f) => f.comment === undefined));
});

test('a new stream with the same client replaces the older, of the same user only', async () => {
	const other = await ben.stream('?client=page1');
	const third = await anna.stream('?client=page2');
	const old = await anna.stream('?client=page1');
	const young = await anna.stream('?client=page1');
	const bye = await old.end();
	assert.equal(bye.type, 'bye');
	assert.equal(bye.reason, 'replaced');
	assert.equal(typeof bye.retry, 'number');
	assert.ok(old.clean, 'ended as a reply should');
	const room = await roomOf(anna, ben);
	for (const s of [other, third, young]) {
		await flush(anna, room, s);
		s.close();
	}
});

test('streams without client replace nothing', async () => {
	const room = await roomOf(anna);
	const streams = [await anna.stream(), await anna.stream()];
	const m = await anna.send(room, 'both');
	for (const s of streams) {
		await s.event('message', { room: room.id, seq: m.seq });
		s.close();
	}
});

test('a logged out session’s streams say bye/revoked and end, other sessions’ go on', async () => {
	const one = await login(ben);
	const two = await login(ben, { token: true });
	const room = await roomOf(anna, ben);
	const ended = [await one.stream(), await one.stream()];
	const kept = [await ben.stream(), await two.stream()];
	(await one.post('logout')).expect(200);
	const took = stopwatch();
	for (const s of ended) {
		const bye = await s.end();
		assert.deepEqual([bye.type, bye.reason], ['bye', 'revoked']);
		assert.ok(s.clean);
	}
	assert.ok(took() < 2000, 'within 2 s');
	for (const s of kept) {
		await flush(anna, room, s);
		s.close();
	}
});

test('nothing is delivered later than 2 s after logout everywhere', async () => {
	const c = await register(it.base);
	const room = await roomOf(anna, c);
	const bot = await login(c, { token: true });
	const streams = [await c.stream(), await bot.stream()];
	const held = bot.poll((await bot.sync()).cursor, 40).catch(() => {});
	(await c.post('logout', { everywhere: true })).expect(200);
	const took = stopwatch();
	for (const s of streams) {
		assert.equal((await s.end()).reason, 'revoked');
	}
	await held;
	assert.ok(took() < 2000, 'streams and polls end within 2 s');
	await anna.send(room, 'too late');
	(await bot.raw('GET', 'stream/poll?wait=0')).refused(401);
	const s = c.openStream();
	await s.wait(() => s.status, 'a status');
	assert.equal(s.status, 401);
	s.close();
});

test('a client that goes away in the middle disturbs nobody', async () => {
	const room = await roomOf(anna, ben);
	const stays = await ben.stream();
	for (let i = 0; i < 10; i++) {
		const s = await anna.stream();
		s.close();
		anna.openStream().close();
	}
	await flush(anna, room, stays);
	stays.close();
});

test('a client that goes away leaves no complaint in the web server’s log', async () => {
	const logged = it.instance.log('error').length;
	const room = await roomOf(anna, ben);
	const stays = await ben.stream();
	for (let i = 0; i < 3; i++) {
		(await anna.stream()).close();
		await flush(anna, room, stays);
	}
	stays.close();
	assert.equal(it.instance.log('error').slice(logged), '');
});

const slowStreams = async () => Number(/^palabre_slow_streams_total (\d+)$/m
	.exec((await anna.get('metrics')).text)?.[1] ?? 0);

test('a stream that is not read is ended by bye/slow, and a resume has it all', async () => {
	const room = await roomOf(anna, ben);
	const quick = await ben.stream();
	const { cursor, start } = await place(ben);
	const s = await ben.stream(at(cursor));
	s.res.pause();
	let last;
	let count = 0;
	const text = '"'.repeat(8000); // twice as long in JSON
	const before = await slowStreams();
	// Its last bytes wait some seconds for a reader: who begins to read in time gets them.
	while (await slowStreams() === before) {
		const sent = await Promise.all(Array.from({ length: 16 }, () => anna.send(room, text)));
		last = Math.max(...sent.map((m) => m.seq));
		count += sent.length;
		assert.ok(count < 5000, 'it is not slow yet');
	}
	s.res.resume();
	await quick.event('message', { room: room.id, seq: last });
	quick.close();
	const bye = await s.end();
	assert.deepEqual([bye.type, bye.reason], ['bye', 'slow']);
	const ledger = new Ledger(start).take(s.events);
	const again = await ben.stream(at(s.cursor));
	assert.equal((await again.hello()).resume, 'exact');
	await again.event('message', { room: room.id, seq: last });
	again.close();
	ledger.take(again.events);
	assert.equal(ledger.of(room).length, count);
});

test('50 members’ streams all get 100 messages of 4 senders, in order, once', async () => {
	const room = await roomOf(anna, ben, carl);
	const streams = await Promise.all(Array.from({ length: 50 }, (_, i) => [anna, ben, carl][i % 3].stream()));
	const from = (await anna.events(room)).last_seq;
	await Promise.all([anna, ben, carl, anna].map(async (p) => {
		for (let i = 0; i < 25; i++) {
			await p.send(room, `${i}`);
		}
	}));
	const want = Array.from({ length: 100 }, (_, i) => from + 1 + i);
	for (const s of streams) {
		await s.event('message', { room: room.id, seq: from + 100 });
		await s.wait(() => new Ledger({ [room.id]: from }).take(s.events).seqs(room).length === 100, 'all');
		assert.deepEqual(new Ledger({ [room.id]: from }).take(s.events).seqs(room), want);
		s.close();
	}
});
