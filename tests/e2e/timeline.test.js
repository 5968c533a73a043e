/** timeline.test.js - reading and writing in a room, on a desktop and on a phone. */

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import {
	api, arrive, choose, createRoom, glimpses, join, openRoom, said, send, SIZES, Stage, toList,
	unique,
} from './support/browser.js';

/** @import {Page} from 'playwright-core' */

const stage = new Stage();
before(() => stage.open());
after(() => stage.close());
afterEach(() => stage.clear());

const composer = '[data-role=composer] textarea';

/**
 * Say many things, one after the other.
 * @param {Page} page
 * @param {number} room
 * @param {string[]} bodies
 * @returns {Promise<number[]>} their seqs
 */
async function fill(page, room, bodies) {
	const seqs = [];
	for (const body of bodies) {
		const { message } = await api(page, `rooms/${room}/messages`,
			{ client_id: unique('fill-'), body });
		seqs.push(message.seq);
	}
	return seqs;
}

/**
 * What can be done with a message: by hand on a desktop, by a long press on a phone.
 * @param {Page} page
 * @param {string} text
 * @param {boolean} phone
 */
async function act(page, text, phone) {
	const message = said(page, text).last();
	await message.scrollIntoViewIfNeeded();
	if (!phone) {
		await message.hover();
		await page.click('.tools [aria-label=More]');
		return;
	}
	// Where it stays.
	await message.locator('.text').hover({ trial: true });
	let box = null;
	for (let tries = 0; tries < 100 && !box; tries++) {
		box = await message.locator('.text').boundingBox();
	}
	assert.ok(box);
	const touch = await page.context().newCDPSession(page);
	const at = { x: box.x + 20, y: box.y + box.height / 2 };
	await touch.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: [at] });
	// A thumb is never quite still.
	await touch.send('Input.dispatchTouchEvent',
		{ type: 'touchMove', touchPoints: [{ x: at.x + 2, y: at.y + 1 }] });
	await page.waitForSelector('.menu');
	await touch.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
	await touch.detach();
}

for (const [size, options] of SIZES) {
	const phone = size === 'phone';

	test(`${size}: messages are grouped by author and day, with relative and exact times`, async () => {
		const { page } = await arrive(stage, 'awa', 'Awa', options);
		const jules = await arrive(stage, 'jules', 'Jules');
		await page.clock.install();
		const room = await createRoom(page, unique('days '));
		await api(jules.page, `rooms/${room}/join`, {});
		await fill(page, room, ['one', 'two']);
		await fill(jules.page, room, ['three']);
		await said(page, 'three').waitFor();
		assert.equal(await page.locator('.byline').count(), 2);
		assert.equal(await said(page, 'two').and(page.locator('.follows')).count(), 1);
		assert.deepEqual(await page.locator('.day-line').allInnerTexts(), ['Today']);
		const time = said(page, 'one').locator('.byline .when');
		assert.match(await time.innerText(), /^(now|\d+ min ago)$/);
		assert.match(await time.getAttribute('title') || '', /20\d\d.*\d\d:\d\d:\d\d/);
		// As it will read when the page is still open in a while.
		await time.evaluate((x) => {
			/** @type {HTMLTimeElement} */ (x).dateTime = new Date(Date.now() - 7 * 60000).toISOString();
		});
		await page.clock.fastForward(21000);
		await said(page, 'one').locator('.byline .when', { hasText: '7 min ago' }).waitFor();
		stage.check();
	});

	test(`${size}: one opens where one left off, however far back, and finds the latest`, async () => {
		const { page } = await arrive(stage, 'awa', 'Awa', options);
		const jules = await arrive(stage, 'jules', 'Jules');
		const room = await createRoom(page, unique('missed '));
		await api(jules.page, `rooms/${room}/join`, {});
		await fill(jules.page, room, ['seen this']);
		await said(page, 'seen this').waitFor();
		await createRoom(page, unique('elsewhere '));
		await toList(page);
		await fill(jules.page, room, Array.from({ length: 6 }, (_, i) => `few ${i}`));
		await page.waitForSelector(`[data-room="${room}"][data-unread="6"]`);
		await openRoom(page, room);
		const line = page.locator('.new-line');
		await line.waitFor();
		assert.match(await line.evaluate((x) => x.nextElementSibling?.textContent || ''), /few 0/);
		await createRoom(page, unique('further '));
		await toList(page);
		await fill(jules.page, room, Array.from({ length: 120 }, (_, i) => `missed ${i}.`));
		await page.waitForSelector(`[data-room="${room}"][data-unread="120"]`);
		await page.reload();
		await openRoom(page, room);
		await said(page, 'missed 119.').waitFor();
		assert.equal(await line.count(), 0, 'not where the first unread is not loaded');
		await page.click('.first-unread');
		await line.waitFor();
		assert.match(await line.evaluate((x) => x.nextElementSibling?.textContent || ''), /missed 0\./);
		assert.ok(await line.evaluate((x) => {
			const { top } = x.getBoundingClientRect();
			return top > 0 && top < innerHeight / 2;
		}), 'in sight');
		await page.click('.jump');
		await said(page, 'missed 119.').waitFor();
		await page.locator('.first-unread').waitFor({ state: 'hidden' });
		stage.check();
	});

	test(`${size}: the subset of Markdown, links, mentions and emoji by name`, async () => {
		const { page, name } = await arrive(stage, 'awa', 'Awa', options);
		await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
		const jules = await arrive(stage, 'jules', 'Jules');
		const room = await createRoom(page, unique('marks '));
		await api(jules.page, `rooms/${room}/join`, {});
		await fill(jules.page, room, ['**bold** *italic* ~~strike~~ `code`\n> quoted\n- item\n'
			+ '- other\n```\nblock of code\n```\nhttps://example.org/a_b(c) '
			+ `[named](https://example.org/) @${name} and @nobody`]);
		const message = said(page, 'quoted').locator('.text');
		await message.waitFor();
		for (const [tag, text] of [['strong', 'bold'], ['em', 'italic'], ['del', 'strike'],
			['p code', 'code'], ['blockquote', 'quoted'], ['li', 'item'],
			['pre', 'block of code'], ['.mention.me', `@${name}`]]) {
			assert.equal((await message.locator(tag).first().innerText()).trim(), text);
		}
		const links = message.locator('a');
		assert.equal(await links.first().getAttribute('href'), 'https://example.org/a_b(c)');
		assert.equal(await links.last().innerText(), 'named');
		assert.match(await links.first().getAttribute('rel') || '', /noopener/);
		await said(page, 'quoted').and(page.locator('.calls')).waitFor();
		await message.locator('.code-block').hover();
		const copied = await glimpses(page, '.code-block [href="#icon-check"]');
		await message.locator('.code-block button').click();
		await copied();
		assert.equal(await page.evaluate(() => navigator.clipboard.readText()), 'block of code');
		await page.focus(composer);
		await page.keyboard.type('soup :tom');
		await page.locator('[role=option]', { hasText: ':tomato:' }).waitFor();
		await page.keyboard.press('Enter');
		await page.keyboard.type('and :bread: :bus:');
		await page.keyboard.press('Enter');
		await said(page, 'soup 🍅 and :bread: 🚌').waitFor();
		stage.check();
	});

	test(`${size}: pictures are picked by search, and those used last come first`, async () => {
		const { page } = await arrive(stage, 'awa', 'Awa', options);
		await createRoom(page, unique('smiles '));
		await page.click('.composer-emoji');
		await page.fill('.emoji-picker input', 'goat of no kind');
		await page.getByText('Nothing of that name.').waitFor();
		await page.fill('.emoji-picker input', 'turtle');
		await page.press('.emoji-picker input', 'Enter');
		assert.equal(await page.inputValue(composer), '🐢');
		await page.press(composer, 'Enter');
		await said(page, '🐢').and(page.locator('[data-state=sent]')).waitFor();
		await page.reload();
		await said(page, '🐢').waitFor();
		await page.click('.composer-emoji');
		assert.equal(await page.locator('.emoji-cell').first().innerText(), '🐢');
		await page.locator('.emoji-cell').first().click();
		assert.equal(await page.inputValue(composer), '🐢');
		stage.check();
	});

	test(`${size}: react, reply, edit, copy the link, delete and undo`, async () => {
		const { page } = await arrive(stage, 'awa', 'Awa', options);
		await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
		const jules = await arrive(stage, 'jules', 'Jules');
		const room = await createRoom(page, unique('deeds '));
		await join(jules.page, room);
		await send(jules.page, 'The bus is red');
		await said(page, 'The bus is red').waitFor();
		await act(page, 'The bus', phone);
		await choose(page, 'React');
		await page.fill('.emoji-picker input', 'bus');
		await page.press('.emoji-picker input', 'Enter');
		await jules.page.locator('.reaction[aria-pressed=false]', { hasText: '🚌 1' }).click();
		await page.locator('.reaction[aria-pressed=true]', { hasText: '🚌 2' }).waitFor();
		await act(page, 'The bus', phone);
		await choose(page, 'Reply');
		await page.locator('.composer-banner', { hasText: 'Replying to Jules' }).waitFor();
		await send(page, 'So it is');
		await said(jules.page, 'So it is').locator('.quote', { hasText: 'The bus is red' }).waitFor();
		await said(page, 'So it is').and(page.locator('[data-state=sent]')).waitFor();
		await act(page, 'So it is', phone);
		await choose(page, 'Edit');
		await page.fill(composer, 'So it was');
		await page.press(composer, 'Enter');
		await said(jules.page, 'So it was').filter({ hasText: '(edited)' }).waitFor();
		await act(page, 'So it was', phone);
		await choose(page, 'Copy link');
		const link = await page.evaluate(() => navigator.clipboard.readText());
		const seq = await said(page, 'So it was').getAttribute('data-seq');
		assert.equal(link, `${stage.url}#/r/${room}/${seq}`);
		await act(page, 'So it was', phone);
		await choose(page, 'Delete');
		await page.locator('.text.gone').waitFor();
		await page.getByText('Undo').click();
		await said(page, 'So it was').waitFor();
		await act(page, 'So it was', phone);
		await choose(page, 'Delete');
		await jules.page.locator('.text.gone').waitFor();
		stage.check();
	});

	test(`${size}: the box grows with the text, and Enter can be had to break lines`, async () => {
		const { page } = await arrive(stage, 'awa', 'Awa', options);
		await createRoom(page, unique('lines '));
		const height = () => page.locator(composer).evaluate((x) => x.clientHeight);
		const low = await height();
		await page.focus(composer);
		await page.keyboard.type('one');
		await page.keyboard.press('Shift+Enter');
		await page.keyboard.type('two');
		assert.ok(await height() > low, 'two lines are higher than one');
		await page.keyboard.press('Enter');
		await said(page, 'one').and(page.locator('[data-state=sent]')).waitFor();
		assert.equal(await height(), low);
		await toList(page);
		await page.click('.me-button');
		await page.locator('.segment', { hasText: 'Breaks the line' }).click();
		await page.keyboard.press('Escape');
		if (phone) {
			await page.locator('[data-role=room]').first().click();
		}
		await page.focus(composer);
		await page.keyboard.type('three');
		await page.keyboard.press('Enter');
		await page.keyboard.type('four');
		assert.equal(await page.inputValue(composer), 'three\nfour');
		await page.keyboard.press('Control+Enter');
		await said(page, 'three').and(page.locator('[data-state=sent]')).waitFor();
		stage.check();
	});
}
