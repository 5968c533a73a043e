/**
 * lighthouse.test.js - what Lighthouse thinks of the door and of the app behind it, as on
 * a slow phone; and how soon the page is ready to be used on this machine.
 *
 * The reports are written to var/shots/ beside the pictures.
 */

import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import lighthouse from 'lighthouse';
import * as constants from 'lighthouse/core/config/constants.js';
import { startInstance } from '../harness/instance.js';
import { launch } from './chromium.js';

const SHOTS = process.env.SHOTS ?? fileURLToPath(new URL('../../var/shots', import.meta.url));
const CATEGORIES = ['performance', 'accessibility', 'best-practices'];
const WANTED = 95;
/** A busy machine makes a page look slow; the best of so many counts. */
const TRIES = 3;
/**
 * A slow phone's benchmarkIndex: Lighthouse's own factor of 4 on a machine at rest. Where
 * less is left of the machine, it need not be slowed down so much to be like that phone.
 */
const SLOW_PHONE = 340;

/** Others are at work here: how fast the page is cannot be told, so it is not judged. */
const busy = () => loadavg()[0] > 2 * cpus().length;

const PHONE = { width: 412, height: 823, isMobile: true, hasTouch: true };

let it;
let browser;

before(async () => {
	it = await startInstance({ env: { PALABRE_SCRYPT: '14,8,1', PALABRE_LIMITS: 'off' } });
	browser = await launch();
});
after(async () => {
	await browser?.close();
	await it?.destroy();
});

/** Somebody with a room and something said in it, on this page. */
async function comeIn(page) {
	await page.setViewport(PHONE);
	await page.goto(it.url);
	await page.evaluate(async () => {
		const post = async (path, body) => (await fetch(`api/v1/${path}`, {
			method: 'POST', headers: { 'Content-Type': 'application/json' },
			body: JSON.stringify(body),
		})).json();
		await post('register', { name: `light.${Date.now()}`, password: 'sous-le-grand-arbre-9' });
		const { room } = await post('rooms', { name: 'lighthouse', kind: 'public', topic: 'Waves' });
		for (let i = 0; i < 60; i++) {
			await post(`rooms/${room.id}/messages`, { client_id: `light-${i}`, body: `wave *${i}*` });
		}
		location.hash = `#/r/${room.id}`;
	});
	await page.reload();
	await page.waitForSelector('[data-role=app] [data-role=message]', { timeout: 60_000 });
	return page.url();
}

/**
 * @param {number} index what the machine was good for a moment ago
 * @returns the report, and its scores in percent
 */
async function measure(page, url, index) {
	const factor = Math.min(4, Math.max(1, index / SLOW_PHONE));
	const { lhr } = await lighthouse(url, {
		onlyCategories: CATEGORIES, disableStorageReset: true, logLevel: 'error',
		throttling: { ...constants.throttling.mobileSlow4G, cpuSlowdownMultiplier: factor },
	}, undefined, page);
	const scores = Object.fromEntries(CATEGORIES.map((name) =>
		[name, Math.round((lhr.categories[name].score ?? 0) * 100)]));
	return { lhr, scores };
}

/** What costs points, with its own words. */
function failings(lhr) {
	return Object.values(lhr.audits)
		.filter((a) => a.score !== null && a.score < 0.9 && a.scoreDisplayMode !== 'informative')
		.map((a) => `${a.id}: ${a.score} ${a.displayValue ?? ''}`);
}

async function holds(name, page, url) {
	mkdirSync(SHOTS, { recursive: true });
	let best = null;
	let last = Infinity;
	for (let i = 0; i < TRIES; i++) {
		const now = await measure(page, url, last);
		last = now.lhr.environment.benchmarkIndex;
		const least = Math.min(...Object.values(now.scores));
		if (!best || least > best.least) {
			best = { ...now, least };
		}
		if (least >= WANTED) {
			break;
		}
	}
	writeFileSync(`${SHOTS}/lighthouse-${name}.json`, JSON.stringify(best.lhr, null, '\t'));
	console.log(`# ${name}: ${JSON.stringify(best.scores)}, benchmarkIndex ${
		Math.round(best.lhr.environment.benchmarkIndex)}`);
	assert.equal(best.lhr.runtimeError, undefined);
	for (const [category, score] of Object.entries(best.scores)) {
		if (category === 'performance' && score < WANTED && busy()) {
			console.log(`# not judged: performance ${score}, at a load of ${loadavg()[0]}`);
			continue;
		}
		assert.ok(score >= WANTED, `${category} ${score}: ${failings(best.lhr).join(' | ')}`);
	}
}

test(`the door gets ${WANTED} and more on a slow phone`, async () => {
	const page = await browser.newPage();
	await holds('door', page, it.url);
	await page.close();
});

test(`the app behind it gets ${WANTED} and more on a slow phone`, async () => {
	const page = await browser.newPage();
	await holds('app', page, await comeIn(page));
	await page.close();
});

test('how soon one can write, on this machine with a processor four times slower', async () => {
	const page = await browser.newPage();
	await comeIn(page);
	await page.emulateCPUThrottling(4);
	await page.evaluateOnNewDocument(() => {
		new MutationObserver((changes, observer) => {
			if (document.querySelector('[data-role=message]')
				&& document.querySelector('[data-role=composer] textarea')) {
				observer.disconnect();
				// Painted, and free for what comes in.
				requestAnimationFrame(() => setTimeout(() => {
					window.ready = performance.now();
				}));
			}
		}).observe(document, { childList: true, subtree: true });
	});
	const times = [];
	for (let i = 0; i < 2 * TRIES; i++) {
		await page.reload();
		const ready = await page.waitForFunction(() => window.ready, { timeout: 60_000 });
		times.push(Math.round(await ready.jsonValue()));
	}
	await page.close();
	// Told, not judged: the machine that runs this may have other things to do.
	console.log(`# ready to write after ${Math.min(...times)} ms at best (${times.join(', ')})`);
	assert.equal(times.length, 2 * TRIES);
});
