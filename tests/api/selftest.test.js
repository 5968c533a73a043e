/* selftest.test.js - palabrectl selftest --url: what is found through networks that misbehave. */

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';

import { Proxy } from '../net/support/proxy.js';
import { register, standstill } from './client.js';
import { setup } from './setup.js';
import { Stream } from './stream.js';

const SERVERS = ['lighttpd', 'nginx', 'Apache', 'HAProxy', 'squid'];

let it, ann;

before(async () => {
	it = await setup();
	ann = await register(it.base);
});
after(() => it?.stop());

/* Runs it once through a proxy of that behaviour. */
async function once(behaviour, { options, change, path }) {
	const proxy = await new Proxy(it.instance.port, behaviour).start();
	change(proxy);
	try {
		const url = `--url=${proxy.url}${path}`;
		return await it.instance.ctl(['--json', 'selftest', url, ...options]);
	} finally {
		await proxy.stop();
	}
}

/**
 * Runs it through a proxy of that behaviour; gives its exit code, what --json prints, and how
 * often it ran: it judges a network by half seconds, so again where the machine stood still.
 */
async function selftest(behaviour, { options = ['--idle=0'], change = () => {}, path = '' } = {}) {
	for (let runs = 1; ; runs++) {
		const stood = standstill();
		const done = await once(behaviour, { options, change, path });
		if (stood() > 400 && runs < 3) {
			continue;
		}
		assert.equal(done.err, '');
		const told = JSON.parse(done.out);
		const of = (topic) => told.checks.filter((c) => c.topic === topic);
		return { code: done.code, ...told, of, one: (topic) => of(topic)[0], runs };
	}
}

const rows = async () => Promise.all(['session', 'event', 'message', 'room'].map(async (table) =>
	(await it.instance.sql(`SELECT COUNT(*) FROM ${table}`))[0][0]));

test('a network that passes everything is good, and nothing is left in the database', async () => {
	const was = await rows();
	const r = await selftest({}, { options: ['--idle=3'] });
	assert.equal(r.code, 0, JSON.stringify(r.checks));
	assert.deepEqual(r.checks.filter((c) => c.verdict !== 'good'), []);
	for (const [topic, words] of Object.entries({
		answers: /the server itself answers, in \d+ ms, by HTTP\/1\.1/, verbs: /GET and POST pass/,
		stream: /flows/, quiet: /lasts [3-9] s/, headers: /no-store/,
	})) {
		assert.match(r.one(topic).text, words);
	}
	assert.deepEqual(r.advice, []);
	// But for the note to the hub that the session ended.
	was[1] = String(Number(was[1]) + r.runs);
	assert.deepEqual(await rows(), was);
});

test('a stream held to its end, gathered, or held by the frame is told, with advice', async () => {
	for (const [behaviour, words] of [
		[{ holdStream: true }, /nothing of a stream comes through/],
		// More than a hello, less than a hello and a probe.
		[{ buffer: 197 }, /in large pieces/],
		[{ holdFrame: true }, /until the next one comes/],
		[{ mute: () => 2300 }, /nothing more of it comes/],
	]) {
		const r = await selftest(behaviour);
		assert.equal(r.one('stream').verdict, 'warning');
		assert.match(r.one('stream').text, words);
		assert.deepEqual(r.advice.map((a) => [a.symptom, a.server]), SERVERS.map((s) => ['stream', s]));
		assert.match(r.advice[1].lines, /proxy_buffering off;\n/);
		assert.equal(r.code, 0);
		assert.equal(r.warnings, 1);
	}
});

test('a quiet connection that is cut is told, and who names itself is advised first', async () => {
	const r = await selftest({ idle: 4000, via: '1.1 gate (squid/5.7)' }, { options: ['--idle=9'] });
	assert.equal(r.one('stream').verdict, 'good');
	assert.equal(r.one('quiet').verdict, 'warning');
	assert.match(r.one('quiet').text, /cut after [3-8] s/);
	assert.match(r.one('way').text, /Via: 1\.1 gate \(squid/);
	assert.equal(r.advice[0].server, 'squid');
	assert.deepEqual([...new Set(r.advice.map((a) => a.symptom))], ['idle']);
});

test('streams refused on the way are told from streams held', async () => {
	const r = await selftest({}, {
		change: (proxy) => {
			proxy.refuse = /^\/stream\/events/;
		},
	});
	assert.match(r.one('stream').text, /refused on the way, with status 502/);
	assert.deepEqual([...new Set(r.advice.map((a) => a.symptom))], ['refused']);
});

test('POST blocked is bad; other verbs blocked is not', async () => {
	const r = await selftest({ methods: ['GET'] });
	assert.equal(r.code, 6);
	assert.deepEqual(r.of('verbs').map((c) => c.verdict), ['bad', 'good']);
	assert.match(r.of('verbs')[1].text, /blocked/);
	assert.deepEqual([...new Set(r.advice.map((a) => a.symptom))], ['post']);
});

test('somebody else\'s answer, and none, are bad, and end it there', async () => {
	const r = await selftest({}, {
		change: (proxy) => {
			proxy.portal = true;
		},
	});
	assert.equal(r.code, 6);
	assert.equal(r.checks.length, 1);
	assert.match(r.one('answers').text, /something else answers .* status 200 and text\/html/);
	const none = await it.instance.ctl(['selftest', '--url=http://127.0.0.1:1/']);
	assert.equal(none.code, 6);
	assert.match(none.out, /^bad +answers +nobody answers: /);
});

test('to another server no token is sent', async () => {
	const other = createServer(async (request, reply) => {
		const { status, headers, text } = await answer(request.url);
		asked.push([request.url, request.headers.authorization]);
		reply.writeHead(status, headers).end(text);
	});
	const asked = [];
	const answer = async (path) => {
		const r = await fetch(new URL(path, it.base));
		const text = (await r.text()).replace(/"epoch":"[^"]*"/, '"epoch":"somebodyelse"');
		return { status: r.status, text, headers: { 'Cache-Control': 'no-store' } };
	};
	await new Promise((done) => {
		other.listen(0, '127.0.0.1', done);
	});
	try {
		const was = await rows();
		const done = await it.instance.ctl(['--json', 'selftest', `--url=http://127.0.0.1:${other.address().port}/`]);
		assert.equal(done.code, 6);
		const { checks } = JSON.parse(done.out);
		assert.deepEqual(checks.map((c) => [c.topic, c.verdict]), [['answers', 'bad']]);
		assert.match(checks[0].text, /another server answers there/);
		assert.ok(asked.length > 0);
		assert.deepEqual(asked.filter(([path, token]) => path !== '/api/v1/status' || token), []);
		assert.deepEqual(await rows(), was);
	} finally {
		other.close();
		other.closeAllConnections();
	}
});

test('a session that does not reach the server is told, and nothing is measured with it', async () => {
	const r = await selftest({ strip: ['authorization'] });
	assert.equal(r.code, 0);
	assert.deepEqual(r.of('session').map((c) => c.verdict), ['warning']);
	assert.match(r.one('session').text, /does not reach the server/);
	assert.equal(r.one('verbs').verdict, 'good');
	assert.deepEqual([...r.of('stream'), ...r.of('quiet'), ...r.advice], []);
	assert.equal((await ann.get('sessions')).expect(200).sessions.length, 1);
});

test('a stream that somebody on the way opens with the session ends with it', async () => {
	let stream;
	const r = await selftest({}, {
		change: (proxy) => {
			proxy.server.on('request', ({ headers: { authorization } }) => {
				stream ??= authorization && new Stream(new URL('stream/events', it.base), { authorization });
			});
		},
	});
	assert.equal(r.one('stream').verdict, 'good');
	const bye = await stream.end();
	assert.deepEqual([bye.type, bye.reason], ['bye', 'revoked']);
});

test('where it was never quiet, nothing is said of quiet connections', async () => {
	const bob = await register(it.base);
	const room = await ann.room({ kind: 'public' });
	await bob.join(room);
	let busy = true;
	const talk = (async () => {
		while (busy) {
			await bob.send(room, 'and another thing');
			await delay(100);
		}
	})();
	try {
		const r = await selftest({}, { options: ['--idle=5'] });
		assert.equal(r.one('quiet').verdict, 'warning');
		assert.match(r.one('quiet').text, /never quiet for long enough to tell/);
		assert.deepEqual(r.advice, []);
	} finally {
		busy = false;
		await talk;
	}
});

test('under plain CGI there is no stream to look at', async () => {
	const r = await selftest({}, { path: 'cgi-bin/palabre.cgi/' });
	assert.equal(r.code, 0);
	assert.match(r.one('stream').text, /clients poll/);
});

test('it is done as the account named, which must be there', async () => {
	const bob = await register(it.base);
	assert.equal((await selftest({}, { options: [`--as=${bob.name}`, '--idle=0'] })).one('stream').verdict, 'good');
	const r = await selftest({}, { options: ['--as=nobody.at.all'] });
	assert.match(r.one('session').text, /no such account/);
	assert.deepEqual(r.of('stream'), []);
	assert.equal((await ann.get('sessions')).expect(200).sessions.length, 1);
});

test('what cannot be meant is exit code 2', async () => {
	for (const args of [['--url=ftp://example.org/'], ['--url='], ['--idle=5'], ['--as=x'],
		['--url=http://127.0.0.1:1/', '--idle=51'], ['--url=http://127.0.0.1:1/', '--idle=soon']]) {
		for (const more of [[], ['--json']]) {
			const done = await it.instance.ctl(['selftest', ...more, ...args]);
			assert.equal(done.code, 2, args.join(' '));
			assert.match(done.err, /^palabrectl: .+\n$/);
			assert.equal(done.out, '');
		}
	}
});

test('for a person, advice stands below what was found, a line for each of its own', async () => {
	const proxy = await new Proxy(it.instance.port, { holdFrame: true }).start();
	try {
		const { out } = await it.instance.ctl(['selftest', `--url=${proxy.url}`, '--idle=0']);
		assert.match(out, /^warning +stream +each piece/m);
		assert.match(out, /\nWhat may help, in nginx:\n {4}location \/stream\/ \{\n {4}\tproxy_pass/);
		assert.match(out, /\n\d+ good, 1 warning, 0 bad\n$/);
	} finally {
		await proxy.stop();
	}
});
