/** page.test.js - what a person does on the page, with mouse, keys and thumb. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, afterEach, before, test } from 'node:test';
import {
	api, createRoom, fetched, join, live, PHONE, register, said, search, send, Stage, texts,
	unique,
} from './support/browser.js';

/** @import {Page} from 'playwright-core' */

const stage = new Stage();
before(() => stage.open());
after(() => stage.close());
afterEach(() => stage.clear());

const PICTURE = new URL('../../htdocs/img/mark-192.png', import.meta.url);
const composer = '[data-role=composer] textarea';

/**
 * Fill a room by the API, with the page's own session.
 * @param {Page} page
 * @param {number} room
 * @param {string[]} bodies
 */
function fill(page, room, bodies) {
	return page.evaluate(async ([id, list]) => {
		for (const body of /** @type {string[]} */ (list)) {
			await fetch(`api/v1/rooms/${id}/messages`, {
				method: 'POST',
				headers: { 'Content-Type': 'application/json' },
				body: JSON.stringify({ client_id: `fill-${Math.random()}`, body }),
			});
		}
	}, /** @type {[number, string[]]} */ ([room, bodies]));
}

test('older messages load on scroll, and what is read does not move', async () => {
	const page = await stage.person();
	await register(page, unique('awa'));
	const room = await createRoom(page, unique('long '));
	await fill(page, room, Array.from({ length: 180 }, (_, i) =>
		`line ${i}${i % 9 ? '' : '\nwith more\nof them'}`));
	await page.reload();
	await said(page, 'line 179').waitFor();
	const scroller = page.locator('.timeline-scroll');
	const bottom = await scroller.evaluate((x) => x.scrollHeight - x.scrollTop - x.clientHeight);
	assert.ok(bottom < 2, `at the end, not ${bottom} px above it`);
	for (let i = 0; i < 60 && !(await page.$('.intro')); i++) {
		const moved = await scroller.evaluate(async (x) => {
			x.scrollTop = Math.max(0, x.scrollTop - 400);
			const frame = () => new Promise((done) => {
				requestAnimationFrame(() => requestAnimationFrame(done));
			});
			await frame();
			const edge = x.getBoundingClientRect().top;
			const seen = [...x.querySelectorAll('[data-role=message]')]
				.find((m) => m.getBoundingClientRect().top >= edge);
			const before = seen?.getBoundingClientRect().top || 0;
			await new Promise((done) => {
				setTimeout(done, 150);
			});
			await frame();
			return Math.abs((seen?.getBoundingClientRect().top || 0) - before);
		});
		assert.ok(moved < 3, `what was read moved by ${moved} px`);
	}
	const seen = (await texts(page)).map((x) => x.split('\n')[0]);
	assert.deepEqual(seen, Array.from({ length: 180 }, (_, i) => `line ${i}`));
	await page.click('.jump');
	await page.waitForFunction(() => {
		const x = /** @type {Element} */ (document.querySelector('.timeline-scroll'));
		return x.scrollHeight - x.scrollTop - x.clientHeight < 2;
	});
	stage.check();
});

test('a permalink opens a message in its place, and the way back to the latest', async () => {
	const page = await stage.person();
	await register(page, unique('awa'));
	const room = await createRoom(page, unique('far '));
	await fill(page, room, Array.from({ length: 160 }, (_, i) => `line ${i}.`));
	await page.reload();
	const seq = Number(await said(page, 'line 159.').getAttribute('data-seq')) - 140;
	await page.goto(`./#/r/${room}/${seq}`);
	await page.reload();
	await page.locator(`[data-seq="${seq}"]`).waitFor();
	assert.ok(await page.locator(`[data-seq="${seq}"]`).evaluate((x) => {
		const { top, bottom } = x.getBoundingClientRect();
		return top > 0 && bottom < innerHeight;
	}), 'in sight');
	await page.click('.jump');
	await said(page, 'line 159.').waitFor();
	stage.check();
});

test('edit with the Up arrow, react, reply, delete and undo', async () => {
	const [awa, jules] = [await stage.person(), await stage.person()];
	await register(awa, unique('awa'), 'Awa');
	await register(jules, unique('jules'), 'Jules');
	const room = await createRoom(awa, unique('acts '));
	await join(jules, room);
	await send(awa, 'The bus is red');
	await said(jules, 'The bus is red').waitFor();
	await said(awa, 'The bus').and(awa.locator('[data-state=sent]')).waitFor();
	// Sent may be told before it is in the log.
	await awa.locator('.room-last', { hasText: 'The bus is red' }).waitFor();
	await awa.press(composer, 'ArrowUp');
	assert.equal(await awa.inputValue(composer), 'The bus is red');
	await awa.fill(composer, 'The bus is blue');
	await awa.press(composer, 'Enter');
	await said(jules, 'The bus is blue').waitFor();
	await said(jules, '(edited)').waitFor();
	await said(jules, 'The bus').hover();
	await jules.click('.tools [aria-label=React]');
	await jules.click('.emoji-cell');
	await awa.locator('.reaction').waitFor();
	await awa.click('.reaction');
	await jules.locator('.reaction', { hasText: '2' }).waitFor();
	await said(jules, 'The bus').hover();
	await jules.click('.tools [aria-label=Reply]');
	await send(jules, 'I saw it');
	await said(awa, 'I saw it').locator('.quote', { hasText: 'The bus is blue' }).waitFor();
	await said(awa, 'The bus is').first().hover();
	await awa.click('.tools [aria-label=More]');
	await awa.click('.menu-item.danger');
	await awa.click('.toast-action');
	await said(awa, 'The bus is blue').first().waitFor();
	await said(awa, 'The bus is').first().hover();
	await awa.click('.tools [aria-label=More]');
	await awa.click('.menu-item.danger');
	await jules.locator('.text.gone').waitFor();
	stage.check();
});

test('names, words, topics and names of files are text, whatever they hold', async () => {
	const [page, other] = [await stage.person(), await stage.person()];
	const evil = '<img src=x onerror=alert(1)>"\'><script>alert(2)</script>';
	let alarms = 0;
	for (const p of [page, other]) {
		p.on('dialog', (dialog) => {
			alarms++;
			dialog.dismiss();
		});
	}
	await register(page, unique('eve'), evil.slice(0, 60));
	await register(other, unique('awa'), 'Awa');
	const room = await createRoom(page, '"><svg onload=alert(3)>');
	await join(other, room);
	const bodies = [evil, '[x](javascript:alert(4))', '`<b>`', '```\n<script>alert(5)</script>\n```',
		'https://a.example/"onmouseover="alert(6)', '**<i onclick=alert(7)>**', '&lt;b&gt;',
		'[<img src=x onerror=alert(8)>](https://a.example)', '\u202eevil\u2066'];
	await fill(page, room, bodies);
	const { attachment } = await (await page.request.post('api/v1/uploads', {
		params: { name: '"><img src=x onerror=alert(9)>.png' }, data: readFileSync(PICTURE),
		headers: { 'Content-Type': 'image/png', 'X-Palabre': '1' },
	})).json();
	await api(page, `rooms/${room}/messages`,
		{ client_id: unique('evil-'), body: 'look', attachments: [attachment.id] });
	bodies.push('look');
	await other.locator('[data-role=message] img').waitFor();
	assert.match(await other.locator('[data-role=message] img').getAttribute('alt') || '',
		/<img src=x onerror=alert/);
	await other.waitForFunction((n) =>
		document.querySelectorAll('[data-role=message]').length === n, bodies.length);
	const found = await other.evaluate(() => ({
		made: document.querySelectorAll('.timeline img[src=x], .timeline script, .timeline svg[onload], .timeline b, .timeline i').length,
		schemes: [...document.querySelectorAll('.text a')].map((a) =>
			/** @type {HTMLAnchorElement} */ (a).protocol),
		handlers: [...document.querySelectorAll('*')].filter((x) =>
			x.getAttributeNames().some((n) => n.startsWith('on'))).length,
	}));
	assert.deepEqual(found.made, 0);
	assert.deepEqual(found.handlers, 0);
	assert.ok(found.schemes.length && found.schemes.every((s) => s === 'https:'));
	assert.equal(alarms, 0);
	stage.check();
});

test('on a phone: one pane at a time, and back', async () => {
	const page = await stage.person(PHONE);
	await register(page, unique('nadia'));
	await page.locator('[data-role=new-room]').waitFor();
	const room = await createRoom(page, unique('phone '));
	assert.equal(await page.locator('.side').isVisible(), false);
	await send(page, 'from a thumb');
	await said(page, 'from a thumb').and(page.locator('[data-state=sent]')).waitFor();
	await page.tap('.room-back');
	await page.locator(`[data-role=room][data-room="${room}"]`).waitFor();
	assert.equal(await page.locator('.place').isVisible(), false);
	await page.tap(`[data-role=room][data-room="${room}"]`);
	await said(page, 'from a thumb').waitFor();
	const wide = await page.evaluate(() => document.documentElement.scrollWidth);
	assert.ok(wide <= 360, `${wide} px wide`);
	stage.check();
});

test('the browser\'s language, the switch, and what a draft survives', async () => {
	const page = await stage.person({ locale: 'fr-FR' });
	await page.goto('./');
	await page.getByText('Venez vous asseoir.').waitFor();
	await page.click('text=English');
	await page.getByText('Come, sit down.').waitFor();
	await register(page, unique('theo'));
	const room = await createRoom(page, unique('draft '));
	await page.fill(composer, 'half a thought');
	await createRoom(page, unique('other '));
	assert.equal(await page.inputValue(composer), '');
	await page.click(`[data-role=room][data-room="${room}"]`);
	await page.waitForFunction((selector) => /** @type {HTMLTextAreaElement|null} */ (
		document.querySelector(selector))?.value === 'half a thought', composer);
	await page.reload();
	await live(page);
	await page.waitForFunction((selector) => /** @type {HTMLTextAreaElement|null} */ (
		document.querySelector(selector))?.value === 'half a thought', composer);
	await page.click('.me-button');
	await page.locator('input[name=theme][value=dark]').check({ force: true });
	assert.equal(await page.getAttribute('html', 'data-theme'), 'dark');
	await page.locator('input[name=lang][value=fr]').click({ force: true });
	await page.getByPlaceholder(/Écrire dans/).waitFor();
	assert.equal(await page.getAttribute('html', 'lang'), 'fr');
	stage.check();
});

test('by keyboard alone: switcher, message, reply', async () => {
	const [awa, jules] = [await stage.person(), await stage.person()];
	await register(awa, unique('awa'), 'Awa');
	await register(jules, unique('jules'), 'Jules');
	const name = unique('keys ');
	await createRoom(awa, name);
	await jules.keyboard.press('Control+k');
	await jules.locator('.switcher input').waitFor();
	await jules.keyboard.type(name);
	await jules.locator('[role=option]', { hasText: name }).waitFor();
	const members = jules.waitForResponse(/\/members$/);
	await jules.keyboard.press('Enter');
	await jules.waitForSelector(composer);
	// Only who is known to be there is offered.
	await (await members).finished();
	await jules.keyboard.type('line one');
	await jules.keyboard.press('Shift+Enter');
	await jules.keyboard.type('line two @aw');
	await jules.locator('[role=option]', { hasText: 'Awa' }).waitFor();
	await jules.keyboard.press('Enter');
	await jules.keyboard.press('Enter');
	await awa.locator('[data-role=message].calls').waitFor();
	assert.match((await texts(awa))[0], /^line one\nline two @awa/);
	await awa.focus('.timeline-scroll');
	await awa.keyboard.press('ArrowUp');
	await awa.keyboard.press('r');
	await awa.keyboard.type('here');
	await awa.keyboard.press('Enter');
	await said(jules, 'here').locator('.quote').waitFor();
	stage.check();
});

test('names of emoji that come late are offered for nothing else, and are put in', async () => {
	const page = await stage.person();
	let free = () => {};
	const held = new Promise((resolve) => {
		free = () => resolve(null);
	});
	await page.route('**/emojidata.js', async (route) => {
		await held;
		await route.continue();
	});
	await register(page, unique('awa'), 'Awa');
	await createRoom(page, unique('late '));
	await page.focus(composer);
	await page.keyboard.type('so :smile: and on', { delay: 30 });
	free();
	await fetched(page, 'emojidata.js');
	await page.evaluate(() => new Promise((done) => {
		requestAnimationFrame(() => requestAnimationFrame(done));
	}));
	assert.equal(await page.locator('[role=option]').count(), 0);
	await page.keyboard.press('Enter');
	await said(page, 'so 😄 and on').waitFor();
	stage.check();
});

test('direct messages, typing and presence', async () => {
	const [awa, jules] = [await stage.person(), await stage.person()];
	const other = unique('jules');
	await register(awa, unique('awa'), 'Awa');
	await register(jules, other, 'Jules');
	await awa.click('[data-role=new-direct]');
	await search(awa, other);
	await awa.click(`dialog .result:has-text("@${other}")`);
	await awa.waitForSelector(composer);
	await send(awa, 'Just us');
	const entry = jules.locator('[data-role=room]', { hasText: 'Awa' });
	await entry.and(jules.locator('[data-unread="1"]')).waitFor();
	await entry.click();
	await said(jules, 'Just us').waitFor();
	await awa.locator('.presence.online').first().waitFor();
	await jules.focus(composer);
	await jules.keyboard.type('I am typ');
	await awa.locator('.typing', { hasText: 'Jules is typing' }).waitFor();
	stage.check();
});

test('who comes after somebody finds a browser with nothing in it', async () => {
	const before = await stage.person();
	await register(before, unique('awa'));
	const me = `${stage.url}api/v1/me`;
	const has = async (/** @type {string} */ url) => ({
		local: Object.keys(localStorage), session: Object.keys(sessionStorage),
		databases: (await indexedDB.databases()).length, signedIn: (await fetch(url)).ok,
	});
	await before.evaluate(() => sessionStorage.setItem('mine', 'yes'));
	const full = await before.evaluate(has, me);
	assert.ok(full.local.length && full.session.length && full.databases && full.signedIn);
	await stage.clear();
	const next = await stage.person();
	assert.ok(stage.worker || next === before, 'the same page');
	await next.goto('api/');
	stage.refused = /\/me$/;
	assert.deepEqual(await next.evaluate(has, me),
		{ local: [], session: [], databases: 0, signedIn: false });
	stage.check();
	stage.refused = null;
});
