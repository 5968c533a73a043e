/**
 * tabs.js - many tabs of one browser: one stream, whoever leads; and a browser that
 * sleeps.
 */

import { readdirSync, readFileSync } from 'node:fs';
import { browser, pair, pause, signedIn } from './bench.js';
import { Talker } from './person.js';
import { Proxy } from './proxy.js';

/** @import {BrowserContext, Page} from 'playwright-core' */
/** @import {Instance} from '../../harness/instance.js' */

const MANY = 10;
const SLEEP = 60000;

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

/** @param {Page} page @param {number} n @returns {Promise<number>} when it was shown, 0: not yet */
const shownAt = (page, n) => page.evaluate((k) => /** @type {any} */ (globalThis).shown
	.find((/** @type {any} */ x) => x.n === k)?.at || 0, n);

/** @typedef {{what: string, ms: number, limit: number}} Time */

/** The tabs of one browser, and who is talking to them. */
class Tabs {
	/** @type {Page[]} those that live */ pages = [];
	/** @type {Set<Page>} */ #crashed = new Set();
	/** @type {(() => Promise<void>)|null} */ thaw = null;

	/** @param {Instance} instance */
	async open(instance) {
		this.chrome = await browser();
		this.proxy = await new Proxy(instance.port).start();
		const { talker, reader, room } = await pair(instance.url);
		this.talk = new Talker(instance.url, talker, room, 500);
		this.context = await signedIn(this.chrome, this.proxy.url, reader.cookie);
		this.url = `${this.proxy.url}#/r/${room}`;
		return this;
	}

	async close() {
		await this.talk?.stop().catch(() => {});
		await this.chrome?.close();
		await this.proxy?.stop();
	}

	/** @returns {Promise<Time[]>} */
	async fill() {
		let slowest = 0;
		for (let i = 0; i < MANY; i++) {
			const page = await /** @type {BrowserContext} */ (this.context).newPage();
			page.on('crash', () => this.#crashed.add(page));
			await page.goto(this.url || '');
			await page.waitForSelector('[data-role=app]');
			slowest = Math.max(slowest, await took(async () =>
				await told(page, 'state') === 'live', 10000));
			this.pages.push(page);
		}
		this.talk?.start();
		return [{ what: 'ten tabs: the slowest is live', ms: slowest, limit: 2000 },
			{ what: 'ten tabs: streams', ms: this.proxy?.streams || 0, limit: 1 }];
	}

	/**
	 * Take the leader away, and see who follows and what is shown.
	 * @param {string} how
	 * @param {number} limit ms until another leads
	 * @param {(leader: Page) => Promise<unknown>} take
	 * @returns {Promise<Time[]>}
	 */
	async lose(how, limit, take) {
		const [leader] = await leaders(this.pages);
		await take(leader);
		const since = Date.now();
		this.pages = this.pages.filter((p) => p !== leader && !this.#crashed.has(p));
		const led = await took(async () => (await leaders(this.pages)).length === 1, 15000);
		const [next] = await leaders(this.pages);
		// By the page's own word: looking at nine of them takes its time.
		const at = next ? await next.evaluate(() => /** @type {any} */ (globalThis).leads) : NaN;
		const ms = Number.isFinite(led) ? Math.max(0, at - since) : Infinity;
		return [{ what: `leader ${how}: another leads`, ms, limit }, await this.#all(how)];
	}

	/**
	 * @param {string} how
	 * @returns {Promise<Time>} until what is said now is shown by all
	 */
	async #all(how) {
		const talk = /** @type {Talker} */ (this.talk);
		const n = talk.next;
		await took(async () => talk.said.has(n), 3000);
		let at = [0];
		await took(async () => {
			at = await Promise.all(this.pages.map((p) => shownAt(p, n)));
			return at.every(Boolean);
		}, 15000);
		const ms = at.every(Boolean)
			? Math.max(0, Math.max(...at) - (talk.said.get(n) || 0)) : Infinity;
		return {
			what: `leader ${how}: ${this.pages.length} tabs show what is said`, ms, limit: 5000,
		};
	}

	/** @param {Page} leader its renderer ends, as one that ran out of memory does */
	async kill(leader) {
		const cdp = await leader.context().newCDPSession(leader);
		// There is nobody left to answer.
		cdp.send('Page.crash').catch(() => {});
		await took(async () => this.#crashed.has(leader), 5000);
	}

	/**
	 * None of its scripts runs any more, yet it keeps its lock and its stream. (A browser
	 * freezes by itself only pages that hold no lock.)
	 * @param {Page} leader
	 */
	async freeze(leader) {
		const cdp = await leader.context().newCDPSession(leader);
		await cdp.send('Debugger.enable');
		const paused = new Promise((done) => cdp.once('Debugger.paused', done));
		await cdp.send('Debugger.pause');
		await paused;
		this.thaw = async () => {
			await cdp.send('Debugger.resume');
			this.pages.push(leader);
		};
	}

	/** @returns {Promise<Time[]>} the frozen one goes on, and finds that another leads */
	async wake() {
		await this.thaw?.();
		const one = async () => (await leaders(this.pages)).length === 1;
		return [{ what: 'leader thawed: one leads', ms: await took(one, 15000), limit: 5000 },
			await this.#all('thawed')];
	}
}

/**
 * @param {Instance} instance
 * @returns {Promise<Time[]>}
 */
export async function tabs(instance) {
	const all = new Tabs();
	try {
		await all.open(instance);
		return [
			...await all.fill(),
			...await all.lose('closed', 1000, (leader) => leader.close()),
			...await all.lose('killed', 5000, (leader) => all.kill(leader)),
			...await all.lose('frozen', 5000, (leader) => all.freeze(leader)),
			...await all.wake(),
		];
	} finally {
		await all.close();
	}
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
 * @param {Instance} instance
 * @returns {Promise<Time[]>}
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
		return [{ what: 'browser stopped for 60 s: all is shown', ms: Date.now() - since, limit: 3000 }];
	} finally {
		await talk.stop().catch(() => {});
		await chrome.close();
		await proxy.stop();
	}
}
