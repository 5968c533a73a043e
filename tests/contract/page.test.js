/* page.test.js - the page about the API, in a browser: complete, accessible, in both themes. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { after, before, test } from 'node:test';

import { Stage, shot } from '../e2e/support/browser.js';
import { description, operations } from './contract.js';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const stage = new Stage();

before(() => stage.open());
after(() => stage.close());

/** Opens the entries of these ids, or all of them. */
const open = (page, ids) => page.evaluate((some) => document.querySelectorAll('details')
	.forEach((d) => { d.open = some ? some.includes(d.id) : true; }), ids);

test('every endpoint, object and code is there, and no link is dead', async () => {
	const page = await stage.person();
	await page.goto('api/');
	await page.locator('#codes table').waitFor();
	assert.equal(await page.locator('#list details').count(), operations.length);
	assert.equal(await page.locator('[data-base]').innerText(), stage.url);
	await open(page);
	const entries = await page.evaluate(() => Object.fromEntries(
		[...document.querySelectorAll('details')].map((d) => [d.id, d.innerText])));
	for (const { operation: { operationId, summary } } of operations) {
		assert.ok(entries[operationId].includes(summary), operationId);
		assert.ok(entries[operationId].includes('Refusals'), operationId);
	}
	for (const name of Object.keys(description.components.schemas)) {
		assert.ok(name in entries, name);
	}
	const codes = await page.locator('#codes code').allInnerTexts();
	assert.deepEqual(codes, Object.keys(description.components.schemas.Error['x-codes']));
	const text = await page.locator('main').innerText();
	assert.doesNotMatch(text, /undefined|\[object|NaN|`|\*\*/);
	const dead = await page.evaluate(() => [...document.querySelectorAll('a[href^="#"]')]
		.map((a) => a.getAttribute('href')).filter((href) => !document.querySelector(href)));
	assert.deepEqual(dead, []);
	stage.check();
});

for (const colorScheme of ['light', 'dark']) {
	test(`no violation of accessibility in the ${colorScheme}`, async () => {
		const page = await stage.person({ colorScheme, viewport: { width: 1280, height: 900 } });
		await page.goto('api/');
		await page.locator('#codes table').waitFor();
		await shot(page, `api-${colorScheme}`);
		await open(page, ['register', 'listMessages', 'Room']);
		await shot(page, `api-open-${colorScheme}`);
		await page.evaluate(AXE);
		const { violations } = await page.evaluate(() => globalThis.axe.run(document));
		assert.deepEqual(violations.map((v) => `${v.id}: ${v.nodes[0].html}`), []);
		stage.check();
	});
}

test('a phone shows it without scrolling aside; a link opens what it names', async () => {
	const page = await stage.person({ viewport: { width: 360, height: 740 } });
	await page.goto('api/#sendMessage');
	const entry = page.locator('#sendMessage');
	await entry.locator('table').first().waitFor();
	assert.ok(await entry.evaluate((d) => d.open));
	await open(page);
	const over = await page.evaluate(() =>
		document.documentElement.scrollWidth - document.documentElement.clientWidth);
	assert.ok(over <= 0, `${over} px too wide`);
	await shot(page, 'api-360');
	stage.check();
});
