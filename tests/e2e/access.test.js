/** access.test.js - hands that tremble, eyes that need it large, ears instead of eyes. */

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import {
	api, arrive, createRoom, openRoom, PHONE, said, send, shot, SIZES, Stage, toList, unique,
} from './support/browser.js';

/** @import {Page} from 'playwright-core' */

const stage = new Stage();
before(() => stage.open());
after(() => stage.close());
afterEach(() => stage.clear());

/**
 * Draw a finger over the page.
 * @param {Page} page
 * @param {[number, number]} from
 * @param {[number, number]} to
 */
async function swipe(page, from, to) {
	const touch = await page.context().newCDPSession(page);
	const at = (/** @type {[number, number]} */ [x, y]) => [{ x, y }];
	await touch.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: at(from) });
	for (let i = 1; i <= 5; i++) {
		await touch.send('Input.dispatchTouchEvent', { type: 'touchMove', touchPoints: at(
			[from[0] + (to[0] - from[0]) * i / 5, from[1] + (to[1] - from[1]) * i / 5]) });
	}
	await touch.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
	await touch.detach();
}

test('phone: a swipe to the right goes back to the list, one down does not', async () => {
	const { page } = await arrive(stage, 'awa', 'Awa', PHONE);
	await createRoom(page, unique('swipe '));
	await swipe(page, [20, 300], [60, 420]);
	await page.waitForTimeout(300);
	assert.equal(await page.locator('.side').isVisible(), false);
	await swipe(page, [20, 300], [220, 310]);
	await page.locator('.side').waitFor();
	assert.doesNotMatch(page.url(), /#\/r/);
	stage.check();
});

/** The window of 1280 × 800 at 200 %, and what WCAG 1.4.10 asks for. */
for (const { name, width, height } of [{ name: 'at 200 %', width: 640, height: 400 },
	{ name: 'in 320 px', width: 320, height: 512 }]) {
	test(`${name} everything is there and can be reached`, async () => {
		const { page } = await arrive(stage, 'awa', 'Awa', {
			viewport: { width, height }, deviceScaleFactor: 2,
		});
		await createRoom(page, unique('large print for those who need it '));
		await send(page, 'A word, and `a_rather_long_piece_of_code_without_any_blank_in_it()`');
		await said(page, 'A word').and(page.locator('[data-state=sent]')).waitFor();
		const inside = async (/** @type {string} */ selector) => {
			const box = await page.locator(selector).first().boundingBox();
			assert.ok(box && box.x >= 0 && box.y >= 0 && box.x + box.width <= width
				&& box.y + box.height <= height, `${selector} at ${JSON.stringify(box)}`);
		};
		await inside('.room-back');
		await inside('[data-role=members]');
		await inside('[data-role=composer] textarea');
		await inside('[data-role=composer] .send');
		assert.ok(await said(page, 'A word').evaluate((x) =>
			x.getBoundingClientRect().bottom > 0), 'the message is in sight');
		await shot(page, `zoom-${width}-room`);
		await page.click('[data-role=members]');
		await page.waitForSelector('.panel .result');
		await inside('.panel-head .icon-button');
		await shot(page, `zoom-${width}-members`);
		await page.click('.panel-head .icon-button');
		await toList(page);
		await inside('.finder input');
		await inside('[data-role=room]');
		await page.click('.me-button');
		await page.locator('dialog.settings').waitFor();
		await page.locator('.settings summary').last().scrollIntoViewIfNeeded();
		await inside('dialog.settings .modal-head .icon-button');
		await shot(page, `zoom-${width}-settings`);
		assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
		stage.check();
	});
}

test('with reduced motion nothing moves by itself', async () => {
	const { page } = await arrive(stage, 'awa', 'Awa', { reducedMotion: 'reduce' });
	await createRoom(page, unique('still '));
	await send(page, 'be still');
	await said(page, 'be still').waitFor();
	const moving = await page.evaluate(() => [...document.querySelectorAll('*')].filter((x) => {
		const { animationName, animationDuration, transitionDuration } = getComputedStyle(x);
		const long = (/** @type {string} */ d) => Math.max(...d.split(',').map(parseFloat)) > 0.01;
		return (animationName !== 'none' && long(animationDuration)) || long(transitionDuration);
	}).map((x) => x.className));
	assert.deepEqual(moving, []);
	stage.check();
});

for (const [size, options] of SIZES) {
	test(`${size}: a screen reader hears of new messages now and then, not of each`, async () => {
		const { page } = await arrive(stage, 'awa', 'Awa', options);
		const jules = await arrive(stage, 'jules', 'Jules');
		const room = await createRoom(page, unique('loud '));
		await api(jules.page, `rooms/${room}/join`, {});
		await page.evaluate(() => {
			const all = /** @type {any} */ (window);
			all.spoken = [];
			const word = /** @type {Element} */ (document.querySelector('palabre-herald [aria-live]'));
			new MutationObserver(() => all.spoken.push(word.textContent))
				.observe(word, { childList: true });
		});
		for (let i = 0; i < 12; i++) {
			await api(jules.page, `rooms/${room}/messages`, { client_id: unique('say-'), body: `no ${i}` });
		}
		await said(page, 'no 11').waitFor();
		await page.waitForFunction(() => /** @type {any} */ (window).spoken.join().includes('new'));
		const spoken = await page.evaluate(() => /** @type {any} */ (window).spoken);
		assert.ok(spoken.length <= 3, spoken.join(', '));
		const loud = await page.$$eval('[data-role=message]', (all) =>
			all.filter((x) => x.closest('[aria-live=polite], [aria-live=assertive]')).length);
		assert.equal(loud, 0, 'the timeline itself is quiet');
		stage.check();
	});

	test(`${size}: the focus is seen, goes in reading order, and comes back`, async () => {
		const { page } = await arrive(stage, 'awa', 'Awa', options);
		const room = await createRoom(page, unique('order '));
		await send(page, 'first');
		await said(page, 'first').waitFor();
		if (size === 'phone') {
			await toList(page);
			await openRoom(page, room);
		}
		// From the top of the page on.
		await page.evaluate(() => {
			document.body.tabIndex = -1;
			document.body.focus();
			document.body.removeAttribute('tabindex');
		});
		const stops = [];
		for (let i = 0; i < 24; i++) {
			await page.keyboard.press('Tab');
			const stop = await page.evaluate(() => {
				const x = /** @type {HTMLElement} */ (document.activeElement);
				const { outlineStyle, boxShadow } = getComputedStyle(x);
				const around = getComputedStyle(x.closest('.composer-box, .finder') || x);
				const part = ['skip', 'side', 'room-head', 'timeline', 'composer']
					.findIndex((name) => x.closest(`.${name}`));
				return {
					part, name: x.className || x.tagName,
					seen: outlineStyle !== 'none' || boxShadow !== 'none' || around.boxShadow !== 'none',
				};
			});
			if (stop.part < 0) {
				break;
			}
			stops.push(stop);
		}
		assert.ok(stops.length >= 8, JSON.stringify(stops));
		assert.deepEqual(stops.filter((s) => !s.seen), []);
		const parts = stops.map((s) => s.part);
		const turns = parts.filter((p, i) => i && p < parts[i - 1]);
		assert.ok(turns.length <= 1, `from part to part: ${parts.join(' ')}`);
		await page.focus('[data-role=members]');
		await page.keyboard.press('Enter');
		await page.waitForSelector('.panel .result');
		await page.keyboard.press('Escape');
		assert.equal(await page.evaluate(() => document.activeElement?.getAttribute('data-role')),
			'members');
		stage.check();
	});
}
