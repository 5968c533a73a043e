/** pictures.js - files to send, and what a person does with them. */

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createRoom, join as enter, register, said, unique } from './browser.js';

/** @import {BrowserContextOptions, Locator, Page} from 'playwright-core' */
/** @import {Stage} from './browser.js' */

const FOLDER = fileURLToPath(new URL('../../api/pictures/', import.meta.url));

/** @typedef {{name: string, mimeType: string, buffer: Buffer}} Sent */

/** @param {string} name of tests/api/pictures @param {string} [as] @returns {Sent} */
export function file(name, as = name) {
	return { name: as, mimeType: '', buffer: readFileSync(FOLDER + name) };
}

/** @param {string} name */
export const path = (name) => FOLDER + name;

/**
 * @param {Page} page
 * @param {Sent[]} files
 */
export async function choose(page, ...files) {
	const there = await page.locator('.tray-item').count();
	await page.setInputFiles('[data-role=composer] input[type=file]', files);
	await page.waitForFunction((n) =>
		document.querySelectorAll('.tray-item:not(.busy)').length === n, there + files.length);
}

/**
 * Send what is in the composer; the words may be none.
 * @param {Page} page
 * @param {string} [words]
 */
export async function sendOff(page, words = '') {
	await page.fill('[data-role=composer] textarea', words);
	await page.press('[data-role=composer] textarea', 'Enter');
}

/**
 * What exiftool, which is not ours, finds in a file.
 * @param {Buffer} bytes
 * @param {string[]} [changes] to be made first
 * @returns {{tags: Record<string, unknown>, bytes: Buffer}}
 */
export function exif(bytes, changes = []) {
	const dir = mkdtempSync(join(tmpdir(), 'palabre-exif-'));
	try {
		const name = join(dir, 'picture');
		writeFileSync(name, bytes);
		if (changes.length) {
			execFileSync('exiftool', ['-q', '-overwrite_original', ...changes, name]);
		}
		const [tags] = JSON.parse(execFileSync('exiftool', ['-json', '-n', name]).toString());
		return { tags, bytes: readFileSync(name) };
	} finally {
		rmSync(dir, { recursive: true });
	}
}

/**
 * A picture made by the browser: left half of one colour, the right of another, with noise
 * over them so that it weighs something.
 * @param {Page} page
 * @param {{width: number, height: number, type: string, noise?: number}} how
 * @returns {Promise<Buffer>}
 */
export async function painted(page, how) {
	const text = await page.evaluate(async ({ width, height, type, noise }) => {
		const canvas = new OffscreenCanvas(width, height);
		const pen = /** @type {OffscreenCanvasRenderingContext2D} */ (canvas.getContext('2d'));
		pen.fillStyle = '#c03020';
		pen.fillRect(0, 0, width / 2, height);
		pen.fillStyle = '#2040b0';
		pen.fillRect(width / 2, 0, width / 2, height);
		if (noise) {
			const data = pen.getImageData(0, 0, width, height);
			for (let i = 0; i < data.data.length; i++) {
				data.data[i] = i % 4 === 3 ? 255 : data.data[i] + (Math.random() - 0.5) * noise;
			}
			pen.putImageData(data, 0, 0);
		}
		const blob = await canvas.convertToBlob({ type, quality: 0.9 });
		const bytes = new Uint8Array(await blob.arrayBuffer());
		let out = '';
		for (let i = 0; i < bytes.length; i += 8192) {
			out += String.fromCharCode(...bytes.subarray(i, i + 8192));
		}
		return btoa(out);
	}, how);
	return Buffer.from(text, 'base64');
}

/**
 * What is to be seen of a picture: its measures, and 8 by 8 mean colours.
 * @param {Page} page
 * @param {string} url
 */
export function seen(page, url) {
	return page.evaluate(async (src) => {
		const img = new Image();
		img.src = src;
		await img.decode();
		const canvas = new OffscreenCanvas(8, 8);
		const pen = /** @type {OffscreenCanvasRenderingContext2D} */ (canvas.getContext('2d'));
		pen.imageSmoothingQuality = 'high';
		pen.drawImage(img, 0, 0, 8, 8);
		const colours = [...pen.getImageData(0, 0, 8, 8).data];
		return { width: img.naturalWidth, height: img.naturalHeight, colours };
	}, url);
}

/**
 * @param {{colours: number[]}} one
 * @param {{colours: number[]}} other
 */
export function alike(one, other) {
	const apart = one.colours.reduce((sum, c, i) => sum + Math.abs(c - other.colours[i]), 0)
		/ one.colours.length;
	assert.ok(apart < 8, `they differ by ${apart} of 255`);
}

/** @param {Sent} sent @returns {string} */
export const asUrl = (sent) => `data:image/jpeg;base64,${sent.buffer.toString('base64')}`;

/** @param {Page} page @param {string} url @returns {Promise<Buffer>} */
export async function download(page, url) {
	// The server may close a connection that was idle in this very moment.
	const reply = await page.request.get(url, { maxRetries: 3 });
	assert.equal(reply.status(), 200);
	return reply.body();
}

/**
 * Slow down what the page sends; 0 is as fast as it gets.
 * @param {Page} page
 * @param {number} upload bytes a second
 */
export async function slowly(page, upload) {
	const cdp = await page.context().newCDPSession(page);
	await cdp.send('Network.emulateNetworkConditions', {
		offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: upload || -1,
	});
}

/** @param {Locator} img @returns {Promise<void>} when its picture is there */
export async function loaded(img) {
	await img.waitFor();
	await img.evaluate((x) => new Promise((done) => {
		const i = /** @type {HTMLImageElement} */ (x);
		const look = () => (i.complete && i.naturalWidth ? done(null) : setTimeout(look, 30));
		look();
	}));
}

/**
 * Two people in a room.
 * @param {Stage} stage
 * @param {BrowserContextOptions} [how]
 * @returns {Promise<[Page, Page, number]>}
 */
export async function pair(stage, how) {
	const [awa, jules] = [await stage.person(how), await stage.person(how)];
	// Scaling a photo takes a busy machine its time.
	[awa, jules].forEach((page) => page.context().setDefaultTimeout(60000));
	await register(awa, unique('awa'), 'Awa');
	await register(jules, unique('jules'), 'Jules');
	const room = await createRoom(awa, unique('pictures '));
	await enter(jules, room);
	return [awa, jules, room];
}

/** @param {Page} page @returns {Promise<string>} where the only picture comes from */
export async function sourceOf(page) {
	const img = page.locator('[data-role=message] .picture img');
	await loaded(img);
	return img.evaluate((x) => /** @type {HTMLImageElement} */ (x).src);
}

/** @param {Page} page @param {string} text @param {"sending"|"sent"|"failed"} state */
export const own = (page, text, state) =>
	said(page, text).and(page.locator(`[data-state=${state}]`));

/** @param {Page} page @returns {Promise<any[]>} the room's messages, as the server has them */
export function log(page) {
	return page.evaluate(async () => {
		const id = document.querySelector('[data-room-open]')?.getAttribute('data-room-open');
		return (await (await fetch(`api/v1/rooms/${id}/messages`)).json()).messages;
	});
}

/** Something that takes its time. @param {Page} page @param {string} name */
export async function heavy(page, name) {
	const buffer = await painted(page, { width: 900, height: 700, type: 'image/png', noise: 120 });
	assert.ok(buffer.length > 1 << 20);
	return { name, mimeType: 'image/png', buffer };
}
