/** talk.test.js - two people in two browsers talk, whatever happens to the server. */

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import {
	CHROMIUM, createRoom, join, live, PASSWORD, register, said, send, Stage, stored, texts,
	unique,
} from './support/browser.js';

/** @import {Page} from 'playwright-core' */

const stage = new Stage();
before(() => stage.open({}, CHROMIUM));
after(() => stage.close());
afterEach(() => stage.clear());

/** A ceiling only: how soon, the benchmarks say. */
const SOON = { timeout: 15000 };

/** @returns {Promise<{awa: Page, jules: Page, room: number}>} */
async function two() {
	const [awa, jules] = await Promise.all([stage.person(), stage.person()]);
	await Promise.all([register(awa, unique('awa'), 'Awa'), register(jules, unique('jules'), 'Jules')]);
	const room = await createRoom(awa, unique('room '));
	await join(jules, room);
	return { awa, jules, room };
}

/** Everything of the instance but its database ends at once. */
async function killAll() {
	const { instance } = stage;
	assert.ok(instance);
	for (const name of ['lighttpd', 'launch', 'hub', 'workers']) {
		for (const pid of await instance.pids(name).catch(() => [])) {
			try {
				process.kill(pid, 'SIGKILL');
			} catch {
				// ended with its parent
			}
		}
	}
	await instance.stop();
}

test('both see each other\'s messages at once, and a reload keeps them', async () => {
	const { awa, jules } = await two();
	await send(awa, 'Is the kettle on?');
	await said(jules, 'Is the kettle on?').waitFor(SOON);
	await send(jules, 'Since *this* morning.');
	await said(awa, 'Since this morning.').waitFor(SOON);
	const own = said(awa, 'Is the kettle on?');
	await own.and(awa.locator('[data-state=sent]')).waitFor(SOON);
	assert.match(await own.getAttribute('data-client-id') || '', /^[0-9a-f-]{36}$/);
	assert.equal(await said(awa, 'Since this').getAttribute('data-state'), null);
	for (const page of [awa, jules]) {
		await page.reload();
		await said(page, 'Since this morning.').waitFor();
		assert.deepEqual(await texts(page), ['Is the kettle on?', 'Since this morning.']);
	}
	stage.check();
});

test('many messages from both sides: everyone sees all, once, in one order', async () => {
	const { awa, jules } = await two();
	const say = async (/** @type {Page} */ page, /** @type {string} */ who) => {
		for (let i = 0; i < 15; i++) {
			await send(page, `${who} says ${i}`);
		}
	};
	await Promise.all([say(awa, 'Awa'), say(jules, 'Jules')]);
	for (const page of [awa, jules]) {
		await page.waitForFunction(() =>
			document.querySelectorAll('[data-role=message][data-seq]').length === 30
			&& !document.querySelector('[data-state=sending]'));
	}
	const seen = await texts(awa);
	assert.equal(new Set(seen).size, 30);
	assert.deepEqual(await texts(jules), seen);
	assert.deepEqual(seen.filter((x) => x.startsWith('Awa')),
		Array.from({ length: 15 }, (_, i) => `Awa says ${i}`));
	stage.check();
});

test('the server is killed and comes back: nothing lost, nothing doubled', async (t) => {
	if (!stage.instance) {
		t.skip('not our server');
		return;
	}
	const { awa, jules } = await two();
	await send(awa, 'before');
	await said(jules, 'before').waitFor(SOON);
	stage.outage = true;
	await killAll();
	await send(awa, 'one while it is down');
	await send(jules, 'two while it is down');
	await send(awa, 'three while it is down');
	await said(awa, 'three while').and(awa.locator('[data-state=sending]')).waitFor();
	await awa.waitForSelector('[data-role=connection][data-state=offline]');
	// Nothing typed is lost by a page that goes away, either.
	await stage.instance.start();
	await Promise.all([live(awa), live(jules)]);
	for (const page of [awa, jules]) {
		await page.waitForFunction(() =>
			document.querySelectorAll('[data-role=message][data-seq]').length === 4
			&& !document.querySelector('[data-state=sending], [data-state=failed]'), null,
		{ timeout: 15000 });
	}
	await send(jules, 'after');
	await said(awa, 'after').waitFor(SOON);
	const seen = await texts(awa);
	assert.deepEqual([...seen].sort(), ['after', 'before', 'one while it is down',
		'three while it is down', 'two while it is down'].sort());
	assert.ok(seen.indexOf('one while it is down') < seen.indexOf('three while it is down'));
	await jules.waitForFunction(() =>
		document.querySelectorAll('[data-role=message][data-seq]').length === 5);
	assert.deepEqual(await texts(jules), seen);
	await awa.reload();
	await said(awa, 'after').waitFor();
	assert.deepEqual(await texts(awa), seen);
	stage.outage = false;
	stage.check();
});

test('written offline, the page reloaded: sent once when the way is free', async () => {
	const { awa, jules } = await two();
	stage.outage = true;
	await awa.context().route('**/messages', (route) => route.abort());
	await send(awa, 'kept in the outbox');
	await said(awa, 'kept in').and(awa.locator('[data-state=sending]')).waitFor();
	await stored(awa, 'outbox', 'kept in the outbox');
	await awa.context().unroute('**/messages');
	await awa.reload();
	stage.outage = false;
	await said(jules, 'kept in the outbox').waitFor({ timeout: 15000 });
	await said(awa, 'kept in').and(awa.locator('[data-state=sent]')).waitFor();
	assert.deepEqual(await texts(jules), ['kept in the outbox']);
	assert.deepEqual(await texts(awa), ['kept in the outbox']);
	stage.check();
});

test('where streams are held back, messages come by long-poll', async () => {
	const jules = await stage.person();
	await jules.context().route('**/stream/events*', () => {});
	await register(jules, unique('jules'), 'Jules');
	const connection = jules.locator('[data-role=connection]');
	await connection.and(jules.locator('[data-transport=long-poll]')).waitFor();
	const room = await createRoom(jules, unique('room '));
	const awa = await stage.person();
	await register(awa, unique('awa'), 'Awa');
	await join(awa, room);
	await send(awa, 'through the wall');
	await said(jules, 'through the wall').waitFor(SOON);
	await send(jules, 'and back');
	await said(awa, 'and back').waitFor(SOON);
	assert.match(await connection.textContent() || '', /long-poll/);
	stage.check();
});

test('what the server refuses is failed, and can be tried again', async () => {
	const { awa, jules } = await two();
	const refuse = JSON.stringify({ error: { code: 'not_allowed', message: 'No.' } });
	await awa.context().route('**/messages', (route) => (route.request().method() === 'POST'
		? route.fulfill({ status: 422, contentType: 'application/json', body: refuse })
		: route.continue()));
	await send(awa, 'not at first');
	const message = said(awa, 'not at first');
	await message.and(awa.locator('[data-state=failed]')).waitFor();
	await awa.context().unroute('**/messages');
	await message.locator('[data-role=retry]').click();
	await said(jules, 'not at first').waitFor(SOON);
	await message.and(awa.locator('[data-state=sent]')).waitFor();
	assert.deepEqual(await texts(awa), ['not at first']);
	stage.check();
});

test('unread messages and mentions are counted, and read by looking', async () => {
	const { awa, jules, room } = await two();
	await createRoom(jules, unique('elsewhere '));
	const entry = jules.locator(`[data-role=room][data-room="${room}"]`);
	const name = (await jules.getAttribute('.me-button', 'title') || '').split(':')[0];
	assert.equal(name, 'Jules');
	await send(awa, 'one');
	await send(awa, 'two');
	await entry.and(jules.locator('[data-unread="2"]')).waitFor(SOON);
	assert.match(await jules.title(), /^\(2\) /);
	await entry.click();
	await said(jules, 'two').waitFor();
	await jules.waitForSelector('.new-line');
	await entry.and(jules.locator('[data-unread="0"]')).waitFor();
	await jules.reload();
	await entry.and(jules.locator('[data-unread="0"]')).waitFor();
	stage.check();
});

test('signing out and in again', async () => {
	const page = await stage.person();
	const name = unique('nadia');
	await register(page, name, 'Nadia');
	await page.click('.me-button');
	await page.click('[data-role=logout]');
	const form = page.locator('form[data-role=login]');
	await form.locator('[name=name]').fill(name);
	await form.locator('[name=password]').fill('not the password');
	await form.locator('[type=submit]').click();
	await form.locator('.problem:not(:empty)').waitFor();
	await form.locator('[name=password]').fill(PASSWORD);
	await form.locator('[type=submit]').click();
	await page.waitForSelector('[data-role=app]');
	await live(page);
	stage.check();
});
