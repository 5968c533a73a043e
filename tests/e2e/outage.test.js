/** outage.test.js - pictures get there through outages and reloads, once. */

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { live, said, Stage, stored } from './support/browser.js';
import {
	choose, file, heavy, log, own, pair, sendOff, slowly,
} from './support/pictures.js';

const stage = new Stage({ worker: true });
before(() => stage.open());
after(() => stage.close());
afterEach(() => stage.clear());

const message = '[data-role=message]';
const two = () => pair(stage);

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
	await stored(awa, 'outbox', 'from the dark');
	await awa.reload();
	await own(awa, 'from the dark', 'sending').locator('img[src^="blob:"]').nth(1)
		.waitFor({ timeout: 60000 });
	await instance.start();
	await said(jules, 'from the dark').locator('.picture').nth(1).waitFor({ timeout: 60000 });
	await own(awa, 'from the dark', 'sent').waitFor({ timeout: 60000 });
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
	await own(awa, 'cut in two', 'sending').locator('img').nth(1).waitFor({ timeout: 60000 });
	await awa.context().setOffline(false);
	await slowly(awa, 0);
	await said(jules, 'cut in two').locator('.picture').nth(1).waitFor({ timeout: 60000 });
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
	await said(jules, 'from two tabs').locator('.picture').waitFor({ timeout: 60000 });
	for (const page of [awa, other]) {
		await own(page, 'from two tabs', 'sent').waitFor({ timeout: 60000 });
		await page.waitForFunction((m) => document.querySelectorAll(m).length === 1, message);
	}
	assert.equal((await log(jules)).length, 1);
	stage.outage = false;
	stage.check();
});
