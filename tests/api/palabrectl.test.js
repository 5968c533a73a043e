/* palabrectl.test.js - what the admin's command line does, and how it says so. */

import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { Client, login, PASSWORD, register, unique, until } from './client.js';
import { setup } from './setup.js';

let it, ann, dir;

before(async () => {
	it = await setup();
	ann = await register(it.base);
	dir = await mkdtemp(join(tmpdir(), 'palabrectl-'));
});
after(async () => {
	await it?.stop();
	await rm(dir, { recursive: true, force: true });
});

/** Runs a command that must end well; gives the object that --json prints. */
async function ctl(args, how) {
	const done = await it.instance.ctl(['--json', ...args], how);
	assert.equal(done.code, 0, `${args}: ${done.err}`);
	assert.equal(done.err, '');
	return JSON.parse(done.out);
}

/** Runs one that must fail with this code, saying why in one line and printing nothing. */
async function fails(code, args, how) {
	const done = await it.instance.ctl(args, how);
	assert.equal(done.code, code, `${args}: ${done.out}${done.err}`);
	assert.match(done.err, /^palabrectl: .+\n$/);
	assert.equal(done.out, '');
	return done.err;
}

const signIn = (name, password) => new Client(it.base).post('login', { name, password });

test('--help tells every command, and each tells its own', async () => {
	const { code, out } = await it.instance.ctl(['--help']);
	assert.equal(code, 0);
	const commands = [...out.matchAll(/^ {2}([a-z]+(?: [a-z]+)?) /gm)].map((m) => m[1]);
	assert.ok(commands.length >= 16, commands.join());
	for (const command of commands) {
		const own = await it.instance.ctl([...command.split(' '), '--help']);
		assert.equal(own.code, 0, command);
		assert.match(own.out, new RegExp(`^usage: palabrectl ${command}`));
	}
});

test('--help after the first of two words tells what may follow', async () => {
	const { code, out } = await it.instance.ctl(['media', '--help']);
	assert.equal(code, 0);
	assert.deepEqual([...out.matchAll(/^ {2}(\w+ \w+) /gm)].map((m) => m[1]),
		['media stats', 'media gc', 'media verify']);
	assert.match(await fails(2, ['media', 'gone']), /see palabrectl media --help/);
});

test('a wrong command line is exit code 2', async () => {
	for (const args of [['nonsense'], ['user'], ['user', 'add'], ['stats', 'x'], ['stats', '--x'],
		['user', 'role', ann.name, 'king'], ['room', 'delete', 'general'], ['purge', '--events=x']]) {
		await fails(2, args);
	}
});

test('an unknown thing is exit code 3', async () => {
	for (const args of [['user', 'disable', 'nobody.at.all'], ['user', 'passwd', '#999999', '--generate'],
		['session', 'revoke', '999999'], ['session', 'list', 'nobody.at.all'],
		['room', 'delete', '999999'], ['restore', join(dir, 'nothing')]]) {
		await fails(3, args);
	}
});

test('a database that is not there is exit code 5', async () => {
	const cnf = join(dir, 'none.cnf');
	await writeFile(cnf, `[client]\nsocket=${join(dir, 'none.sock')}\n`);
	const paths = { ...it.instance.paths };
	it.instance.paths.dbCnf = cnf;
	try {
		await fails(5, ['stats']);
		await fails(5, ['migrate']);
	} finally {
		it.instance.paths = paths;
	}
});

test('migrate does nothing twice, and refuses a newer schema', async () => {
	const { before: was, version } = await ctl(['migrate'], { admin: true });
	assert.equal(was, version);
	const sql = it.sql();
	await sql.query(`INSERT INTO schema_migration (version, name) VALUES (900, 'of the future')`)
		.catch(() => {});
	await sql.close();
	const done = await it.instance.ctl(['migrate'], { admin: true });
	const after = it.sql();
	await after.query('DELETE FROM schema_migration WHERE version = 900');
	await after.close();
	assert.equal(done.code, 4, done.err);
});

test('user add: the password comes by standard input, the account can sign in', async () => {
	const name = unique('Made');
	const { user } = await ctl(['user', 'add', name, '--display-name=Made by hand'], { input: `${PASSWORD}\n` });
	assert.equal(user.role, 'user');
	assert.equal((await signIn(name, PASSWORD)).expect(200).user.display_name, 'Made by hand');
	await fails(4, ['user', 'add', name.toUpperCase()], { input: PASSWORD });
	await fails(2, ['user', 'add', unique('c')], { input: 'password1\n' });
	await fails(2, ['user', 'add', unique('n')], { input: '' });
	await fails(2, ['user', 'add', '<b>'], { input: PASSWORD });
});

test('user add --generate tells the password once, and --admin makes an administrator', async () => {
	const name = unique('gen');
	const { user, password } = await ctl(['user', 'add', name, '--generate', '--admin']);
	assert.equal(user.role, 'admin');
	(await signIn(name, password)).expect(200);
	const { users } = await ctl(['user', 'list']);
	const line = users.find((u) => u.name === name);
	assert.equal(line.sessions, 1);
	assert.ok(!JSON.stringify(users).includes(password));
});

test('user passwd ends the sessions and the old password', async () => {
	const c = await register(it.base);
	const s = await c.stream();
	const { password } = await ctl(['user', 'passwd', c.name, '--generate']);
	assert.equal((await s.end()).reason, 'revoked');
	(await c.get('me')).refused(401);
	(await signIn(c.name, c.password)).refused(401);
	(await signIn(c.name, password)).expect(200);
});

test('user disable and enable', async () => {
	const c = await register(it.base);
	assert.equal((await ctl(['user', 'disable', `#${c.id}`])).disabled, true);
	(await c.get('me')).refused(401);
	(await signIn(c.name, c.password)).refused(401, 'bad_credentials');
	await ctl(['user', 'enable', c.name]);
	(await signIn(c.name, c.password)).expect(200);
});

test('user role: there is always an administrator', async () => {
	const c = await register(it.base);
	await ctl(['user', 'role', c.name, 'admin']);
	assert.equal((await c.get('me')).expect(200).user.role, 'admin');
	const { users } = await ctl(['user', 'list']);
	const admins = users.filter((u) => u.role === 'admin');
	for (const { name } of admins.slice(1)) {
		await ctl(['user', 'role', name, 'user']);
	}
	assert.match(await fails(4, ['user', 'role', admins[0].name, 'user']), /administrator/);
	await ctl(['user', 'role', ann.name, 'admin']);
});

test('session list and revoke: one, and all of an account', async () => {
	const c = await register(it.base);
	const [one, two] = [await login(c), await login(c)];
	const s = await one.stream();
	const { sessions } = await ctl(['session', 'list', c.name]);
	assert.equal(sessions.length, 3);
	const { sessions: own } = (await one.get('sessions')).expect(200);
	await ctl(['session', 'revoke', String(own.find((x) => x.current).id)]);
	assert.equal((await s.end()).reason, 'revoked');
	(await one.get('me')).refused(401);
	(await two.get('me')).expect(200);
	assert.equal((await ctl(['session', 'revoke', c.name])).ended, 2);
	(await two.get('me')).refused(401);
});

test('room list and delete: members see it go', async () => {
	const room = await ann.room();
	const s = await ann.stream();
	const { rooms } = await ctl(['room', 'list']);
	assert.ok(rooms.some((r) => r.id === room.id && r.name === room.name));
	await ctl(['room', 'delete', String(room.id)]);
	await s.event('gone', { room: room.id });
	(await ann.get(`rooms/${room.id}`)).refused(404);
});

test('stats counts', async () => {
	const one = await ctl(['stats']);
	await register(it.base);
	const two = await ctl(['stats']);
	assert.equal(two.users, one.users + 1);
	assert.equal(two.epoch, (await ann.get('status')).expect(200).epoch);
});

test('selftest finds nothing bad here, and names what is', async () => {
	const good = await it.instance.ctl(['selftest', '--json']);
	assert.equal(good.code, 0, good.out);
	const { checks, bad } = JSON.parse(good.out);
	assert.equal(bad, 0);
	const topics = new Set(checks.map((c) => c.topic));
	for (const topic of ['database', 'durable', 'clock', 'schema', 'socket', 'hub', 'limits', 'lighttpd']) {
		assert.ok(topics.has(topic), topic);
	}
	const run = it.instance.paths.run;
	it.instance.paths.run = join(dir, 'nowhere');
	try {
		const done = await it.instance.ctl(['selftest']);
		assert.equal(done.code, 6);
		assert.match(done.out, /^bad +run /m);
	} finally {
		it.instance.paths.run = run;
	}
});

test('a backup is private and whole; restored, all is there again under a new epoch', async () => {
	const file = join(dir, 'backup.sql');
	const room = await ann.room();
	const said = await ann.send(room, 'before the backup 🌳');
	const { cursor } = await ann.poll('');
	const { epoch } = await ctl(['stats']);
	await ctl(['backup', file]);
	assert.equal((await stat(file)).mode & 0o777, 0o600);
	await ann.send(room, 'after the backup');
	const late = await register(it.base);

	await fails(4, ['restore', file], { admin: true });
	const restored = await ctl(['restore', file, '--yes'], { admin: true });
	assert.notEqual(restored.epoch, epoch);
	const { messages } = await ann.messages(room);
	assert.deepEqual(messages.map((m) => [m.seq, m.body]), [[said.seq, said.body]]);
	(await late.get('me')).refused(401);
	assert.equal((await ann.get('status')).expect(200).epoch, restored.epoch);
	await until(async () => (await ann.poll(cursor)).resume === 'reset', 'old cursors are reset');
	await ann.send(room, 'life goes on');
});

test('a backup that was cut short is refused, and nothing is done', async () => {
	const file = join(dir, 'cut.sql');
	await ctl(['backup', file]);
	await truncate(file, Math.floor((await readFile(file)).length / 2));
	await fails(1, ['restore', file, '--yes'], { admin: true });
	(await ann.get('me')).expect(200);
});

test('purge removes old messages and events; unread counts stay exact', async () => {
	const ben = await register(it.base);
	const room = await ann.room();
	await ben.join(room);
	for (let i = 0; i < 5; i++) {
		await ann.send(room, `number ${i}`);
	}
	const sql = it.sql();
	await sql.query(`UPDATE message SET created_at = created_at - 400000000 WHERE room = ${room.id} AND seq <= 5`);
	await sql.close();
	const unread = async () =>
		(await ben.get(`rooms/${room.id}`)).expect(200).room.unread;
	assert.equal(await unread(), 5);
	const removed = await ctl(['purge', '--messages=3']);
	assert.equal(removed.messages, 3);
	assert.equal(await unread(), 2);
	assert.deepEqual((await ben.messages(room)).messages.map((m) => m.body), ['number 3', 'number 4']);
});
