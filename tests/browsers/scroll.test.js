/**
 * scroll.test.js - a history of 10,000 messages, read to its beginning: how smoothly it goes
 * by, and that neither the page nor its memory grows with what was read.
 */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startInstance } from '../harness/instance.js';
import { launch } from './chromium.js';

const COUNT = 10_000;
/** What the page keeps of a room (KEEP in model/timeline.js), and a page more. */
const MOST = 650;
/** So far down again. */
const DOWN = 1500;
const MIB = 1024 * 1024;

let it;
let browser;

before(async () => {
	it = await startInstance({ env: { PALABRE_SCRYPT: '14,8,1', PALABRE_LIMITS: 'off' } });
	browser = await launch(['--js-flags=--expose-gc']);
});
after(async () => {
	await browser?.close();
	await it?.destroy();
});

/** Somebody in a room with a long past. */
async function comeIn() {
	const page = await browser.newPage();
	await page.setViewport({ width: 1280, height: 800 });
	await page.goto(it.url);
	const room = await page.evaluate(async () => {
		const post = async (path, body) => (await fetch(`api/v1/${path}`, {
			method: 'POST', headers: { 'Content-Type': 'application/json' },
			body: JSON.stringify(body),
		})).json();
		await post('register', { name: 'scroll', password: 'sous-le-grand-arbre-9' });
		return (await post('rooms', { name: 'long', kind: 'public', topic: '' })).room.id;
	});
	await it.sql(`
		INSERT INTO message (room, seq, user, client_id, digest, body, created_at)
		SELECT ${room}, seq + 1, 1, CONCAT('scroll-', seq), REPEAT('x', 32),
			CONCAT('message ', seq, REPEAT(' and *more* of it', seq % 17)), 1700000000000 + seq * 40000
		FROM seq_1_to_${COUNT};
		UPDATE room SET messages = ${COUNT}, last_seq = ${COUNT + 1}, last_message = ${COUNT + 1}
		WHERE id = ${room};
		UPDATE member SET sent = ${COUNT}, last_read = ${COUNT + 1} WHERE room = ${room};`);
	await page.goto(`${it.url}#/r/${room}`);
	await page.reload();
	await page.waitForSelector(`[data-seq="${COUNT + 1}"]`, { timeout: 60_000 });
	return page;
}

/**
 * Scroll until a condition holds.
 * @param {number} by px a frame
 * @returns {Promise<{frames: number, perSecond: number, median: number, late: number, longest: number}>}
 *   times in ms; late are those of more than one and a half frames, in percent
 */
const scroll = (page, by, until) => page.evaluate(async (step, seq) => {
	const scroller = document.querySelector('.timeline-scroll');
	const times = [];
	let last = await new Promise(requestAnimationFrame);
	const end = last + 600_000;
	while (last < end) {
		scroller.scrollTop += step;
		const now = await new Promise(requestAnimationFrame);
		times.push(now - last);
		last = now;
		const there = document.querySelector(`[data-seq="${seq}"]`);
		if (there && Math.abs(there.getBoundingClientRect().top - scroller.getBoundingClientRect().top) < 800) {
			break;
		}
	}
	const sorted = [...times].sort((a, b) => a - b);
	const sum = times.reduce((a, b) => a + b, 0);
	return {
		frames: times.length, perSecond: Math.round((times.length * 1000) / sum),
		median: Math.round(sorted[times.length >> 1]),
		late: Math.round((1000 * times.filter((t) => t > 25).length) / times.length) / 10,
		longest: Math.round(sorted.at(-1)),
	};
}, by, until);

/** Count what is put into the list from now on: what stays must not be moved. */
const watchMoves = (page) => page.evaluate(() => {
	globalThis.moves = 0;
	new MutationObserver((records) => {
		globalThis.moves += records.reduce((sum, r) => sum + r.addedNodes.length, 0);
	}).observe(document.querySelector('.timeline-list'), { childList: true });
});

const heap = async (page) => {
	await page.evaluate(() => globalThis.gc());
	return (await page.metrics()).JSHeapUsedSize / MIB;
};

test('10,000 messages go by, and the page stays as small as it was', async () => {
	const page = await comeIn();
	const before = await heap(page);
	const up = await scroll(page, -120, 2);
	const shown = await page.$$eval('[data-role=message]', (all) => all.length);
	const loaded = await scroll(page, 120, MOST / 2);
	await watchMoves(page);
	const down = await scroll(page, 120, DOWN);
	const moves = await page.evaluate(() => globalThis.moves);
	const after = await heap(page);
	// Told, not judged: the machine that runs this may have other things to do.
	console.log(`# to the beginning, a page fetched every few frames: ${JSON.stringify(up)}`);
	console.log(`# down through what is loaded: ${JSON.stringify(loaded)}`);
	console.log(`# on down, a page fetched every few frames: ${JSON.stringify(down)}`);
	console.log(`# ${shown} messages in the page; heap ${before.toFixed(1)}, then ${after.toFixed(1)} MiB`);
	assert.ok(await page.$(`[data-seq="${DOWN}"]`), 'the way was gone');
	assert.ok(shown <= MOST, `${shown} messages are in the page`);
	assert.ok(after < before + 40, `the heap grew from ${before} to ${after} MiB`);
	assert.ok(moves < DOWN + MOST, `${moves} elements were put into the page for ${DOWN} messages`);
	await page.close();
});
