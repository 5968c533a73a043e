/** away.test.js - no network, a new version, a page in the background. */

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join as path } from 'node:path';
import { after, afterEach, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import {
	createRoom, live, register, said, send, Stage, stored, unique, until,
} from './support/browser.js';

/** @import {Page} from 'playwright-core' */

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

const stage = new Stage({ worker: true });
before(() => stage.open());
after(() => stage.close());
afterEach(() => stage.clear());

/**
 * The service worker has the page, and the store is written down.
 * @param {Page} page
 * @param {string} text the newest message
 */
async function kept(page, text) {
	await until(page, async () => {
		const registration = await navigator.serviceWorker.getRegistration();
		return registration?.active?.state === 'activated';
	}, null);
	await stored(page, 'cache', text);
}

test('opened without a network it shows the last known rooms and messages', async () => {
	const page = await stage.person();
	await register(page, unique('awa'), 'Awa');
	await createRoom(page, unique('well '));
	await send(page, 'Known before the rain');
	await said(page, 'Known before the rain').and(page.locator('[data-state=sent]')).waitFor();
	await kept(page, 'Known before the rain');
	stage.outage = true;
	await page.context().setOffline(true);
	await page.reload();
	await said(page, 'Known before the rain').waitFor();
	await page.waitForSelector('[data-shown=offline]', { state: 'attached', timeout: 20000 });
	await send(page, 'Said in the rain');
	await said(page, 'Said in the rain').and(page.locator('[data-state=sending]')).waitFor();
	await stored(page, 'outbox', 'Said in the rain');
	await page.reload();
	await said(page, 'Said in the rain').and(page.locator('[data-state=sending]')).waitFor();
	await page.context().setOffline(false);
	await said(page, 'Said in the rain').and(page.locator('[data-state=sent]'))
		.waitFor({ timeout: 15000 });
	await live(page);
	stage.outage = false;
	stage.check();
});

test('a new version takes over whole, and nothing of the last one is left in it', async (ctx) => {
	if (!stage.instance) {
		ctx.skip('needs an instance of its own');
		return;
	}
	const page = await stage.person();
	await register(page, unique('awa'));
	await createRoom(page, unique('well '));
	await send(page, 'Of the first version');
	await kept(page, 'Of the first version');
	const version = () => page.evaluate(() => {
		const names = performance.getEntriesByType('resource').map((e) => e.name);
		return [...new Set(names.map((n) => /\/v\/(\w+)\//.exec(n)?.[1]).filter(Boolean))];
	});
	const [first] = await version();
	const site = path(stage.instance.dir, 'htdocs');
	const dir = mkdtempSync(path(tmpdir(), 'palabre-page-'));
	try {
		cpSync(path(ROOT, 'htdocs'), dir, { recursive: true });
		const css = path(dir, 'css/tokens.css');
		writeFileSync(css, `${readFileSync(css, 'utf8')}\n:root { --second: 1; }\n`);
		// lighttpd, too, may show the page before for a while.
		const shown = path(site, 'index.html');
		const before = readFileSync(shown);
		execFileSync(path(ROOT, 'conf/publish'), [dir, site]);
		const fresh = readFileSync(shown);
		writeFileSync(shown, before);
		await until(page, async (old) => {
			await (await navigator.serviceWorker.getRegistration())?.update();
			return (await caches.keys()).some((n) => n.startsWith('palabre ') && !n.endsWith(old));
		}, String(first));
		writeFileSync(shown, fresh);
		// A worker of its own cache, whole, is what answers the next page.
		await until(page, async (old) => {
			const registration = await navigator.serviceWorker.getRegistration();
			if (!registration || registration.installing || registration.waiting) {
				return false;
			}
			const names = (await caches.keys()).filter((n) => n.startsWith('palabre ') && !n.endsWith(old));
			const whole = await Promise.all(names.map((cacheName) =>
				caches.match(new URL('.', location.href).href, { cacheName })));
			if (whole.some(Boolean) && registration.active?.state === 'activated') {
				return true;
			}
			await registration.update();
			return false;
		}, String(first));
		await page.click('.me-button');
		await page.locator('dialog.settings').waitFor();
		assert.deepEqual(await version(), [first], 'an open page goes on as it was');
		await page.reload();
		await said(page, 'Of the first version').waitFor();
		const second = await version();
		assert.equal(second.length, 1);
		assert.notEqual(second[0], first);
	} finally {
		rmSync(dir, { recursive: true });
		execFileSync(path(ROOT, 'conf/publish'), [path(ROOT, 'htdocs'), site]);
	}
	stage.check();
});

test('signing out takes what was kept along', async () => {
	const page = await stage.person();
	await register(page, unique('awa'));
	await createRoom(page, unique('well '));
	await send(page, 'Only for me');
	await kept(page, 'Only for me');
	await page.click('.me-button');
	await page.click('[data-role=logout]');
	await page.waitForSelector('form[data-role=login]');
	const left = await page.evaluate(async () => {
		let n = 0;
		for (const { name } of await indexedDB.databases()) {
			const request = indexedDB.open(name || '');
			await new Promise((done) => {
				request.onsuccess = done;
			});
			for (const table of request.result.objectStoreNames) {
				const count = request.result.transaction(table).objectStore(table).count();
				await new Promise((done) => {
					count.onsuccess = done;
				});
				n += count.result;
			}
		}
		return n;
	});
	assert.equal(left, 0);
	stage.check();
});
