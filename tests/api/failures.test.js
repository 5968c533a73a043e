/* failures.test.js - killed workers, hubs and databases: nothing acknowledged is lost or doubled. */

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { after, before, test } from 'node:test';

import { persist, register, stopwatch, until } from './client.js';
import { setup, workerMaster, workersOf } from './setup.js';
import { follow, Ledger } from './stream.js';

let it, anna, ben;

before(async () => {
	it = await setup({ PALABRE_WORKERS: '4' });
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

const signal = (pid, name) => {
	try {
		process.kill(pid, name);
	} catch (e) {
		assert.equal(e.code, 'ESRCH');
	}
};

const alive = (pid) => existsSync(`/proc/${pid}`);

/* Opens a stream, as often as it takes. */
async function reopen(who, query) {
	return until(async () => {
		const s = who.openStream(query);
		try {
			await s.hello(5000);
			return s;
		} catch {
			s.close();
			return null;
		}
	}, 'a stream again', 20_000);
}

/* Every message that was acknowledged is there once, and the log has no hole. */
async function whole(room, sent) {
	const events = [];
	for (;;) {
		const page = await anna.events(room, events.at(-1)?.seq ?? 0);
		events.push(...page.events);
		if (events.length >= page.last_seq || page.events.length === 0) {
			assert.equal(events.length, page.last_seq);
			break;
		}
	}
	assert.deepEqual(events.map((e) => e.seq), events.map((_, i) => i + 1));
	const ids = events.filter((e) => e.type === 'message').map((e) => e.message.client_id);
	assert.equal(new Set(ids).size, ids.length, 'one row a client_id');
	for (const m of sent) {
		const e = events[m.seq - 1];
		assert.equal(e.message?.client_id, m.client_id, `message ${m.seq} is where it was said to be`);
		assert.equal(e.message.body, m.body);
	}
	assert.equal(ids.length, sent.length, 'nothing was sent that was not acknowledged in the end');
}

test('workers killed under load lose and double nothing; retries find their rows', async () => {
	const room = await roomOf(anna, ben);
	const live = await ben.stream();
	const from = (await anna.events(room)).last_seq;
	const master = await workerMaster(it.instance);
	let going = true;
	const killing = (async () => {
		for (let killed = 0; killed < 12;) {
			const children = workersOf(master);
			if (children.length > 0) {
				signal(children[killed % children.length], 'SIGKILL');
				killed++;
			}
			await new Promise((r) => setTimeout(r, 150));
		}
		going = false;
	})();
	const sent = (await Promise.all([anna, ben, anna, ben, anna, ben].map(async (p, k) => {
		const mine = [];
		for (let i = 0; going || i < 20; i++) {
			mine.push((await persist(p, room, `${k}: ${i}`)).message);
		}
		return mine;
	}))).flat();
	await killing;
	await whole(room, sent);
	const last = Math.max(...sent.map((m) => m.seq));
	await live.event('message', { room: room.id, seq: last });
	live.close();
	const ledger = new Ledger({ [room.id]: from }).take(live.events);
	assert.equal(ledger.of(room).length, sent.length);
});

test('the workers’ master killed: all start again', async () => {
	const room = await roomOf(anna);
	const master = await workerMaster(it.instance);
	const children = workersOf(master);
	signal(master, 'SIGKILL');
	await until(() => children.every((p) => !alive(p)), 'the end of its children');
	const { message } = await persist(anna, room, 'to the new ones');
	await whole(room, [message]);
	assert.notEqual(await workerMaster(it.instance), master);
});

test('a hub ended by SIGTERM says bye/restart to its streams and ends them well', async () => {
	const room = await roomOf(anna, ben);
	const streams = [await anna.stream(), await ben.stream(), await ben.stream('?client=x')];
	const { cursor } = await ben.sync();
	const logged = it.instance.log('error').length;
	const held = ben.poll(cursor, 40).catch(() => null);
	const pid = it.instance.pid('hub');
	signal(pid, 'SIGTERM');
	const took = stopwatch();
	for (const s of streams) {
		const bye = await s.end();
		assert.deepEqual([bye.type, bye.reason], ['bye', 'restart']);
		assert.ok(bye.retry >= 0);
		assert.ok(s.clean, 'the reply has its proper end');
	}
	await until(() => !alive(pid), 'the end of the hub');
	const ms = took();
	assert.ok(ms < 2500, `${ms} ms`);
	await held;
	assert.doesNotMatch(it.instance.log('error').slice(logged), /unexpected end-of-file/);
	const m = (await persist(anna, room, 'meanwhile')).message;
	const s = await reopen(ben, `?cursor=${streams[1].cursor}`);
	assert.equal((await s.hello()).resume, 'exact');
	await s.event('message', { room: room.id, seq: m.seq });
	s.close();
});

test('a hub killed is started again, and resumes are exact', async () => {
	const room = await roomOf(anna, ben);
	const live = await ben.stream();
	const first = await anna.send(room, 'before');
	await live.event('message', { room: room.id, seq: first.seq });
	const pid = it.instance.pid('hub');
	signal(pid, 'SIGKILL');
	await live.wait(() => live.ended, 'the cut').catch(() => {});
	const missed = [];
	for (let i = 0; i < 5; i++) {
		missed.push((await anna.send(room, `missed ${i}`)).seq);
	}
	const s = await reopen(ben, `?cursor=${live.cursor}`);
	assert.equal((await s.hello()).resume, 'exact');
	const m = await anna.send(room, 'after');
	await s.event('message', { room: room.id, seq: m.seq });
	s.close();
	assert.deepEqual(new Ledger({ [room.id]: first.seq }).take(s.events).seqs(room), [...missed, m.seq]);
	assert.notEqual(it.instance.pid('hub'), pid);
});

test('hub and workers killed together, with senders and readers at work', async () => {
	const room = await roomOf(anna, ben);
	const { cursor, rooms } = await ben.sync();
	const from = rooms.find((r) => r.id === room.id).last_seq;
	const master = await workerMaster(it.instance);
	let going = true;
	const sending = Promise.all([anna, ben].map(async (p, k) => {
		const mine = [];
		while (going) {
			mine.push((await persist(p, room, `${k}: ${mine.length}`)).message);
		}
		return mine;
	}));
	const ledger = new Ledger({ [room.id]: from });
	let at = cursor;
	for (let round = 0; round < 4; round++) {
		const s = await reopen(ben, `?cursor=${at}`);
		const before = (await s.hello(), s.events.length);
		await s.wait(() => s.events.length > before + 3, 'some events').catch(() => {});
		if (round < 3) {
			signal(it.instance.pid('hub'), 'SIGKILL');
			workersOf(master).slice(0, 2).forEach((p) => signal(p, 'SIGKILL'));
			await s.end();
		}
		s.close();
		ledger.take(s.events);
		at = s.cursor;
	}
	going = false;
	const sent = (await sending).flat();
	await whole(room, sent);
	const last = Math.max(...sent.map((m) => m.seq));
	await follow(ben, at, { ledger, done: (l) => l.last.get(room.id) >= last });
	assert.equal(ledger.of(room).length, last - from);
});

/* All is well again: not one answer, but a good many in a row. */
async function recovered() {
	let good = 0;
	await until(async () => {
		good = (await anna.get('me')).status === 200 ? good + 1 : 0;
		return good >= 12;
	}, 'good answers again', 10_000);
}

/*
 * How long, in ms, the slowest answer takes meanwhile for which nothing has to be waited: so
 * much is the machine's own, where a program starts for each request. Call it to end it.
 */
function ownTime() {
	let longest = 0;
	let on = true;
	const done = (async () => {
		while (on) {
			const since = performance.now();
			(await it.stranger().through(it.cgi).get('me')).refused(401);
			longest = Math.max(longest, performance.now() - since);
		}
	})();
	return async () => {
		on = false;
		await done;
		return longest;
	};
}

/* What must be 503 while the database is away, and within 3 s. */
async function allUnavailable(room) {
	const asked = [
		() => anna.get('me'), () => anna.get('rooms'), () => anna.get('sync'),
		() => anna.get(`rooms/${room.id}/messages`), () => anna.get(`rooms/${room.id}/events?after=0`),
		() => anna.post(`rooms/${room.id}/messages`, { client_id: randomUUID(), body: 'no' }),
		() => it.stranger().post('login', { name: anna.name, password: anna.password }),
		() => anna.get('rooms/999999'), () => it.stranger().get('me', { headers: { Cookie: `palabre=${'A'.repeat(43)}` } }),
		() => anna.raw('GET', 'stream/poll?wait=0'), () => anna.through(it.cgi).get('me'),
		() => anna.through(it.cgi).raw('GET', 'stream/poll?wait=0'), () => anna.raw('GET', 'stream/events'),
	];
	// Three times over: nobody waits behind those who wait in vain.
	const own = ownTime();
	const replies = await Promise.all([...asked, ...asked, ...asked].map(async (ask) => {
		const since = performance.now();
		const reply = await ask();
		return { reply, took: performance.now() - since };
	}));
	const noise = await own();
	for (const { reply, took } of replies) {
		reply.refused(503);
		assert.ok(took < 3000 + noise, `${reply.what}: ${took} ms, ${noise} of them the machine's`);
	}
	(await it.stranger().get('me')).refused(401);
}

for (const [how, stop, start] of [
	['killed', () => it.instance.kill('mariadbd', 'SIGKILL'), () => it.instance.start()],
	['frozen', () => it.instance.kill('mariadbd', 'SIGSTOP'), (pid) => process.kill(pid, 'SIGCONT')],
]) {
	test(`the database ${how}: 503 within 3 s, streams stay open and go on, nothing is lost`, async () => {
		const room = await roomOf(anna, ben);
		const streams = [await anna.stream('?beat=2'), await ben.stream('?beat=2')];
		const sent = [await anna.send(room, 'before')];
		await streams[1].event('message', { room: room.id, seq: sent[0].seq });
		const pid = stop();
		let up = false;
		const during = persist(ben, room, 'sent in the outage', randomUUID(), 60_000);
		during.catch(() => {});
		try {
			await allUnavailable(room);
			const beats = () => streams[1].frames.filter((f) => f.data?.type === 'beat').length;
			const before = beats();
			await streams[1].wait(() => beats() > before, 'a beat while the database is away');
		} finally {
			await start(pid);
			up = true;
		}
		assert.ok(up && streams.every((s) => !s.ended), 'streams stayed open');
		sent.push((await during).message);
		sent.push((await persist(anna, room, 'after')).message);
		for (const s of streams) {
			for (const m of sent) {
				await s.event('message', { room: room.id, seq: m.seq });
			}
			s.close();
			new Ledger({ [room.id]: sent[0].seq - 1 }).take(s.events);
		}
		await recovered();
		await whole(room, sent);
	});
}

test('all stopped and started again: sessions, messages and cursors hold', async () => {
	const room = await roomOf(anna, ben);
	const s = await ben.stream();
	const sent = [await anna.send(room, 'before')];
	await s.event('message', { room: room.id, seq: sent[0].seq });
	await it.instance.stop();
	assert.equal((await s.end()).reason, 'restart');
	assert.ok(s.clean);
	await it.instance.start();
	sent.push(await anna.send(room, 'after'));
	const again = await ben.stream(`?cursor=${s.cursor}`);
	assert.equal((await again.hello()).resume, 'exact');
	await again.event('message', { room: room.id, seq: sent[1].seq });
	again.close();
	await whole(room, sent);
});
