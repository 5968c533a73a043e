/* upkeep.test.js - what happens to clients when time passes and admins act: retention, backups. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { Client, count, durable, login, PASSWORD, register, unique, until } from './client.js';
import { byHand, setup } from './setup.js';
import { Ledger } from './stream.js';

let it, anna, ben, sql;

before(async () => {
	// With a ring this small, what is older comes from the database or not at all.
	it = await setup({
		PALABRE_EVENT_DAYS: '10', PALABRE_RING_EVENTS: '16', PALABRE_LOG_LEVEL: 'debug',
	});
	[anna, ben] = [await register(it.base), await register(it.base)];
	sql = it.sql();
});
after(async () => {
	await sql?.close();
	await it?.stop();
});

async function ctl(...args) {
	const done = await it.instance.ctl(args);
	assert.equal(done.code, 0, `palabrectl ${args.join(' ')}: ${done.out}${done.err}`);
	return done.out;
}

test('over HTTPS the cookie is __Host-palabre and Secure, and the other name is not read', async () => {
	const body = JSON.stringify({ name: anna.name, password: anna.password });
	const { head, status } = byHand(it, { HTTPS: 'on' }, 'login', body);
	assert.equal(status, 200);
	const [, cookie, attributes] = /^Set-Cookie: (__Host-palabre=[^;]+)(.*)$/m.exec(head);
	for (const a of ['Secure', 'HttpOnly', 'Path=/', 'SameSite=Lax']) {
		assert.match(attributes, new RegExp(`; ${a}(;|\\r?$)`, 'i'));
	}
	assert.doesNotMatch(attributes, /domain/i);
	const out = (env) => byHand(it, { HTTPS: 'on', ...env }, 'logout', '{}').status;
	assert.equal(out({ HTTP_COOKIE: anna.cookie }), 401);
	assert.equal(out({ HTTP_COOKIE: cookie }), 200);
	assert.equal(out({ HTTP_COOKIE: cookie }), 401, 'it is over');
});

test('at the level of debug each request is a line of the log, without what was in it', async () => {
	const c = await register(it.base);
	const room = await c.room();
	await c.send(room, 'a word in confidence');
	(await c.get('search?q=confidence')).expect(200);
	(await c.post(`rooms/${room.id}/members/999999/remove`)).refused(404);
	(await new Client(it.base).post('login', { name: c.name, password: 'not this one' })).refused(401);
	const text = readFileSync(join(it.var, 'log/palabre.log'), 'utf8');
	const lines = text.trim().split('\n').map((line) => JSON.parse(line)).filter((l) => l.event === 'request');
	const of = (path) => lines.findLast((l) => l.path === `api/v1/${path}`);
	const { method, status, refused, ms, level } = of(`rooms/${room.id}/messages`);
	assert.deepEqual({ method, status, refused, level }, { method: 'POST', status: '201', refused: '', level: 'debug' });
	assert.match(ms, /^\d+$/);
	assert.equal(of('search').status, '200');
	assert.equal(of(`rooms/${room.id}/members/999999/remove`).status, '404');
	assert.equal(of('login').status, '401');
	assert.doesNotMatch(text, /confidence|not this one/);
	assert.ok(!text.includes(c.password));
});

test('an expired session is 401', async () => {
	const c = await login(ben);
	const mine = (await c.get('sessions')).expect(200).sessions.find((s) => s.current);
	await sql.query(`UPDATE session SET expires_at = 1 WHERE id = ${mine.id}`);
	(await c.get('me')).refused(401);
	(await c.raw('GET', 'stream/poll?wait=0')).refused(401);
	(await ben.get('me')).expect(200);
});

test('a password hashed at a lower cost is hashed anew at login', async () => {
	const c = await register(it.base);
	const stored = () => sql.value(`SELECT password FROM user WHERE id = ${c.id}`);
	const old = await stored();
	const body = JSON.stringify({ name: c.name, password: c.password });
	assert.equal(byHand(it, { PALABRE_SCRYPT: '11,8,1' }, 'login', body).status, 200);
	const now = await stored();
	assert.notEqual(now, old);
	assert.equal(now.slice(0, 4), '$s1$');
	assert.notEqual(now.slice(0, 10), old.slice(0, 10), 'other parameters');
	assert.equal(byHand(it, { PALABRE_SCRYPT: '11,8,1' }, 'login', body).status, 200);
	assert.equal(await stored(), now, 'once is enough');
	await login(c);
});

test('many logins at once queue for a short while, then are told 503: never a wrong answer', async () => {
	const c = await register(it.base);
	const tries = Array.from({ length: 40 }, (_, i) => (i % 4 ? PASSWORD : 'not the password'));
	const replies = await Promise.all(tries.map((password) =>
		new Client(it.base).post('login', { name: c.name, password })));
	replies.forEach((r, i) => {
		if (r.status === 503) {
			r.refused(503);
		} else {
			assert.equal(r.status, i % 4 ? 200 : 401, r.text);
		}
	});
	assert.ok(count(replies, (r) => r.status === 200) > 0);
});

test('past retention a cursor is reset, a younger one exact, and messages stay', async () => {
	const room = await anna.room();
	await ben.join(room);
	const old = await ben.sync();
	const sent = [await anna.send(room, 'long ago'), await anna.send(room, 'long ago too')];
	const live = await ben.stream();
	await sql.query(`UPDATE event SET created_at = created_at - 11 * 86400000`);
	const fresh = await anna.send(room, 'today');
	await live.event('message', { room: room.id, seq: fresh.seq });
	const young = (await ben.sync()).cursor;
	await ctl('purge');
	assert.equal(await sql.value(`SELECT COUNT(*) FROM event WHERE room = ${room.id} AND seq <= ${sent[1].seq}`), '0');
	let last;
	for (let i = 1; i <= 20; i++) {
		last = await anna.send(room, `after the purge ${i}`);
	}
	await live.event('message', { room: room.id, seq: last.seq });
	live.close();
	for (const who of [ben, ben.through(it.cgi)]) {
		// A hub that has not heard of it yet may say exact, and nothing more.
		await until(async () => {
			const r = await who.poll(old.cursor, 0);
			assert.deepEqual(durable(r.events), [], 'no silent hole');
			return r.resume === 'reset';
		}, 'a reset');
		const { resume, events } = await who.poll(young, 0);
		assert.equal(resume, 'exact');
		const ledger = new Ledger({ [room.id]: fresh.seq }).take(events);
		assert.equal(ledger.of(room).length, 20);
	}
	const s = await ben.stream(`?cursor=${old.cursor}`);
	assert.equal((await s.hello()).resume, 'reset');
	const next = await anna.send(room, 'live again');
	await s.event('message', { room: room.id, seq: next.seq });
	s.close();
	const { messages } = await ben.messages(room);
	assert.deepEqual(messages.slice(0, 3).map((m) => m.body), ['long ago', 'long ago too', 'today']);
	const { events } = await ben.events(room);
	assert.deepEqual(events.map((e) => e.seq), Array.from({ length: 22 }, (_, i) => fresh.seq + i),
		'what is left is gapless');
	assert.equal((await ben.get(`rooms/${room.id}`)).expect(200).room.last_seq, next.seq);
});

test('a session revoked by the admin ends its streams', async () => {
	const c = await register(it.base);
	const s = await c.stream();
	await ctl('session', 'revoke', c.name);
	assert.equal((await s.end()).reason, 'revoked');
	(await c.get('me')).refused(401);
});

test('a password set by the admin ends the sessions and works', async () => {
	const c = await register(it.base);
	const s = await c.stream();
	const done = await it.instance.ctl(['user', 'passwd', c.name], { input: 'a passphrase by the admin\n' });
	assert.equal(done.code, 0, done.err);
	assert.equal((await s.end()).reason, 'revoked');
	c.password = 'a passphrase by the admin';
	await login(c);
});

test('a room deleted by the admin is gone for its members', async () => {
	const room = await anna.room({ kind: 'private' });
	const s = await anna.stream();
	await ctl('room', 'delete', String(room.id));
	await s.event('gone', { room: room.id });
	s.close();
	(await anna.get(`rooms/${room.id}`)).refused(404);
});

test('a role given by the admin is the user’s own from then on', async () => {
	const c = await register(it.base);
	await ctl('user', 'role', c.name, 'admin');
	assert.equal((await c.get('me')).expect(200).user.role, 'admin');
	await ctl('user', 'role', c.name, 'user');
	assert.equal((await c.get('me')).expect(200).user.role, 'user');
});

test('a disabled account can be enabled again', async () => {
	const c = await register(it.base);
	await ctl('user', 'disable', c.name);
	(await new Client(it.base).post('login', { name: c.name, password: c.password })).refused([401, 403]);
	await ctl('user', 'enable', c.name);
	await login(c);
});

test('a restored backup has a new epoch: cursors are reset, and what was in it is there', async () => {
	const room = await anna.room({ name: unique('kept') });
	for (let i = 0; i < 60; i++) {
		await anna.room(); // a list as long as those that workers keep
	}
	const m = await anna.send(room, 'in the backup');
	const { cursor } = await anna.sync();
	const { epoch } = (await anna.get('status')).expect(200);
	const file = join(it.var, 'backup');
	await ctl('backup', file);
	const lost = await anna.send(room, 'after the backup');
	const newest = () => Promise.all(Array.from({ length: 20 }, async () =>
		(await anna.sync()).rooms.find((r) => r.id === room.id).last_message));
	const last = () => Promise.all(Array.from({ length: 20 }, async () =>
		(await anna.messages(room)).messages.at(-1)));
	for (let i = 0; i < 6; i++) {
		assert.deepEqual(await newest(), Array(20).fill(lost));
		assert.deepEqual(await last(), Array(20).fill(lost));
	}
	const late = await anna.sync();
	const s = await anna.stream();
	const done = await it.instance.ctl(['restore', file], { admin: true });
	if (done.code !== 0) {
		// It may want to be asked twice, or nobody to be at work.
		assert.equal((await it.instance.ctl(['restore', '--yes', file], { admin: true })).code, 0, done.err);
	}
	await until(async () => (await anna.get('status')).json.epoch !== epoch, 'a new epoch');
	assert.deepEqual((await anna.messages(room)).messages, [m]);
	for (const c of [cursor, late.cursor]) {
		for (const who of [anna, anna.through(it.cgi)]) {
			await until(async () => (await who.poll(c, 0)).resume === 'reset', 'a reset');
		}
	}
	s.close();
	const next = await anna.stream(`?cursor=${(await anna.sync()).cursor}`);
	assert.equal((await next.hello()).resume, 'exact');
	const n = await anna.send(room, 'life goes on');
	await next.event('message', { room: room.id, seq: n.seq });
	next.close();
	// It has the number of one that is no more, which every worker has had in a list and a page.
	assert.equal(n.seq, lost.seq);
	assert.deepEqual(await newest(), Array(20).fill(n));
	assert.deepEqual(await last(), Array(20).fill(n));
});

test('a beat under a new epoch does not name the old one, though the log stands where it stood', async () => {
	const s = await anna.stream('?beat=2');
	const [, position] = (await s.event('beat')).cursor.split('.');
	await it.instance.sql("UPDATE meta SET value = 'anotherepoch' WHERE name = 'epoch'");
	assert.equal((await s.end()).reason, 'restart');
	const next = await anna.stream('?beat=2');
	assert.equal((await next.event('beat')).cursor, `anotherepoch.${position}`);
	next.close();
});

test('a hub at work while a backup is loaded does not hide what is sent next', async () => {
	const file = join(it.var, 'backup-2');
	await ctl('backup', file);
	const [tables, end] = readFileSync(file, 'utf8').split(/(?=\nSTART TRANSACTION;\n)/);
	assert.match(end, /epoch/);
	const { epoch } = (await anna.get('status')).expect(200);
	await it.instance.sql(tables);
	// What a hub may do in this moment, knowing only the log of before.
	await it.instance.sql('UPDATE log_mark SET settled = settled + 5');
	await it.instance.sql(end);
	assert.notEqual((await anna.get('status')).json.epoch, epoch);
	const room = await anna.room();
	const { cursor } = await anna.sync();
	const s = await anna.stream(`?cursor=${cursor}`);
	for (let i = 0; i < 7; i++) {
		await anna.send(room, `said after it, ${i}`);
	}
	await s.event('message', { room: room.id, seq: 8 });
	assert.deepEqual(s.events.filter((e) => e.room === room.id).map((e) => e.seq),
		[2, 3, 4, 5, 6, 7, 8]);
	s.close();
});
