/** sending.test.js - pictures get there over bad networks, once; and what stops them is said. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, afterEach, before, test } from 'node:test';
import { live, said, send, Stage } from './support/browser.js';
import { choose, file, painted, pair, sendOff, slowly } from './support/pictures.js';

/** @import {Page} from 'playwright-core' */

const stage = new Stage();
before(() => stage.open({ PALABRE_QUOTA_USER_MB: '150', PALABRE_UPLOAD_PENDING_MB: '150',
	PALABRE_UPLOAD_ANY: 'on' }));
after(() => stage.close());
afterEach(() => stage.clear());

const message = '[data-role=message]';

const two = () => pair(stage);

/** @param {Page} page @param {string} text @param {"sending"|"sent"|"failed"} state */
const own = (page, text, state) =>
	said(page, text).and(page.locator(`[data-state=${state}]`));

/** @param {Page} page @returns {Promise<any[]>} the room's messages, as the server has them */
function log(page) {
	return page.evaluate(async () => {
		const id = document.querySelector('[data-room-open]')?.getAttribute('data-room-open');
		return (await (await fetch(`api/v1/rooms/${id}/messages`)).json()).messages;
	});
}

/** Something that takes its time. @param {Page} page @param {string} name */
async function heavy(page, name) {
	const buffer = await painted(page, { width: 900, height: 700, type: 'image/png', noise: 120 });
	assert.ok(buffer.length > 1 << 20);
	return { name, mimeType: 'image/png', buffer };
}

test('on a slow network one sees it go, its picture included, and words do not wait for it', async () => {
	const [awa, jules] = await two();
	await choose(awa, await heavy(awa, 'heavy.png'));
	await slowly(awa, 150000);
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
	await said(jules, 'a heavy one').locator('.picture img').waitFor({ timeout: 30000 });
	await own(awa, 'a heavy one', 'sent').waitFor();
	assert.equal(await awa.locator('.sending').count(), 0);
	assert.equal((await log(awa)).length, 2);
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
	await said(jules, 'with two').locator('.picture').waitFor({ timeout: 20000 });
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

test('sent in an outage, through a reload in it: there once, with its pictures', async () => {
	const [awa, jules] = await two();
	await awa.waitForFunction(() => navigator.serviceWorker.ready.then(Boolean));
	const { instance } = stage;
	assert.ok(instance);
	stage.outage = true;
	await instance.stop();
	await choose(awa, file('photo.jpg'), file('moving.gif'));
	await sendOff(awa, 'from the dark');
	await own(awa, 'from the dark', 'sending').locator('img').nth(1).waitFor();
	await awa.reload();
	await own(awa, 'from the dark', 'sending').locator('img[src^="blob:"]').nth(1)
		.waitFor({ timeout: 20000 });
	await instance.start();
	await said(jules, 'from the dark').locator('.picture').nth(1).waitFor({ timeout: 40000 });
	await own(awa, 'from the dark', 'sent').waitFor({ timeout: 20000 });
	const all = (await log(jules)).filter((m) => m.body === 'from the dark');
	assert.deepEqual(all.map((m) => m.attachments.map((/** @type {any} */ a) => a.name)),
		[['photo.jpg', 'moving.gif']]);
	stage.outage = false;
	stage.problems.splice(0);
});

test('a reload in the middle of an upload, and a network that goes then: there once', async () => {
	const [awa, jules] = await two();
	await choose(awa, file('small.png'), await heavy(awa, 'heavy.png'));
	await slowly(awa, 150000);
	await sendOff(awa, 'cut in two');
	await awa.waitForFunction(() => {
		const bars = /** @type {HTMLProgressElement[]} */ ([...document.querySelectorAll('.sending progress')]);
		return bars.length === 2 && bars[0].value === 1 && bars[1].value > 0.1;
	});
	stage.outage = true;
	await awa.reload();
	await awa.context().setOffline(true);
	await own(awa, 'cut in two', 'sending').locator('img').nth(1).waitFor({ timeout: 20000 });
	await awa.context().setOffline(false);
	await slowly(awa, 0);
	await said(jules, 'cut in two').locator('.picture').nth(1).waitFor({ timeout: 40000 });
	await own(awa, 'cut in two', 'sent').waitFor();
	const all = await log(jules);
	assert.equal(all.length, 1);
	assert.equal(all[0].attachments.length, 2);
	const { instance } = /** @type {{instance: any}} */ (stage);
	const rows = await instance.sql('SELECT COUNT(*) FROM attachment WHERE name = \'small.png\' AND '
		+ 'user = (SELECT MAX(user) FROM attachment)');
	assert.equal(Number(rows[0][0]), 1, 'what was uploaded was not uploaded again');
	stage.outage = false;
	stage.problems.splice(0);
});

test('two tabs with one outbox send it once', async () => {
	const [awa, jules, room] = await two();
	const other = await awa.context().newPage();
	stage.watch(other);
	stage.outage = true;
	await choose(awa, await heavy(awa, 'heavy.png'));
	await slowly(awa, 200000);
	await sendOff(awa, 'from two tabs');
	await own(awa, 'from two tabs', 'sending').waitFor();
	await other.goto(`./#/r/${room}`);
	await live(other);
	await slowly(awa, 0);
	await said(jules, 'from two tabs').locator('.picture').waitFor({ timeout: 30000 });
	for (const page of [awa, other]) {
		await own(page, 'from two tabs', 'sent').waitFor({ timeout: 20000 });
		await page.waitForFunction((m) => document.querySelectorAll(m).length === 1, message);
	}
	assert.equal((await log(jules)).length, 1);
	stage.outage = false;
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
