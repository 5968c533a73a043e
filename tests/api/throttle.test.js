/* throttle.test.js - guessing is slowed down, and nobody is locked out by others' guesses. */

import assert from 'node:assert/strict';
import http from 'node:http';
import { after, before, test } from 'node:test';

import { Client, PASSWORD, register, Reply, unique, until } from './client.js';
import { setup } from './setup.js';

let it;

before(async () => {
	it = await setup({ PALABRE_LIMITS: 'on' });
});
after(() => it?.stop());

/** Tries to sign in from an address of the loopback network. */
function attempt(name, password, { from, cookie } = {}) {
	return new Promise((resolve, reject) => {
		const body = JSON.stringify({ name, password });
		const headers = { 'Content-Type': 'application/json', ...(cookie ? { Cookie: cookie } : {}) };
		const req = http.request(`${it.base}api/v1/login`,
			{ method: 'POST', headers, agent: false, localAddress: from }, (res) => {
				const chunks = [];
				res.on('data', (c) => chunks.push(c));
				res.on('end', () => resolve(new Reply(res, Buffer.concat(chunks), `login ${name}`)));
			});
		req.on('error', reject);
		req.end(body);
	});
}

/** Fails until it is refused for trying too often; gives that reply and the tries before. */
async function guessAtMost(name, from, most = 20) {
	for (let tries = 0; tries < most; tries++) {
		const reply = await attempt(name, 'no such password', { from });
		if (reply.status === 429) {
			return { reply, tries };
		}
		reply.refused(401, 'bad_credentials');
	}
	throw new Error(`${most} tries and no delay`);
}

/* Goes on within the delay, however long that takes. */
async function delayed(go) {
	const move = (ms) => it.instance.sql(`UPDATE login_delay SET until = until + ${ms}`, { dml: true });
	await move(3_600_000);
	const reply = await go();
	await move(-3_600_000);
	return reply;
}

test('after some failures one has to wait, and then the right password works', async () => {
	const c = await register(it.base);
	const { reply, tries } = await guessAtMost(c.name, '127.1.0.1');
	assert.ok(tries >= 3, 'people mistype');
	reply.refused(429, 'too_many_attempts');
	assert.ok(Number(reply.headers['retry-after']) <= 4, 'a delay, no lock');
	const longer = await delayed(() => attempt(c.name, c.password, { from: '127.1.0.1' }));
	longer.refused(429, 'too_many_attempts');
	assert.ok(Number(longer.headers['retry-after']) > 3000, 'as long as the delay is');
	await until(async () => (await attempt(c.name, c.password, { from: '127.1.0.1' })).status === 200,
		'the delay is over');
});

/* The delay after each of so many failures, in s, whatever time they take. */
async function delaysOf(name, from, failures) {
	const delays = [];
	for (let i = 0; i < failures; i++) {
		(await attempt(name, 'no such password', { from })).refused(401, 'bad_credentials');
		const [[delay]] = await it.instance.sql('SELECT (until - last) DIV 1000 FROM login_delay '
			+ 'ORDER BY last DESC LIMIT 1');
		delays.push(Number(delay));
		await it.instance.sql('UPDATE login_delay SET until = last', { dml: true });
	}
	return delays;
}

test('the delay doubles', async () => {
	assert.deepEqual(await delaysOf(unique('ghost'), '127.1.1.1', 9), [0, 0, 0, 0, 0, 1, 2, 4, 8]);
});

test('an unknown name is delayed as a known one is', async () => {
	const [delays, texts] = [[], []];
	for (const [i, name] of [(await register(it.base)).name, unique('nobody')].entries()) {
		const from = `127.1.${2 + i}.1`;
		delays.push(await delaysOf(name, from, 7));
		texts.push((await guessAtMost(name, from)).reply.text);
	}
	assert.deepEqual(delays[0], delays[1]);
	assert.equal(texts[0], texts[1]);
});

test('others’ guesses keep out neither a browser that is signed in nor a known network', async () => {
	const c = await register(it.base);
	await guessAtMost(c.name, '127.1.4.1');
	(await delayed(() => attempt(c.name, c.password, { from: '127.1.5.1' }))).refused(429);
	(await attempt(c.name, c.password, { from: '127.1.6.1', cookie: c.cookie })).expect(200);
	const d = await register(it.base);
	await guessAtMost(d.name, '127.1.7.1');
	(await attempt(d.name, d.password, { from: '127.0.0.1' })).expect(200);
});

test('a network that guesses many names is slowed down as a whole', async () => {
	let refused;
	for (let i = 0; i < 200 && !refused; i++) {
		const reply = await attempt(unique('many'), 'no such password', { from: `127.2.2.${1 + i % 250}` });
		if (reply.status !== 401) {
			refused = reply;
		}
	}
	assert.ok(refused, '200 names were tried from one /24');
	refused.refused(429, 'too_many_attempts');
	(await attempt(unique('many'), 'no such password', { from: '127.2.3.1' })).refused(401);
});

test('with many failures going on, hashing is not even begun', async () => {
	const name = unique('cheap');
	await guessAtMost(name, '127.1.8.1');
	const other = await setup({ PALABRE_LIMITS: 'on', PALABRE_SCRYPT: '16,8,1' });
	try {
		const c = new Client(other.base);
		let slow = 0;
		let quick = Infinity;
		for (let i = 0; i < 12; i++) {
			const t = performance.now();
			const { status } = await c.post('login', { name, password: 'no such password' });
			const ms = performance.now() - t;
			if (status === 401) {
				slow = Math.max(slow, ms);
			} else {
				quick = Math.min(quick, ms);
			}
		}
		assert.ok(quick < slow / 3, `${quick} ms when delayed, ${slow} ms when hashed`);
	} finally {
		await other.stop();
	}
});

test('at most a few hash at once: past the queue the answer is 503, at once', async () => {
	const other = await setup({ PALABRE_LIMITS: 'off', PALABRE_SCRYPT: '16,8,1', PALABRE_WORKERS: '12' });
	try {
		const replies = await Promise.all(Array.from({ length: 12 }, async () => {
			const t = performance.now();
			const reply = await new Client(other.base)
				.post('login', { name: unique('q'), password: PASSWORD });
			return { reply, ms: performance.now() - t };
		}));
		const refused = replies.filter((r) => r.reply.status === 503);
		/* Two at work and two waiting; on a slow machine those give up after 3 s. */
		assert.ok(refused.length >= 4 && refused.length <= 10, `${refused.length} of 12 refused`);
		refused.forEach((r) => r.reply.refused(503));
		replies.filter((r) => r.reply.status !== 503)
			.forEach((r) => r.reply.refused(401, 'bad_credentials'));
	} finally {
		await other.stop();
	}
});

test('an unknown name takes as long to refuse as a wrong password', async () => {
	const other = await setup({ PALABRE_SCRYPT: '14,8,1' });
	try {
		const c = await register(other.base);
		const took = { known: [], unknown: [] };
		// In turns: what else the machine does meets both alike. Without a hash for nobody,
		// the one would take a tenth of the other.
		for (let i = 0; i < 15; i++) {
			for (const [what, name] of [['known', c.name], ['unknown', unique('nobody')]]) {
				const since = performance.now();
				(await new Client(other.base).post('login', { name, password: 'not that one' }))
					.refused(401, 'bad_credentials');
				took[what].push(performance.now() - since);
			}
		}
		const [known, unknown] = Object.values(took).map((x) => x.sort((a, b) => a - b)[7]);
		assert.ok(unknown > known / 2 && known > unknown / 2, `${known} ms against ${unknown} ms`);
	} finally {
		await other.stop();
	}
});

test('a hash of a lower cost is made anew at the next sign-in', async () => {
	const c = await register(it.base);
	const cost = async () => {
		const sql = it.sql();
		try {
			return await sql.value(`SELECT LEFT(password, 10) FROM user WHERE id = ${c.id}`);
		} finally {
			await sql.close();
		}
	};
	assert.equal(await cost(), '$s1$0a0801');
	await it.instance.stop();
	await it.instance.start({ PALABRE_SCRYPT: '11,8,1' });
	(await attempt(c.name, 'no such password')).refused(401);
	assert.equal(await cost(), '$s1$0a0801');
	(await attempt(c.name, c.password)).expect(200);
	assert.equal(await cost(), '$s1$0b0801');
	(await attempt(c.name, c.password)).expect(200);
});
