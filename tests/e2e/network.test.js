/** network.test.js - the page about the network: what it measures, says, and hands on. */

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { Proxy } from '../net/support/proxy.js';
import { axe } from './support/axe.js';
import { register, shot, Stage, unique } from './support/browser.js';

/** @import {Page} from 'playwright-core' */

const stage = new Stage();
before(() => stage.open());
after(() => stage.close());
afterEach(() => stage.clear());

/** @type {[string, number, number][]} */
const SIZES = [['360', 360, 740], ['768', 768, 1024], ['1440', 1440, 900]];

/**
 * @param {Page} page
 * @param {string} topic
 * @param {number} [ceiling] ms
 * @returns {Promise<string|null>} the word for what was found
 */
async function word(page, topic, ceiling = 30000) {
	const step = page.locator(`.network-step[data-topic=${topic}][data-word]`);
	await step.waitFor({ timeout: ceiling });
	return step.getAttribute('data-word');
}

/**
 * A stream flows. On a busy machine its probe may come as late as where it is held: then
 * it is measured again.
 * @param {Page} page
 * @param {() => Promise<void>} again
 */
async function flows(page, again) {
	for (let tries = 2; tries && await word(page, 'stream') !== 'flows'; tries--) {
		await again();
	}
	assert.equal(await word(page, 'stream'), 'flows');
}

/** @param {Page} page */
const report = (page) => page.locator('.network-text').inputValue();

test('what clients tell of their networks is shown to who looks after the place', async () => {
	const page = await stage.person();
	// The first account.
	await register(page, unique('admin'));
	await page.click('.me-button');
	await page.click('[data-role=admin]');
	await page.waitForSelector('.admin-networks :is(p, dl)');
	await page.evaluate(() => fetch('stream/poll?wait=0&why=buffered'));
	const row = page.locator('.admin-networks .bars', { hasText: 'Gathered in large pieces' });
	await row.waitFor({ timeout: 30000 });
	assert.match(await row.innerText(), /Gathered in large pieces\s+1/);
	stage.check();
});

test('a good network: a tap on the connection tells that all is well', async () => {
	const page = await stage.person();
	await register(page, unique('awa'));
	await page.click('palabre-connection [data-role=network]');
	assert.equal(await word(page, 'answers'), 'ours');
	assert.equal(await word(page, 'verbs'), 'all');
	// The button waits for the end of what takes longest: it is opened anew.
	await flows(page, async () => {
		await page.keyboard.press('Escape');
		await page.locator('dialog.network').waitFor({ state: 'detached' });
		await page.click('palabre-connection [data-role=network]');
	});
	await page.waitForSelector('.network-step[data-topic=idle] progress');
	assert.equal(await page.locator('.network-text').isVisible(), false);
	assert.equal(await word(page, 'idle', 150000), 'lasts');
	assert.match(await report(page), /Messages come over a live stream/);
	assert.match(await report(page), /HTTP\/1\.1/);
	assert.doesNotMatch(await report(page), /What may help/);
	stage.check();
});

test('a bad one: told in plain words, with advice to copy; at each size, in each theme', async () => {
	const proxy = await new Proxy(Number(new URL(stage.url).port),
		{ holdStream: true, idle: 6000, via: '1.1 gate (squid/5.7)' }).start();
	try {
		const page = await stage.person({
			baseURL: proxy.url, permissions: ['clipboard-read', 'clipboard-write'],
			reducedMotion: 'reduce',
		});
		await register(page, unique('jules'));
		await page.click('.me-button');
		await page.click('.settings [data-role=network]');
		assert.equal(await word(page, 'stream'), 'silent');
		assert.equal(await word(page, 'idle'), 'cut');
		await page.waitForSelector('palabre-network[data-state=done]');
		assert.match(await page.locator('.network-steps').innerText(), /cut after \d+.s/);
		const text = await report(page);
		assert.ok(text.indexOf('squid:') < text.indexOf('nginx:'), text);
		assert.match(text, /proxy_buffering off;/);
		await page.click('.network [data-role=copy]');
		assert.equal(await page.evaluate(() => navigator.clipboard.readText()), text);
		/** @type {string[]} */
		const wrong = [];
		for (const [size, width, height] of SIZES) {
			for (const colorScheme of /** @type {const} */ (['light', 'dark'])) {
				await page.setViewportSize({ width, height });
				await page.emulateMedia({ colorScheme });
				await page.locator('.network .modal-body').evaluate((x) => x.scrollTo(0, 0));
				await shot(page, `network-${size}-${colorScheme}`);
				wrong.push(...await axe(page, `network-${size}-${colorScheme}`));
				await page.locator('.network-text').scrollIntoViewIfNeeded();
				await shot(page, `network-report-${size}-${colorScheme}`);
			}
		}
		assert.deepEqual(wrong, []);
		// What is measured again is not what was measured before.
		proxy.behaviour.holdStream = false;
		// The button waits until all was measured.
		const again = () => page.click('.network [data-role=measure]');
		await again();
		await flows(page, again);
	} finally {
		await stage.clear();
		await proxy.stop();
	}
});

test('closed before it is done, it asks for no more', async () => {
	const page = await stage.person();
	await register(page, unique('nadia'));
	await page.click('palabre-connection [data-role=network]');
	await word(page, 'stream');
	await page.waitForSelector('.network-step[data-topic=idle] progress');
	const ended = page.waitForEvent('requestfailed', (request) => /stream\/poll/.test(request.url()));
	await page.keyboard.press('Escape');
	await ended;
	assert.equal(await page.locator('dialog.network').count(), 0);
});
