/** tell.test.js - notifications, and who has read what. */

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import {
	api, arrive, CHROMIUM, createRoom, join, live, openRoom, PASSWORD, register, said, send, SIZES,
	Stage, toList, unique, until,
} from './support/browser.js';

/** @import {Page} from 'playwright-core' */

const stage = new Stage({ worker: true });
before(() => stage.open({}, CHROMIUM));
after(() => stage.close());
afterEach(() => stage.clear());

/**
 * @param {Page} page
 * @returns {Promise<{title: string, body: string}[]>}
 */
function notes(page) {
	return page.evaluate(async () => {
		const registration = await navigator.serviceWorker.getRegistration();
		const all = await registration?.getNotifications() || [];
		return all.map((n) => ({ title: n.title, body: n.body }));
	});
}

/**
 * Wish for notifications, in the settings.
 * @param {Page} page
 */
async function tick(page) {
	await page.click('.me-button');
	await page.getByText('Show mentions and direct messages').click();
	// The browser is asked first.
	await page.waitForFunction(() => JSON.parse(localStorage.palabre).notify);
	await page.keyboard.press('Escape');
}

test('a mention elsewhere is notified once per room, and no longer when it was read', async () => {
	const [awa, jules] = [await stage.person(), await stage.person()];
	const name = unique('jules');
	await register(awa, unique('awa'), 'Awa');
	await register(jules, name, 'Jules');
	await jules.context().grantPermissions(['notifications']);
	const room = await createRoom(awa, unique('calls '));
	await join(jules, room);
	await createRoom(jules, unique('other '));
	await until(jules, async () =>
		(await navigator.serviceWorker.getRegistration())?.active?.state === 'activated', null);
	await send(awa, `@${name} before it was wished for`);
	await jules.locator(`[data-room="${room}"][data-unread="1"]`).waitFor();
	await jules.waitForTimeout(2000);
	assert.deepEqual(await notes(jules), []);
	await tick(jules);
	await send(awa, 'for everybody');
	await send(awa, `@${name} *the kettle*`);
	await send(awa, `@${name} is on`);
	await until(jules, async () => {
		const registration = await navigator.serviceWorker.getRegistration();
		const [note] = await registration?.getNotifications() || [];
		return note?.body.includes('is on');
	}, null);
	const [note, ...others] = await notes(jules);
	assert.deepEqual(others, []);
	assert.equal(note.body, `Awa: @${name} the kettle\nAwa: @${name} is on`);
	assert.match(note.title, /^calls .* \(2\)$/);
	await jules.click(`[data-role=room][data-room="${room}"]`);
	await until(jules, async () => {
		const registration = await navigator.serviceWorker.getRegistration();
		return (await registration?.getNotifications())?.length === 0;
	}, null);
	await send(awa, `@${name} you see this`);
	await said(jules, 'you see this').waitFor();
	await jules.waitForTimeout(2000);
	assert.deepEqual(await notes(jules), []);
	stage.check();
});

test('in a small room one sees who has read what', async () => {
	const [awa, jules] = [await stage.person(), await stage.person()];
	await register(awa, unique('awa'), 'Awa');
	await register(jules, unique('jules'), 'Jules');
	const room = await createRoom(awa, unique('small '));
	await join(jules, room);
	await send(awa, 'first');
	await said(awa, 'first').locator('.receipts[title*=Jules]').waitFor();
	await createRoom(jules, unique('other '));
	await send(awa, 'second');
	await jules.locator(`[data-room="${room}"][data-unread="1"]`).waitFor();
	assert.equal(await said(awa, 'second').locator('.receipts').count(), 0);
	await jules.click(`[data-role=room][data-room="${room}"]`);
	await said(awa, 'second').locator('.receipts[title*=Jules]').waitFor();
	assert.equal(await awa.locator('.receipts').count(), 1);
	stage.check();
});

/**
 * Notifications are wished for and allowed, and the worker that shows them is there.
 * @param {Page} page
 */
async function wish(page) {
	await page.context().grantPermissions(['notifications']);
	await until(page, async () =>
		(await navigator.serviceWorker.getRegistration())?.active?.state === 'activated', null);
	await toList(page);
	await tick(page);
}

for (const [size, options] of SIZES) {
	test(`${size}: title and icon count what is unread, and calls are red`, async () => {
		const { page, name } = await arrive(stage, 'awa', 'Awa', options);
		const jules = await arrive(stage, 'jules', 'Jules');
		const room = await createRoom(page, unique('noise '));
		await api(jules.page, `rooms/${room}/join`, {});
		await createRoom(page, unique('quiet '));
		const say = (/** @type {string} */ body) => api(jules.page, `rooms/${room}/messages`,
			{ client_id: unique('say-'), body });
		const icon = async () => decodeURIComponent(
			await page.getAttribute('link[rel=icon]', 'href') || '');
		const counts = (/** @type {number} */ n) => page.waitForFunction((wanted) =>
			document.title.startsWith(`(${wanted}) `), n);
		assert.match(await icon(), /mark\.svg$/);
		await say('one');
		await say('two');
		await counts(2);
		assert.match(await icon(), /^data:image\/svg.*>2<\/text>/);
		assert.doesNotMatch(await icon(), /#b8432b/);
		await say(`@${name} three`);
		await counts(3);
		assert.match(await icon(), /#b8432b.*>3<\/text>/);
		await openRoom(page, room);
		await page.waitForFunction(() => !/^\(/.test(document.title));
		assert.match(await icon(), /mark\.svg$/);
		stage.check();
	});

	test(`${size}: a notification opens its room when it is clicked`, async () => {
		const { page, id } = await arrive(stage, 'awa', 'Awa', options);
		const jules = await arrive(stage, 'jules', 'Jules');
		await createRoom(page, unique('elsewhere '));
		await wish(page);
		const { room } = await api(jules.page, 'direct', { user: id });
		await api(jules.page, `rooms/${room.id}/messages`, { client_id: unique('say-'), body: 'Psst' });
		await until(page, async () => {
			const registration = await navigator.serviceWorker.getRegistration();
			return (await registration?.getNotifications())?.length === 1;
		}, null);
		const [worker] = page.context().serviceWorkers();
		await worker.evaluate(async () => {
			const scope = /** @type {any} */ (globalThis);
			const [notification] = await scope.registration.getNotifications();
			scope.dispatchEvent(new scope.NotificationEvent('notificationclick', { notification }));
		});
		await page.waitForSelector(`[data-room-open="${room.id}"]`);
		await said(page, 'Psst').waitFor();
		assert.deepEqual(await notes(page), []);
		stage.check();
	});
}

test('what was read on another device is not notified, and its notification goes', async () => {
	const { page, name, id } = await arrive(stage, 'awa', 'Awa');
	const other = await stage.person();
	await api(other, 'login', { name, password: PASSWORD });
	await other.goto('./');
	await live(other);
	const jules = await arrive(stage, 'jules', 'Jules');
	await createRoom(page, unique('elsewhere '));
	await wish(page);
	const { room } = await api(jules.page, 'direct', { user: id });
	const say = (/** @type {string} */ body) => api(jules.page, `rooms/${room.id}/messages`,
		{ client_id: unique('say-'), body });
	await say('First');
	await until(page, async () => {
		const registration = await navigator.serviceWorker.getRegistration();
		return (await registration?.getNotifications())?.length === 1;
	}, null);
	await openRoom(other, room.id);
	await said(other, 'First').waitFor();
	await until(page, async () => {
		const registration = await navigator.serviceWorker.getRegistration();
		return (await registration?.getNotifications())?.length === 0;
	}, null);
	await say('Second');
	await said(other, 'Second').waitFor();
	await page.locator(`[data-room="${room.id}"][data-unread="0"] .room-last`,
		{ hasText: 'Second' }).waitFor();
	// It would have come by now.
	await page.waitForTimeout(2500);
	assert.deepEqual(await notes(page), []);
	stage.check();
});
