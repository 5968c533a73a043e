/* accounts.test.js - registering, signing in and out, and what a session's cookie is like. */

import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { Client, login, PASSWORD, register, unique } from './client.js';
import { setup } from './setup.js';
import { shape } from './shapes.js';

let it, anna;

before(async () => {
	it = await setup();
	anna = await register(it.base, { display_name: 'Anna Ålund' });
});
after(() => it?.stop());

test('the first account registered is the admin, and no later one', async () => {
	assert.equal(anna.user.role, 'admin');
	const other = await register(it.base);
	assert.equal(other.user.role, 'user');
});

test('register answers 201 with the user and a working cookie', async () => {
	const name = unique('Reg');
	const c = new Client(it.base);
	const reply = await c.post('register', { name, password: PASSWORD, display_name: 'Reg É.' });
	const { user } = reply.expect(201);
	shape.user(user);
	assert.equal(user.name, name);
	assert.equal(user.display_name, 'Reg É.');
	const [cookie] = reply.cookies;
	const me = await new Client(it.base, { cookie: `${cookie.name}=${cookie.value}` }).get('me');
	assert.equal(me.expect(200).user.id, user.id);
});

test('without a display name the name is shown', async () => {
	const c = await register(it.base);
	assert.equal(c.user.display_name, c.name);
});

test('the cookie over plain HTTP is palabre, HttpOnly, SameSite=Lax, Path=/, and ours alone', async () => {
	const reply = await new Client(it.base).post('login',
		{ name: anna.name, password: anna.password });
	assert.equal(reply.cookies.length, 1);
	const [{ name, value, attributes }] = reply.cookies;
	assert.equal(name, 'palabre');
	assert.match(value, /^[A-Za-z0-9_-]{43,}$/, '32 random bytes');
	assert.equal(attributes.httponly, true);
	assert.equal(attributes.samesite?.toLowerCase(), 'lax');
	assert.equal(attributes.path, '/');
	assert.ok(!('domain' in attributes), 'host-only');
	assert.ok(!('secure' in attributes), 'a browser would not send it back over plain HTTP');
});

test('login answers 200 with the user and a cookie of its own', async () => {
	const again = await login(anna);
	assert.equal(again.user.id, anna.id);
	shape.user(again.user);
	assert.notEqual(again.cookie, anna.cookie);
	(await again.get('me')).expect(200);
	(await anna.get('me')).expect(200);
});

test('login with token:true gives a token, no cookie, and the token works as Bearer', async () => {
	const reply = await new Client(it.base).post('login',
		{ name: anna.name, password: anna.password, token: true });
	const { token, user } = reply.expect(200);
	assert.deepEqual(reply.cookies, []);
	assert.match(token, /^[A-Za-z0-9_-]{43,}$/);
	assert.equal(user.id, anna.id);
	const bot = new Client(it.base, { token });
	assert.equal((await bot.get('me')).expect(200).user.id, anna.id);
});

test('login without token:true tells no token in the body', async () => {
	const reply = await new Client(it.base).post('login',
		{ name: anna.name, password: anna.password });
	assert.ok(!('token' in reply.expect(200)));
});

test('a wrong password and an unknown name get one and the same answer', async () => {
	const c = new Client(it.base);
	const wrong = await c.post('login', { name: anna.name, password: 'not the one at all' });
	const unknown = await c.post('login', { name: unique('no'), password: 'not the one at all' });
	wrong.refused(401, 'bad_credentials');
	unknown.refused(401, 'bad_credentials');
	assert.equal(wrong.text, unknown.text);
	assert.deepEqual(wrong.cookies, []);
});

test('a session given from outside is never adopted', async () => {
	const chosen = 'A'.repeat(43);
	const c = new Client(it.base, { cookie: `palabre=${chosen}` });
	const reply = await c.post('login', { name: anna.name, password: anna.password });
	reply.expect(200);
	assert.notEqual(reply.cookies[0].value, chosen);
	(await c.get('me')).refused(401);
	const fresh = await c.post('register', { name: unique('f'), password: PASSWORD });
	fresh.expect(201);
	assert.notEqual(fresh.cookies[0].value, chosen);
	(await c.get('me')).refused(401);
});

test('me gives the caller', async () => {
	const { user } = (await anna.get('me')).expect(200);
	assert.deepEqual({ ...user, presence: 0, last_seen: 0 },
		{ ...anna.user, presence: 0, last_seen: 0 });
	shape.user(user);
});

test('logout ends this session and no other, and takes the cookie back', async () => {
	const one = await login(anna);
	const two = await login(anna);
	const reply = await one.post('logout');
	assert.deepEqual(reply.expect(200), {});
	const [cookie] = reply.cookies;
	assert.equal(cookie.name, 'palabre');
	assert.equal(cookie.attributes.path, '/');
	assert.ok(cookie.attributes['max-age'] === '0' || Date.parse(cookie.attributes.expires) < Date.now());
	(await one.get('me')).refused(401);
	(await two.get('me')).expect(200);
});

test('logout everywhere ends all sessions of the user and nobody else’s', async () => {
	const ben = await register(it.base);
	const one = await login(ben);
	const bot = await login(ben, { token: true });
	(await one.post('logout', { everywhere: true })).expect(200);
	for (const c of [ben, one, bot]) {
		(await c.get('me')).refused(401);
	}
	(await anna.get('me')).expect(200);
});

// What is read most looks up the session in the same query (AUTH_READ).
test('reading asks whose session it is each time, and notes that it was used', async () => {
	const who = await register(it.base);
	const room = await who.room();
	await who.send(room, 'x');
	const read = () => who.get(`rooms/${room.id}/messages`);
	const set = (what) => it.instance.sql(`UPDATE session s JOIN user u ON u.id = s.user
		SET ${what} WHERE u.id = ${who.id}`);
	const noted = async () => (await it.instance.sql(`SELECT s.last_seen > 5, u.online_until > 5
		FROM session s JOIN user u ON u.id = s.user WHERE u.id = ${who.id}`))[0].join();
	(await read()).expect(200);
	(await read()).expect(200);
	for (const old of ['s.last_seen = 5', 'u.online_until = 5']) {
		await set(old);
		assert.notEqual(await noted(), '1,1');
		(await read()).expect(200);
		assert.equal(await noted(), '1,1', old);
	}
	await set('u.disabled = 1');
	(await read()).refused(401);
	await set('u.disabled = 0');
	(await read()).expect(200);
	await set('s.expires_at = 5');
	(await read()).refused(401);
	(await who.get(`rooms/${room.id}/messages?before=3&after=1`)).refused(401);
});

test('a Bearer logout ends the token', async () => {
	const bot = await login(anna, { token: true });
	(await bot.post('logout')).expect(200);
	(await bot.get('me')).refused(401);
});

test('names are one under NFKC and case folding, for register and login', async () => {
	const stem = unique('élodie').replaceAll('-', '.');
	const first = await register(it.base, { name: stem });
	const twins = [stem.toUpperCase(), stem.normalize('NFD'),
		stem.replace('l', '\uff4c'), stem.replace('d', '\uff24')];
	for (const name of twins) {
		(await new Client(it.base).post('register', { name, password: PASSWORD }))
			.refused(409);
		const reply = await new Client(it.base).post('login', { name, password: PASSWORD });
		assert.equal(reply.expect(200).user.id, first.id, name);
	}
});

test('a taken name is 409 and the first account stays as it was', async () => {
	const c = new Client(it.base);
	const reply = await c.post('register', { name: anna.name, password: 'another passphrase' });
	reply.refused(409);
	assert.deepEqual(reply.cookies, []);
	(await c.post('login', { name: anna.name, password: 'another passphrase' })).refused(401);
	(await login(anna));
});

const BAD_ACCOUNTS = [
	['name', 'a name of one letter', { name: 'x' }],
	['name', 'a name of 33', { name: 'x'.repeat(33) }],
	['name', 'a blank in a name', { name: 'two words' }],
	['name', 'a control character in a name', { name: 'tab\there' }],
	['name', 'markup in a name', { name: '<b>bold' }],
	['name', 'an empty name', { name: '' }],
	['name', 'a name that is a number', { name: 12345 }],
	['name', 'no name', { name: undefined }],
	['name', 'a direction override in a name', { name: 'abc\u202egpj' }],
	['name', 'a zero width joiner alone', { name: '\u200d\u200d' }],
	['password', 'a password of 7 bytes', { password: '1234567' }],
	['password', 'a password of 129 bytes', { password: 'é'.repeat(64) + 'x' }],
	['password', 'no password', { password: undefined }],
	['password', 'null for a password', { password: null }],
	['password', 'a password that is a list', { password: ['a', 'b'] }],
	['display_name', 'a display name of 65', { display_name: 'd'.repeat(65) }],
	['display_name', 'a newline in a display name', { display_name: 'a\nb' }],
	['display_name', 'DEL in a display name', { display_name: 'a\u007fb' }],
	['display_name', 'C1 in a display name', { display_name: 'a\u0085b' }],
	['display_name', 'a number for a display name', { display_name: 7 }],
	['role', 'a role', { role: 'admin' }],
];

for (const [field, what, fields] of BAD_ACCOUNTS) {
	test(`register refuses ${what}`, async () => {
		const body = { name: unique('bad'), password: PASSWORD, ...fields };
		const c = new Client(it.base);
		const reply = await c.post('register', body);
		reply.refused(422, undefined, field);
		assert.deepEqual(reply.cookies, []);
		if (typeof body.name === 'string' && field !== 'name') {
			(await c.post('login', { name: body.name, password: PASSWORD })).refused(401);
		}
	});
}

test('names of 2 and of 32 letters, digits and ._- are taken, in any script', async () => {
	const tail = unique('').slice(-6);
	const names = [`${tail.slice(-2)}`, `Ж${tail}.x_y-z`, `名${tail}`, ('ü' + tail).padEnd(32, '0')];
	for (const name of names) {
		assert.equal((await register(it.base, { name })).user.name, name);
	}
});

test('passwords of 8 and of 128 bytes work', async () => {
	for (const password of ['8 bytes!', 'é'.repeat(64)]) {
		await login(await register(it.base, { password }));
	}
});

test('a bogus, a cut and an endless token are all 401', async () => {
	const bot = await login(anna, { token: true });
	const tokens = ['x', bot.token.slice(1), bot.token + 'A', 'A'.repeat(43), 'A'.repeat(4000), '=', '%00'];
	for (const token of tokens) {
		(await new Client(it.base, { token }).get('me')).refused(401);
		(await new Client(it.base, { cookie: `palabre=${token}` }).get('me')).refused(401);
	}
	(await new Client(it.base).get('me')).refused(401);
	(await new Client(it.base).get('me', { headers: { Authorization: 'Basic eDp5' } })).refused(401);
	(await new Client(it.base).get(`me?token=${bot.token}`)).refused([401, 422]);
});

test('the cookie is found among others, and a __Host- name is not ours over plain HTTP', async () => {
	const value = anna.cookie.split('=')[1];
	const among = new Client(it.base, { cookie: `a=b; xpalabre=1; palabre=${value}; z="q;"` });
	assert.equal((await among.get('me')).expect(200).user.id, anna.id);
	(await new Client(it.base, { cookie: `__Host-palabre=${value}` }).get('me')).refused(401);
});

test('only a hash of a token is stored, and a password as scrypt writes it', async () => {
	const bot = await login(anna, { token: true });
	const sql = it.sql();
	const rows = await sql.query(`SELECT HEX(token) FROM session WHERE user = ${anna.id}`);
	const raw = Buffer.from(bot.token, 'base64url').toString('hex').toUpperCase();
	const text = Buffer.from(bot.token).toString('hex').toUpperCase();
	assert.ok(rows.length > 0);
	for (const [stored] of rows) {
		assert.ok(!stored.includes(raw) && !text.includes(stored) && stored.length === 64);
	}
	assert.match(await sql.value(`SELECT password FROM user WHERE id = ${anna.id}`), /^\$s1\$/);
	await sql.close();
});

test('no token and no password is in any log', async () => {
	const canary = 'CanaryPassphraseNobodyMaySee';
	const c = await register(it.base, { password: canary });
	const bot = await login(c, { token: true });
	const cookie = c.cookie.split('=')[1];
	const bare = new Client(it.base);
	await bare.post('login', { name: c.name, password: canary + 'x' });
	await bare.post('login', { name: c.name, password: canary, bogus: canary });
	await bare.post('login', `{"name":"${c.name}","password":"${canary}"`);
	await bare.post('register', { name: c.name, password: canary });
	await bot.post('me/password', { old: canary + 'y', new: canary + 'z' });
	await bot.post('rooms', { name: '' });
	await bot.get('rooms/999999');
	await bot.raw('PUT', 'api/v1/me');
	await c.raw('POST', 'api/v1/rooms', { body: 'x', headers: { 'Content-Type': 'text/plain' } });
	await c.get('me', { headers: { 'X-Odd': cookie, Referer: 'http://elsewhere/' } });
	const s = await c.stream();
	await c.poll('', 0);
	s.close();
	(await bot.post('logout')).expect(200);
	(await c.get('nothing/here')).refused(404);
	const dir = join(it.var, 'log');
	const files = await readdir(dir);
	assert.ok(files.length > 0, 'there are logs');
	for (const f of files) {
		const text = await readFile(join(dir, f), 'utf8');
		for (const secret of [canary, bot.token, cookie]) {
			assert.ok(!text.includes(secret), `${f} tells a secret`);
		}
	}
});
