/** firefox.test.js - the page in the other kind of browser that people have: Firefox ESR. */

import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import puppeteer from 'puppeteer-core';
import { startInstance } from '../harness/instance.js';

const SHOTS = process.env.SHOTS ?? fileURLToPath(new URL('../../var/shots', import.meta.url));
/** A stream that seemed to be held is tried again after a minute. */
const WAIT = { timeout: 90_000 };

let it;
let browser;
/** What the pages had to complain about. */
const problems = [];

before(async () => {
	it = await startInstance({ env: { PALABRE_SCRYPT: '14,8,1', PALABRE_LIMITS: 'off' } });
	browser = await puppeteer.launch({
		browser: 'firefox', executablePath: process.env.FIREFOX ?? '/usr/bin/firefox-esr',
		headless: true, timeout: 120_000, protocolTimeout: 120_000,
	});
});
after(async () => {
	await browser?.close();
	await it?.destroy();
});

/** Somebody with a browser of their own. */
async function person(size) {
	const context = await browser.createBrowserContext();
	const page = await context.newPage();
	await page.setViewport(size);
	page.on('pageerror', (error) => problems.push(String(error)));
	page.on('console', (message) => {
		if (message.type() === 'error') {
			problems.push(message.text());
		}
	});
	return page;
}

async function register(page, name, display) {
	await page.goto(it.url);
	await page.waitForSelector('[data-role=switch-auth]', WAIT);
	await page.click('[data-role=switch-auth]');
	await page.waitForSelector('form[data-role=register]');
	await page.type('[name=name]', name);
	await page.type('[name=display_name]', display);
	await page.type('[name=password]', 'sous-le-grand-arbre-9');
	await page.click('[type=submit]');
	await page.waitForSelector('[data-role=connection][data-state=live]', WAIT);
}

const texts = (page) => page.$$eval('[data-role=message] .text',
	(all) => all.map((x) => x.textContent));

const hears = (page, text) => page.waitForFunction((wanted) =>
	[...document.querySelectorAll('[data-role=message]')].some((m) =>
		m.textContent.includes(wanted)), WAIT, text);

async function say(page, text) {
	await page.type('[data-role=composer] textarea', text);
	await page.keyboard.press('Enter');
}

test('register, open a room, talk live, reload: in Firefox as in Chromium', async () => {
	const awa = await person({ width: 1280, height: 800 });
	const jules = await person({ width: 390, height: 780 });
	await register(awa, `awa.${Date.now()}`, 'Awa');
	await register(jules, `jules.${Date.now()}`, 'Jules');
	await awa.click('[data-role=new-room]');
	await awa.waitForSelector('form[data-role=new-room-form]', WAIT);
	await awa.type('[data-role=new-room-form] [name=name]', 'fox den');
	await awa.click('[data-role=new-room-form] [type=submit]');
	await awa.waitForSelector('[data-role=composer] textarea', WAIT);
	const hash = await awa.evaluate(() => location.hash);
	await jules.evaluate((to) => {
		location.hash = to;
	}, hash);
	await jules.waitForSelector('[data-role=join]', WAIT);
	await jules.click('[data-role=join]');
	await jules.waitForSelector('[data-role=composer] textarea', WAIT);
	await say(awa, 'Is *anybody* in the den?');
	await hears(jules, 'Is anybody in the den?');
	await say(jules, 'Two of us.');
	await hears(awa, 'Two of us.');
	mkdirSync(SHOTS, { recursive: true });
	await awa.screenshot({ path: `${SHOTS}/firefox-1280.png` });
	await jules.screenshot({ path: `${SHOTS}/firefox-390.png` });
	for (const page of [awa, jules]) {
		await page.reload();
		await hears(page, 'Two of us.');
		assert.deepEqual(await texts(page), ['Is anybody in the den?', 'Two of us.']);
		// A poll may be the first to bring it to life on a slow machine.
		await page.waitForSelector(
			'[data-role=connection][data-state=live][data-transport=sse]', WAIT);
	}
	assert.deepEqual(problems, []);
});
