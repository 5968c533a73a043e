/** places.test.js - the page wherever it is put: below a path, behind plain CGI, nowhere. */

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { below } from './support/below.js';
import {
	createRoom, join, PHONE, register, said, send, shot, Stage, texts, unique, until,
} from './support/browser.js';

/** @import {Page} from 'playwright-core' */

const stage = new Stage({ worker: true });
before(() => stage.open());
after(() => stage.close());
afterEach(() => stage.clear());

/**
 * Two people talk there, one of them on a phone; a reload keeps what was said.
 * @param {string} base
 * @returns {Promise<Page[]>}
 */
async function talkAt(base) {
	const [awa, jules] = [await stage.person({ baseURL: base }),
		await stage.person({ baseURL: base, ...PHONE })];
	await register(awa, unique('awa'), 'Awa');
	await register(jules, unique('jules'), 'Jules');
	const room = await createRoom(awa, unique('far out '));
	await join(jules, room);
	await send(awa, 'Can you hear me down there?');
	await said(jules, 'Can you hear me').waitFor();
	await send(jules, 'Loud and clear');
	await said(awa, 'Loud and clear').waitFor();
	await awa.reload();
	await said(awa, 'Loud and clear').waitFor();
	assert.deepEqual(await texts(awa), ['Can you hear me down there?', 'Loud and clear']);
	for (const page of [awa, jules]) {
		assert.ok(page.url().startsWith(`${base}#/r/`), page.url());
		assert.deepEqual(await page.evaluate((start) => performance.getEntriesByType('resource')
			.map((e) => e.name).filter((n) => !n.startsWith(start)), base), []);
	}
	return [awa, jules];
}

test('below a path of a site it is the same chat, live and kept', async (ctx) => {
	if (!stage.instance) {
		ctx.skip('needs an instance of its own');
		return;
	}
	const site = await below(stage.instance);
	try {
		const [awa] = await talkAt(site.url);
		// A stream that seemed to be held is tried again after a minute.
		await awa.waitForSelector('[data-role=connection][data-transport=sse]',
			{ state: 'attached', timeout: 90000 });
		await until(awa, async () => {
			const registration = await navigator.serviceWorker.getRegistration();
			return registration?.active?.state === 'activated'
				&& new URL(registration.scope).pathname === '/chat/';
		}, null);
		stage.check();
	} finally {
		await stage.clear();
		await site.stop();
	}
});

test('behind plain CGI, as on a shared host, messages come by polls', async () => {
	const base = `${stage.url}cgi-bin/palabre.cgi/`;
	// Nothing holds a stream there: the page asks once and then polls.
	stage.missing = /\/cgi-bin\/palabre\.cgi\/stream\/events/;
	const pages = await talkAt(base);
	for (const page of pages) {
		await page.waitForSelector('[data-role=connection][data-transport=poll][data-state=live]',
			{ state: 'attached', timeout: 20000 });
	}
	await shot(pages[0], 'cgi');
	stage.check();
	stage.missing = null;
});

test('without the slash at its end the address of the program leads to the page', async () => {
	const page = await stage.person();
	await page.goto('./cgi-bin/palabre.cgi');
	await page.waitForSelector('form[data-role=login]');
	assert.equal(new URL(page.url()).pathname, '/cgi-bin/palabre.cgi/');
	stage.check();
});

test('the program sends the page with the headers of the web server', async () => {
	const read = async (/** @type {string} */ base, /** @type {string} */ path) => {
		const reply = await fetch(stage.url + base + path);
		const body = Buffer.from(await reply.arrayBuffer()).toString('latin1');
		return {
			body, status: reply.status,
			...Object.fromEntries(['content-type', 'cache-control', 'content-security-policy',
				'x-content-type-options', 'referrer-policy', 'permissions-policy',
				'cross-origin-resource-policy'].map((name) => [name, reply.headers.get(name)])),
		};
	};
	const index = await read('', '');
	const names = [...index.body.matchAll(/(?:href|src)="([^"#]+)"/g)].map((m) => m[1]);
	assert.ok(names.length > 50);
	for (const name of ['', 'sw.js', 'api/', 'api/openapi.json', ...names]) {
		assert.deepEqual(await read('cgi-bin/palabre.cgi/', name), await read('', name), name);
	}
	for (const name of ['db.cnf', 'v/', '.new', 'index.html/', 'api',
		'%2e%2e/db.cnf', 'v/..%2f..%2fdb.cnf', 'index.html%00.js']) {
		const reply = await fetch(`${stage.url}cgi-bin/palabre.cgi/${name}`);
		assert.ok([400, 404].includes(reply.status), `${name}: ${reply.status}`);
	}
	const first = await fetch(`${stage.url}cgi-bin/palabre.cgi/`);
	const again = await fetch(`${stage.url}cgi-bin/palabre.cgi/`,
		{ headers: { 'If-None-Match': String(first.headers.get('etag')) } });
	assert.equal(again.status, 304);
});

test('without JavaScript a plain page says what is needed, in two languages', async () => {
	for (const size of [{}, PHONE]) {
		const page = await stage.person({ javaScriptEnabled: false, ...size });
		await page.goto('./');
		assert.equal(await page.locator('h1').innerText(), 'Palabre');
		const { height } = /** @type {{height: number}} */ (page.viewportSize());
		for (const [n, words] of [/needs JavaScript/, /a besoin de JavaScript/].entries()) {
			const text = page.locator('.door-lead').nth(n);
			assert.match(await text.innerText(), words);
			const box = await text.boundingBox();
			assert.ok(box && box.y > 0 && box.y + box.height < height, 'in sight');
		}
		await shot(page, `no-script-${page.viewportSize()?.width}`);
	}
	stage.check();
});
