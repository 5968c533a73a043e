/**
 * tabs.js - many tabs of one browser: one stream, whoever leads; and a browser that
 * sleeps.
 */

import { readdirSync, readFileSync } from 'node:fs';
import { browser, pair, pause, signedIn } from './bench.js';
import { Talker } from './person.js';
import { Proxy } from './proxy.js';

/** @import {Page} from 'playwright-core' */

const MANY = 10;
const SLEEP = 20000;

/** @param {Page} page @param {string} name */
const told = (page, name) =>
	page.locator('[data-role=connection]').getAttribute(`data-${name}`, { timeout: 3000 });

/** @param {Page[]} pages */
async function leaders(pages) {
	const all = await Promise.all(pages.map((p) => told(p, 'leader').catch(() => null)));
	return pages.filter((_, i) => all[i] === 'true');
}

/**
 * @param {() => Promise<unknown>} condition
 * @param {number} ceiling ms
 * @returns {Promise<number>} ms that it took, Infinity when in vain
 */
async function took(condition, ceiling) {
	const since = Date.now();
	while (!await condition()) {
		if (Date.now() - since > ceiling) {
			return Infinity;
		}
		await pause(50);
	}
	return Date.now() - since;
}

/** @param {Page} page @param {number} n */
const shows = (page, n) => page.evaluate((k) => /** @type {any} */ (globalThis).shown
	.some((/** @type {any} */ x) => x.n === k), n);

/**
 * @param {{url: string, port: number}} instance
 * @returns {Promise<{what: string, ms: number, limit: number}[]>}
 */
export async function tabs(instance) {
	const results = [];
	const chrome = await browser();
	const proxy = await new Proxy(instance.port).start();
	const { talker, reader, room } = await pair(instance.url);
	const talk = new Talker(instance.url, talker, room, 500);
	try {
		const context = await signedIn(chrome, proxy.url, reader.cookie);
		let pages = [];
		let slowest = 0;
		for (let i = 0; i < MANY; i++) {
			const page = await context.newPage();
			await page.goto(`${proxy.url}#/r/${room}`);
			await page.waitForSelector('[data-role=app]');
			slowest = Math.max(slowest, await took(async () =>
				await told(page, 'state') === 'live', 10000));
			pages.push(page);
		}
		results.push({ what: 'ten tabs: the slowest is live', ms: slowest, limit: 2000 });
		results.push({ what: 'ten tabs: streams', ms: proxy.streams, limit: 1 });
		talk.start();
		const [first] = await leaders(pages);
		await first.close();
		pages = pages.filter((p) => p !== first);
		results.push({
			what: 'leader closed: another leads',
			ms: await took(async () => (await leaders(pages)).length === 1, 8000), limit: 1000,
		});
		results.push(await shown(pages, talk, 'leader closed: all show what is said', 5000));
		const [second] = await leaders(pages);
		const cdp = await context.newCDPSession(second);
		await cdp.send('Page.setWebLifecycleState', { state: 'frozen' });
		pages = pages.filter((p) => p !== second);
		await pages[0].bringToFront();
		results.push(await shown(pages, talk, 'leader frozen: all show what is said', 5000));
		await context.close();
	} finally {
		await talk.stop().catch(() => {});
		await chrome.close();
		await proxy.stop();
	}
	return results;
}

/**
 * @param {Page[]} pages
 * @param {Talker} talk
 * @param {string} what
 * @param {number} limit
 */
async function shown(pages, talk, what, limit) {
	const n = talk.next;
	await took(async () => talk.said.has(n), 3000);
	const ms = await took(async () =>
		(await Promise.all(pages.map((p) => shows(p, n)))).every(Boolean), 15000);
	return { what, ms, limit };
}

/** @param {number} pid @returns {number[]} it and all that it started */
function family(pid) {
	const parents = readdirSync('/proc').filter((x) => /^\d+$/.test(x)).map((x) => {
		try {
			const stat = readFileSync(`/proc/${x}/stat`, 'utf8');
			return [Number(x), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])];
		} catch {
			return [0, 0];
		}
	});
	const all = [pid];
	for (let i = 0; i < all.length; i++) {
		all.push(...parents.filter(([, parent]) => parent === all[i]).map(([child]) => child));
	}
	return all;
}

/** @returns {number} the browser that we started last */
function youngest() {
	const mine = family(process.pid).filter((pid) => {
		try {
			const line = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
			return /chrom/.test(line) && !/--type=/.test(line);
		} catch {
			return false;
		}
	});
	return Math.max(0, ...mine);
}

/**
 * The whole browser stops, as in a lid that is closed, and goes on.
 * @param {{url: string, port: number}} instance
 */
export async function sleep(instance) {
	const chrome = await browser();
	const pid = youngest();
	const proxy = await new Proxy(instance.port).start();
	const { talker, reader, room } = await pair(instance.url);
	const talk = new Talker(instance.url, talker, room);
	try {
		const context = await signedIn(chrome, proxy.url, reader.cookie);
		const page = await context.newPage();
		await page.goto(`${proxy.url}#/r/${room}`);
		await page.waitForSelector('[data-role=app]');
		talk.start();
		await pause(3000);
		const all = family(pid);
		all.forEach((x) => process.kill(x, 'SIGSTOP'));
		await pause(SLEEP / 2);
		// The address changes meanwhile, as it does between home and work.
		proxy.cut();
		await pause(SLEEP / 2);
		const n = talk.next - 1;
		all.forEach((x) => process.kill(x, 'SIGCONT'));
		const since = Date.now();
		await page.waitForFunction((k) => /** @type {any} */ (globalThis).shown
			.some((/** @type {any} */ x) => x.n === k), n, { timeout: 20000 }).catch(() => {});
		return [{ what: 'browser stopped for 20 s: all is shown', ms: Date.now() - since, limit: 3000 }];
	} finally {
		await talk.stop().catch(() => {});
		await chrome.close();
		await proxy.stop();
	}
}
