/** pictures.test.js - pictures go from one browser to another, as a person sends and sees them. */

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import {
	createRoom, join, live, register, said, send, Stage, unique,
} from './support/browser.js';
import {
	alike, asUrl, choose, download, exif, file, loaded, painted, path, seen, sendOff,
} from './support/pictures.js';

/** @import {BrowserContextOptions, Page} from 'playwright-core' */

const stage = new Stage();
before(() => stage.open({ PALABRE_UPLOAD_BYTES: '1048576' }));
after(() => stage.close());
afterEach(() => stage.clear());

const PHONE = { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true };
const message = '[data-role=message]';
const sent = `${message}[data-state=sent][data-seq]`;

/**
 * Two people in a room.
 * @param {BrowserContextOptions} [how]
 * @returns {Promise<[Page, Page, number]>}
 */
async function two(how) {
	const [awa, jules] = [await stage.person(how), await stage.person(how)];
	await register(awa, unique('awa'), 'Awa');
	await register(jules, unique('jules'), 'Jules');
	const room = await createRoom(awa, unique('pictures '));
	await join(jules, room);
	return [awa, jules, room];
}

/** @param {Page} page @param {string} [within] @returns {Promise<string>} of the only picture */
async function sourceOf(page, within = message) {
	const img = page.locator(`${within} .picture img`);
	await loaded(img);
	return img.evaluate((x) => /** @type {HTMLImageElement} */ (x).src);
}

/** @param {Page} page @returns {Promise<any>} the attachment of the only message */
async function attachment(page) {
	return page.evaluate(async () => {
		const id = document.querySelector('[data-room-open]')?.getAttribute('data-room-open');
		const { messages } = await (await fetch(`api/v1/rooms/${id}/messages`)).json();
		return messages.at(-1).attachments[0];
	});
}

for (const [where, how] of /** @type {[string, BrowserContextOptions][]} */ ([
	['a desk', {}], ['a phone', PHONE]])) {
	test(`at ${where}: a phone photo with GPS appears in another browser, upright and without`, async () => {
		const [awa, jules] = await two(how);
		const photo = file('photo.jpg');
		const before = exif(photo.buffer).tags;
		assert.ok(before.GPSLatitude && before.Orientation === 6, 'the photo is what it should be');
		await choose(awa, photo);
		await sendOff(awa);
		const thumb = await sourceOf(jules);
		assert.match(thumb, /api\/v1\/files\/[\w-]{22}\/thumb$/);
		const original = await seen(awa, asUrl(photo));
		assert.ok(original.height > original.width);
		for (const url of [thumb, thumb.replace(/\/thumb$/, '')]) {
			const there = await seen(jules, url);
			assert.equal(Math.sign(there.height - there.width), 1, 'upright');
			alike(there, original);
			const { tags } = exif(await download(jules, url));
			const left = Object.keys(tags).filter((k) => /GPS|Make|Creator|Comment|Caption/i.test(k));
			assert.deepEqual(left, []);
		}
		const box = await jules.locator('.picture img').boundingBox();
		assert.ok(box && Math.abs(box.width / box.height - 400 / 640) < 0.02, JSON.stringify(box));
		stage.check();
	});
}

test('a large photo is scaled down before it is sent, upright; not so where that is off', async () => {
	const [awa, jules] = await two();
	const plain = await painted(awa, { width: 3000, height: 2000, type: 'image/jpeg' });
	const { bytes, tags } = exif(plain, ['-Orientation#=6', '-GPSLatitude=48.85',
		'-GPSLatitudeRef=N', '-GPSLongitude=2.35', '-GPSLongitudeRef=E']);
	assert.equal(tags.Orientation, 6);
	assert.ok(tags.GPSLatitude);
	const photo = { name: 'sea.jpg', mimeType: 'image/jpeg', buffer: bytes };
	await choose(awa, photo);
	await sendOff(awa, 'small');
	const first = await seen(jules, (await sourceOf(jules)).replace(/\/thumb$/, ''));
	assert.deepEqual([first.width, first.height], [1365, 2048]);
	alike(first, await seen(awa, asUrl(photo)));
	const url = await sourceOf(jules);
	assert.ok(!exif(await download(jules, url.replace(/\/thumb$/, ''))).tags.GPSLatitude);
	await awa.click('.me-button');
	await awa.uncheck('input[name=shrink]');
	await awa.keyboard.press('Escape');
	await choose(awa, photo);
	await sendOff(awa, 'as it is');
	await said(jules, 'as it is').locator('.picture img').waitFor();
	const whole = await attachment(jules);
	assert.deepEqual([whole.width, whole.height], [2000, 3000]);
	assert.ok(!exif(await download(jules, `api/v1/${whole.url}`)).tags.GPSLatitude);
	stage.check();
});

test('several at once, with words; what was taken out does not go; the rest waits in its room', async () => {
	const [awa, jules, room] = await two();
	await choose(awa, file('small.png'), file('photo.jpg'), file('small.webp'));
	await awa.fill('[data-role=composer] textarea', 'Look at these');
	await awa.click('.tray-item:nth-child(2) button');
	assert.equal(await awa.locator('.tray-item').count(), 2);
	await createRoom(awa, unique('elsewhere '));
	assert.equal(await awa.locator('.tray-item').count(), 0);
	await awa.click(`[data-role=room][data-room="${room}"]`);
	await awa.locator('.tray-item').nth(1).waitFor();
	await awa.press('[data-role=composer] textarea', 'Enter');
	const there = said(jules, 'Look at these').locator('.picture img');
	await there.nth(1).waitFor();
	assert.deepEqual(await there.evaluateAll((all) => all.map((x) => x.getAttribute('alt'))),
		['small.png', 'small.webp']);
	assert.equal(await awa.locator('.tray-item').count(), 0);
	await awa.reload();
	await said(awa, 'Look at these').waitFor();
	assert.equal(await awa.locator('.tray-item').count(), 0, 'sent, and not kept');
	stage.check();
});

test('what is pasted goes to the composer, but a text brings no picture of itself', async () => {
	const [awa, jules] = await two({ permissions: ['clipboard-read', 'clipboard-write'] });
	const png = file('small.png').buffer.toString('base64');
	const copy = (/** @type {boolean} */ text) => awa.evaluate(async ([data, also]) => {
		const bytes = Uint8Array.from(atob(data), (c) => c.charCodeAt(0));
		const blob = new Blob([bytes], { type: 'image/png' });
		await navigator.clipboard.write([new ClipboardItem({
			'image/png': blob, ...(also ? { 'text/plain': new Blob(['words'], { type: 'text/plain' }) } : {}),
		})]);
	}, /** @type {[string, boolean]} */ ([png, text]));
	await awa.focus('[data-role=composer] textarea');
	await copy(false);
	await awa.keyboard.press('Control+v');
	await awa.locator('.tray-item:not(.busy)').waitFor();
	await copy(true);
	await awa.keyboard.press('Control+v');
	await awa.waitForFunction(() => /** @type {HTMLTextAreaElement} */ (
		document.querySelector('[data-role=composer] textarea')).value === 'words');
	assert.equal(await awa.locator('.tray-item').count(), 1);
	await awa.press('[data-role=composer] textarea', 'Enter');
	await said(jules, 'words').locator('.picture img').waitFor();
	stage.check();
});

test('the room says that it takes what is dragged over it, and takes what is dropped', async () => {
	const [awa, jules] = await two();
	const cdp = await awa.context().newCDPSession(awa);
	const drag = (/** @type {"dragEnter"|"dragOver"|"drop"} */ type, x = 700) =>
		cdp.send('Input.dispatchDragEvent', {
			type, x, y: 300,
			data: { items: [], files: [path('small.png'), path('moving.gif')], dragOperationsMask: 1 },
		});
	await drag('dragEnter');
	await drag('dragOver');
	await awa.getByText('Drop pictures here').waitFor();
	await drag('dragOver', 60);
	await awa.waitForSelector('[data-role=drop]', { state: 'detached' });
	await drag('dragOver');
	await drag('drop');
	await awa.locator('.tray-item:not(.busy)').nth(1).waitFor();
	assert.equal(await awa.locator('[data-role=drop]').count(), 0);
	await sendOff(awa);
	await jules.locator('.picture img').nth(1).waitFor();
	stage.check();
});

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

test('names are text, whatever they hold', async () => {
	const [awa, jules] = await two();
	const evil = '<img src=x onerror=alert(1)>"\'.gif';
	await choose(awa, file('moving.gif', evil));
	await sendOff(awa, 'named');
	const img = said(jules, 'named').locator('.picture img');
	await loaded(img);
	assert.equal(await img.getAttribute('alt'), evil);
	await said(jules, 'named').locator('.picture-open').click();
	assert.equal(await jules.locator('.lightbox-name').innerText(), evil);
	assert.equal(await jules.locator('[onerror]').count(), 0);
	stage.check();
});

test('what cannot be sent is said at once, and nothing of it is sent', async () => {
	const [awa, jules] = await two();
	const text = { name: 'notes.txt', mimeType: 'image/png', buffer: Buffer.from('just words') };
	const empty = { name: 'nothing.png', mimeType: 'image/png', buffer: Buffer.alloc(0) };
	const large = {
		name: 'large.png', mimeType: 'image/png',
		buffer: Buffer.concat([file('small.png').buffer, Buffer.alloc(1 << 20)]),
	};
	const input = '[data-role=composer] input[type=file]';
	for (const [one, words] of /** @type {[typeof text, string][]} */ ([
		[text, '“notes.txt” is no picture'], [empty, '“nothing.png” is empty'],
		[large, '“large.png” is too large: at most 1 MB']])) {
		await awa.setInputFiles(input, [one]);
		await awa.locator('.toast', { hasText: words }).waitFor();
	}
	await awa.setInputFiles(input, Array.from({ length: 11 }, () => file('small.png')));
	await awa.locator('.toast', { hasText: 'at most 10 files' }).waitFor();
	await awa.locator('.tray-item:not(.busy)').nth(9).waitFor();
	assert.equal(await awa.locator('.tray-item').count(), 10);
	await sendOff(awa, 'ten');
	await said(jules, 'ten').locator('.picture').nth(9).waitFor();
	assert.equal(await jules.locator(message).count(), 1);
	await live(jules);
	stage.check();
});
