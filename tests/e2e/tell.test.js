/** tell.test.js - notifications, and who has read what. */

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import {
	createRoom, join, register, said, send, Stage, unique, until,
} from './support/browser.js';

/** @import {Page} from 'playwright-core' */

const stage = new Stage();
before(() => stage.open());
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
	await jules.click('.me-button');
	await jules.getByText('Show mentions and direct messages').click();
	await jules.keyboard.press('Escape');
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
