/* people.test.js - sessions and their revocation, passwords, profiles, finding others. */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { Client, login, PASSWORD, register, stopwatch, unique } from './client.js';
import { byHand, setup } from './setup.js';
import { shape } from './shapes.js';

let it, anna, ben;

before(async () => {
	it = await setup();
	[anna, ben] = [await register(it.base), await register(it.base)];
});
after(() => it?.stop());

const sessions = async (c) => (await c.get('sessions')).expect(200).sessions;

test('sessions lists one’s own, telling which is the current', async () => {
	const c = await register(it.base);
	const bot = await login(c, { token: true });
	const seen = (await c.get('sessions', { headers: { 'User-Agent': 'Test/1' } }))
		.expect(200).sessions;
	seen.forEach(shape.session);
	assert.equal(seen.length, 2);
	assert.equal(seen.filter((s) => s.current).length, 1);
	assert.ok(seen.every((s) => s.address === '127.0.0.1'));
	const mine = seen.find((s) => s.current).id;
	const theirs = (await sessions(bot)).find((s) => s.current).id;
	assert.notEqual(mine, theirs);
	assert.ok(!(await sessions(anna)).some((s) => s.id === mine));
});

test('a session remembers the agent that made it', async () => {
	const c = await register(it.base);
	const reply = await new Client(it.base).post('login', { name: c.name, password: c.password },
		{ headers: { 'User-Agent': 'Palabre Bot <3' } });
	reply.expect(200);
	assert.ok((await sessions(c)).some((s) => s.agent === 'Palabre Bot <3'));
});

test('a revoked session is 401, and its streams end with bye/revoked within 2 s', async () => {
	const c = await register(it.base);
	const other = await login(c);
	const [s, kept] = [await other.stream(), await c.stream()];
	const id = (await sessions(other)).find((x) => x.current).id;
	assert.deepEqual((await c.post(`sessions/${id}/revoke`)).expect(200), {});
	const took = stopwatch();
	const bye = await s.end();
	assert.deepEqual([bye.type, bye.reason], ['bye', 'revoked']);
	assert.ok(took() < 2000);
	(await other.get('me')).refused(401);
	const room = await c.room();
	await kept.event('join', { room: room.id });
	kept.close();
	assert.ok(!(await sessions(c)).some((x) => x.id === id));
});

test('nobody revokes another’s session', async () => {
	const id = (await sessions(anna))[0].id;
	(await ben.post(`sessions/${id}/revoke`)).refused(404);
	(await anna.get('me')).expect(200);
	(await anna.post('sessions/999999999/revoke')).refused(404);
	(await anna.post('sessions/0/revoke')).refused(404);
});

test('a password change ends the other sessions and not this one', async () => {
	const c = await register(it.base);
	const [one, bot] = [await login(c), await login(c, { token: true })];
	const s = await one.stream();
	const fresh = 'a wholly new passphrase';
	const reply = await c.post('me/password', { old: c.password, new: fresh });
	assert.deepEqual(reply.expect(200), {});
	for (const x of reply.cookies) {
		c.cookie = `${x.name}=${x.value}`;
	}
	assert.equal((await s.end()).reason, 'revoked');
	(await one.get('me')).refused(401);
	(await bot.get('me')).refused(401);
	(await c.get('me')).expect(200);
	(await new Client(it.base).post('login', { name: c.name, password: c.password }))
		.refused(401, 'bad_credentials');
	c.password = fresh;
	await login(c);
});

test('the wrong old password is 403 and changes nothing', async () => {
	const c = await register(it.base);
	const one = await login(c);
	(await c.post('me/password', { old: 'not my password', new: 'a wholly new passphrase' })).refused(403);
	(await one.get('me')).expect(200);
	await login(c);
});

const BAD_PASSWORDS = [['short', '1234567'], ['long', 'x'.repeat(129)], ['common', 'password1'], ['common too', 'iloveyou'],
	['empty', ''], ['a number', 12345678]];

for (const [what, password] of BAD_PASSWORDS) {
	test(`a new password that is ${what} is 422`, async () => {
		const c = await register(it.base);
		(await c.post('me/password', { old: c.password, new: password })).refused(422, undefined, 'new');
		await login(c);
	});
}

test('register refuses common passwords and one’s own name as password', async () => {
	const bare = new Client(it.base);
	for (const password of ['12345678', 'password', 'qwertyuiop', 'sunshine']) {
		(await bare.post('register', { name: unique('p'), password })).refused(422, undefined, 'password');
	}
	const name = unique('longname');
	for (const password of [name]) {
		(await bare.post('register', { name, password })).refused(422, undefined, 'password');
	}
});

test('the profile: display_name, locale, away, and a profile event in one’s self log', async () => {
	const c = await register(it.base);
	const s = await (await login(c)).stream();
	const { self } = await c.sync();
	const { user } = (await c.post('me', { display_name: 'Ché ☕', locale: 'fr' })).expect(200);
	shape.user(user);
	assert.equal(user.display_name, 'Ché ☕');
	assert.equal((await c.get('me')).expect(200).user.display_name, 'Ché ☕');
	const e = shape.event(await s.event('profile', { room: self.room }));
	assert.equal(e.user.display_name, 'Ché ☕');
	s.close();
	const { events } = await c.events({ id: self.room }, self.last_seq);
	assert.ok(events.some((x) => x.type === 'profile' && x.user.display_name === 'Ché ☕'));
});

test('away makes one away to others, and not away online again', async () => {
	const c = await register(it.base);
	const room = await anna.room();
	await c.join(room);
	const s = await c.stream();
	assert.equal((await c.post('me', { away: true })).expect(200).user.presence, 'away');
	assert.equal((await anna.get(`users/${c.id}`)).expect(200).user.presence, 'away');
	assert.equal((await c.post('me', { away: false })).expect(200).user.presence, 'online');
	s.close();
});

for (const [field, fields] of [['display_name', { display_name: 'x'.repeat(65) }], ['display_name', { display_name: 'a\nb' }],
	['away', { away: 'yes' }], ['locale', { locale: 7 }], ['locale', { locale: 'x'.repeat(200) }],
	['name', { name: 'other' }], ['role', { role: 'admin' }], ['password', { password: 'x'.repeat(9) }]]) {
	test(`me refuses ${JSON.stringify(fields).slice(0, 40)}`, async () => {
		const before = (await ben.get('me')).expect(200).user;
		(await ben.post('me', fields)).refused(422, undefined, field);
		const now = (await ben.get('me')).expect(200).user;
		assert.deepEqual({ ...now, last_seen: 0 }, { ...before, last_seen: 0 });
	});
}

test('users/{id} gives a user; unknown ones are 404', async () => {
	assert.equal(shape.user((await ben.get(`users/${anna.id}`)).expect(200).user).id, anna.id);
	(await ben.get('users/999999999')).refused(404);
	(await ben.get('users/0')).refused(404);
	(await it.stranger().get(`users/${anna.id}`)).refused(401);
});

test('users finds by the beginning of a name, whatever its case, up to limit', async () => {
	const stem = unique('find').replaceAll('-', '');
	const made = [];
	for (const tail of ['a', 'B', 'c']) {
		made.push((await register(it.base, { name: stem + tail })).id);
	}
	const find = async (q, limit = 50) =>
		(await ben.get(`users?q=${encodeURIComponent(q)}&limit=${limit}`)).expect(200).users;
	const ids = (list) => list.map((u) => u.id).sort((a, b) => a - b);
	const found = await find(stem);
	found.forEach(shape.user);
	assert.deepEqual(ids(found), made);
	assert.deepEqual(ids(await find(stem.toUpperCase())), made);
	assert.deepEqual(ids(await find(stem + 'b')), [made[1]]);
	assert.equal((await find(stem, 2)).length, 2);
	assert.deepEqual(await find(stem + '%'), []);
	assert.deepEqual(await find('_'.repeat(stem.length)), []);
	assert.deepEqual(await find(stem + 'zz'), []);
});

test('disabled accounts can’t sign in, their sessions and streams end', async () => {
	const c = await register(it.base);
	const s = await c.stream();
	const done = await it.instance.ctl(['user', 'disable', c.name]);
	assert.equal(done.code, 0, done.err);
	assert.equal((await s.end()).reason, 'revoked');
	(await c.get('me')).refused(401);
	(await new Client(it.base).post('login', { name: c.name, password: c.password }))
		.refused([401, 403]);
});

test('registration by invitation takes who has the code, closed takes nobody', () => {
	const settings = { PALABRE_INVITE_CODE: 'open-sesame', PALABRE_REGISTRATION: 'invite' };
	const status = (env, body) => byHand(it, env, 'register', body).status;
	const person = (more) => JSON.stringify({ name: unique('inv'), password: PASSWORD, ...more });
	assert.equal(status({}, person()), 201, 'open');
	assert.ok([403, 422].includes(status(settings, person())));
	assert.ok([403, 422].includes(status(settings, person({ invite: 'guess' }))));
	assert.equal(status(settings, person({ invite: 'open-sesame' })), 201);
	settings.PALABRE_REGISTRATION = 'closed';
	assert.equal(status(settings, person({ invite: 'open-sesame' })), 403);
});
