/** backoff.test.js - waits stay within their bounds. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { backoff, Outage } from '../../htdocs/js/net/backoff.js';

const longest = { random: () => 0.999999 };

test('waits grow from a quarter of a second to four in the first minute', () => {
	const waits = [0, 1, 2, 3, 4, 50].map((n) => backoff(n, 1000, longest));
	assert.deepEqual(waits, [500, 1000, 2000, 4000, 4000, 4000]);
});

test('after a minute they reach thirty seconds, and never more', () => {
	assert.equal(backoff(20, 61000, longest), 30000);
	assert.equal(backoff(2000, 1e9, longest), 30000);
});

test('while messages wait, they stay short enough to send them in time', () => {
	assert.ok(backoff(20, 61000, { ...longest, waiting: true }) + 4000 < 15000);
});

test('jitter is full: many waits fill the range', () => {
	const waits = Array.from({ length: 500 }, () => backoff(9, 0));
	assert.ok(Math.min(...waits) < 400 && Math.max(...waits) > 3600);
	assert.ok(waits.every((w) => w > 0 && w <= 4000));
});

test('an outage remembers its beginning and is over when told', () => {
	let now = 1000;
	const outage = new Outage({ now: () => now, random: () => 0.999999 });
	assert.equal(outage.next(), 500);
	now += 70000;
	for (let i = 0; i < 10; i++) {
		outage.next();
	}
	assert.equal(outage.next(), 30000);
	assert.equal(outage.length, 70000);
	outage.over();
	assert.equal(outage.length, 0);
	assert.equal(outage.next(), 500);
});
