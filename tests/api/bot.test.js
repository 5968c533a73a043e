/* bot.test.js - the bot that README.md shows, word for word, against a real instance. */

import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { root } from '../harness/instance.js';
import { PASSWORD, register, unique, until } from './client.js';
import { setup } from './setup.js';

let it, anna, room, script;

before(async () => {
	it = await setup();
	anna = await register(it.base);
	room = await anna.room();
	script = join(it.var, 'palabre-bot');
	const readme = readFileSync(join(root, 'README.md'), 'utf8');
	const [, text] = /```sh\n(#!\/bin\/sh\n# palabre-bot[\s\S]*?)```/.exec(readme);
	writeFileSync(script, text);
});
after(() => it?.stop());

/* It and what it starts are a group of their own. */
function start(name, where, base = it.base, env = {}) {
	const bot = spawn('sh', [script, base, name, where], {
		env: { ...process.env, PASSWORD, ...env }, stdio: ['ignore', 'ignore', 'pipe'], detached: true,
	});
	bot.said = '';
	bot.stderr.on('data', (text) => {
		bot.said += text;
	});
	bot.ended = new Promise((done) => {
		bot.on('close', (code) => done(code));
	});
	bot.end = () => {
		if (bot.exitCode === null) {
			process.kill(-bot.pid, 'SIGTERM');
		}
		return bot.ended;
	};
	return bot;
}

const pongs = async (to) => (await anna.messages(room, '?limit=200')).messages
	.filter((m) => m.body === 'pong' && m.reply_to === to);

async function isIn(user) {
	const { members } = (await anna.get(`rooms/${room.id}/members`)).expect(200);
	return members.some((m) => m.user.id === user.id);
}

/* What was said before it knew from where to listen has no answer, so it is said again. */
const untilItAnswers = () => until(async () => {
	const { seq } = await anna.send(room, 'ping');
	await anna.send(room, 'ping?');
	return until(async () => (await pongs(seq)).length === 1, 'an answer', 5000)
		.catch(() => false);
}, 'the bot answers');

test('it has thirty lines', () => {
	const lines = readFileSync(script, 'utf8').trim().split('\n');
	assert.ok(lines.length <= 30, `${lines.length} lines`);
	assert.equal(spawnSync('shellcheck', ['-s', 'sh', script], { encoding: 'utf8' }).stdout, '');
});

for (const [how, base] of [['by long-poll', () => it.base], ['under plain CGI', () => it.cgi]]) {
	test(`it joins, listens ${how} and answers once`, async () => {
		const bot = await register(it.base);
		const running = start(bot.name, room.name, base());
		try {
			await until(() => isIn(bot), 'the bot is in the room');
			await untilItAnswers();
			const { seq } = await anna.send(room, 'ping');
			await until(async () => (await pongs(seq)).length, 'it goes on answering');
			assert.equal((await pongs(seq)).length, 1);
		} finally {
			await running.end();
		}
		assert.equal(running.said, '');
		const answers = (await anna.messages(room, '?limit=200')).messages
			.filter((m) => m.user === bot.id);
		assert.ok(answers.every((m) => m.body === 'pong' && m.reply_to), 'nothing else was said');
	});
}

test('it goes on where it was when the server comes back', async () => {
	const bot = await register(it.base);
	const running = start(bot.name, room.name);
	try {
		await untilItAnswers();
		await it.instance.stop();
		await until(() => running.said.includes('curl'), 'the bot sees that the server is gone');
		await it.instance.start();
		const { seq } = await anna.send(room, 'ping');
		await until(async () => (await pongs(seq)).length, 'an answer');
		assert.equal((await pongs(seq)).length, 1);
	} finally {
		await running.end();
	}
});

test('it ends where it is not told from where to listen', async () => {
	const bot = await register(it.base);
	const bin = mkdtempSync(join(tmpdir(), 'palabre-bot-'));
	const curl = spawnSync('sh', ['-c', 'command -v curl'], { encoding: 'utf8' }).stdout.trim();
	for (const fault of ['exit 7', `echo '{"error":{"code":"unavailable"}}'; exit 22`]) {
		writeFileSync(join(bin, 'curl'), `#!/bin/sh
case "$*" in */api/v1/sync) ${fault} ;; esac
exec ${curl} "$@"
`, { mode: 0o755 });
		const running = start(bot.name, room.name, it.base,
			{ PATH: `${bin}:${process.env.PATH}` });
		try {
			assert.ok(await until(() => running.exitCode, 'it ends'));
		} finally {
			await running.end();
		}
	}
	rmSync(bin, { recursive: true });
	assert.ok(await isIn(bot), 'it came that far');
});

test('a wrong password or room ends it, and it says why', async () => {
	const bot = await register(it.base);
	const lost = start(bot.name, unique('nowhere'));
	assert.notEqual(await lost.ended, 0);
	assert.match(lost.said, /no such room/);
	const wrong = start(unique('nobody'), room.name);
	assert.notEqual(await wrong.ended, 0);
	assert.match(wrong.said, /bad_credentials/);
});
