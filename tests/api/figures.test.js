/* figures.test.js - what the hub counts, and what clients tell it of their networks. */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { register, until } from './client.js';
import { setup } from './setup.js';

const WORDS = ['buffered', 'cut', 'held', 'refused', 'silent'];

let it, anna;

before(async () => {
	it = await setup();
	anna = await register(it.base);
});
after(() => it?.stop());

/** name{labels} → value, as a monitor reads them. */
async function figures() {
	const { text } = await it.stranger().get('metrics');
	const lines = text.trim().split('\n').filter((line) => !line.startsWith('#'));
	return Object.fromEntries(lines.map((line) => {
		const at = line.lastIndexOf(' ');
		return [line.slice(0, at), Number(line.slice(at + 1))];
	}));
}

/** Resolves once the figure has grown by exactly n, and has told it to a monitor. */
async function grows(name, since, n) {
	await until(async () => (await figures())[name] === since[name] + n, `${name} grows by ${n}`);
}

/** All figures are there before anything is counted. */
async function start() {
	await until(async () => 'palabre_mutes_total' in await figures(), 'the hub tells its figures');
	return figures();
}

test('open streams and held polls are counted while they are open', async () => {
	const since = await start();
	const stream = await anna.stream();
	await grows('palabre_streams{transport="sse"}', since, 1);
	stream.close();
	await grows('palabre_streams{transport="sse"}', since, 0);
	await anna.poll((await anna.sync()).cursor, 0);
	await until(async () => (await figures()).palabre_polls_total > since.palabre_polls_total,
		'a poll is counted');
});

test('why a stream was given up is counted, told with a stream or with a poll', async () => {
	const since = await start();
	const { cursor } = await anna.sync();
	for (const why of WORDS) {
		await anna.poll(cursor, 0, `&why=${why}`);
	}
	(await anna.stream('?why=held')).close();
	for (const why of WORDS) {
		await grows(`palabre_fallbacks_total{why="${why}"}`, since, why === 'held' ? 2 : 1);
	}
	assert.equal((await figures()).palabre_mutes_total, since.palabre_mutes_total);
});

test('a stream gone mute, and limits learned, are counted', async () => {
	const since = await start();
	const { cursor } = await anna.sync();
	await anna.poll(cursor, 0, '&why=mute&learned=poll');
	await anna.poll(cursor, 0, '&learned=silence');
	await grows('palabre_mutes_total', since, 1);
	await grows('palabre_learned_limits_total{what="poll"}', since, 1);
	await grows('palabre_learned_limits_total{what="silence"}', since, 1);
});

test('other words are refused, by the hub and under plain CGI, and count nothing', async () => {
	const since = await start();
	const { cursor } = await anna.sync();
	for (const who of [anna, anna.through(it.cgi)]) {
		for (const [field, word] of [['why', 'bored'], ['why', ''], ['learned', 'patience']]) {
			(await who.raw('GET', `stream/poll?cursor=${cursor}&wait=0&${field}=${word}`))
				.refused(422, undefined, field);
		}
	}
	(await anna.raw('GET', 'stream/events?why=bored')).refused(422, undefined, 'why');
	(await it.stranger().raw('GET', 'stream/poll?why=mute')).refused(401);
	assert.deepEqual(Object.entries(await figures()).filter(([name, n]) =>
		/fallbacks|mutes|learned/.test(name) && n !== since[name]), []);
});

test('under plain CGI the words are taken, and change nothing', async () => {
	const { cursor } = await anna.sync();
	const reply = await anna.through(it.cgi).poll(cursor, 0, '&why=silent&learned=poll');
	assert.equal(reply.next.transport, 'poll');
});
