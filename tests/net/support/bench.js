/**
 * bench.js - drives Chromium through one network and judges what its page showed.
 */

import { chromium } from 'playwright-core';
import { account, call, percentile, Talker, watch } from './person.js';

/** @import {Browser, BrowserContext, Page} from 'playwright-core' */
/** @import {Instance} from '../../harness/instance.js' */

export const LIMITS = { first: 6000, recovery: 5000, delay: 2000 };

/**
 * @typedef {object} Row
 * @property {string} name
 * @property {number} [seconds] how long it is watched
 * @property {(instance: Instance) => Promise<any>} open a started proxy in front of it
 * @property {(proxy: any, page: Page) => Promise<void>} [script] what happens meanwhile
 * @property {number} [gap] a silence of so many ms is of the network's own making
 * @property {number} [latency] what the network adds to a delay
 * @property {string} [transport] what must be settled on
 * @property {number} [calls] so many requests at most in a minute, once it has settled
 */

/** A page has settled so many ms after it is in. */
const SETTLED = 15000;

/** @param {number} ms */
export const pause = (ms) => new Promise((done) => {
	setTimeout(done, ms);
});

export function browser() {
	return chromium.launch({
		executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
		args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic',
			'--no-first-run', '--disable-background-networking', '--disable-component-update',
			'--disable-sync'],
	});
}

/**
 * @param {Browser} chrome
 * @param {string} url
 * @param {string} cookie
 * @returns {Promise<BrowserContext>}
 */
export async function signedIn(chrome, url, cookie) {
	const context = await chrome.newContext({ locale: 'en-GB', viewport: { width: 900, height: 700 } });
	const [name, value] = cookie.split('=');
	await context.addCookies([{ name, value, url }]);
	await context.addInitScript(watch);
	return context;
}

let made = 0;

/**
 * Two people with a room: one talks, the other reads.
 * @param {string} base
 */
export async function pair(base) {
	const id = `${(Date.now() % 1e9).toString(36)}${made++}`;
	const talker = await account(base, `talker${id}`);
	const reader = await account(base, `reader${id}`);
	const { room } = await call(base, 'rooms', { name: `net ${id}`, kind: 'public' }, talker.cookie);
	await call(base, `rooms/${room.id}/join`, {}, reader.cookie);
	return { talker, reader, room: room.id };
}

/**
 * @param {{n: number, at: number}[]} shown
 * @param {Talker} talk
 * @param {number} loaded when the page was in
 * @param {number[]} order the numbers in the page, top down
 * @param {number[]} mutes what is said just after these is judged by LIMITS.recovery
 */
export function judge(shown, talk, loaded, order, mutes) {
	const fresh = shown.filter((x) => (talk.said.get(x.n) || 0) > loaded);
	const delays = fresh.map((x) => Math.max(0, x.at - (talk.said.get(x.n) || 0)));
	const times = fresh.map((x) => x.at);
	const settled = fresh.filter(({ n }) => {
		const at = talk.said.get(n) || 0;
		return at > loaded + 12000 && !mutes.some((m) => at > m - 500 && at < m + LIMITS.recovery);
	});
	let misordered = order.filter((n, i) => i > 0 && n < order[i - 1]).length;
	misordered += shown.filter((x, i) => i > 0 && x.n < shown[i - 1].n).length;
	const last = Math.max(0, ...order);
	return {
		first: times.length ? times[0] - loaded : Infinity,
		silence: Math.max(0, ...times.map((t, i) => t - (i ? times[i - 1] : loaded))),
		delay: percentile(settled.map((x) => x.at - (talk.said.get(x.n) || 0)), 0.95),
		worst: Math.max(0, ...delays),
		said: talk.said.size,
		last,
		lost: [...talk.said.keys()].filter((n) => !order.includes(n)).length,
		doubled: order.length - new Set(order).size,
		misordered,
	};
}

/**
 * @param {Browser} chrome
 * @param {Instance} instance
 * @param {Row} row
 */
export async function drive(chrome, instance, row) {
	const proxy = await row.open(instance);
	const { talker, reader, room } = await pair(instance.url);
	const talk = new Talker(instance.url, talker, room);
	const context = await signedIn(chrome, proxy.url, reader.cookie);
	try {
		talk.start();
		const page = await context.newPage();
		let loads = 0;
		page.on('load', () => loads++);
		await page.goto(`${proxy.url}#/r/${room}`);
		await page.waitForSelector('[data-role=app]', { timeout: 90000 });
		const loaded = Date.now();
		await Promise.all([pause((row.seconds || 40) * 1000), row.script?.(proxy, page)]);
		await talk.stop();
		await page.waitForFunction((n) => /** @type {any} */ (globalThis).shown
			.some((/** @type {any} */ x) => x.n === n), talk.next - 1, { timeout: 15000 })
			.catch(() => {});
		const shown = await page.evaluate(() => /** @type {any} */ (globalThis).shown);
		const order = await page.$$eval('[data-role=message][data-seq] .text', (all) =>
			all.map((x) => Number((/number (\d+)/.exec(x.textContent || '') || [])[1] || 0))
				.filter(Boolean));
		const line = page.locator('[data-role=connection]');
		const result = {
			name: row.name,
			transport: await line.getAttribute('data-transport') || '',
			state: await line.getAttribute('data-state') || '',
			...judge(shown, talk, loaded, order, proxy.mutes || []),
			reloads: loads - 1,
			calls: calls(proxy, loaded + SETTLED),
			recoveries: recoveries(proxy.mutes || [], shown),
		};
		return { ...result, wrong: faults(row, result) };
	} finally {
		await talk.stop().catch(() => {});
		await context.close();
		await proxy.stop();
	}
}

/**
 * What a page asks for beside its stream, in a minute. That a message was read is told as
 * often as one comes, and is not the network's doing.
 * @param {{calls?: {path: string, at: number}[]}} proxy one of ours; others do not count
 * @param {number} since
 */
function calls(proxy, since) {
	const some = (proxy.calls || []).filter(({ path, at }) =>
		at > since && /^\/(api|stream)\//.test(path) && !/\/read$/.test(path));
	return Math.ceil(some.length * 60000 / Math.max(60000, Date.now() - since));
}

/**
 * From each mute to the first message shown again.
 * @param {number[]} mutes
 * @param {{n: number, at: number}[]} shown
 */
function recoveries(mutes, shown) {
	return mutes.flatMap((at) => {
		const next = shown.find((x) => x.at > at);
		return next ? [next.at - at] : [];
	});
}

/**
 * @param {Row} row
 * @param {any} r
 * @returns {string[]} what breaks a promise
 */
function faults(row, r) {
	const wrong = [];
	for (const what of ['lost', 'doubled', 'misordered', 'reloads']) {
		if (r[what]) {
			wrong.push(`${r[what]} ${what}`);
		}
	}
	if (!(r.first <= LIMITS.first)) {
		wrong.push(`first message after ${r.first} ms`);
	}
	const delay = row.gap ? Infinity : Math.max(LIMITS.delay, 1.5 * (row.latency || 0));
	if (r.delay > delay) {
		wrong.push(`steady delay p95 ${r.delay} ms`);
	}
	if (r.silence > 2000 + LIMITS.recovery + (row.gap || 0)) {
		wrong.push(`silent for ${r.silence} ms`);
	}
	for (const ms of r.recoveries.filter((/** @type {number} */ x) => x > LIMITS.recovery)) {
		wrong.push(`mute for ${ms} ms`);
	}
	if (r.state !== 'live') {
		wrong.push(`${r.state} at the end`);
	}
	if (row.calls !== undefined && r.calls > row.calls) {
		wrong.push(`${r.calls} requests a minute beside the stream`);
	}
	if (row.transport && r.transport !== row.transport) {
		wrong.push(`settled on ${r.transport}, not ${row.transport}`);
	}
	return wrong;
}
