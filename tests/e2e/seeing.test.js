/** seeing.test.js - pictures as they are seen: in a room, moving, sparing data, large. */

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { said, send, Stage } from './support/browser.js';
import {
	choose, file, loaded, pair, path, sendOff, sourceOf,
} from './support/pictures.js';

/** @import {BrowserContextOptions} from 'playwright-core' */

const stage = new Stage();
before(() => stage.open());
after(() => stage.close());
afterEach(() => stage.clear());

const PHONE = { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true };
const sent = '[data-role=message][data-state=sent][data-seq]';

/** @param {BrowserContextOptions} [how] */
const two = (how) => pair(stage, how);

test('a GIF plays while it is in sight, and stops when tapped', async () => {
	const [awa, jules, room] = await two();
	await choose(awa, file('moving.gif'));
	await sendOff(awa);
	const button = jules.locator('.picture-play');
	await jules.locator('.picture-play[data-playing=true]').waitFor();
	const playing = await sourceOf(jules);
	assert.match(playing, /files\/[\w-]{22}$/);
	assert.equal((await jules.request.get(playing)).headers()['content-type'], 'image/gif');
	await button.click();
	await jules.locator('.picture-play[data-playing=false]').waitFor();
	assert.match(await sourceOf(jules), /\/thumb$/);
	assert.equal(await button.getAttribute('aria-label'), 'Play moving.gif');
	await button.click();
	await jules.locator('.picture-play[data-playing=true]').waitFor();
	await jules.evaluate(async (id) => {
		for (let i = 0; i < 60; i++) {
			await fetch(`api/v1/rooms/${id}/messages`, {
				method: 'POST', headers: { 'Content-Type': 'application/json' },
				body: JSON.stringify({ client_id: `fill-${i}-${id}`, body: `line ${i}` }),
			});
		}
	}, room);
	await said(jules, 'line 59').waitFor();
	await jules.locator('.picture-play[data-playing=false]').waitFor({ state: 'attached' });
	await button.scrollIntoViewIfNeeded();
	await jules.locator('.picture-play[data-playing=true]').waitFor();
	// What one sent oneself stops as well.
	await awa.locator('.picture-play').scrollIntoViewIfNeeded();
	await awa.locator('.picture-play[data-playing=true]').click();
	await awa.locator('.picture-play[data-playing=false]').waitFor();
	assert.match(await sourceOf(awa), /\/thumb$/);
	stage.check();
});

test('where motion is unwanted a GIF is still until it is asked to play', async () => {
	const [awa, jules] = await two({ reducedMotion: 'reduce' });
	await choose(awa, file('moving.webp'));
	await sendOff(awa);
	await jules.locator('.picture-play[data-playing=false]').waitFor();
	assert.match(await sourceOf(jules), /\/thumb$/);
	await jules.click('.picture-play');
	await jules.locator('.picture-play[data-playing=true]').waitFor();
	assert.match(await sourceOf(jules), /files\/[\w-]{22}$/);
	stage.check();
});

test('sparing data, a box tells the size and keeps the room; a tap brings the picture', async () => {
	const [awa, jules] = await two();
	await jules.click('.me-button');
	await jules.check('input[name=lowData]');
	await jules.keyboard.press('Escape');
	/** @type {string[]} */
	const asked = [];
	jules.on('request', (r) => r.url().includes('/files/') && asked.push(r.url()));
	await choose(awa, file('photo.jpg'));
	await sendOff(awa, 'heavy');
	await send(awa, 'and what follows');
	const box = said(jules, 'heavy').locator('.picture-tap');
	await box.waitFor();
	assert.match(await box.innerText(), /photo\.jpg\s*\d+ kB/);
	await said(jules, 'and what follows').waitFor();
	assert.deepEqual(asked, []);
	const place = () => said(jules, 'and what follows').evaluate((x) =>
		x.getBoundingClientRect().top);
	const before = await place();
	await box.click();
	await loaded(said(jules, 'heavy').locator('.picture img'));
	assert.ok(Math.abs(await place() - before) < 1.5, 'nothing jumps');
	assert.equal(asked.length, 1);
	stage.check();
});

test('nothing moves when a picture comes: its room was kept', async () => {
	const [awa, jules, room] = await two();
	await choose(awa, file('photo.jpg'), file('moving.gif'));
	await sendOff(awa, 'first');
	await send(awa, 'below');
	await said(jules, 'below').waitFor();
	await jules.route('**/files/**', async (route) => {
		await new Promise((done) => setTimeout(done, 700));
		await route.continue();
	});
	await jules.reload();
	await jules.evaluate((id) => {
		location.hash = `#/r/${id}`;
	}, room);
	await said(jules, 'below').waitFor();
	await said(jules, 'first').locator('.picture-place, .picture').first().waitFor();
	const place = () => said(jules, 'below').evaluate((x) =>
		x.getBoundingClientRect().top - /** @type {Element} */ (
			document.querySelector('[data-role=message]')).getBoundingClientRect().top);
	const before = await place();
	await loaded(said(jules, 'first').locator('.picture img').first());
	assert.ok(Math.abs(await place() - before) < 1.5, `${before} → ${await place()}`);
	stage.check();
});

test('by keyboard: a picture large, its neighbours, nearer, saved, and back', async () => {
	const [awa, jules] = await two();
	for (const name of ['small.png', 'photo.jpg', 'small.webp']) {
		await choose(awa, file(name));
		await sendOff(awa);
		await awa.locator(`${sent} .picture img[alt="${name}"]`).waitFor();
	}
	const links = jules.locator('a.picture');
	await links.nth(2).waitFor();
	await links.nth(1).focus();
	await jules.keyboard.press('Enter');
	const box = jules.locator('[data-role=lightbox]');
	await box.waitFor();
	const name = () => box.locator('.lightbox-name').innerText();
	assert.equal(await name(), 'photo.jpg');
	await jules.waitForFunction(() => /files\/[\w-]{22}$/.test(/** @type {HTMLImageElement} */ (
		document.querySelector('.lightbox img')).src));
	await jules.keyboard.press('ArrowLeft');
	assert.equal(await name(), 'small.png');
	await jules.keyboard.press('ArrowLeft');
	assert.equal(await name(), 'small.png', 'the first stays the first');
	await jules.keyboard.press('End');
	assert.equal(await name(), 'small.webp');
	await jules.keyboard.press('ArrowLeft');
	const scale = () => box.locator('img').evaluate((x) =>
		x.getBoundingClientRect().width / /** @type {HTMLElement} */ (x).offsetWidth);
	assert.equal(await scale(), 1);
	await jules.keyboard.press('+');
	assert.ok(await scale() > 1.4);
	await jules.keyboard.press('-');
	assert.ok(Math.abs(await scale() - 1) < 0.01);
	await jules.keyboard.press('+');
	await jules.keyboard.press('0');
	assert.equal(await scale(), 1);
	await box.locator('img').dblclick();
	assert.ok(await scale() > 2);
	await jules.mouse.move(640, 400);
	await jules.mouse.wheel(0, 3000);
	assert.equal(await scale(), 1);
	const saved = jules.waitForEvent('download');
	await jules.click('[data-role=download]');
	assert.equal((await saved).suggestedFilename(), 'photo.jpg');
	await jules.keyboard.press('Escape');
	await box.waitFor({ state: 'detached' });
	assert.ok(await links.nth(1).evaluate((x) => x === document.activeElement), 'back where one was');
	stage.check();
});

test('on a phone: the camera or the pictures, and a swipe to the next', async () => {
	const [awa, jules] = await two(PHONE);
	await awa.tap('[data-role=attach]');
	await awa.getByText('Take a photo').waitFor();
	let asking = awa.waitForEvent('filechooser');
	await awa.tap('.menu-item:has-text("Take a photo")');
	await (await asking).setFiles([]);
	const input = awa.locator('[data-role=composer] input[type=file]');
	assert.equal(await input.getAttribute('capture'), 'environment');
	await awa.tap('[data-role=attach]');
	asking = awa.waitForEvent('filechooser');
	await awa.tap('.menu-item:has-text("Choose pictures")');
	await (await asking).setFiles([path('small.png'), path('photo.jpg')]);
	assert.equal(await input.getAttribute('capture'), null);
	await awa.locator('.tray-item:not(.busy)').nth(1).waitFor();
	await awa.tap('.send');
	await jules.locator('a.picture').nth(1).waitFor();
	await jules.tap('a.picture >> nth=0');
	const name = jules.locator('.lightbox-name');
	await name.waitFor();
	assert.equal(await name.innerText(), 'small.png');
	const cdp = await jules.context().newCDPSession(jules);
	const touch = (/** @type {"touchStart"|"touchMove"|"touchEnd"} */ type, /** @type {number[]} */ xs) =>
		cdp.send('Input.dispatchTouchEvent', { type, touchPoints: xs.map((x, id) => ({ x, y: 380, id })) });
	await touch('touchStart', [300]);
	await touch('touchMove', [180]);
	await touch('touchMove', [90]);
	await touch('touchEnd', []);
	await jules.waitForFunction(() =>
		document.querySelector('.lightbox-name')?.textContent === 'photo.jpg');
	await touch('touchStart', [150, 210]);
	await touch('touchMove', [60, 300]);
	await touch('touchEnd', []);
	assert.ok(await jules.locator('.lightbox img').evaluate((x) =>
		x.getBoundingClientRect().width / /** @type {HTMLElement} */ (x).offsetWidth) > 2, 'pinched');
	stage.check();
});
