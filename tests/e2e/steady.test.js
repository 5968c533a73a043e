/** steady.test.js - what one has selected, focused or pressed stays while others are at work. */

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import {
	api, arrive, createRoom, join, openRoom, said, send, Stage, toList, unique,
} from './support/browser.js';

/** @import {Locator, Page} from 'playwright-core' */

const stage = new Stage();
before(() => stage.open());
after(() => stage.close());
afterEach(() => stage.clear());

/**
 * Press and hold.
 * @param {Page} page
 * @param {Locator} what
 */
async function press(page, what) {
	await what.hover();
	await page.mouse.down();
}

/** @param {Locator} what */
const focused = (what) => what.evaluate((x) => x === document.activeElement);

test('a message, while others react to it and read it', async () => {
	const { page } = await arrive(stage, 'awa', 'Awa');
	const jules = await arrive(stage, 'jules', 'Jules');
	const room = await createRoom(page, unique('steady '));
	await api(jules.page, `rooms/${room}/join`, {});
	await send(page, 'Hold this');
	const message = said(page, 'Hold this').and(page.locator('[data-state=sent]'));
	const at = `rooms/${room}/messages/${await message.getAttribute('data-seq')}`;
	const chip = (/** @type {string} */ emoji, on = false) =>
		message.locator(`.reaction[data-emoji="${emoji}"][aria-pressed=${on}]`);
	const react = (/** @type {string} */ emoji) =>
		api(jules.page, `${at}/reactions`, { emoji, on: true });
	await react('🚌');
	await chip('🚌').focus();
	await message.locator('.text').evaluate((text) => getSelection()?.selectAllChildren(text));
	await react('🐢');
	await chip('🐢').waitFor();
	await openRoom(jules.page, room);
	await message.locator('.receipts').waitFor();
	assert.equal(await page.evaluate(() => String(getSelection())), 'Hold this');
	assert.ok(await focused(chip('🚌')));
	await page.keyboard.press('Enter');
	await chip('🚌', true).waitFor();
	assert.ok(await focused(chip('🚌', true)), 'what one toggles keeps the focus');
	await press(page, chip('🐢'));
	await react('🍅');
	await chip('🍅').waitFor();
	await page.mouse.up();
	await chip('🐢', true).waitFor();
	stage.check();
});

test('a room in the list, while somebody writes in it', async () => {
	const { page } = await arrive(stage, 'awa', 'Awa');
	const jules = await arrive(stage, 'jules', 'Jules');
	const room = await createRoom(page, unique('busy '));
	await join(jules.page, room);
	await createRoom(page, unique('elsewhere '));
	await toList(page);
	const entry = page.locator(`[data-role=room][data-room="${room}"]`);
	await press(page, entry);
	await send(jules.page, 'Look here');
	await entry.filter({ hasText: 'Look here' }).waitFor();
	await page.mouse.up();
	await said(page, 'Look here').waitFor();
	stage.check();
});

test('a member in the list, while others come', async () => {
	const { page } = await arrive(stage, 'awa', 'Awa');
	const jules = await arrive(stage, 'jules', 'Jules');
	const zoe = await arrive(stage, 'zoe', 'Zoe');
	const room = await createRoom(page, unique('coming '));
	await join(jules.page, room);
	await page.click('[data-role=members]');
	const row = page.locator('.panel .result', { hasText: 'Jules' });
	await row.focus();
	await press(page, row);
	await join(zoe.page, room);
	await page.locator('.panel .result', { hasText: 'Zoe' }).waitFor();
	assert.ok(await focused(row));
	await page.mouse.up();
	await page.locator('[role=menu]').waitFor();
	stage.check();
});
