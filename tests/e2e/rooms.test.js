/** rooms.test.js - rooms and who is in them, on a desktop and on a phone. */

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import {
	api, arrive, choose, createRoom, glimpses, openRoom, PASSWORD, said, search, send, SIZES,
	Stage, toList, unique,
} from './support/browser.js';

/** @import {Page} from 'playwright-core' */

const stage = new Stage();
before(() => stage.open());
after(() => stage.close());
afterEach(() => stage.clear());

/** @param {Page} page @param {number} room */
const entry = (page, room) => page.locator(`[data-role=room][data-room="${room}"]`);

/** @param {Page} page @param {string} name the person's, in the panel */
const member = (page, name) => page.locator('palabre-members .result', { hasText: name });

/** Somebody who has no page open. @param {string} display @returns {Promise<number>} their id */
async function newcomer(display) {
	const reply = await fetch(`${stage.url}api/v1/register`, {
		method: 'POST', headers: { 'Content-Type': 'application/json' },
		body: JSON.stringify({ name: unique('new'), password: PASSWORD, display_name: display }),
	});
	return (await reply.json()).user.id;
}

test('rooms stand as one counts, and the list shows the one that is open', async () => {
	const { page } = await arrive(stage, 'awa', 'Awa');
	/** @type {number[]} */
	const ids = [];
	for (let n = 30; n > 0; n--) {
		const { room } = await api(page, 'rooms', { name: `Row ${n}`, kind: 'private', topic: '' });
		ids.unshift(room.id);
	}
	// Each is asked for by itself, and the last may be there before others are.
	await page.locator('[data-role=room]').nth(29).waitFor();
	assert.deepEqual(await page.$$eval('[data-role=room] .room-name', (all) =>
		all.map((x) => x.textContent)), ids.map((_, i) => `Row ${i + 1}`));
	await page.evaluate((id) => {
		location.hash = `#/r/${id}`;
	}, ids[29]);
	await page.waitForFunction(() => {
		const box = document.querySelector('[data-role=room][aria-current]')?.getBoundingClientRect();
		return box && box.top > 0 && box.bottom <= innerHeight;
	});
	stage.check();
});

for (const [size, options] of SIZES) {
	test(`${size}: the list tells who spoke last, what is unread, who is there`, async () => {
		const awa = await arrive(stage, 'awa', 'Awa', options);
		const jules = await arrive(stage, 'jules', 'Jules');
		const room = await createRoom(awa.page, unique('square '));
		await api(jules.page, `rooms/${room}/join`, {});
		const { room: direct } = await api(awa.page, 'direct', { user: jules.id });
		await createRoom(awa.page, unique('café '));
		await toList(awa.page);
		const say = (/** @type {number} */ to, /** @type {string} */ body) =>
			api(jules.page, `rooms/${to}/messages`, { client_id: unique('say-'), body });
		await say(room, 'Bread is *ready*');
		await entry(awa.page, room).and(awa.page.locator('[data-unread="1"]')).waitFor();
		assert.equal(await entry(awa.page, room).locator('.room-last').innerText(),
			'Jules: Bread is ready');
		await say(room, `@${awa.name} yours too`);
		await entry(awa.page, room).locator('.badge.call', { hasText: '@ 1' }).waitFor();
		await say(direct.id, 'Psst');
		await entry(awa.page, direct.id).locator('.badge.call', { hasText: '1' }).waitFor();
		await entry(awa.page, direct.id).locator('.presence.online').waitFor();
		await api(jules.page, 'me', { away: true });
		await entry(awa.page, direct.id).locator('.presence.away').waitFor();
		// Who touches the page is there again, once that page knows that they were away.
		const online = entry(awa.page, direct.id).locator('.presence.online');
		for (let tries = 0; tries < 30 && !await online.isVisible(); tries++) {
			await jules.page.keyboard.press('Shift');
			await online.waitFor({ timeout: 1000 }).catch(() => {});
		}
		await online.waitFor();
		stage.check();
	});

	test(`${size}: opening a room asks for its messages, once`, async () => {
		const { page } = await arrive(stage, 'awa', 'Awa', options);
		const one = await createRoom(page, unique('asked '));
		await api(page, `rooms/${one}/messages`, { client_id: unique('say-'), body: 'Here I am' });
		await createRoom(page, unique('other '));
		await page.reload();
		await toList(page);
		/** @type {string[]} */
		const asked = [];
		page.on('request', (request) => asked.push(request.url()));
		await openRoom(page, one);
		await page.locator('[data-role=message]', { hasText: 'Here I am' }).waitFor();
		assert.equal(asked.filter((url) => /\/messages\?/.test(url)).length, 1, asked.join(' '));
		stage.check();
	});

	test(`${size}: the list is filtered as one types, without accents`, async () => {
		const { page } = await arrive(stage, 'awa', 'Awa', options);
		const one = await createRoom(page, unique('Café des arts '));
		const two = await createRoom(page, unique('harbour '));
		await toList(page);
		await page.fill('.finder input', 'cafe');
		await entry(page, two).waitFor({ state: 'detached' });
		await entry(page, one).waitFor();
		await page.press('.finder input', 'Enter');
		await page.waitForSelector(`[data-room-open="${one}"]`);
		await toList(page);
		await entry(page, two).waitFor();
		await page.fill('.finder input', 'nowhere');
		await page.getByText('None of yours.').waitFor();
		await page.getByText('Look everywhere').click();
		assert.equal(await page.inputValue('.switcher input'), 'nowhere');
		await page.keyboard.press('Escape');
		await page.press('.finder input', 'Escape');
		await entry(page, one).waitFor();
		stage.check();
	});

	test(`${size}: a public room is found, joined, muted and left`, async () => {
		const awa = await arrive(stage, 'awa', 'Awa');
		const { page } = await arrive(stage, 'jules', 'Jules', options);
		const name = unique('market ');
		const { room } = await api(awa.page, 'rooms', { name, kind: 'public', topic: 'Fruit' });
		await page.locator('.side [data-role=browse-rooms]').click();
		await search(page, name);
		await page.click(`[data-role=join][data-room="${room.id}"]`);
		await page.waitForSelector(`[data-room-open="${room.id}"]`);
		await send(page, 'Any mangoes?');
		await said(page, 'Any mangoes?').and(page.locator('[data-state=sent]')).waitFor();
		await page.click('[aria-label="Room menu"]');
		await choose(page, 'Mute');
		await toList(page);
		await entry(page, room.id).locator('.room-mute').waitFor();
		assert.equal((await api(page, `rooms/${room.id}`)).room.notify, 'none');
		await openRoom(page, room.id);
		await page.click('[aria-label="Room menu"]');
		await choose(page, 'Leave the room');
		await page.click('[data-role=confirm]');
		await entry(page, room.id).waitFor({ state: 'detached' });
		assert.equal((await api(page, `rooms/${room.id}`)).room.role, null);
		stage.check();
	});

	test(`${size}: an owner adds, promotes, demotes and removes; all see it at once`, async () => {
		const awa = await arrive(stage, 'awa', 'Awa', options);
		const jules = await arrive(stage, 'jules', 'Jules');
		const room = await createRoom(awa.page, unique('guild '), 'private');
		await awa.page.click('[data-role=members]');
		await awa.page.getByText('Add people').click();
		await search(awa.page, jules.name);
		await awa.page.click(`dialog .result:has-text("@${jules.name}")`);
		await member(awa.page, 'Jules').waitFor();
		await openRoom(jules.page, room);
		await jules.page.click('[data-role=members]');
		await member(jules.page, 'Jules').waitFor();
		assert.equal(await jules.page.getByText('Add people').count(), 0);
		for (const [role, tag] of [['Moderator', 1], ['Member', 0]]) {
			await member(awa.page, 'Jules').click();
			await choose(awa.page, /** @type {string} */ (role));
			for (const { page } of [awa, jules]) {
				await member(page, 'Jules').locator('.tag')
					.waitFor({ state: tag ? 'visible' : 'detached' });
			}
		}
		// While it is fetched anew, what is shown stays.
		/** @type {() => void} */ let release = () => {};
		const held = new Promise((done) => {
			release = () => done(null);
		});
		const again = awa.page.waitForRequest(/\/members$/);
		await awa.page.route(/\/members$/, (route) => held.then(() => route.continue()));
		const carla = await newcomer('Carla');
		await api(awa.page, `rooms/${room}/members`, { user: carla });
		await again;
		await awa.page.evaluate(() => new Promise((shown) => {
			requestAnimationFrame(() => requestAnimationFrame(shown));
		}));
		assert.equal(await member(awa.page, 'Jules').count(), 1);
		release();
		await member(awa.page, 'Carla').waitFor();
		// What was read in it may be told just after one is out.
		stage.missing = /\/read$/;
		const told = await glimpses(jules.page, '.toast');
		await member(awa.page, 'Jules').click();
		await choose(awa.page, 'Remove from the room');
		await member(awa.page, 'Jules').waitFor({ state: 'detached' });
		await told('You are no longer in that room.');
		await entry(jules.page, room).waitFor({ state: 'detached' });
		stage.check();
		stage.missing = null;
	});

	test(`${size}: a room is renamed for everyone, and deleted for good`, async () => {
		const awa = await arrive(stage, 'awa', 'Awa', options);
		const jules = await arrive(stage, 'jules', 'Jules');
		const room = await createRoom(awa.page, unique('old '));
		await api(jules.page, `rooms/${room}/join`, {});
		await openRoom(jules.page, room);
		await awa.page.click('[aria-label="Room menu"]');
		await choose(awa.page, 'Room settings');
		const name = unique('new ');
		await awa.page.fill('.room-settings [name=name]', name);
		await awa.page.fill('.room-settings [name=topic]', 'Everything is new');
		await awa.page.click('.room-settings [type=submit]');
		for (const { page } of [awa, jules]) {
			await page.locator('.room-title', { hasText: name }).waitFor();
			await page.locator('.room-topic', { hasText: 'Everything is new' }).waitFor();
		}
		await jules.page.click('[aria-label="Room menu"]');
		assert.equal(await jules.page.locator('.menu-item', { hasText: 'Delete' }).count(), 0);
		await jules.page.keyboard.press('Escape');
		await awa.page.click('[aria-label="Room menu"]');
		await choose(awa.page, 'Delete the room');
		// What was read in it may be told just after it has gone.
		stage.missing = /\/read$/;
		await awa.page.click('[data-role=confirm]');
		for (const { page } of [awa, jules]) {
			await entry(page, room).waitFor({ state: 'detached' });
		}
		stage.check();
		stage.missing = null;
	});

	test(`${size}: the switcher goes to rooms, to people and to what is not joined yet`, async () => {
		const awa = await arrive(stage, 'awa', 'Awa', options);
		const jules = await arrive(stage, 'jules', 'Jules the second');
		const name = unique('hidden valley ');
		const { room } = await api(jules.page, 'rooms', { name, kind: 'public' });
		await createRoom(awa.page, unique('here '));
		await toList(awa.page);
		if (size === 'phone') {
			await awa.page.fill('.finder input', name);
			await awa.page.getByText('Look everywhere').click();
		} else {
			await awa.page.click('.finder-more');
			await awa.page.fill('.switcher input', name);
		}
		await awa.page.locator('[role=option]', { hasText: name }).click();
		await awa.page.waitForSelector(`[data-room-open="${room.id}"]`);
		await awa.page.keyboard.press('Control+k');
		await awa.page.fill('.switcher input', jules.name);
		await awa.page.locator('[role=option]', { hasText: 'Jules the second' }).click();
		await awa.page.locator('.room-title', { hasText: 'Jules the second' }).waitFor();
		stage.check();
	});
}
