/**
 * browser.js - Chromium, an instance of Palabre, and what a person does with them.
 *
 * Every page is watched: an error on its console, an exception or a break of the Content
 * Security Policy fails the test that calls check().
 */

import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

/** @import {Browser, BrowserContextOptions, Page} from 'playwright-core' */

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const HARNESS = '../../harness/instance.js';

/* The whole browser, and the same without windows, which takes half of the processor time. */
export const CHROMIUM = '/usr/bin/chromium';
const SHELL = '/usr/bin/chromium-headless-shell';

export const PASSWORD = 'sous-le-grand-arbre-9';

/** @type {BrowserContextOptions} */
export const PHONE = { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true };
/** @type {[string, BrowserContextOptions][]} what must work on both */
export const SIZES = [['desktop', {}], ['phone', PHONE]];

/**
 * @typedef {object} Instance what the tests need of tests/harness
 * @property {string} url
 * @property {string} dir
 * @property {() => Promise<void>} start
 * @property {() => Promise<void>} stop
 * @property {() => Promise<void>} destroy
 * @property {(name: string) => Promise<number[]>} pids
 */

export class Stage {
	/** @type {Browser|null} */ browser = null;
	/** @type {Instance|null} null where PALABRE_URL names somebody else's */
	instance = null;
	url = '';
	/** @type {{text: string, url: string}[]} */ problems = [];
	/** @type {Seat[]} */ #taken = [];
	/** @type {Seat[]} */ #free = [];
	/** While true, requests may fail: the server or the network is away on purpose. */
	outage = false;
	/** @type {RegExp|null} what is not there, and may be asked for all the same */
	missing = null;
	/** @type {RegExp|null} what the server says no to, as the test wants it */
	refused = null;

	/**
	 * @param {{worker?: boolean}} [how] whether the page's service worker is installed. It
	 *   fetches the page a second time for each person, so only where it matters, or where
	 *   WORKER says so.
	 */
	constructor({ worker = Boolean(process.env.WORKER) } = {}) {
		this.worker = worker;
	}

	/**
	 * @param {Record<string, string>} [env] settings of the instance
	 * @param {string} [program] the browser, unless CHROMIUM names one
	 */
	async open(env = {}, program = SHELL) {
		if (process.env.PALABRE_URL) {
			this.url = process.env.PALABRE_URL;
		} else {
			const { startInstance } = await import(HARNESS);
			this.instance = await startInstance({
				env: { PALABRE_SCRYPT: '10,8,1', PALABRE_LIMITS: 'off', ...env },
			});
			this.url = /** @type {Instance} */ (this.instance).url;
		}
		this.browser = await chromium.launch({
			executablePath: process.env.CHROMIUM || program,
			args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic',
				'--no-first-run', '--disable-background-networking',
				'--disable-component-update', '--disable-sync'],
		});
	}

	async close() {
		await this.browser?.close();
		await this.instance?.destroy();
	}

	/**
	 * A person with a browser of their own: with nothing of anybody's before in it.
	 * @param {BrowserContextOptions} [options]
	 * @returns {Promise<Page>}
	 */
	async person(options = {}) {
		const kind = JSON.stringify(options);
		const at = this.#free.findLastIndex((seat) => seat.kind === kind);
		const seat = at < 0 ? await this.#seat(kind, options) : this.#free.splice(at, 1)[0];
		this.#taken.push(seat);
		return seat.page;
	}

	/**
	 * @param {string} kind
	 * @param {BrowserContextOptions} options
	 */
	async #seat(kind, options) {
		const browser = /** @type {Browser} */ (this.browser);
		const context = await browser.newContext({
			viewport: { width: 1280, height: 800 }, locale: 'en-GB', baseURL: this.url,
			serviceWorkers: this.worker ? 'allow' : 'block', ...options,
		});
		context.setDefaultTimeout(30000);
		const page = await context.newPage();
		this.watch(page);
		const seat = new Seat(kind, page, new URL(this.url).origin);
		// A service worker may outlive what is wiped off.
		seat.worn = this.worker;
		return seat;
	}

	/** @param {Page} page */
	watch(page) {
		page.on('pageerror', (error) => {
			this.problems.push({ text: String(error.stack || error), url: page.url() });
		});
		page.on('console', (message) => {
			const text = message.text();
			const { url } = message.location();
			if (message.type() !== 'error' && !/Content.Security.Policy/i.test(text)) {
				return;
			}
			// A browser reports each refused or unanswered request of its own accord.
			const expected = /^Failed to load resource: .*\b(422|429)\b/.test(text)
				|| (/\b401\b/.test(text) && /api\/v1\/login$/.test(url))
				|| (/\b40[13]\b/.test(text) && this.refused?.test(url))
				// The network page tries a verb that only a network may refuse sooner.
				|| (/\b405\b/.test(text) && /api\/v1\/status$/.test(url));
			const lost = /^Failed to load resource|when fetching the script|^WebSocket|net::ERR_/.test(text);
			const missing = /\b404\b/.test(text) && this.missing?.test(url);
			if (!expected && !missing && !(lost && this.outage)) {
				this.problems.push({ text, url });
			}
		});
	}

	/** Fail if a page had something to complain about. */
	check() {
		const problems = this.problems.splice(0);
		assert.deepEqual(problems, []);
	}

	/** Between tests: nobody is left in. */
	async clear() {
		this.outage = true;
		await Promise.all(this.#taken.splice(0).map(async (seat) => {
			if (await seat.wipe()) {
				this.#free.push(seat);
			}
		}));
		this.outage = false;
	}
}

/** What leaves more behind in a browser than can be wiped off. */
const LASTING = {
	page: ['addInitScript', 'close', 'emulateMedia', 'exposeBinding', 'exposeFunction', 'on', 'once',
		'route', 'routeWebSocket', 'setViewportSize'],
	context: ['addInitScript', 'close', 'exposeBinding', 'exposeFunction', 'grantPermissions',
		'newCDPSession', 'newPage', 'on', 'once', 'route', 'setOffline'],
	clock: ['install', 'pauseAt', 'setFixedTime', 'setSystemTime'],
};

/**
 * A page for one person after another. A new one starts a process that reads and compiles
 * all of the page anew, which takes four times as long as the page in one that did.
 */
class Seat {
	/** Not for anybody else. */
	worn = false;

	/**
	 * @param {string} kind
	 * @param {Page} page
	 * @param {string} origin
	 */
	constructor(kind, page, origin) {
		this.kind = kind;
		this.page = page;
		this.origin = origin;
		this.session = page.context().newCDPSession(page);
		const wear = () => {
			this.worn = true;
		};
		page.context().on('page', wear);
		page.on('crash', wear);
		this.#notice(page, LASTING.page);
		this.#notice(page.context(), LASTING.context);
		this.#notice(page.clock, LASTING.clock);
	}

	/**
	 * @param {any} target
	 * @param {string[]} names
	 */
	#notice(target, names) {
		for (const name of names) {
			const method = target[name].bind(target);
			target[name] = (/** @type {any[]} */ ...given) => {
				this.worn = true;
				return method(...given);
			};
		}
	}

	/** @returns {Promise<boolean>} whether the next one may have it; else it is closed */
	async wipe() {
		const wiped = !this.worn && await this.#clean().then(() => true, () => false);
		if (!wiped) {
			await this.page.context().close();
		}
		return wiped;
	}

	async #clean() {
		await this.page.evaluate(() => sessionStorage.clear());
		await this.page.goto('about:blank');
		await this.page.context().clearCookies();
		await (await this.session).send('Storage.clearDataForOrigin',
			{ origin: this.origin, storageTypes: 'all' });
	}
}

let count = 0;

/** @param {string} stem @returns {string} a name nobody has yet */
export function unique(stem) {
	return `${stem}${Date.now().toString(36).slice(-5)}${(count++).toString(36)}`;
}

/**
 * @param {Page} page
 * @param {string} name
 * @param {string} [display]
 */
export async function register(page, name, display = name) {
	await page.goto('./');
	await page.click('[data-role=switch-auth]');
	const form = page.locator('form[data-role=register]');
	await form.locator('[name=name]').fill(name);
	await form.locator('[name=display_name]').fill(display);
	await form.locator('[name=password]').fill(PASSWORD);
	await form.locator('[type=submit]').click();
	await page.waitForSelector('[data-role=app]');
	await live(page);
}

/**
 * The same API that the page uses, with the page's own cookie.
 * @param {Page} page
 * @param {string} path
 * @param {object} [data] posted when given
 * @returns {Promise<any>}
 */
export async function api(page, path, data) {
	const url = `api/v1/${path}`;
	// The server ends connections that were idle: then it is asked again on a new one.
	const maxRetries = 3;
	const reply = data ? await page.request.post(url, { data, maxRetries })
		: await page.request.get(url, { maxRetries });
	assert.ok(reply.ok(), `${path}: ${reply.status()} ${await reply.text()}`);
	return reply.json();
}

/**
 * Somebody new is in, without the door's forms (which have tests of their own).
 * @param {Stage} stage
 * @param {string} stem of the name
 * @param {string} display
 * @param {BrowserContextOptions} [options]
 * @returns {Promise<{page: Page, name: string, id: number}>}
 */
export async function arrive(stage, stem, display, options = {}) {
	const page = await stage.person(options);
	const name = unique(stem);
	const { user } = await api(page, 'register',
		{ name, password: PASSWORD, display_name: display });
	await page.goto('./');
	await page.waitForSelector('[data-role=app]');
	await live(page);
	return { page, name, id: user.id };
}

/**
 * On a phone the list is another pane.
 * @param {Page} page
 */
export async function toList(page) {
	// Once it is drawn: it may still put another pane there.
	await page.waitForSelector('.shell[data-role=app]');
	if (await page.locator('.room-back').isVisible()) {
		await page.click('.room-back');
	}
	await page.locator('.side').waitFor();
}

/**
 * @param {Page} page
 * @param {number} room
 */
export async function openRoom(page, room) {
	await toList(page);
	await page.click(`[data-role=room][data-room="${room}"]`);
	await page.waitForSelector(`[data-room-open="${room}"] [data-role=composer] textarea`);
}

/**
 * Take an entry of the open menu.
 * @param {Page} page
 * @param {string|RegExp} label
 */
export async function choose(page, label) {
	await page.locator('.menu-item').filter({ hasText: label }).click();
}

/**
 * Wait for a condition that is found out asynchronously; waitForFunction takes a promise
 * for a yes.
 * @template T
 * @param {Page} page
 * @param {(arg: T) => Promise<unknown>} condition run in the page
 * @param {T} arg
 */
export async function until(page, condition, arg) {
	const end = Date.now() + 30000;
	while (!(await page.evaluate(/** @type {any} */ (condition), arg))) {
		assert.ok(Date.now() < end, `in vain: ${condition}`);
		await page.waitForTimeout(100);
	}
}

/**
 * Wait until a text would outlive the page, in its outbox or in its cache.
 * @param {Page} page
 * @param {"outbox"|"cache"} table
 * @param {string} text
 */
export async function stored(page, table, text) {
	await until(page, async ([name, wanted]) => {
		const db = (await indexedDB.databases()).find((d) => d.name?.startsWith('palabre '));
		const request = indexedDB.open(db?.name || '');
		await new Promise((done) => {
			request.onsuccess = done;
		});
		const all = request.result.transaction(name).objectStore(name).getAll();
		await new Promise((done) => {
			all.onsuccess = done;
		});
		request.result.close();
		// The list of rooms, too, holds the last message, and is there before the messages.
		const texts = all.result.map(({ body, messages }) => [body, messages]);
		return JSON.stringify(texts).includes(wanted);
	}, [table, text]);
}

/**
 * What is shown for a moment only is noted from now on, for who looks late.
 * @param {Page} page
 * @param {string} selector
 * @returns {Promise<(text?: string) => Promise<unknown>>} waits for one with this text
 */
export async function glimpses(page, selector) {
	await page.evaluate((wanted) => {
		/** @type {any} */ (window).glimpsed = new Set();
		new MutationObserver(() => document.querySelectorAll(wanted).forEach((x) =>
			/** @type {any} */ (window).glimpsed.add(x.textContent)))
			.observe(document.body, { childList: true, subtree: true });
	}, selector);
	return (text = '') => page.waitForFunction((wanted) =>
		[.../** @type {any} */ (window).glimpsed].some((x) => x.includes(wanted)), text);
}

/**
 * Wait for code that the page fetches by itself to have come, and to have run.
 * @param {Page} page
 * @param {string} name of its file
 */
export async function fetched(page, name) {
	const url = await page.waitForFunction((end) =>
		performance.getEntriesByType('resource').find((e) => e.name.endsWith(end))?.name,
	`/${name}`);
	// The page, which asked for it first, has it first.
	await page.evaluate(async (from) => {
		await import(from);
	}, String(await url.jsonValue()));
}

/**
 * Look for something in the open dialog. What it listed before is gone by then, and not
 * while one clicks.
 * @param {Page} page
 * @param {string} q
 */
export async function search(page, q) {
	const found = page.waitForResponse((reply) =>
		new URL(reply.url()).searchParams.get('q') === q);
	await page.fill('dialog [type=search]', q);
	await (await found).finished();
}

/** @param {Page} page */
export async function live(page) {
	await page.waitForSelector('[data-role=connection][data-state=live]', { state: 'attached' });
}

/**
 * @param {Page} page
 * @param {string} name
 * @param {string} [kind]
 * @returns {Promise<number>} the room's id
 */
export async function createRoom(page, name, kind = 'public') {
	await toList(page);
	await page.click('[data-role=new-room]');
	const form = page.locator('form[data-role=new-room-form]');
	await form.locator('[name=name]').fill(name);
	await form.locator('[name=kind]').selectOption(kind);
	await form.locator('[name=topic]').fill('What is talked about');
	await form.locator('[type=submit]').click();
	await page.waitForSelector('[data-role=composer] textarea');
	await page.waitForFunction((wanted) =>
		document.querySelector('.room-title')?.textContent === wanted, name);
	return Number(await page.getAttribute('[data-room-open]', 'data-room-open'));
}

/**
 * Join a public room by its address.
 * @param {Page} page
 * @param {number} room
 */
export async function join(page, room) {
	await page.evaluate((id) => {
		location.hash = `#/r/${id}`;
	}, room);
	await page.click(`[data-role=join][data-room="${room}"]`);
	await page.waitForSelector('[data-role=composer] textarea');
}

/**
 * @param {Page} page
 * @param {string} text
 */
export async function send(page, text) {
	await page.fill('[data-role=composer] textarea', text);
	await page.press('[data-role=composer] textarea', 'Enter');
}

/**
 * @param {Page} page
 * @param {string} text
 */
export function said(page, text) {
	return page.locator('[data-role=message]').filter({ hasText: text });
}

/**
 * @param {Page} page
 * @returns {Promise<string[]>} the texts shown, in order
 */
export function texts(page) {
	return page.$$eval('[data-role=message] .text', (all) =>
		all.map((x) => x.textContent || ''));
}

/**
 * @param {Page} page
 * @param {string} name
 */
export async function shot(page, name) {
	const dir = process.env.SHOTS || `${ROOT}var/shots`;
	mkdirSync(dir, { recursive: true });
	await page.screenshot({ path: `${dir}/${name}.png`, animations: 'disabled' });
}
