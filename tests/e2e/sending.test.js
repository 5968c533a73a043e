/** sending.test.js - one sees pictures go, and what stops them is said. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, afterEach, before, test } from 'node:test';
import { createRoom, live, said, send, Stage, unique } from './support/browser.js';
import {
	choose, file, heavy, log, own, pair, sendOff, slowly,
} from './support/pictures.js';

const stage = new Stage();
before(() => stage.open({ PALABRE_QUOTA_USER_MB: '150', PALABRE_UPLOAD_PENDING_MB: '150',
	PALABRE_UPLOAD_ANY: 'on' }));
after(() => stage.close());
afterEach(() => stage.clear());

const message = '[data-role=message]';
const two = () => pair(stage);

test('on a slow network one sees it go, its picture included, and words do not wait for it', async () => {
	const [awa, jules] = await two();
	await choose(awa, await heavy(awa, 'heavy.png'));
	// What is on its way stays so slow: words have the time of it, some 20 s.
	await slowly(awa, 100000);
	await sendOff(awa, 'a heavy one');
	const going = own(awa, 'a heavy one', 'sending');
	const bar = going.locator('progress');
	await going.locator('img').waitFor();
	assert.match(await going.locator('img').getAttribute('src') || '', /^blob:/);
	await awa.waitForFunction(() => {
		const x = document.querySelector('.sending progress');
		return x instanceof HTMLProgressElement && x.value > 0.1 && x.value < 0.9;
	});
	assert.equal(await bar.getAttribute('aria-label'), 'Sending heavy.png');
	await send(awa, 'words overtake it');
	await said(jules, 'words overtake it').waitFor();
	assert.equal(await said(jules, 'a heavy one').count(), 0);
	await slowly(awa, 0);
	await said(jules, 'a heavy one').locator('.picture img').waitFor({ timeout: 60000 });
	await own(awa, 'a heavy one', 'sent').waitFor();
	assert.equal(await awa.locator('.sending').count(), 0);
	assert.equal((await log(awa)).length, 2);
	stage.check();
});

test('words sent with a picture that is still being looked at are a draft again if the page ends', async () => {
	const [awa, jules, room] = await two();
	await choose(awa, file('small.png'));
	await awa.evaluate(() => {
		window.createImageBitmap = () => new Promise(() => {});
	});
	await awa.setInputFiles('[data-role=composer] input[type=file]', [file('photo.jpg')]);
	await awa.locator('.tray-item.busy').waitFor();
	/** @type {string[]} */
	const asked = [];
	awa.on('dialog', (dialog) => {
		asked.push(dialog.type());
		dialog.accept();
	});
	await sendOff(awa, 'the two of us');
	await awa.waitForFunction(() => !document.querySelector('textarea')?.value);
	assert.equal(await awa.locator(message).count(), 0);
	await createRoom(awa, unique('elsewhere '));
	await awa.click(`[data-role=room][data-room="${room}"]`);
	await awa.waitForSelector(`[data-room-open="${room}"] textarea`);
	assert.equal(await awa.inputValue('textarea'), '', 'it is on its way, and no draft to be sent twice');
	await awa.reload();
	assert.deepEqual(asked, ['beforeunload']);
	await awa.waitForFunction(() => document.querySelector('textarea')?.value === 'the two of us');
	await awa.locator('.tray-item').waitFor(); // the one that had been looked at
	await choose(awa, file('photo.jpg'));
	await awa.press('textarea', 'Enter');
	await said(jules, 'the two of us').locator('.picture img').nth(1).waitFor();
	await own(awa, 'the two of us', 'sent').waitFor();
	await awa.reload();
	await live(awa);
	await said(awa, 'the two of us').waitFor();
	assert.equal(await awa.inputValue('textarea'), '');
	assert.equal(await awa.locator('.tray-item').count(), 0);
	assert.equal((await log(awa)).length, 1);
	stage.check();
});

test('one of two is stopped on its way, and the other goes; the last one takes its message along', async () => {
	const [awa, jules] = await two();
	await choose(awa, await heavy(awa, 'one.png'), file('small.png', 'two.png'));
	await slowly(awa, 100000);
	await sendOff(awa, 'with two');
	const going = own(awa, 'with two', 'sending');
	await going.locator('[data-role=cancel]').nth(1).waitFor();
	await going.getByRole('button', { name: 'Do not send one.png' }).click();
	await said(jules, 'with two').locator('.picture').waitFor({ timeout: 60000 });
	assert.deepEqual((await log(jules))[0].attachments.map((/** @type {any} */ a) => a.name), ['two.png']);
	await choose(awa, await heavy(awa, 'three.png'));
	await sendOff(awa);
	await awa.getByRole('button', { name: 'Do not send three.png' }).click();
	await awa.waitForFunction((m) => document.querySelectorAll(m).length === 1, message);
	await slowly(awa, 0);
	await send(awa, 'no more');
	await said(jules, 'no more').waitFor();
	assert.equal((await log(jules)).length, 2);
	stage.check();
});

test('what the server refuses is named, and taken out; the rest goes', async () => {
	const [awa, jules] = await two();
	const whole = file('photo.jpg').buffer;
	const half = { name: 'half.jpg', mimeType: 'image/jpeg', buffer: whole.subarray(0, 9000) };
	await choose(awa, file('small.png'), half);
	await sendOff(awa, 'one is broken');
	const failed = own(awa, 'one is broken', 'failed');
	await failed.locator('.failure', { hasText: 'damaged or incomplete' }).waitFor();
	assert.equal(await failed.locator('.sending-problem:visible').count(), 1);
	assert.equal((await log(jules)).length, 0);
	await failed.getByRole('button', { name: 'Do not send half.jpg' }).click();
	await said(jules, 'one is broken').locator('.picture').waitFor();
	assert.equal((await log(jules))[0].attachments.length, 1);
	stage.check();
});

test('no room left is said, kept, and tried again when there is', async () => {
	const [awa, jules] = await two();
	const me = await awa.evaluate(async () => (await (await fetch('api/v1/me')).json()).user.id);
	const { instance } = /** @type {{instance: any}} */ (stage);
	// What it weighs counts, not what it holds.
	await instance.sql('INSERT INTO attachment (token, user, name, type, size, width, height, '
		+ `animated, thumb, created_at) VALUES ('x${me}', ${me}, 'x', 1, 200 << 20, 1, 1, 0, 0, 0)`);
	await choose(awa, file('small.png'));
	await sendOff(awa, 'too much');
	const failed = own(awa, 'too much', 'failed');
	await failed.locator('.failure', { hasText: 'no room left' }).waitFor();
	await awa.reload();
	await live(awa);
	await failed.locator('img[src^="blob:"]').waitFor();
	await instance.sql(`DELETE FROM attachment WHERE token = 'x${me}'`);
	await failed.locator('[data-role=retry]').click();
	await said(jules, 'too much').locator('.picture').waitFor();
	assert.equal((await log(jules)).length, 1);
	stage.check();
});

test('where the admin takes any file, one that is no picture is a card to download', async () => {
	const [awa, jules] = await two();
	const name = 'a <b>page.html';
	const buffer = Buffer.from('<script>alert(1)</script>');
	await choose(awa, { name, mimeType: 'text/html', buffer });
	assert.equal(await awa.locator('.tray-file bdi').innerText(), name);
	await sendOff(awa, 'to read');
	const card = said(jules, 'to read').locator('a.file-card');
	await card.waitFor();
	assert.match(await card.innerText(), /^a <b>page\.html\s+0\.1 kB$/);
	const saving = jules.waitForEvent('download');
	await card.click();
	const saved = await saving;
	assert.match(saved.suggestedFilename(), /^a .b.page.*\.html$/);
	assert.equal(readFileSync(await saved.path(), 'utf8'), buffer.toString());
	// Opened as an address, it is a download as well, and no page.
	const url = await card.evaluate((x) => /** @type {HTMLAnchorElement} */ (x).href);
	const reply = await jules.request.get(url);
	assert.equal(reply.headers()['content-type'], 'application/octet-stream');
	assert.match(reply.headers()['content-disposition'], /^attachment;/);
	stage.check();
});
