/** settings.test.js - what one can set for oneself, and the page of who looks after it. */

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import {
	api, arrive, createRoom, glimpses, live, openRoom, PASSWORD, said, SIZES, Stage, toList,
	unique,
} from './support/browser.js';

/** @import {BrowserContextOptions, Page} from 'playwright-core' */

const stage = new Stage();
before(async () => {
	await stage.open();
	// The first one looks after the place.
	await api(await stage.person(), 'register',
		{ name: 'keeper', password: PASSWORD, display_name: 'Keeper' });
	await stage.clear();
});
after(() => stage.close());
afterEach(() => stage.clear());

/** @param {Page} page */
async function settings(page) {
	await toList(page);
	await page.click('.me-button');
	await page.locator('dialog.settings').waitFor();
}

/**
 * Somebody who is signed in on two devices.
 * @param {BrowserContextOptions} options of the first
 */
async function twice(options) {
	const { page, name } = await arrive(stage, 'awa', 'Awa', options);
	const other = await stage.person();
	await api(other, 'login', { name, password: PASSWORD });
	await other.goto('./');
	await live(other);
	return { page, other };
}

for (const [size, options] of SIZES) {
	test(`${size}: the name shown is changed for everyone at once`, async () => {
		const awa = await arrive(stage, 'awa', 'Awa', options);
		const jules = await arrive(stage, 'jules', 'Jules');
		const room = await createRoom(awa.page, unique('names '));
		await api(jules.page, `rooms/${room}/join`, {});
		await api(awa.page, `rooms/${room}/messages`, { client_id: unique('say-'), body: 'Hello' });
		await openRoom(jules.page, room);
		await jules.page.locator('.author', { hasText: 'Awa' }).waitFor();
		await settings(awa.page);
		await awa.page.fill('[data-role=profile] [name=display_name]', 'Awa Mbaye');
		const told = await glimpses(awa.page, '.toast');
		await awa.page.click('[data-role=profile] [type=submit]');
		await told('Saved');
		await awa.page.keyboard.press('Escape');
		await openRoom(awa.page, room);
		await awa.page.locator('.author', { hasText: 'Awa Mbaye' }).waitFor();
		await jules.page.reload();
		await jules.page.locator('.author', { hasText: 'Awa Mbaye' }).waitFor();
		stage.check();
	});

	test(`${size}: a wrong password is said; a new one ends the other sessions`, async () => {
		const { page, other } = await twice(options);
		await settings(page);
		await page.getByText('Where you are signed in').click();
		await page.locator('.settings .tag', { hasText: 'This one' }).waitFor();
		assert.equal(await page.locator('.settings .result').count(), 2);
		await page.locator('.settings summary', { hasText: 'Password' }).click();
		const form = page.locator('.settings form', { has: page.locator('[name=old]') });
		stage.refused = /api\/v1\/me\/password$/;
		await form.locator('[name=old]').fill('something else');
		await form.locator('[name=new]').fill('a-new-tree-was-planted');
		await form.locator('[type=submit]').click();
		await form.locator('.problem', { hasText: 'The present password is another one.' }).waitFor();
		await form.locator('[name=old]').fill(PASSWORD);
		await form.locator('[type=submit]').click();
		await page.getByText('Password changed.').waitFor();
		await other.waitForSelector('form[data-role=login]');
		await page.waitForSelector('[data-role=app]');
		stage.refused = null;
		stage.check();
	});

	test(`${size}: a session is ended from another`, async () => {
		const { page, other } = await twice(options);
		await settings(page);
		await page.getByText('Where you are signed in').click();
		await page.locator('.settings .result button', { hasText: 'End' }).click();
		await other.waitForSelector('form[data-role=login]');
		await page.waitForFunction(() =>
			document.querySelectorAll('.settings .result').length === 1);
		stage.check();
	});

	test(`${size}: theme, spacing and language change at once and stay`, async () => {
		const { page } = await arrive(stage, 'awa', 'Awa', { ...options, colorScheme: 'dark' });
		const paper = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
		const dark = await paper();
		await page.emulateMedia({ colorScheme: 'light' });
		assert.notEqual(await paper(), dark, 'the system decides');
		await settings(page);
		await page.locator('.segment', { hasText: 'Dark' }).click();
		assert.equal(await paper(), dark);
		await page.locator('.segment', { hasText: 'Compact' }).click();
		assert.equal(await page.getAttribute('html', 'data-density'), 'compact');
		await page.locator('.segment', { hasText: 'Français' }).click();
		await page.locator('.side h2', { hasText: /salons/i }).first().waitFor();
		await page.reload();
		await page.locator('.side h2', { hasText: /salons/i }).first().waitFor();
		assert.equal(await page.getAttribute('html', 'lang'), 'fr');
		assert.equal(await page.getAttribute('html', 'data-density'), 'compact');
		assert.equal(await paper(), dark);
		stage.check();
	});

	test(`${size}: nothing rings or asks unless it was wished for`, async () => {
		const { page } = await arrive(stage, 'awa', 'Awa', options);
		await page.evaluate(() => {
			const all = /** @type {any} */ (window);
			all.asked = 0;
			all.rang = 0;
			Notification.requestPermission = async () => {
				all.asked++;
				return 'granted';
			};
			const { start } = OscillatorNode.prototype;
			OscillatorNode.prototype.start = function count(/** @type {number} */ when) {
				all.rang++;
				start.call(this, when);
			};
		});
		const count = () => page.evaluate(() => {
			const { asked, rang } = /** @type {any} */ (window);
			return [asked, rang];
		});
		const jules = await arrive(stage, 'jules', 'Jules');
		const { user } = await api(page, 'me');
		const { room } = await api(jules.page, 'direct', { user: user.id });
		const call = () => api(jules.page, `rooms/${room.id}/messages`,
			{ client_id: unique('call-'), body: 'Are you there?' });
		const badge = (/** @type {number} */ n) =>
			page.waitForSelector(`[data-role=room][data-unread="${n}"]`, { state: 'attached' });
		await call();
		await badge(1);
		assert.deepEqual(await count(), [0, 0]);
		await settings(page);
		await page.getByText('Play a soft sound').click();
		await page.getByText('Show mentions and direct messages').click();
		assert.deepEqual(await count(), [1, 0]);
		await call();
		await badge(2);
		assert.deepEqual(await count(), [1, 2]);
		stage.check();
	});

	test(`${size}: whoever looks after the place sees how it does, and can remove a room`, async () => {
		const page = await stage.person(options);
		await api(page, 'login', { name: 'keeper', password: PASSWORD });
		await page.goto('./');
		await live(page);
		const jules = await arrive(stage, 'jules', 'Jules');
		const name = unique('old market ');
		await api(jules.page, 'rooms', { name, kind: 'public' });
		await settings(jules.page);
		assert.equal(await jules.page.locator('[data-role=admin]').count(), 0);
		await settings(page);
		await page.click('[data-role=admin]');
		await page.locator('.admin-card polyline').first().waitFor({ state: 'attached' });
		assert.ok(await page.locator('.admin-card').count() >= 8);
		await page.locator('.bars dt', { hasText: 'sse' }).waitFor();
		await page.locator('.admin summary', { hasText: 'People' }).click();
		await page.locator('.admin [type=search]').first().fill(jules.name);
		await page.locator('.admin .result', { hasText: `@${jules.name}` }).waitFor();
		await page.locator('.admin summary', { hasText: 'Public rooms' }).click();
		await page.locator('.admin .result', { hasText: name }).locator('button').click();
		await page.click('[data-role=confirm]');
		await page.locator('.admin .result', { hasText: name }).waitFor({ state: 'detached' });
		await jules.page.locator('[data-role=room]', { hasText: name }).waitFor({ state: 'detached' });
		stage.check();
	});

	test(`${size}: what is searched is narrowed by room, person and day, and opens in its place`, async () => {
		const { page } = await arrive(stage, 'awa', 'Awa', options);
		const jules = await arrive(stage, 'jules', 'Jules');
		const one = await createRoom(page, unique('library '));
		const two = await createRoom(page, unique('attic '));
		const say = async (/** @type {Page} */ who, /** @type {number} */ room,
			/** @type {string} */ body) => api(who, `rooms/${room}/messages`,
			{ client_id: unique('say-'), body });
		await api(jules.page, `rooms/${one}/join`, {});
		await say(page, one, 'The zanzibar atlas');
		await say(jules.page, one, 'A zanzibar novel');
		await say(page, two, 'Zanzibar, **dusty**');
		for (let i = 0; i < 60; i++) {
			await say(jules.page, one, `and more ${i}`);
		}
		const hits = (/** @type {number} */ n) => page.waitForFunction((wanted) =>
			document.querySelectorAll('.hit').length === wanted, n);
		await page.click('[data-role=search]');
		await page.fill('.panel [type=search]', 'zanzibar');
		await hits(3);
		assert.equal(await page.locator('.hit mark').count(), 3);
		await page.selectOption('.panel [name=room]', String(one));
		await hits(2);
		await page.selectOption('.panel [name=from]', { label: 'Jules' });
		await hits(1);
		await page.fill('.panel [name=before]', '2001-01-01');
		await hits(0);
		await page.getByText('Nothing found.').waitFor();
		await page.fill('.panel [name=before]', '2201-01-01');
		await hits(1);
		await page.click('.hit');
		await said(page, 'A zanzibar novel').and(page.locator('[data-role=message]')).waitFor();
		assert.ok(await said(page, 'A zanzibar novel').evaluate((x) => {
			const { top, bottom } = x.getBoundingClientRect();
			const there = document.elementFromPoint(innerWidth / 3, (top + bottom) / 2);
			return top > 0 && bottom < innerHeight && x.contains(there);
		}), 'in sight, and not under the panel');
		stage.check();
	});
}
