/* poll.test.js - long-poll, interval poll and plain CGI: the same events as a stream gives. */

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';

import { Client, durable, login, PASSWORD, register, stopwatch, unique } from './client.js';
import { setup } from './setup.js';
import { heldSend } from './sql.js';
import { same, shape } from './shapes.js';
import { follow, Ledger } from './stream.js';

let it, anna, ben, carl;

before(async () => {
	it = await setup();
	[anna, ben, carl] = [await register(it.base), await register(it.base), await register(it.base)];
});
after(() => it?.stop());

async function roomOf(...people) {
	const room = await people[0].room();
	for (const p of people.slice(1)) {
		await p.join(room);
	}
	return room;
}

/* Polls on until something durable is there: a change of presence answers a poll, too. */
async function news(client, cursor, wait, more) {
	let reply;
	for (let at = cursor, i = 0; i < 20; i++, at = reply.cursor) {
		reply = shape.poll(await client.poll(at, wait, more));
		reply.events = durable(reply.events);
		if (reply.events.length > 0) {
			break;
		}
	}
	return reply;
}

/* A poll that the hub is known to hold: the answer to a later request of its kind is there. */
async function held(client, cursor, wait, more = '', poll = client.poll.bind(client)) {
	const reply = poll(cursor, wait, more);
	reply.catch(() => {});
	await client.poll(cursor, 0);
	return { reply };
}

test('a poll without a cursor starts, with a cursor to go on from', async () => {
	const reply = shape.poll(await anna.poll('', 0));
	assert.equal(reply.resume, 'start');
	assert.deepEqual(durable(reply.events), []);
	const s = await anna.stream();
	const room = await roomOf(anna);
	await s.event('join', { room: room.id }); // the hub knows by now
	s.close();
	const { events, resume } = await anna.poll(reply.cursor);
	assert.equal(resume, 'exact');
	assert.deepEqual(events.filter((e) => e.room === room.id).map((e) => e.seq),
		Array.from({ length: room.last_seq }, (_, i) => i + 1));
});

test('wait=0 answers at once, empty or not', async () => {
	const { cursor } = await anna.sync();
	const took = stopwatch();
	const empty = shape.poll(await anna.poll(cursor, 0));
	assert.ok(took() < 3000);
	assert.deepEqual(durable(empty.events), []);
	assert.equal(empty.resume, 'exact');
});

test('a long-poll is held until its time is over', async () => {
	let reply = await anna.sync();
	let took;
	do {
		const since = performance.now();
		reply = await anna.poll(reply.cursor, 1);
		took = performance.now() - since;
		assert.deepEqual(durable(reply.events), []);
		assert.equal(reply.resume, 'exact');
	} while (reply.events.length > 0);
	assert.ok(took > 800 && took < 6000, `${took} ms`);
});

test('a held long-poll is answered when an event comes', async () => {
	const room = await roomOf(anna, ben);
	const { cursor } = await ben.sync();
	const since = performance.now();
	const { reply } = await held(ben, cursor, 40, '', (...a) => news(ben, ...a));
	const m = await anna.send(room, 'wake up');
	const { events } = await reply;
	assert.ok(performance.now() - since < 10_000, 'long before its time is over');
	const [e] = events.filter((x) => x.room === room.id);
	assert.deepEqual(e, { ...e, type: 'message', room: room.id, seq: m.seq, message: m });
});

test('a long-poll without a cursor is held too, and gives what comes from then on', async () => {
	const room = await roomOf(anna);
	let answer;
	const poll = anna.poll('', 40).then((r) => {
		answer = r;
	});
	while (!answer) {
		await anna.send(room, 'is anybody there?');
	}
	await poll;
	assert.equal(answer.resume, 'start');
	assert.ok(answer.events.length > 0);
});

test('a held long-poll is not answered by what is none of its user’s business', async () => {
	const [mine, theirs] = [await roomOf(ben), await roomOf(anna)];
	const { cursor } = await ben.sync();
	const { reply } = await held(ben, cursor, 40, '', (...a) => news(ben, ...a));
	await anna.send(theirs, 'not you');
	const m = await ben.send(mine, 'you');
	const { events } = await reply;
	assert.deepEqual(events.map((e) => [e.room, e.seq]), [[mine.id, m.seq]]);
});

test('a long-poll held before one joins gets the join', async () => {
	const room = await roomOf(anna);
	const { cursor } = await ben.sync();
	const { reply } = await held(ben, cursor, 40, '', (...a) => news(ben, ...a));
	const joined = await ben.join(room);
	const { events } = await reply;
	assert.deepEqual(events.map((e) => [e.type, e.room, e.seq]), [['join', room.id, joined.last_seq]]);
});

test('several events come together', async () => {
	const room = await roomOf(anna, ben);
	const s = await ben.stream();
	const { cursor } = await ben.sync();
	let last;
	for (let i = 0; i < 10; i++) {
		last = await anna.send(room, `${i}`);
	}
	await s.event('message', { room: room.id, seq: last.seq }); // the hub knows all by now
	s.close();
	const { events } = await news(ben, cursor, 30);
	assert.deepEqual(events.map((e) => e.message.body), Array.from({ length: 10 }, (_, i) => `${i}`));
});

test('polls one after the other see every event once, with senders at work', async () => {
	const room = await roomOf(anna, ben, carl);
	const { cursor, rooms } = await ben.sync();
	const from = rooms.find((r) => r.id === room.id).last_seq;
	const sending = Promise.all([anna, carl].map(async (p) => {
		for (let i = 0; i < 40; i++) {
			await p.send(room, `${i}`);
		}
	}));
	const { ledger } = await follow(ben, cursor, {
		wait: 5, ledger: new Ledger({ [room.id]: from }), done: (l) => l.of(room).length >= 80,
	});
	await sending;
	same(ledger.of(room), (await ben.events(room, from)).events);
});

test('a new poll with the same client answers the older one at once', async () => {
	const { cursor } = await anna.sync();
	const { reply } = await held(anna, cursor, 45, '&client=p1');
	const other = await held(ben, (await ben.sync()).cursor, 2, '&client=p1');
	const since = performance.now();
	const young = anna.poll(cursor, 1, '&client=p1');
	assert.deepEqual(durable((await reply).events), []);
	assert.ok(performance.now() - since < 10_000);
	assert.equal((await young).resume, 'exact');
	assert.equal((await other.reply).resume, 'exact');
});

test('a poll replaces a stream of the same client, and a stream a poll', async () => {
	const { cursor } = await anna.sync();
	const s = await anna.stream('?client=p2');
	const poll = anna.poll(cursor, 45, '&client=p2');
	const bye = await s.end();
	assert.deepEqual([bye.type, bye.reason], ['bye', 'replaced']);
	const t = await anna.stream('?client=p2');
	assert.equal((await poll).resume, 'exact');
	t.close();
});

test('a poll of a session that is logged out ends within 2 s', async () => {
	const one = await login(ben);
	const { reply } = await held(one, (await one.sync()).cursor, 45);
	(await one.post('logout')).expect(200);
	const took = stopwatch();
	await reply.catch(() => {});
	const ms = took();
	assert.ok(ms < 2000, `${ms} ms`);
});

test('odd parameters of a poll are refused', async () => {
	const { cursor } = await anna.sync();
	const odd = ['wait=-1', 'wait=51', 'wait=x', 'wait=1.5', 'client=a%20b', `client=${'c'.repeat(33)}`, 'client=%00',
		'bogus=1', 'wait=0&wait=0', 'wait=%FF'];
	for (const base of [it.base, it.cgi]) {
		for (const q of odd) {
			(await anna.through(base).raw('GET', `stream/poll?cursor=${cursor}&${q}`)).refusedUrl();
		}
	}
});

test('client may have 32 of A-Za-z0-9_-', async () => {
	const { cursor } = await anna.sync();
	assert.equal((await anna.poll(cursor, 0, `&client=${'Az09_-'.padEnd(32, 'x')}`)).resume, 'exact');
});

test('next advises a transport, and under plain CGI polling by intervals', async () => {
	const { next } = await anna.poll('', 0);
	assert.ok(['sse', 'long-poll'].includes(next.transport), next.transport);
	const cgi = (await anna.through(it.cgi).poll('', 0)).next;
	assert.equal(cgi.transport, 'poll');
	assert.equal(cgi.wait, 0);
	assert.ok(cgi.after >= 500 && cgi.after <= 60_000, `${cgi.after} ms`);
});

for (const end of ['COMMIT', 'ROLLBACK']) {
	test(`a great deal sent while a transaction was open does not hold polls up: ${end}`, async () => {
		const [slow, quick] = [await roomOf(anna, ben), await roomOf(anna, ben)];
		const { cursor, rooms } = await ben.sync();
		const start = Object.fromEntries(rooms.map((r) => [r.id, r.last_seq]));
		const sql = it.sql();
		const late = await heldSend(sql, slow, anna);
		let last;
		for (let i = 0; i < 80; i++) {
			last = await anna.send(quick, `${i} `.padEnd(8000, 'x'));
		}
		const live = await ben.stream(`?cursor=${cursor}`);
		await live.event('message', { room: quick.id, seq: last.seq });
		await sql.query(end);
		await sql.close();
		for (const who of [ben, ben.through(it.cgi)]) {
			const { ledger } = await follow(who, cursor, {
				ledger: new Ledger(start), ceiling: 15_000,
				done: (l) => l.last.get(quick.id) >= last.seq
					&& (end === 'ROLLBACK' || l.last.get(slow.id) >= late),
			});
			assert.equal(ledger.of(quick).length, 80);
			assert.deepEqual(ledger.seqs(slow), end === 'COMMIT' ? [late] : []);
		}
		live.close();
	});
}

/* --- plain CGI ------------------------------------------------------------------------ */

test('plain CGI registers, signs in, makes rooms, sends and reads', async () => {
	const name = unique('cgi');
	const c = new Client(it.cgi);
	const reply = await c.post('register', { name, password: PASSWORD });
	shape.user(reply.expect(201).user);
	c.cookie = `palabre=${reply.cookies[0].value}`;
	assert.equal(reply.cookies[0].name, 'palabre');
	assert.equal(reply.cookies[0].attributes.path, '/');
	const room = await c.room();
	const m = await c.send(room, 'by CGI é 👍');
	assert.deepEqual((await c.messages(room)).messages, [m]);
	assert.deepEqual((await c.through(it.base).messages(room)).messages, [m]);
	shape.sync(await c.sync());
	const bot = (await c.post('login', { name, password: PASSWORD, token: true })).expect(200);
	const me = await new Client(it.cgi, { token: bot.token }).get('me');
	assert.equal(me.expect(200).user.name, name);
	(await c.post('logout')).expect(200);
	(await c.get('me')).refused(401);
});

test('plain CGI refuses what FastCGI refuses', async () => {
	const c = anna.through(it.cgi);
	const room = await roomOf(anna);
	const body = { client_id: randomUUID(), body: 'x' };
	const path = `rooms/${room.id}/messages`;
	(await it.stranger().through(it.cgi).get('me')).refused(401);
	(await c.post(path, { ...body, bogus: 1 })).refused(422, undefined, 'bogus');
	(await c.post(path, '{"body":"a\xff"}')).refused([400, 422]);
	(await c.post(path, Buffer.from('{"body":"\xff"}', 'latin1'))).refused(400);
	(await c.post(path, JSON.stringify(body).padEnd(70_000, ' '))).refused(413);
	(await c.post(path, body, { headers: { 'Content-Type': 'text/plain' } })).refused(415);
	(await c.post(path, body, { headers: { 'Sec-Fetch-Site': 'cross-site' } })).refused(403, 'cross_site');
	const put = await c.raw('PUT', `api/v1/${path}`, { body: '{}' });
	put.refused(405);
	assert.match(put.headers.allow, /POST/);
	(await c.get('nothing')).refused(404);
	(await c.get('rooms/0')).refused(404);
	(await c.raw('GET', 'stream/events')).refused(404);
	(await c.raw('GET', 'elsewhere')).refused(404);
	assert.equal((await anna.messages(room)).messages.length, 0);
});

test('CGI arguments in the query are not taken for options', async () => {
	for (const q of ['--routes', '--version', '-h', 'migrate']) {
		const reply = await anna.through(it.cgi).get(`status?${q}`);
		assert.ok([200, 400, 422].includes(reply.status), reply.text);
		assert.ok(!reply.text.includes('rooms/{id}'));
		reply.json;
	}
});

test('status under plain CGI knows polling alone', async () => {
	const s = (await anna.through(it.cgi).get('status')).expect(200);
	assert.deepEqual(s.transports, ['poll']);
});

test('a message sent by CGI wakes a stream, and one sent by FastCGI is polled by CGI', async () => {
	const room = await roomOf(anna, ben);
	const s = await ben.stream();
	const m = await anna.through(it.cgi).send(room, 'from a shared host');
	assert.deepEqual((await s.event('message', { room: room.id, seq: m.seq })).message, m);
	s.close();
	const back = await ben.send(room, 'to a shared host');
	const { ledger } = await follow(anna.through(it.cgi), (await s.hello()).cursor, {
		done: (l) => l.seqs(room).includes(back.seq),
	});
	assert.deepEqual(ledger.of(room).at(-1).message, back);
});

/* --- every transport the same ------------------------------------------------------------ */

test('stream, long-poll, interval poll and plain CGI give the identical list', async () => {
	const [one, two] = [await roomOf(anna, ben), await roomOf(ben, anna)];
	const { cursor, rooms } = await ben.sync();
	const start = Object.fromEntries(rooms.map((r) => [r.id, r.last_seq]));
	for (let i = 0; i < 12; i++) {
		await anna.send(i % 3 ? one : two, `to and fro ${i}`);
		if (i % 4 === 2) {
			await carl.join(one);
			await carl.leave(one);
		}
	}
	const last = await anna.send(one, 'last');
	const done = (l) => l.seqs(one).includes(last.seq);
	const s = await ben.stream(`?cursor=${cursor}`);
	await s.event('message', { room: one.id, seq: last.seq });
	s.close();
	const want = new Ledger(start).take(s.events);
	for (const e of [...want.of(one), ...want.of(two)]) {
		shape.event(e);
	}
	const ways = [[ben, 10], [ben, 0], [ben.through(it.cgi), 0]];
	for (const [who, wait] of ways) {
		const { ledger } = await follow(who, cursor, { wait, ledger: new Ledger(start), done });
		for (const room of [one, two]) {
			// Presence is a matter of the moment: all else is the same.
			const strip = (e) => ({ ...e, user: e.user?.id ?? e.user });
			assert.deepEqual(ledger.of(room).map(strip), want.of(room).map(strip));
		}
	}
	for (const room of [one, two]) {
		const strip = (e) => [e.type, e.seq, e.target, e.message];
		assert.deepEqual((await ben.events(room, start[room.id])).events.map(strip),
			want.of(room).map(strip));
	}
});

test('one may change transport between any two events', async () => {
	const room = await roomOf(anna, ben);
	const { cursor, rooms } = await ben.sync();
	const from = rooms.find((r) => r.id === room.id).last_seq;
	const ledger = new Ledger({ [room.id]: from });
	let at = cursor;
	for (let i = 0; i < 12; i++) {
		const m = await anna.send(room, `hop ${i}`);
		const done = (l) => l.last.get(room.id) === m.seq;
		if (i % 4 === 0) {
			const s = await ben.stream(`?cursor=${at}`);
			assert.equal((await s.hello()).resume, 'exact');
			await s.event('message', { room: room.id, seq: m.seq });
			s.close();
			ledger.take(s.events);
			at = s.cursor;
		} else {
			const who = i % 4 === 3 ? ben.through(it.cgi) : ben;
			at = (await follow(who, at, { wait: i % 4 === 1 ? 10 : 0, ledger, done })).cursor;
		}
	}
	assert.deepEqual(ledger.seqs(room), Array.from({ length: 12 }, (_, i) => from + 1 + i));
});
