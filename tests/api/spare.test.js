/* spare.test.js - streams end at a random age and come back spread out; where descriptors run
 * short, some are asked to poll, and asked up again later. */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { after, before, test } from 'node:test';

import { register, until } from './client.js';
import { setup } from './setup.js';

/** The hub may have so many descriptors, and keeps some for itself. */
const DESCRIPTORS = 96;
const SHORT = 62;
const ROOM = 36;

let it, anna;

before(async () => {
	it = await setup({ PALABRE_STREAM_AGE: '600' });
	anna = await register(it.base);
});
after(() => it?.stop());

const open = (n, more = '') => Promise.all(Array.from({ length: n }, () => anna.stream(`?beat=2${more}`)));

/** The hub is started anew with few descriptors: it has them of the program that starts it. */
async function scarce() {
	const old = it.instance.pid('hub');
	const launch = it.instance.pid('launch');
	const done = spawnSync('prlimit', ['--pid', String(launch), `--nofile=${DESCRIPTORS}`]);
	assert.equal(done.status, 0, String(done.stderr));
	it.instance.kill('hub');
	await until(() => it.instance.pid('hub') !== old, 'another hub');
	await until(async () => (await anna.raw('GET', 'stream/poll?wait=0')).status === 200, 'it answers');
}

test('a hub that stops spreads the returns of its streams', async () => {
	const streams = await open(16);
	process.kill(it.instance.pid('hub'), 'SIGTERM');
	const retries = [];
	for (const s of streams) {
		const bye = await s.end();
		assert.deepEqual([bye.type, bye.reason], ['bye', 'restart']);
		assert.ok(bye.retry >= 250 && bye.retry < 2000, bye.retry);
		retries.push(bye.retry);
	}
	assert.ok(new Set(retries).size > 8, retries.join());
	assert.ok(Math.max(...retries) - Math.min(...retries) > 500, retries.join());
	await until(async () => (await anna.raw('GET', 'stream/poll?wait=0')).status === 200, 'a new hub');
});

test('where descriptors are plenty, nobody is asked to poll', async () => {
	const [s] = await open(1);
	const beat = await s.event('beat');
	assert.equal('next' in beat, false);
	const { next } = await anna.poll('', 0);
	assert.deepEqual(next, { transport: 'sse', wait: 25, after: 0 });
	s.close();
});

test('where they run short, some streams are asked to poll, and polls are not held', async () => {
	await scarce();
	const streams = await open(SHORT);
	const asked = () => streams.flatMap((s) => s.frames).map((f) => f.data)
		.filter((d) => d?.type === 'beat' && d.next);
	await until(() => asked().length > 0, 'one is asked', 30_000);
	assert.deepEqual(asked()[0].next, { transport: 'poll', wait: 0, after: 1500 });
	// A few at a time: at the most a third of those that have had one beat.
	const beats = streams.flatMap((s) => s.frames).filter((f) => f.data?.type === 'beat').length;
	assert.ok(asked().length < Math.max(8, beats / 3), `${asked().length} of ${beats}`);
	const { next } = await anna.poll('', 0);
	assert.equal(next.transport, 'poll');
	assert.equal(next.wait, 0);
	assert.ok(next.after >= 1000 && next.after < 2000, next.after);
	// Below that, but not by much: those who poll stay, and nobody else is asked.
	streams.splice(0, SHORT - 54).forEach((s) => s.close());
	const all = async () => Number(/^palabre_streams\{transport="sse"\} (\d+)$/m
		.exec((await it.stranger().get('metrics')).text)?.[1]);
	await until(async () => await all() === 54, 'those that left are gone');
	assert.equal((await anna.poll('', 0)).next.transport, 'poll');
	streams.splice(0, 54 - ROOM).forEach((s) => s.close());
	await until(async () => (await anna.poll('', 0)).next.transport === 'sse', 'up again');
	streams.forEach((s) => s.close());
});

test('streams end at a random age, told as a restart, and are opened again at once', async () => {
	await it.instance.stop();
	await it.instance.start({ PALABRE_STREAM_AGE: '3' });
	const streams = await open(12);
	const times = [];
	for (const s of streams) {
		const bye = await s.end(30_000);
		assert.deepEqual([bye.type, bye.reason], ['bye', 'restart']);
		assert.ok(bye.retry >= 1 && bye.retry <= 50, bye.retry);
		times.push(s.frames.at(-1).at);
	}
	assert.ok(Math.min(...times) >= 3000, `${Math.min(...times)} ms`);
	assert.ok(Math.max(...times) - Math.min(...times) > 500, times.map(Math.round).join());
	await until(async () => Number(/^palabre_aged_streams_total (\d+)$/m
		.exec((await it.stranger().get('metrics')).text)?.[1]) >= 12, 'they are counted');
});
