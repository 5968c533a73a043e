/** memory.test.js - what is learned of a network, and for how long it is believed. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Memory } from '../../htdocs/js/net/memory.js';
import { Network } from '../../htdocs/js/net/network.js';
import { TIMING, Verdict } from '../../htdocs/js/net/verdict.js';

function shelf() {
	/** @type {Map<string, string>} */
	const values = new Map();
	return {
		getItem: (/** @type {string} */ key) => values.get(key) ?? null,
		setItem: (/** @type {string} */ key, /** @type {string} */ value) => {
			values.set(key, value);
		},
	};
}

const known = { streams: false, why: 'buffered', pad: 0, hold: 20, quiet: 0 };

test('a verdict is kept for its network, and for a day', () => {
	let now = 1e12;
	const memory = new Memory(shelf(), () => now);
	memory.keep('school', known);
	memory.keep('home', { ...known, streams: true, why: '' });
	assert.equal(memory.last, 'home');
	assert.equal(memory.recall('school')?.why, 'buffered');
	assert.equal(memory.recall('hotel'), null);
	now += 24 * 3600 * 1000;
	assert.equal(memory.recall('school'), null);
});

test('only so many networks are kept, and rubbish is nothing known', () => {
	let now = 1e12;
	const store = shelf();
	const memory = new Memory(store, () => now++);
	for (let i = 0; i < 30; i++) {
		memory.keep(`n${i}`, known);
	}
	assert.equal(memory.recall('n9'), null);
	assert.ok(memory.recall('n10'));
	store.setItem('palabre.networks', '{"last":7');
	assert.equal(memory.recall('n10'), null);
	assert.equal(new Memory(null).last, '');
});

test('the network of last time is believed until the server names another', () => {
	const memory = new Memory(shelf());
	memory.keep('school', known);
	const same = new Network(TIMING, memory);
	assert.equal(same.verdict.streams, false);
	same.arrived('school');
	assert.equal(same.verdict.streams, false);
	const other = new Network(TIMING, memory);
	other.arrived('home');
	assert.equal(other.verdict.streams, true);
});

test('polls cut at 30 s get shorter, and longer again once they survive', () => {
	const v = new Verdict({ ...TIMING, pollWait: 50 });
	assert.equal(v.wait, 50);
	v.pollCut(30);
	assert.equal(v.wait, 24);
	for (let i = 0; i < 8; i++) {
		v.pollHeld();
	}
	assert.equal(v.wait, 30);
	for (let i = 0; i < 24; i++) {
		v.pollHeld();
	}
	assert.equal(v.wait, 50);
	v.pollCut(1);
	assert.equal(v.wait, 50);
});

test('a stream cut after a silence beats within it', () => {
	const v = new Verdict(TIMING);
	assert.equal(v.beat(), undefined);
	assert.equal(v.beat(3), 3);
	v.streamCut(10, 60000);
	assert.equal(v.quiet, 8);
	assert.equal(v.beat(), 6);
	assert.equal(v.beat(3), 3);
});

test('streams cut soon after their hello, thrice in a row, are worse than polls', () => {
	const v = new Verdict(TIMING);
	v.streamCut(0, 5000);
	v.streamCut(0, 5000);
	assert.equal(v.streams, true);
	v.streamCut(0, 5000);
	assert.equal(v.why, 'cut');
	assert.equal(v.streams, false);
});

test('only what breaks on a network that is there counts as cut', () => {
	const network = new Network(TIMING);
	network.broke({ held: 20 });
	network.broke(null);
	network.proved();
	assert.equal(network.verdict.hold, 0);
	network.broke({ held: 20 });
	network.proved();
	assert.equal(network.verdict.hold, 16);
	assert.equal(network.cuts, 1);
});

test('a limit learned goes with the next request alone', () => {
	const network = new Network(TIMING);
	network.broke({ held: 20 });
	network.proved();
	assert.deepEqual(network.news, { learned: 'poll' });
	assert.deepEqual(network.news, {});
	network.broke({ silence: 12, life: 60000 });
	network.proved();
	assert.deepEqual(network.news, { learned: 'silence' });
	network.broke({ held: 1 });
	network.proved();
	assert.deepEqual(network.news, {});
});

test('a silence that survives is made longer, until any will do', () => {
	const v = new Verdict(TIMING);
	v.streamCut(10, 60000);
	assert.equal(v.quiet, 8);
	const survive = () => Array.from({ length: 8 }, () => v.streamHeld(v.quiet * 0.7));
	survive();
	assert.equal(v.quiet, 10);
	v.streamHeld(3);
	assert.equal(v.quiet, 10);
	for (let i = 0; i < 10; i++) {
		survive();
	}
	assert.equal(v.quiet, 0);
	assert.equal(v.beat(), undefined);
});
