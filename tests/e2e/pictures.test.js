/** pictures.test.js - pictures go from one browser to another, as a person sends them. */

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { createRoom, fetched, live, said, Stage, unique } from './support/browser.js';
import {
	alike, asUrl, choose, download, exif, file, loaded, painted, pair, path, seen, sendOff, sourceOf,
} from './support/pictures.js';

/** @import {BrowserContextOptions, Page} from 'playwright-core' */

const stage = new Stage();
before(() => stage.open({ PALABRE_UPLOAD_BYTES: '1048576' }));
after(() => stage.close());
afterEach(() => stage.clear());

const PHONE = { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true };
const message = '[data-role=message]';

/** @param {BrowserContextOptions} [how] */
const two = (how) => pair(stage, how);

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
	await fetched(awa, 'intake.js');
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
	await fetched(awa, 'intake.js');
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
