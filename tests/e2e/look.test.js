/**
 * look.test.js - every screen at three sizes in both themes: no accessibility violation,
 * nothing wider than the window, and a picture of each for a person to look at. LOOK=all
 * for every pair of size and theme.
 */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { axe } from './support/axe.js';
import { PASSWORD, register, said, send, shot, Stage, unique } from './support/browser.js';
import { choose, file, loaded, painted, sendOff } from './support/pictures.js';

/** @import {Page} from 'playwright-core' */

const stage = new Stage();
const theo = unique('theo');
const rooms = { tree: 0, night: 0, kitchen: 0, walls: 0 };

/** @type {[string, number, number][]} */
const SIZES = [['360', 360, 740], ['768', 768, 1024], ['1440', 1440, 900]];

/**
 * @param {Page} page
 * @param {string} path
 * @param {object} body
 * @returns {Promise<any>}
 */
function post(page, path, body) {
	return page.evaluate(async ([where, what]) => {
		const reply = await fetch(`api/v1/${where}`, {
			method: 'POST', headers: { 'Content-Type': 'application/json' },
			body: JSON.stringify(what),
		});
		return reply.json();
	}, /** @type {[string, object]} */ ([path, body]));
}

/**
 * @param {Page} page
 * @param {number} room
 * @param {string} body
 * @param {number} [to]
 */
async function say(page, room, body, to) {
	const id = `look-${Math.random().toString(36).slice(2)}`;
	const reply = await post(page, `rooms/${room}/messages`,
		{ client_id: id, body, ...(to ? { reply_to: to } : {}) });
	return reply.message;
}

/** People, rooms and a talk like that of the design's pictures. */
async function village() {
	const [awa, jules, nadia, me] = await Promise.all(
		[stage.person(), stage.person(), stage.person(), stage.person()]);
	// The first one looks after the place.
	await register(me, theo, 'Théo Renaud');
	await register(awa, unique('awa'), 'Awa Mbaye');
	await register(jules, unique('jules'), 'Jules Laurent');
	await register(nadia, unique('nadia'), 'Nadia Kovač');
	const make = async (/** @type {string} */ name, /** @type {string} */ topic) =>
		(await post(awa, 'rooms', { name, kind: 'public', topic })).room.id;
	rooms.tree = await make('under-the-tree', 'Where everyone is heard. Be kind, bring tea.');
	rooms.kitchen = await make('kitchen', 'What is cooking');
	rooms.night = await make('night shift', 'From ten to six');
	rooms.walls = await make('walls', 'What hangs there');
	await make('balafon', 'Music, loud and otherwise');
	for (const page of [jules, nadia, me]) {
		for (const id of Object.values(rooms)) {
			await post(page, `rooms/${id}/join`, {});
		}
	}
	const first = await say(awa, rooms.tree,
		'The hotel Wi-Fi here breaks every chat I have. This one just… works?');
	await say(awa, rooms.tree, 'Sunset from the terrace last night was something else.');
	await say(me, rooms.tree, 'It is plain HTTP all the way. When the proxy holds the stream, '
		+ 'it falls back within seconds:\n```\ntransport  sse → long-poll   muted after 4.2 s, '
		+ '0 lost\n```', first.seq);
	for (const [page, emoji] of /** @type {[Page, string][]} */ ([[jules, '🌅'], [me, '🌅'], [nadia, '❤️']])) {
		await post(page, `rooms/${rooms.tree}/messages/${first.seq}/reactions`, { emoji, on: true });
	}
	await post(me, `rooms/${rooms.tree}/read`, { seq: 100 });
	await say(jules, rooms.tree, `@${theo} can you put the numbers in [the release notes]`
		+ '(https://example.org/notes)? I set `PALABRE_POLL_WAIT=25` at school and it never cut again.');
	await say(nadia, rooms.tree, 'Same from the library. Three things I tried:\n- the guest '
		+ 'network\n- the *staff* one\n- ~~my phone~~\n> nothing got lost');
	await say(nadia, rooms.tree, '👏🎉');
	await say(nadia, rooms.night, `@${theo} your turn tonight`);
	await say(jules, rooms.kitchen, 'Soup is ready');
	await hang(jules);
	for (const page of [awa, jules]) {
		const { users } = await page.evaluate(async (q) =>
			(await fetch(`api/v1/users?q=${q}`)).json(), theo);
		const direct = await post(page, 'direct', { user: users[0].id });
		await say(page, direct.room.id, 'Are you around later?');
	}
	await stage.clear();
}

/**
 * Pictures of each kind, in a room of their own.
 * @param {Page} page
 */
async function hang(page) {
	await page.evaluate((id) => {
		location.hash = `#/r/${id}`;
	}, rooms.walls);
	await page.waitForSelector('[data-role=composer] textarea');
	const wide = await painted(page, { width: 1600, height: 900, type: 'image/jpeg', noise: 30 });
	const photo = { name: 'terrace at night.jpg', mimeType: 'image/jpeg', buffer: wide };
	const notes = { name: 'notes of the meeting.pdf', mimeType: '', buffer: Buffer.from('%PDF-1.4 x') };
	for (const [words, ...files] of /** @type {[string, ...any[]][]} */ ([
		['Last night', photo], ['', file('photo.jpg'), photo, file('progressive.jpg')],
		['It moves', file('moving.gif')], ['And this to read', notes]])) {
		await choose(page, ...files);
		await sendOff(page, words);
		await page.locator('[data-role=message][data-state=sent]', { hasText: words }).last()
			.locator('.picture img, .file-card').nth(files.length - 1).waitFor();
	}
}

before(async () => {
	await stage.open({ PALABRE_UPLOAD_ANY: 'on' });
	await village();
});
after(() => stage.close());

/** @type {string[]} what is wrong on the screens seen so far */
const wrong = [];

/**
 * @param {Page} page
 * @param {string} name
 */
async function look(page, name) {
	await shot(page, name);
	wrong.push(...await axe(page, name));
}

/**
 * @param {Page} page
 * @param {(name: string) => Promise<void>} at
 */
async function doors(page, at) {
	await page.goto('./');
	await page.waitForSelector('form[data-role=login]');
	await at('door');
	await page.click('[data-role=switch-auth]');
	await at('door-register');
	await page.click('[data-role=switch-auth]');
	await page.fill('[name=name]', theo);
	await page.fill('[name=password]', PASSWORD);
	await page.click('[type=submit]');
	await page.waitForSelector('[data-role=connection][data-state=live]', { state: 'attached' });
}

/**
 * @param {Page} page
 * @param {(name: string) => Promise<void>} at
 */
async function dialogs(page, at) {
	const shut = () => page.keyboard.press('Escape');
	await page.click('[data-role=new-room]');
	await page.waitForSelector('form[data-role=new-room-form]');
	await at('new-room');
	await shut();
	await page.click('[data-role=browse-rooms]');
	await page.waitForSelector('dialog .result');
	await at('browse');
	await shut();
	await page.click('[data-role=new-direct]');
	await page.waitForSelector('dialog .result');
	await at('new-direct');
	await shut();
	await page.keyboard.press('Control+k');
	await page.fill('.switcher input', 'n');
	await page.waitForSelector('.switcher .result');
	await at('switcher');
	await shut();
	await page.click('palabre-connection [data-role=network]');
	// Still measuring; network.test.js has what it says when it is done.
	await page.waitForSelector('.network-step[data-topic=answers][data-word]');
	await at('network-measuring');
	await shut();
	await page.click('.me-button');
	await page.locator('dialog.settings [data-role=profile]').waitFor();
	await at('settings');
	if (await page.locator('[data-role=admin]').count()) {
		await page.click('[data-role=admin]');
		await page.waitForSelector('.admin-card polyline', { state: 'attached' });
		for (const part of await page.$$('.admin summary')) {
			await part.click();
		}
		await page.waitForSelector('.admin .result');
		await at('admin');
		await shut();
	}
	await shut();
}

/**
 * @param {Page} page
 * @param {(name: string) => Promise<void>} at
 */
async function talk(page, at) {
	await page.evaluate((id) => {
		location.hash = `#/r/${id}`;
	}, rooms.tree);
	await said(page, 'nothing got lost').waitFor();
	await at('room');
	await page.focus('.timeline-scroll');
	await page.keyboard.press('ArrowUp');
	await at('room-message');
	await page.keyboard.press('Enter');
	await page.waitForSelector('.menu');
	await at('menu');
	await page.keyboard.press('Escape');
	await page.click('.composer-emoji');
	await page.waitForSelector('.emoji-picker');
	await at('emoji');
	await page.keyboard.press('Escape');
	await page.click('[data-role=members]');
	await page.waitForSelector('.panel .result');
	await at('members');
	await page.click('.panel-head .icon-button');
	await page.click('[data-role=search]');
	await page.fill('.panel [type=search]', 'network');
	await page.waitForSelector('.hit');
	await at('search');
	await page.click('.panel-head .icon-button');
}

/**
 * @param {Page} page
 * @param {(name: string) => Promise<void>} at
 */
async function pictures(page, at) {
	await page.evaluate((id) => {
		location.hash = `#/r/${id}`;
	}, rooms.walls);
	await loaded(said(page, 'It moves').locator('img'));
	await at('pictures');
	await page.locator('a.picture').first().click();
	await loaded(page.locator('.lightbox img'));
	await at('lightbox');
	await page.keyboard.press('Escape');
	await choose(page, file('photo.jpg'), file('moving.gif'),
		{ name: 'a text.txt', mimeType: '', buffer: Buffer.from('words') });
	await at('tray');
	stage.outage = true;
	await page.context().setOffline(true);
	await sendOff(page, 'On their way');
	await said(page, 'On their way').locator('progress').nth(2).waitFor();
	await at('going');
	for (let n = 3; n > 0; n--) {
		await said(page, 'On their way').locator('[data-role=cancel]').first().click();
	}
	await page.context().setOffline(false);
	await page.waitForSelector('[data-role=connection][data-state=live]', { state: 'attached' });
	await page.evaluate(() => {
		const kept = JSON.parse(localStorage.palabre);
		localStorage.palabre = JSON.stringify({ ...kept, lowData: true });
	});
	await page.reload();
	await page.locator('.picture-tap').first().waitFor();
	stage.outage = false;
	await at('low-data');
	await page.evaluate(() => {
		const kept = JSON.parse(localStorage.palabre);
		localStorage.palabre = JSON.stringify({ ...kept, lowData: false });
	});
	await page.reload();
	await page.waitForSelector('[data-role=connection][data-state=live]', { state: 'attached' });
}

/**
 * What trouble looks like.
 * @param {Page} page
 * @param {(name: string) => Promise<void>} at
 */
async function trouble(page, at) {
	const context = page.context();
	const words = unique('This one waits ');
	const body = JSON.stringify({ error: { code: 'not_allowed', message: 'No.' } });
	await page.evaluate((id) => {
		location.hash = `#/r/${id}`;
	}, rooms.kitchen);
	await said(page, 'Soup is ready').waitFor();
	await context.route('**/messages', (route) => (route.request().method() === 'POST'
		? route.fulfill({ status: 422, contentType: 'application/json', body })
		: route.continue()));
	await send(page, 'This one is refused');
	await page.waitForSelector('[data-state=failed]');
	await at('failed');
	await page.click('[data-role=discard]');
	await context.unroute('**/messages');
	stage.outage = true;
	await context.setOffline(true);
	await send(page, words);
	await page.waitForSelector('[data-shown=offline]', { state: 'attached', timeout: 20000 });
	await at('offline');
	await context.setOffline(false);
	await said(page, words).and(page.locator('[data-state=sent]'))
		.waitFor({ timeout: 15000 });
	stage.outage = false;
}

/* Each size and each theme; make check sees all pairs. */
const SOME = ['360 light', '768 light', '1440 dark'];

for (const [size, width, height] of SIZES) {
	for (const theme of /** @type {("light"|"dark")[]} */ (['light', 'dark'])) {
		if (!process.env.LOOK && !SOME.includes(`${size} ${theme}`)) {
			continue;
		}
		test(`every screen at ${size} px, ${theme}`, async () => {
			const page = await stage.person({
				viewport: { width, height }, colorScheme: theme, hasTouch: size === '360',
				reducedMotion: 'reduce',
			});
			const at = (/** @type {string} */ name) => look(page, `${name}-${size}-${theme}`);
			await doors(page, at);
			if (size === '360') {
				await at('list');
			}
			await dialogs(page, at);
			await talk(page, at);
			await pictures(page, at);
			await trouble(page, at);
			stage.check();
			assert.deepEqual(wrong.splice(0), []);
			await stage.clear();
		});
	}
}
