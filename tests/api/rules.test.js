/* rules.test.js - PROTOCOL §1 and §7: what every endpoint refuses, how, and that it changes nothing. */

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';

import { Client, login, PASSWORD, register, request, unique } from './client.js';
import { setup } from './setup.js';
import { same } from './shapes.js';

let it, anna, bot, room;

before(async () => {
	it = await setup();
	anna = await register(it.base);
	bot = await login(anna, { token: true });
	room = await anna.room();
});
after(() => it?.stop());

/* Runs fn, which must be refused, and sees that the room and the lists are as before. */
async function unchanged(fn) {
	const look = async () => [await anna.events(room), (await anna.get('rooms')).expect(200)];
	const before = await look();
	await fn();
	same(await look(), before);
}

const json = { 'Content-Type': 'application/json' };
const messages = () => `rooms/${room.id}/messages`;
const send = () => ({ client_id: randomUUID(), body: 'x' });

/* --- verbs -------------------------------------------------------------------------- */

for (const method of ['PUT', 'DELETE', 'PATCH', 'OPTIONS']) {
	test(`${method} is 405 with Allow and the error object`, async () => {
		await unchanged(async () => {
			const paths = [`api/v1/rooms/${room.id}`, 'api/v1/rooms', 'api/v1/register', 'api/v1/me', 'api/v1/status'];
			for (const path of paths) {
				const reply = await anna.raw(method, path, { headers: json, body: '{}' });
				reply.refused(405);
				assert.match(reply.headers.allow ?? '', /^(GET|POST)(, ?(GET|POST))?$/, path);
			}
		});
	});
}

test('HEAD is 405 too', async () => {
	const reply = await anna.raw('HEAD', 'api/v1/me');
	assert.equal(reply.status, 405);
	assert.match(reply.headers.allow, /GET/);
});

test('Allow names what the path does take', async () => {
	const allow = async (path, method = 'PUT') =>
		(await anna.raw(method, `api/v1/${path}`)).headers.allow.split(/, */).sort();
	assert.deepEqual(await allow('rooms'), ['GET', 'POST']);
	assert.deepEqual(await allow('status'), ['GET']);
	assert.deepEqual(await allow('logout'), ['POST']);
	assert.deepEqual(await allow(messages()), ['GET', 'POST']);
	assert.deepEqual(await allow('logout', 'GET'), ['POST']);
	const post = await anna.post('status');
	post.refused(405);
	assert.equal(post.headers.allow, 'GET');
});

test('streams take GET alone', async () => {
	for (const path of ['stream/poll', 'stream/events']) {
		for (const method of ['POST', 'PUT', 'DELETE']) {
			const reply = await anna.raw(method, path, { headers: json, body: '{}' });
			reply.refused(405);
			assert.equal(reply.headers.allow, 'GET', path);
		}
	}
});

test('no method override is honoured', async () => {
	const names = ['X-HTTP-Method-Override', 'X-HTTP-Method', 'X-Method-Override', '_method'];
	const headers = Object.fromEntries(names.map((n) => [n, 'DELETE']));
	const { room: seen } = (await anna.get(`rooms/${room.id}`, { headers })).expect(200);
	assert.equal(seen.id, room.id);
	const posts = Object.fromEntries(names.map((n) => [n, 'POST']));
	(await anna.get('logout', { headers: posts })).refused(405);
	(await anna.raw('PUT', `api/v1/${messages()}`, {
		headers: { ...json, ...posts }, body: JSON.stringify(send()),
	})).refused(405);
	(await anna.get('logout?_method=POST')).refused([405, 422]);
	(await anna.get('me')).expect(200);
});

/* --- paths -------------------------------------------------------------------------- */

test('what is not there is 404 with the error object', async () => {
	for (const path of ['', 'nothing', 'rooms/', 'me/', 'rooms/1/2/3', 'ROOMS', 'me/me', 'rooms//messages']) {
		(await anna.get(path)).refused(404);
	}
	(await anna.raw('GET', 'stream/nothing')).refused(404);
	(await anna.raw('GET', 'api/v1/')).refused(404);
});

test('odd ids in a path are 404', async () => {
	const ids = ['0', '-1', '9223372036854775807', '9223372036854775808', '18446744073709551616',
		'9007199254740992', 'abc', '1.0', '1e3', '0x1', '%20', '1%20', '+1', '9'.repeat(400), '%D9%A3', `0${room.id}`];
	for (const id of ids) {
		for (const path of ['', '/messages', '/events?after=0', '/members']) {
			(await anna.get(`rooms/${id}${path}`)).refused(404);
		}
		(await anna.post(`rooms/${id}/join`)).refused(404);
	}
});

test('bytes in a path that are no text never reach a room', async () => {
	for (const id of [`${room.id}%00`, `${room.id}%0a`, '%FF', '%C0%AE', `${room.id}%2Fmessages%00`]) {
		const reply = await anna.get(`rooms/${id}`);
		assert.ok([400, 404].includes(reply.status), `${id}: ${reply.status}`);
	}
});

/* --- headers ------------------------------------------------------------------------ */

test('every reply is private, no-store and nosniff, and shared with no other origin', async () => {
	const replies = [
		await anna.get('me'), await anna.get('rooms'), await anna.get('sync'), await it.stranger().get('status'),
		await it.stranger().get('me'), await anna.get('nothing'), await anna.raw('PUT', 'api/v1/me'),
		await anna.post('rooms', '{'), await anna.post('rooms', {}), await anna.raw('GET', 'stream/poll?wait=0'),
		await it.stranger().raw('GET', 'stream/poll?wait=0'),
		await anna.post('rooms', 'x'.repeat(70_000)),
		await anna.get('me', { headers: { Origin: 'http://evil.example' } }),
	];
	for (const r of replies) {
		assert.equal(r.headers['cache-control'], 'private, no-store', r.what);
		assert.equal(r.headers['x-content-type-options'], 'nosniff', r.what);
		assert.equal(r.headers['access-control-allow-origin'], undefined, r.what);
		assert.equal(r.headers['cross-origin-resource-policy'], 'same-origin', r.what);
		assert.match(r.headers['content-type'], /^application\/json/, r.what);
	}
});

/* --- content types and other sites ---------------------------------------------------- */

test('a POST with a cookie must be application/json, else 415', async () => {
	await unchanged(async () => {
		const types = ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x',
			'application/jsonp', 'text/json', 'application/json-patch+json', ''];
		for (const type of types) {
			(await anna.post(messages(), send(), { headers: { 'Content-Type': type } })).refused(415);
		}
		(await anna.raw('POST', `api/v1/${messages()}`, { body: JSON.stringify(send()) })).refused(415);
		(await anna.raw('POST', 'api/v1/logout')).refused(415);
	});
	(await anna.get('me')).expect(200);
});

test('a Bearer POST of another type is 415 where it has a body', async () => {
	(await bot.post(messages(), send(), { headers: { 'Content-Type': 'text/plain' } })).refused(415);
});

test('application/json may carry a charset, in any case', async () => {
	for (const type of ['application/json; charset=utf-8', 'Application/JSON', 'application/json;charset="UTF-8"']) {
		(await anna.post(messages(), send(), { headers: { 'Content-Type': type } })).expect(201);
	}
});

const CROSS = [{ 'Sec-Fetch-Site': 'cross-site' }, { Origin: 'http://evil.example' }, { Origin: 'null' },
	{ 'Sec-Fetch-Site': 'cross-site', Origin: 'HERE' }, { Origin: 'HERE.evil.example' }, { Origin: 'http://127.0.0.1:1' }];

const here = (headers) => {
	const origin = new URL(it.base).origin;
	return Object.fromEntries(Object.entries(headers).map(([k, v]) => [k, v.replace('HERE', origin)]));
};

for (const headers of CROSS) {
	test(`a POST with ${JSON.stringify(headers)} and a cookie is 403 cross_site`, async () => {
		await unchanged(async () => {
			(await anna.post(messages(), send(), { headers: here(headers) })).refused(403, 'cross_site');
			(await anna.post('rooms', { name: 'x', kind: 'public' }, { headers: here(headers) }))
				.refused(403, 'cross_site');
			(await anna.post('logout', {}, { headers: here(headers) })).refused(403, 'cross_site');
		});
		(await anna.get('me')).expect(200);
	});

	test(`login and register with ${JSON.stringify(headers)} are 403 cross_site`, async () => {
		const c = new Client(it.base);
		const name = unique('x');
		const tries = [['login', { name: anna.name, password: anna.password }], ['register', { name, password: PASSWORD }]];
		for (const [path, body] of tries) {
			const reply = await c.post(path, body, { headers: here(headers) });
			reply.refused(403, 'cross_site');
			assert.deepEqual(reply.cookies, []);
		}
		(await c.post('login', { name, password: PASSWORD })).refused(401, 'bad_credentials');
	});

	test(`Bearer requests skip the check: ${JSON.stringify(headers)}`, async () => {
		(await bot.post(messages(), send(), { headers: here(headers) })).expect(201);
	});
}

const SAME = [{ 'Sec-Fetch-Site': 'same-origin' }, { Origin: 'HERE' }, {}, { 'Sec-Fetch-Site': 'none' },
	{ 'Sec-Fetch-Site': 'same-origin', Origin: 'HERE' }, { 'Sec-Fetch-Site': 'same-origin', Origin: 'http://behind.a.proxy' }];

for (const headers of SAME) {
	test(`a POST with ${JSON.stringify(headers)} passes`, async () => {
		(await anna.post(messages(), send(), { headers: here(headers) })).expect(201);
		(await new Client(it.base).post('login', { name: anna.name, password: anna.password },
			{ headers: here(headers) })).expect(200);
	});
}

test('streams and polls asked for by another site’s page are refused', async () => {
	const headers = { 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'no-cors' };
	(await anna.raw('GET', 'stream/poll?wait=0', { headers })).refused(403, 'cross_site');
	(await anna.raw('GET', 'stream/events', { headers })).refused(403, 'cross_site');
});

/* --- malformed JSON ------------------------------------------------------------------ */

const body = (text) => Buffer.from(`{"client_id":"${randomUUID()}","body":${text}}`, 'latin1');

const MALFORMED = {
	'not JSON': () => 'hello',
	'JSON cut short': () => body('"x"').subarray(0, -1),
	'single quotes': () => body("'x'"),
	'something after the object': () => Buffer.concat([body('"x"'), Buffer.from(' {}')]),
	'a trailing comma': () => Buffer.concat([body('"x"').subarray(0, -1), Buffer.from(',}')]),
	'a comment': () => body('/* */"x"'),
	NaN: () => body('NaN'),
	'a byte FF': () => body('"a\xffb"'),
	'an overlong slash': () => body('"a\xc0\xafb"'),
	'an overlong NUL': () => body('"a\xc0\x80b"'),
	'a three-byte overlong': () => body('"a\xe0\x80\xafb"'),
	'an encoded surrogate': () => body('"a\xed\xa0\x80b"'),
	'a pair of encoded surrogates': () => body('"\xed\xa0\xbd\xed\xb8\x80"'),
	'a code point past the last': () => body('"\xf4\x90\x80\x80"'),
	'a cut UTF-8 sequence': () => body('"a\xe2\x82"'),
	'bad UTF-8 in a key': () => Buffer.from('{"bo\xffdy":"x"}', 'latin1'),
	'a raw NUL in a text': () => body('"a\x00b"'),
	'a raw NUL at the end': () => Buffer.concat([body('"x"'), Buffer.from([0])]),
	'a raw newline in a text': () => body('"a\nb"'),
	'a raw tab in a text': () => body('"a\tb"'),
	'a duplicate key': () => body('"x","body":"y"'),
	'a duplicate key, once escaped': () => body('"x","b\\u006fdy":"y"'),
	'a bad escape': () => body('"\\x41"'),
	'half an escape': () => body('"\\u12"'),
	'a number with a leading zero': () => body('"x","reply_to":01'),
	'UTF-16': () => Buffer.from(body('"x"').toString('latin1'), 'utf16le'),
	'17 levels': () => body('['.repeat(16) + '"x"' + ']'.repeat(16)),
	'10,000 levels': () => body('['.repeat(10_000) + ']'.repeat(10_000)),
	'10,000 opening brackets': () => '['.repeat(10_000),
	'10,000 opening braces': () => '{"a":'.repeat(10_000),
};

for (const [what, make] of Object.entries(MALFORMED)) {
	test(`${what} is 400 and changes nothing`, async () => {
		await unchanged(async () => (await anna.post(messages(), make())).refused(400));
	});
}

test('a body that is no object is refused', async () => {
	for (const text of ['[]', '"x"', '7', 'null', 'true', '[{}]']) {
		(await anna.post(messages(), text)).refused([400, 422]);
	}
});

test('a lone surrogate in an escape is refused, a pair is a character', async () => {
	for (const text of ['"\\ud800"', '"a\\udc00b"', '"\\ude00\\ud83d"', '"\\ud83dx"']) {
		await unchanged(async () => (await anna.post(messages(), body(text))).refused([400, 422]));
	}
	const { message } = (await anna.post(messages(), body('"\\ud83d\\ude00"'))).expect(201);
	assert.equal(message.body, '😀');
});

test('a key with a NUL in it is not the key before the NUL', async () => {
	await unchanged(async () => {
		(await anna.post(messages(), `{"client_id":"${randomUUID()}","body\\u0000x":"y"}`)).refused([400, 422]);
		(await anna.post(messages(), `{"client_id":"${randomUUID()}","body":"y","body\\u0000":"z"}`)).refused([400, 422]);
	});
});

test('16 levels are not too deep: the key is the fault', async () => {
	const text = `{"a":${'['.repeat(15)}${']'.repeat(15)}}`;
	(await anna.post('rooms', text)).refused(422);
});

test('an unknown key is 422 and named', async () => {
	await unchanged(async () => {
		(await anna.post(messages(), { ...send(), bogus: 1 })).refused(422, undefined, 'bogus');
		(await anna.post(messages(), { ...send(), Body: 'x' })).refused(422, undefined, 'Body');
		(await anna.post(messages(), { ...send(), __proto__x: {} })).refused(422, undefined, '__proto__x');
		(await anna.post(`rooms/${room.id}/join`, { role: 'owner' })).refused(422, undefined, 'role');
	});
});

test('an unknown query parameter is 422 and named', async () => {
	for (const path of ['rooms/public?bogus=1', 'rooms?x=1', 'me?x=1', `rooms/${room.id}?x=1`, 'sync?x=1']) {
		const reply = await anna.get(path);
		reply.refused(422, undefined, /\?(\w+)/.exec(path)[1]);
	}
});

test('a query that is no UTF-8 or holds a control character is refused', async () => {
	for (const q of ['%FF', '%C0%AF', '%ED%A0%80', '%00', 'a%00b', '%0A', '%1b', '%e2%82']) {
		(await anna.get(`rooms/public?q=${q}`)).refusedUrl();
		(await anna.get(`rooms/public?${q}=1`)).refusedUrl();
	}
});

/* --- size ---------------------------------------------------------------------------- */

for (const size of [65_537, 200_000, 1 << 20, 12 << 20]) {
	test(`a body of ${size} bytes is 413 with the error object`, async () => {
		await unchanged(async () => {
			const text = JSON.stringify(send());
			(await anna.post(messages(), text.padEnd(size, ' '))).refused(413);
			(await anna.post(messages(), { ...send(), body: 'x'.repeat(size) })).refused(413);
		});
	});
}

test('a body of 64 KiB is not too large', async () => {
	(await anna.post(messages(), JSON.stringify(send()).padEnd(65_536, ' '))).expect(201);
});

test('a chunked body is measured too', async () => {
	const text = JSON.stringify(send());
	const go = (bytes) => request(`${it.base}api/v1/${messages()}`, {
		method: 'POST', body: bytes,
		headers: { ...json, ...anna.credentials(), 'Transfer-Encoding': 'chunked' },
	});
	(await go(text)).expect(201);
	(await go(text.padEnd(100_000, ' '))).refused(413);
});

/* --- fuzz ----------------------------------------------------------------------------- */

/* A small generator of pseudo-random numbers: the same run every time. */
function dice(seed) {
	let x = seed >>> 0;
	return (n) => {
		x = (Math.imul(x, 1664525) + 1013904223) >>> 0;
		return Math.floor((x / 2 ** 32) * n);
	};
}

const ODD = [null, true, false, 0, -0.0, -1, 1, 1.5, 1e308, 2 ** 53, -(2 ** 63), 2 ** 64, '', ' ', '0', '1', 'null',
	'a'.repeat(300), 'é'.repeat(129), '\u0000', '\ud800', '\u202e', '\ufeff', '\u2028', "'; DROP TABLE user; --",
	'%s%n', '../../etc/passwd', '<script>', '{}', '[]', [], {}, [null], [[]], { a: { b: 1 } }, ['x', 1], 'a\nb', 'a\r\nSet-Cookie: x=1',
	'👍', '\u0301', '9'.repeat(30)];

const POSTS = {
	register: ['name', 'password', 'display_name', 'invite'], login: ['name', 'password', 'token'],
	logout: ['everywhere'], me: ['display_name', 'locale', 'away'], 'me/password': ['old', 'new'],
	'sessions/999999/revoke': [], rooms: ['name', 'kind', 'topic'], 'rooms/ROOM': ['name', 'topic', 'notify'],
	'rooms/ROOM/join': [], 'rooms/ROOM/members': ['user'], 'rooms/ROOM/members/999999': ['role'],
	'rooms/ROOM/members/999999/remove': [], direct: ['user'],
	'rooms/ROOM/messages': ['client_id', 'body', 'reply_to', 'attachments'], 'rooms/ROOM/messages/SEQ': ['body'],
	'rooms/ROOM/messages/SEQ/delete': [], 'rooms/ROOM/messages/SEQ/reactions': ['emoji', 'on'],
	'rooms/ROOM/read': ['seq'], 'rooms/ROOM/typing': [],
};

const GETS = {
	users: ['q', 'limit'], 'rooms/public': ['q', 'limit'], 'rooms/ROOM/messages': ['before', 'after', 'around', 'limit'],
	'rooms/ROOM/events': ['after', 'limit'], search: ['q', 'room', 'from', 'before', 'limit'],
	'../../stream/poll': ['cursor', 'wait', 'client'], '../../stream/events': ['cursor', 'client', 'beat', 'pad'],
};

const fill = (path, fuzzRoom) => path.replace('ROOM', fuzzRoom.id).replace('SEQ', fuzzRoom.last_seq);

test('odd values in every field of every POST never yield a 5xx', async () => {
	const roll = dice(20261122);
	for (const [path, names] of Object.entries(POSTS)) {
		const c = await register(it.base);
		const own = await c.room();
		own.last_seq = (await c.send(own, 'a message')).seq;
		const tries = [];
		for (let i = 0; i < 14; i++) {
			const fields = {};
			for (const n of [...names, roll(8) === 0 ? 'bogus' : null]) {
				if (n && roll(8) !== 0) {
					fields[n] = ODD[roll(ODD.length)];
				}
			}
			tries.push(fields);
		}
		for (const n of names) {
			for (let i = roll(3); i < ODD.length; i += 3) {
				tries.push({ [n]: ODD[i] });
			}
		}
		await Promise.all([0, 1, 2, 3].map(async (k) => {
			for (const fields of tries.filter((_, i) => i % 4 === k)) {
				const reply = await c.post(fill(path, own), fields);
				assert.ok(reply.status < 500, `POST ${path} ${JSON.stringify(fields)}: ${reply.status} ${reply.text}`);
				if (reply.status >= 400) {
					reply.refused(reply.status);
				}
			}
		}));
	}
});

test('odd values in every query never yield a 5xx', async () => {
	const c = await register(it.base);
	const own = await c.room();
	own.last_seq = (await c.send(own, 'a message')).seq;
	const values = ODD.filter((v) => typeof v !== 'object').map(String)
		.filter((v) => !v.includes('\ud800')).map(encodeURIComponent).concat('%FF', '%ED%A0%80', '%');
	for (const [path, names] of Object.entries(GETS)) {
		await Promise.all(names.map(async (n) => {
			for (const v of values) {
				const stop = new AbortController();
				const url = `${fill(path, own)}?${n}=${v}${path.endsWith('poll') && n !== 'wait' ? '&wait=0' : ''}`;
				if (path.endsWith('events') && path.startsWith('..')) {
					const s = c.openStream(`?${n}=${v}`);
					await s.wait(() => s.status, 'a status');
					assert.ok(s.status < 500, `${n}=${v}: ${s.status}`);
					s.close();
					continue;
				}
				if (n === 'wait' && Number(v) > 0) {
					continue;
				}
				const reply = await c.get(url, { signal: stop.signal });
				assert.ok(reply.status < 500, `GET ${url}: ${reply.status} ${reply.text}`);
			}
		}));
	}
});

test('one byte changed anywhere in a send is never a 5xx', async () => {
	const roll = dice(7);
	const text = Buffer.from(JSON.stringify({ client_id: randomUUID(), body: 'aé"\\\u0001\n', reply_to: 1, attachments: [] }));
	await Promise.all([0, 1, 2, 3].map(async () => {
		for (let i = 0; i < 60; i++) {
			const bytes = Buffer.from(text);
			bytes[roll(bytes.length)] = roll(256);
			const reply = await anna.post(messages(), bytes);
			assert.ok(reply.status < 500, `${bytes.toString('latin1')}: ${reply.text}`);
		}
	}));
});
