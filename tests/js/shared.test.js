/** shared.test.js - many tabs, one stream; whoever leads may close, freeze or grow old. */

import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { Api } from '../../htdocs/js/net/api.js';
import { RELAY, SharedConnection } from '../../htdocs/js/net/shared.js';
import { Tabs } from './support/browser.js';
import { NodeEventSource } from './support/eventsource.js';
import { FAST, LogServer } from './support/log.js';
import { until } from './support/server.js';

/** @type {LogServer} */ let server;
/** @type {Tabs} */ let tabs;
/** @type {Page[]} */ let pages;

/** @typedef {{line: SharedConnection, tab: any, got: any[], out: boolean}} Page */

/** @returns {Page} */
function open(version = RELAY, tab = tabs.tab(), from = server.cursor) {
	const line = new SharedConnection(new Api(server.base, { timeout: 2000 }), {
		EventSource: /** @type {any} */ (NodeEventSource), client: `p${pages.length}`,
		timing: FAST, random: () => 0.2,
	}, tab, version);
	/** @type {Page} */
	const page = { line, tab, got: [], out: false };
	line.addEventListener('event', (e) => {
		page.got.push(/** @type {CustomEvent} */ (e).detail.seq);
	});
	line.addEventListener('signedout', () => {
		page.out = true;
	});
	line.start(from);
	pages.push(page);
	return page;
}

const seqs = (/** @type {Page} */ page) => [...new Set(page.got)].sort((a, b) => a - b);
const live = (/** @type {Page} */ page) => page.line.state === 'live';
const leaders = () => pages.filter((p) => p.line.leader);
const all = (/** @type {number} */ n) => Array.from({ length: n }, (_, i) => i + 1);

/** Everybody has everything. */
async function complete(among = pages) {
	const want = all(server.log.length);
	await until(() => among.every((p) => live(p) && seqs(p).length === want.length),
		'all have all', 8000);
	among.forEach((p) => assert.deepEqual(seqs(p), want));
}

beforeEach(async () => {
	pages = [];
	tabs = new Tabs();
	server = await new LogServer().start();
});

afterEach(async () => {
	pages.forEach((p) => {
		p.tab.frozen = false;
		p.line.stop();
	});
	await server.stop();
});

test('ten tabs: all live, all get everything, one stream in all', async () => {
	all(10).forEach(() => open());
	await until(() => pages.every(live), 'ten live');
	server.say();
	server.say();
	await complete();
	assert.equal(leaders().length, 1);
	assert.equal(server.most, 1);
	// At once, but on a machine so busy that the greeting seemed to be held back.
	await until(() => pages.every((p) => p.line.transport === 'sse'), 'all by the stream', 8000);
});

test('a tab that opens later has what was said in between', async () => {
	open();
	await until(() => live(pages[0]), 'live');
	const from = server.cursor;
	server.say();
	await complete();
	open(RELAY, tabs.tab(), from);
	await complete();
	assert.equal(server.most, 1);
});

test('that it is live is told when it becomes so, not again and again', async () => {
	all(3).forEach(() => open());
	let told = 0;
	pages.forEach((p) => p.line.addEventListener('live', () => told++));
	let states = 0;
	pages.forEach((p) => p.line.addEventListener('state', () => states++));
	await until(() => pages.every(live), 'live');
	const before = states;
	await until(() => states > before + 4, 'the followers hear from their leader');
	assert.equal(told, 3);
});

test('an event that comes while a follower asks for what it missed is no reason to skip that', async () => {
	open();
	await until(() => live(pages[0]), 'live');
	const from = server.cursor;
	server.say();
	await complete();
	/** @type {(() => void)[]} */ const held = [];
	server.hold = (answer) => held.push(answer);
	const late = open(RELAY, tabs.tab(), from);
	await until(() => held.length > 0, 'it asks');
	server.say();
	await until(() => late.got.includes(2), 'the next event is relayed');
	assert.equal(late.line.cursor, from, 'what is before it, is not there yet');
	server.hold = null;
	held.forEach((answer) => answer());
	await complete();
});

test('the leader is closed: the next one leads and nothing is lost', async () => {
	all(3).forEach(() => open());
	await until(() => pages.every(live) && leaders().length === 1, 'live');
	const [old] = leaders();
	tabs.close(old.tab);
	old.line.stop();
	pages = pages.filter((p) => p !== old);
	server.say();
	await until(() => leaders().length === 1, 'another leads', 3000);
	server.say();
	await complete();
});

test('the leader is frozen: it is taken over from, and steps down when it wakes', async () => {
	all(3).forEach(() => open());
	await until(() => pages.every(live) && leaders().length === 1, 'live');
	const [old] = leaders();
	old.tab.frozen = true;
	const others = pages.filter((p) => p !== old);
	server.say();
	await until(() => others.some((p) => p.line.leader), 'another leads', 5000);
	server.say();
	await complete(others);
	old.tab.frozen = false;
	await until(() => leaders().length === 1, 'one leads');
	server.say();
	await complete();
});

test('a newer page leads; an older one goes on alone', async () => {
	const old = open(RELAY);
	await until(() => live(old), 'live');
	const young = open(RELAY + 1);
	await until(() => live(young) && young.line.leader, 'the new one leads');
	server.say();
	await complete();
	assert.equal(server.streams, 2);
});

test('who hears that the session has ended tells all', async () => {
	all(3).forEach(() => open());
	await until(() => pages.every(live), 'live');
	leaders()[0].line.own?.dispatchEvent(new Event('signedout'));
	await until(() => pages.every((p) => p.out), 'all are out');
});

test('a stream of another user is not ours', async () => {
	server.user = 2;
	const page = open();
	page.line.stop();
	page.line.options = { ...page.line.options, user: 1 };
	page.line.start(server.cursor);
	await until(() => page.out, 'out');
});
