/** idle.test.js - when a browser says that nobody is at it. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Idle } from '../../htdocs/js/model/idle.js';

const MINUTE = 60000;

/** Pages of one browser, and the server's idea of who sits before them. */
function browser() {
	/** @type {Map<string, string>} */
	const kept = new Map();
	const it = {
		clock: 1000 * MINUTE, presence: 'online', told: /** @type {boolean[]} */ ([]),
		refuses: false,
	};
	const page = () => new Idle({
		now: () => it.clock,
		shelf: {
			getItem: (key) => kept.get(key) ?? null,
			setItem: (key, value) => void kept.set(key, value),
		},
		presence: () => it.presence,
		tell: async (away) => {
			it.told.push(away);
			if (it.refuses) {
				throw new Error('down');
			}
			it.presence = away ? 'away' : 'online';
		},
	});
	return { it, page };
}

const settled = () => new Promise((done) => {
	setImmediate(done);
});

test('after five minutes without a key or a touch it says away, once', async () => {
	const { it, page } = browser();
	const one = page();
	for (let minute = 0; minute < 12; minute++) {
		one.look();
		await settled();
		it.clock += MINUTE;
	}
	assert.deepEqual(it.told, [true]);
});

test('somebody at one page of the browser keeps it here for all', async () => {
	const { it, page } = browser();
	const [one, two] = [page(), page()];
	for (let minute = 0; minute < 12; minute++) {
		two.active();
		one.look();
		await settled();
		it.clock += MINUTE;
	}
	assert.deepEqual(it.told, []);
});

test('the first touch takes it back, also what another device said', async () => {
	const { it, page } = browser();
	const one = page();
	it.presence = 'away';
	one.active();
	one.active();
	await settled();
	assert.deepEqual(it.told, [false]);
	assert.equal(it.presence, 'online');
});

test('what could not be told is told at the next look', async () => {
	const { it, page } = browser();
	const one = page();
	it.clock += 6 * MINUTE;
	it.refuses = true;
	one.look();
	await settled();
	it.refuses = false;
	one.look();
	await settled();
	assert.deepEqual(it.told, [true, true]);
	assert.equal(it.presence, 'away');
});
