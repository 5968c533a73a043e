/* resume.test.js - resumes from the ring and from the database, late commits, lost wakes. */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { durable, persist, register, until } from './client.js';
import { setup } from './setup.js';
import { same } from './shapes.js';
import { heldSend } from './sql.js';
import { follow, Ledger } from './stream.js';

let it, anna, ben;

before(async () => {
	// A ring this small forgets in no time; and no worker ever wakes the hub.
	it = await setup({ PALABRE_RING_EVENTS: '16', PALABRE_WAKES: 'off' });
	[anna, ben] = [await register(it.base), await register(it.base)];
});
after(() => it?.stop());

async function roomOf(...people) {
	const room = await people[0].room();
	for (const p of people.slice(1)) {
		await p.join(room);
	}
	return room;
}

const lastOf = async (who, room) => (await who.events(room)).last_seq;

test('with wakes off everything still arrives, on streams and held polls', async () => {
	const room = await roomOf(anna, ben);
	const s = await ben.stream();
	const from = await lastOf(anna, room);
	const poll = ben.poll((await ben.sync()).cursor, 40);
	for (let i = 0; i < 5; i++) {
		const m = await anna.send(room, `${i}`);
		await s.event('message', { room: room.id, seq: m.seq }, 5000);
	}
	s.close();
	assert.deepEqual(new Ledger({ [room.id]: from }).take(s.events).seqs(room),
		[1, 2, 3, 4, 5].map((n) => from + n));
	assert.ok((await poll).events.length > 0);
});

for (const missed of [3, 15, 16, 17, 150]) {
	test(`a resume after ${missed} missed events is exact by every transport`, async () => {
		const [room, other] = [await roomOf(anna, ben), await roomOf(ben, anna)];
		const { cursor, rooms } = await ben.sync();
		const start = Object.fromEntries(rooms.map((r) => [r.id, r.last_seq]));
		for (let i = 0; i < missed; i++) {
			await anna.send(i % 5 ? room : other, `missed ${i}`);
		}
		const want = [room, other].map((r) => r.id);
		const lists = await Promise.all(want.map(async (id) => (await ben.events({ id }, start[id])).events));
		const s = await ben.stream(`?cursor=${cursor}`);
		assert.equal((await s.hello()).resume, 'exact');
		const live = await anna.send(room, 'live');
		await s.event('message', { room: room.id, seq: live.seq });
		s.close();
		const streamed = new Ledger(start).take(s.events);
		same(streamed.of(room).slice(0, -1), lists[0]);
		same(streamed.of(other), lists[1]);
		for (const [who, wait] of [[ben, 5], [ben, 0], [ben.through(it.cgi), 0]]) {
			const { ledger } = await follow(who, cursor, {
				wait, ledger: new Ledger(start), done: (l) => l.last.get(room.id) === live.seq,
			});
			same(ledger.of(room), streamed.of(room));
			same(ledger.of(other), streamed.of(other));
		}
	});
}

test('the hello of a resume does not lie beyond what is still to be replayed', async () => {
	const room = await roomOf(anna, ben);
	const live = await ben.stream();
	const { cursor } = await ben.sync();
	const m = await anna.send(room, 'replay me');
	const s = await ben.stream(`?cursor=${cursor}`);
	const hello = await s.hello();
	s.close();
	await live.event('message', { room: room.id, seq: m.seq }); // the hub knows by now
	live.close();
	const { events } = await ben.poll(hello.cursor);
	assert.ok(events.some((e) => e.room === room.id && e.seq === m.seq));
});

test('while a long replay runs, what is sent meanwhile comes after it, once', async () => {
	const room = await roomOf(anna, ben);
	const { cursor } = await ben.sync();
	const from = await lastOf(anna, room);
	for (let i = 0; i < 100; i++) {
		await anna.send(room, `${i}`);
	}
	let going = true;
	const sending = (async () => {
		let last;
		while (going) {
			last = (await anna.send(room, 'more')).seq;
		}
		return last;
	})();
	const streams = await Promise.all(Array.from({ length: 8 }, () => ben.stream(`?cursor=${cursor}`)));
	going = false;
	const last = await sending;
	for (const s of streams) {
		await s.event('message', { room: room.id, seq: last });
		const ledger = new Ledger({ [room.id]: from }).take(s.events);
		assert.deepEqual(ledger.seqs(room), Array.from({ length: last - from }, (_, i) => from + 1 + i));
		s.close();
	}
});

/* --- late commits -------------------------------------------------------------------------- */

test('a late commit is delivered to a stream and to all who resume in between', async () => {
	const [slow, quick] = [await roomOf(anna, ben), await roomOf(anna, ben)];
	const live = await ben.stream('?beat=2');
	const start = Object.fromEntries((await ben.sync()).rooms.map((r) => [r.id, r.last_seq]));
	const sql = it.sql();
	const late = await heldSend(sql, slow, anna);
	const m = await anna.send(quick, 'overtakes');
	await live.event('message', { room: quick.id, seq: m.seq });

	// Cursors given out now must not lie beyond the event that is still to come.
	const cursors = new Set([live.cursor]);
	const beats = () => live.frames.filter((f) => f.data?.type === 'beat');
	const seen = beats().length;
	await live.wait(() => beats().length > seen, 'a beat');
	cursors.add(beats().at(-1).data.cursor);
	cursors.add((await ben.sync()).cursor);
	cursors.add((await ben.through(it.cgi).sync()).cursor);
	cursors.add((await ben.poll('', 0)).cursor);
	cursors.add((await ben.through(it.cgi).poll('', 0)).cursor);
	cursors.add((await (await ben.stream()).hello()).cursor);
	cursors.add((await (await ben.stream('?cursor=garbage')).hello()).cursor);
	for (const c of [...cursors]) {
		cursors.add((await ben.poll(c, 0)).cursor);
		cursors.add((await ben.through(it.cgi).poll(c, 0)).cursor);
	}
	const between = await Promise.all([...cursors].map((c) => ben.stream(`?cursor=${c}`)));
	for (const s of between) {
		cursors.add((await s.hello()).cursor);
	}
	const polls = [...cursors].map((c) => follow(ben, c, {
		wait: 20, ledger: new Ledger(start), done: (l) => l.seqs(slow).includes(late),
	}));

	await sql.query('COMMIT');
	await sql.close();
	for (const s of [live, ...between]) {
		const e = await s.event('message', { room: slow.id, seq: late });
		assert.equal(e.message.body, 'late');
		s.close();
	}
	await Promise.all(polls);
	for (const c of cursors) {
		for (const who of [ben, ben.through(it.cgi)]) {
			const { ledger } = await follow(who, c, { ledger: new Ledger(start) });
			assert.deepEqual(ledger.seqs(slow), [late], `from ${c}`);
		}
	}
	assert.deepEqual(new Ledger(start).take(live.events).seqs(quick), [m.seq]);
});

test('the room of a late commit goes on behind it, without a jump', async () => {
	const [slow, quick] = [await roomOf(anna, ben), await roomOf(anna, ben)];
	const start = Object.fromEntries((await ben.sync()).rooms.map((r) => [r.id, r.last_seq]));
	const live = await ben.stream();
	const sql = it.sql();
	const late = await heldSend(sql, slow, anna);
	const waiting = persist(anna, slow, 'behind the lock'); // who waits too long is sent away
	const over = await anna.send(quick, 'overtakes');
	await live.event('message', { room: quick.id, seq: over.seq });
	await sql.query('COMMIT');
	await sql.close();
	const { message: next } = await waiting;
	assert.equal(next.seq, late + 1);
	await live.event('message', { room: slow.id, seq: next.seq });
	live.close();
	assert.deepEqual(new Ledger(start).take(live.events).seqs(slow), [late, next.seq]);
});

test('a transaction rolled back holds cursors up no longer than it has to', async () => {
	const [slow, quick] = [await roomOf(anna, ben), await roomOf(anna, ben)];
	const live = await ben.stream('?beat=2');
	const sql = it.sql();
	await heldSend(sql, slow, anna);
	const m = await anna.send(quick, 'overtakes');
	await live.event('message', { room: quick.id, seq: m.seq });
	const stuck = live.cursor;
	await sql.query('ROLLBACK');
	await sql.close();
	const passed = await until(async () => {
		const c = live.cursor;
		return c !== stuck && c;
	}, 'a cursor beyond the gap', 30_000);
	live.close();
	assert.deepEqual(durable((await ben.poll(passed)).events), []);
	const again = await anna.send(slow, 'the number is free again');
	assert.equal(again.seq, (await anna.events(slow)).last_seq);
});

test('16 rooms written at once: every cursor on the way resumes without a hole', async () => {
	const rooms = [];
	for (let i = 0; i < 16; i++) {
		rooms.push(await roomOf(anna, ben));
	}
	const first = await ben.sync();
	const start = Object.fromEntries(first.rooms.map((r) => [r.id, r.last_seq]));
	const live = await ben.stream(`?cursor=${first.cursor}`);
	await Promise.all(rooms.map(async (r) => {
		for (let i = 0; i < 12; i++) {
			await anna.send(r, `${i}`);
		}
	}));
	const total = (l) => rooms.reduce((n, r) => n + l.of(r).length, 0);
	await live.wait(() => total(new Ledger(start).take(live.events)) === 192, 'all 192');
	live.close();
	// What a client knew when it had that cursor, and what it is told from there.
	const frames = live.frames.filter((f) => f.id);
	for (let i = 0; i < frames.length; i += 17) {
		const known = new Ledger(start).take(frames.slice(0, i + 1).map((f) => f.data).filter((d) => d.seq));
		const { ledger } = await follow(ben, frames[i].id, { ledger: known });
		assert.equal(total(ledger), 192, `from ${frames[i].id}`);
	}
});
