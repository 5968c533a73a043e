/**
 * pictures.js - a photo sent through a bad network: it arrives, once.
 */

import { join } from 'node:path';
import { root } from '../../harness/instance.js';
import { browser, pair, pause, signedIn } from './bench.js';
import { call } from './person.js';
import { Proxy } from './proxy.js';

const PHOTO = join(root, 'tests/api/pictures/photo.jpg');
const COUNT = 5;

/** @typedef {import('./proxy.js').Behaviour} Behaviour */

/** @type {[string, Behaviour, (proxy: Proxy) => Promise<void>, number][]} */
const WAYS = [
	['10 % dropped, 300 ms', { drop: 0.1, latency: 300 }, async (proxy) => {
		proxy.dropping = true;
	}, 45000],
	['half dropped', { drop: 0.5, latency: 50 }, async (proxy) => {
		proxy.dropping = true;
	}, 90000],
	['20 s blackout', {}, async (proxy) => {
		proxy.dark = true;
		await pause(20000);
		proxy.dark = false;
		proxy.cut();
	}, 35000],
];

/**
 * @param {{url: string, port: number}} instance
 * @param {import('playwright-core').Browser} chrome
 * @param {(typeof WAYS)[0]} way
 */
async function one(instance, chrome, [name, behaviour, script, limit]) {
	const proxy = await new Proxy(instance.port, behaviour).start();
	const { talker, reader, room } = await pair(instance.url);
	const context = await signedIn(chrome, proxy.url, talker.cookie);
	try {
		const page = await context.newPage();
		await page.goto(`${proxy.url}#/r/${room}`);
		await page.waitForSelector('[data-role=connection][data-state=live]', { state: 'attached' });
		const since = Date.now();
		const trouble = script(proxy);
		for (let n = 1; n <= COUNT; n++) {
			await page.setInputFiles('[data-role=composer] input[type=file]', PHOTO);
			await page.waitForSelector('.tray-item:not(.busy)');
			await page.fill('[data-role=composer] textarea', `photo ${n}`);
			await page.press('[data-role=composer] textarea', 'Enter');
			await page.waitForSelector('.tray-item', { state: 'detached' });
		}
		await trouble;
		/** @type {any[]} */
		let messages = [];
		while (messages.length < COUNT && Date.now() - since < limit + 15000) {
			await pause(100);
			({ messages } = await call(instance.url, `rooms/${room}/messages`, undefined, reader.cookie));
		}
		const ms = Date.now() - since;
		// What comes twice comes a little later.
		await pause(3000);
		({ messages } = await call(instance.url, `rooms/${room}/messages`, undefined, reader.cookie));
		const told = messages.map((m) => `${m.body} ${m.attachments.length}`).sort();
		const wanted = Array.from({ length: COUNT }, (_, i) => `photo ${i + 1} 1`);
		const exact = JSON.stringify(told) === JSON.stringify(wanted);
		return [
			{ what: `pictures, ${name}: all have come`, ms: messages.length < COUNT ? Infinity : ms, limit },
			{ what: `pictures, ${name}: each not once`, ms: exact ? 0 : told.length, limit: 0 },
		];
	} finally {
		await context.close();
		await proxy.stop();
	}
}

/** @param {{url: string, port: number}} instance */
export async function pictures(instance) {
	const chrome = await browser();
	try {
		const all = await Promise.all(WAYS.map((way) => one(instance, chrome, way)));
		return all.flat();
	} finally {
		await chrome.close();
	}
}
