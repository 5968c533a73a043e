/* messages.test.js - sending, paging and filling gaps: the numbers of a room's log. */

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';

import { count, register } from './client.js';
import { setup } from './setup.js';
import { same, shape } from './shapes.js';
import { Ledger } from './stream.js';

let it, anna, ben;

before(async () => {
	it = await setup();
	[anna, ben] = [await register(it.base), await register(it.base)];
});
after(() => it?.stop());

const roomOf = async (who, room) => (await who.get(`rooms/${room.id}`)).expect(200).room;
const seqs = (list) => list.map((m) => m.seq);

test('a message is answered 201 with all its fields and the next number', async () => {
	const room = await anna.room();
	const clientId = randomUUID();
	const reply = await anna.post(`rooms/${room.id}/messages`, { client_id: clientId, body: 'hi' });
	const { message } = reply.expect(201);
	shape.message(message);
	assert.deepEqual({ ...message, created_at: '' }, {
		...message, room: room.id, seq: room.last_seq + 1, user: anna.id, client_id: clientId,
		body: 'hi', created_at: '', edited_at: null, deleted: false, reply_to: null,
		attachments: [], reactions: [],
	});
	const seen = await roomOf(anna, room);
	assert.equal(seen.last_seq, message.seq);
	assert.deepEqual(seen.last_message, message);
	assert.deepEqual((await anna.messages(room)).messages, [message]);
});

test('a reply names the message it answers', async () => {
	const room = await anna.room();
	const first = await anna.send(room, 'question');
	const answer = await anna.send(room, 'answer', { reply_to: first.seq });
	assert.equal(answer.reply_to, first.seq);
	assert.equal((await anna.messages(room)).messages.at(-1).reply_to, first.seq);
});

test('a reply to what is no message of the room is 422 and sends nothing', async () => {
	const room = await anna.room();
	const other = await anna.room();
	for (let i = 0; i < 3; i++) {
		await anna.send(other, 'elsewhere');
	}
	const elsewhere = (await anna.send(other, 'far')).seq;
	const before = await anna.events(room);
	for (const to of [1, elsewhere, 999_999, 0, -1, 2 ** 53]) {
		(await anna.post(`rooms/${room.id}/messages`,
			{ client_id: randomUUID(), body: 'x', reply_to: to })).refused(422, undefined, 'reply_to');
	}
	same(await anna.events(room), before);
});

test('bodies come back to the byte: tabs, newlines, emoji, U+2028, quotes, right-to-left', async () => {
	const room = await anna.room();
	const bodies = ['a\tb\nc', '👩‍👩‍👧‍👦 👍🏽', '\u2028 \u2029 \u0085', '"\\/</script>&#39;', 'שלום‏ עולם', ' lead and trail ',
		'\ufeff bom', '\u{10ffff}', 'e\u0301', '%s%n%00'];
	for (const body of bodies) {
		const m = await anna.send(room, body);
		assert.equal(m.body, body);
	}
	assert.deepEqual((await anna.messages(room)).messages.map((m) => m.body), bodies);
});

test('a body of 8,000 bytes is taken and one of 8,001 is not', async () => {
	const room = await anna.room();
	const full = 'é'.repeat(4000);
	assert.equal((await anna.send(room, full)).body, full);
	(await anna.post(`rooms/${room.id}/messages`, { client_id: randomUUID(), body: full + 'x' }))
		.refused(422, undefined, 'body');
	assert.equal((await anna.messages(room)).messages.length, 1);
});

test('the same client_id again gives 200, the same message, one row', async () => {
	const room = await anna.room();
	const send = { client_id: randomUUID(), body: 'once' };
	const first = (await anna.post(`rooms/${room.id}/messages`, send)).expect(201).message;
	const again = (await anna.post(`rooms/${room.id}/messages`, send)).expect(200).message;
	assert.deepEqual(again, first);
	assert.equal((await anna.messages(room)).messages.length, 1);
	assert.equal((await roomOf(anna, room)).last_seq, first.seq);
});

test('the same client_id with other content is 422 and changes nothing', async () => {
	const room = await anna.room();
	const one = await anna.send(room, 'one');
	const two = await anna.send(room, 'two');
	const before = await anna.events(room);
	const others = [{ body: 'other' }, { body: 'two', reply_to: one.seq }];
	for (const o of others) {
		(await anna.post(`rooms/${room.id}/messages`, { client_id: two.client_id, ...o })).refused(422);
	}
	same(await anna.events(room), before);
});

test('client_id is unique per user: two users may use the same', async () => {
	const room = await anna.room();
	await ben.join(room);
	const id = randomUUID();
	const a = await anna.send(room, 'same', { client_id: id });
	const b = await ben.send(room, 'same', { client_id: id });
	assert.notEqual(a.seq, b.seq);
});

test('16 first tries with one client_id at once: one 201, the others 200, one message', async () => {
	const room = await anna.room();
	const send = { client_id: randomUUID(), body: 'race' };
	const replies = await Promise.all(Array.from({ length: 16 },
		() => anna.post(`rooms/${room.id}/messages`, send)));
	assert.equal(count(replies, (r) => r.status === 201), 1, replies.map((r) => r.status).join());
	assert.equal(count(replies, (r) => r.status === 200), 15);
	assert.equal(new Set(replies.map((r) => JSON.stringify(r.json.message))).size, 1);
	assert.equal((await anna.messages(room)).messages.length, 1);
	assert.equal((await roomOf(anna, room)).last_seq, room.last_seq + 1, 'no number was lost');
});

test('16 parallel senders in a room: no number is missing, none is there twice', async () => {
	const room = await anna.room();
	const people = [anna, ben];
	await ben.join(room);
	while (people.length < 16) {
		const p = await register(it.base);
		await p.join(room);
		people.push(p);
	}
	const start = (await roomOf(anna, room)).last_seq;
	const sent = (await Promise.all(people.map(async (p) => {
		const mine = [];
		for (let i = 0; i < 8; i++) {
			mine.push(await p.send(room, `${p.id}: ${i}`));
		}
		assert.deepEqual(seqs(mine), [...seqs(mine)].sort((a, b) => a - b), 'one’s own in order');
		return mine;
	}))).flat();
	const numbers = seqs(sent).sort((a, b) => a - b);
	assert.deepEqual(numbers, Array.from({ length: 128 }, (_, i) => start + 1 + i));
	const { events, last_seq: last } = await ben.events(room, start);
	assert.deepEqual(seqs(events), numbers);
	assert.equal(last, numbers.at(-1));
});

test('unread counts what others sent, exactly', async () => {
	const room = await anna.room();
	await ben.join(room);
	await anna.send(room, 'one');
	await ben.send(room, 'mine');
	await anna.send(room, 'two');
	assert.equal((await roomOf(ben, room)).unread, 2);
	assert.equal((await roomOf(anna, room)).unread, 1);
	assert.equal((await ben.sync()).rooms.find((r) => r.id === room.id).unread, 2);
	assert.equal((await ben.get('rooms')).expect(200).rooms.find((r) => r.id === room.id).unread, 2);
});

/* A room with other events between its messages, and what paging must make of it. */
async function mixed() {
	const room = await anna.room();
	const all = [];
	for (let i = 0; i < 25; i++) {
		all.push(await anna.send(room, `number ${i}`));
		if (i % 6 === 3) {
			await ben.join(room);
			await ben.leave(room);
		}
	}
	await ben.join(room);
	return { room, all };
}

test('paging: the newest page, before, after and around, each with exact more', async () => {
	const { room, all } = await mixed();
	const page = async (q) => {
		const { messages, more } = await anna.messages(room, q);
		messages.forEach(shape.message);
		return [messages.map((m) => m.body), more];
	};
	const part = (a, b) => all.slice(a, b).map((m) => m.body);
	assert.deepEqual(await page(''), [part(0, 25), false]);
	assert.deepEqual(await page('?limit=25'), [part(0, 25), false]);
	assert.deepEqual(await page('?limit=24'), [part(1, 25), true]);
	assert.deepEqual(await page('?limit=1'), [part(24, 25), true]);
	assert.deepEqual(await page(`?before=${all[10].seq}&limit=4`), [part(6, 10), true]);
	assert.deepEqual(await page(`?before=${all[4].seq}&limit=4`), [part(0, 4), false]);
	assert.deepEqual(await page(`?before=${all[4].seq}&limit=5`), [part(0, 4), false]);
	assert.deepEqual(await page(`?before=${all[0].seq}`), [[], false]);
	assert.deepEqual(await page('?before=999999&limit=3'), [part(22, 25), true]);
	assert.deepEqual(await page(`?after=${all[10].seq}&limit=4`), [part(11, 15), true]);
	assert.deepEqual(await page(`?after=${all[20].seq}&limit=4`), [part(21, 25), false]);
	assert.deepEqual(await page(`?after=${all[20].seq}&limit=3`), [part(21, 24), true]);
	assert.deepEqual(await page(`?after=${all[24].seq}`), [[], false]);
	assert.deepEqual(await page('?after=0&limit=2'), [part(0, 2), true]);
});

test('around includes its message near the middle, limit being the total', async () => {
	const { room, all } = await mixed();
	for (const limit of [1, 2, 5, 8]) {
		const { messages } = await anna.messages(room, `?around=${all[12].seq}&limit=${limit}`);
		assert.equal(messages.length, limit);
		const at = messages.findIndex((m) => m.seq === all[12].seq);
		assert.ok(Math.abs(at - (limit - 1) / 2) <= 1, `at ${at} of ${limit}`);
		const from = all.findIndex((m) => m.seq === messages[0].seq);
		assert.deepEqual(seqs(messages), seqs(all.slice(from, from + limit)));
	}
	const first = await anna.messages(room, `?around=${all[0].seq}&limit=5`);
	assert.ok(seqs(first.messages).includes(all[0].seq));
	assert.ok(first.messages.length >= 3 && first.messages.length <= 5);
});

test('a page is 50 messages unless asked', async () => {
	const room = await anna.room();
	await Promise.all(Array.from({ length: 51 }, (_, i) => anna.send(room, `${i}`)));
	const { messages, more } = await anna.messages(room);
	assert.equal(messages.length, 50);
	assert.equal(more, true);
	const reply = await anna.get(`rooms/${room.id}/events?after=0`);
	assert.equal(reply.expect(200).events.length, 50);
});

const BAD_PAGES = ['limit=0', 'limit=201', 'limit=-1', 'limit=x', 'limit=', 'limit=1.5', 'limit=1e2',
	'limit=99999999999999999999', 'before=1&after=2', 'after=1&around=2', 'before=x', 'after=-1', 'around=%C3',
	'bogus=1', 'before=9223372036854775808', 'limit=5&limit=6', 'after=%00', 'limit=%20%205'];

for (const q of BAD_PAGES) {
	test(`a page is refused for ?${q}`, async () => {
		const room = await anna.room();
		(await anna.get(`rooms/${room.id}/messages?${q}`)).refusedUrl();
	});
}

test('events fill gaps: complete from 0, in parts by limit, empty at the end', async () => {
	const { room } = await mixed();
	const all = await anna.events(room, 0);
	all.events.forEach(shape.event);
	assert.deepEqual(seqs(all.events), Array.from({ length: all.last_seq }, (_, i) => i + 1));
	assert.equal(all.last_seq, (await roomOf(anna, room)).last_seq);
	const ledger = new Ledger({ [room.id]: 0 });
	for (let at = 0; at < all.last_seq;) {
		const { events, last_seq: last } = await anna.events(room, at, 7);
		assert.ok(events.length <= 7);
		assert.equal(last, all.last_seq, 'last_seq is the room’s end, not the page’s');
		ledger.take(events);
		at = events.at(-1).seq;
	}
	same(ledger.of(room), all.events);
	assert.deepEqual(await anna.events(room, all.last_seq), { ...all, events: [] });
	assert.deepEqual((await anna.events(room, all.last_seq + 50)).events, []);
});

test('two members read the same events with the same numbers', async () => {
	const { room } = await mixed();
	const strip = (list) => list.map((e) => [e.type, e.seq, e.target, e.message, e.user?.id, e.by]);
	assert.deepEqual(strip((await anna.events(room)).events), strip((await ben.events(room)).events));
});

const BAD_SENDS = [
	['body', 'no body', { body: undefined }],
	['body', 'an empty body', { body: '' }],
	['body', 'a carriage return', { body: 'a\rb' }],
	['body', 'a bell', { body: 'a\u0007b' }],
	['body', 'an escape', { body: '\u001b[2J' }],
	['body', 'a NUL', { body: 'a\u0000b' }],
	['body', 'a number for a body', { body: 5 }],
	['body', 'null for a body', { body: null }],
	['body', 'a list for a body', { body: ['hi'] }],
	['client_id', 'no client_id', { client_id: undefined }],
	['client_id', 'an empty client_id', { client_id: '' }],
	['client_id', 'a number for client_id', { client_id: 7 }],
	['client_id', 'an endless client_id', { client_id: 'x'.repeat(5000) }],
	['client_id', 'a newline in client_id', { client_id: 'a\nb' }],
	['reply_to', 'a text for reply_to', { reply_to: '1' }],
	['reply_to', 'a fraction for reply_to', { reply_to: 1.5 }],
	['attachments', 'a text for attachments', { attachments: 'x' }],
	['attachments', 'an unknown attachment', { attachments: ['AAAAAAAAAAAAAAAAAAAAAA'] }],
	['attachments', 'numbers for attachments', { attachments: [1] }],
	['seq', 'a seq of its own', { seq: 3 }],
	['user', 'someone else’s name on it', { user: 1 }],
];

for (const [field, what, fields] of BAD_SENDS) {
	test(`a send is refused with ${what}, and nothing is sent`, async () => {
		const room = await anna.room();
		const before = await anna.events(room);
		const reply = await anna.post(`rooms/${room.id}/messages`,
			{ client_id: randomUUID(), body: 'x', ...fields });
		if (fields.body?.includes?.('\u0000')) {
			reply.refused([400, 422]);
		} else {
			reply.refused(422, undefined, field);
		}
		same(await anna.events(room), before);
	});
}

test('nine combining marks in a row are refused in a body, eight are not', async () => {
	const room = await anna.room();
	await anna.send(room, 'z' + '\u0301'.repeat(8));
	(await anna.post(`rooms/${room.id}/messages`,
		{ client_id: randomUUID(), body: 'z' + '\u0301'.repeat(9) })).refused(422, undefined, 'body');
});

test('sync has me, my self log, my rooms, who shares them with me, and a cursor', async () => {
	const [c, d] = [await register(it.base), await register(it.base)];
	const shared = await c.room();
	const own = await c.room({ kind: 'private' });
	await d.join(shared);
	const s = shape.sync(await c.sync());
	s.rooms.forEach(shape.room);
	shape.user(s.me);
	assert.equal(s.me.id, c.id);
	assert.deepEqual(s.rooms.map((r) => r.id).sort((a, b) => a - b), [shared.id, own.id]);
	assert.ok(s.users.some((u) => u.id === d.id));
	assert.ok(!s.users.some((u) => u.id === anna.id), 'no stranger');
	const lone = await (await register(it.base)).sync();
	assert.deepEqual(lone.rooms, []);
});

test('sync never shows a room short of its cursor, whatever is sent meanwhile', async () => {
	const room = await anna.room();
	await ben.join(room);
	let going = true;
	const senders = [anna, ben].map(async (p) => {
		while (going) {
			await p.send(room, 'more');
		}
	});
	for (let i = 0; i < 25; i++) {
		const s = await anna.sync();
		const last = s.rooms.find((r) => r.id === room.id).last_seq;
		const { resume, events } = await anna.poll(s.cursor, 0);
		assert.equal(resume, 'exact');
		new Ledger({ [room.id]: last }).take(events.filter((e) => e.room === room.id));
	}
	going = false;
	await Promise.all(senders);
});

test('status tells version, protocol, epoch, time and transports, without signing in', async () => {
	const s = (await it.stranger().get('status')).expect(200);
	assert.equal(s.protocol, 1);
	assert.match(s.version, /^\d+\.\d+/);
	assert.ok(typeof s.epoch === 'string' && s.epoch.length > 0);
	shape.time(s.time);
	assert.ok(Math.abs(Date.parse(s.time) - Date.now()) < 60_000);
	assert.deepEqual([...s.transports].sort(), ['long-poll', 'poll', 'sse']);
});
