/** networkreport.test.js - what was found of a network is said in plain words, with advice. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { beforeEach, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { LANGUAGES, setLang } from '../../htdocs/js/lib/i18n.js';
import en from '../../htdocs/js/lang/en.js';
import { advice, symptoms } from '../../htdocs/js/net/advice.js';
import { Memory } from '../../htdocs/js/net/memory.js';
import { found, report, standing } from '../../htdocs/js/view/networkreport.js';

/** @typedef {import('../../htdocs/js/net/survey.js').Finding} Finding */

const SERVERS = ['lighttpd', 'nginx', 'Apache', 'HAProxy', 'squid'];

/** @returns {import('../../htdocs/js/net/memory.js').Shelf} */
function shelf() {
	/** @type {Map<string, string>} */
	const values = new Map();
	return { getItem: (k) => values.get(k) ?? null, setItem: (k, v) => void values.set(k, v) };
}

/** @type {(topic: any, word: string, grade?: any, values?: any) => Finding} */
const finding = (topic, word, grade = 'fair', values = { s: 30, ms: 12 }) =>
	({ topic, word, grade, values });

const from = { now: new Date('2026-11-26T07:00:00Z'), agent: 'Browser/1' };

/**
 * @param {Finding[]} findings
 * @param {string[]} [between]
 */
function written(findings, between = []) {
	const connection = { transport: 'long-poll', why: 'silent', options: {} };
	const session = /** @type {any} */ ({ base: 'https://chat.example.org/', connection });
	return report(session, { findings, facts: { version: '1.2.3', http: 'h2', between } }, from);
}

beforeEach(() => setLang('en'));

test('every finding that the survey makes has its words, and no other has', () => {
	const source = readFileSync(
		fileURLToPath(new URL('../../htdocs/js/net/survey.js', import.meta.url)), 'utf8');
	const made = [...source.matchAll(/\['([a-z]+)', '(?:good|fair|bad)'/g)].map((m) => m[1]);
	// Those of SseStream.probed() and what padding makes of it.
	const words = new Set([...made, 'buffered', 'held']);
	const told = Object.keys(en).filter((key) => key.startsWith('network.found.'))
		.map((key) => key.split('.')[3]);
	assert.deepEqual([...new Set(told)].sort(), [...words].sort());
});

test('a report says what is in use and why, what was found, and by whom it was passed on', () => {
	const text = written([finding('answers', 'ours', 'good'), finding('stream', 'silent')],
		['Server: nginx/1.22.1', 'Via: 1.1 proxy']);
	for (const part of ['Palabre 1.2.3', 'https://chat.example.org/', '2026-11-26 07:00 UTC',
		'Browser/1', en['network.use.long-poll'], en['network.why.silent'], 'HTTP/2',
		'Server: nginx/1.22.1; Via: 1.1 proxy', '[Good] Who answers: The server itself']) {
		assert.ok(text.includes(String(part)), String(part));
	}
});

test('advice is for what was found, and for every server', () => {
	const text = written([finding('stream', 'buffered'), finding('idle', 'lasts', 'good')]);
	SERVERS.forEach((server) => assert.match(text, new RegExp(`^${server}:$`, 'm')));
	assert.match(text, /^ {4}\tproxy_buffering off;$/m);
	assert.match(text, /^ {4}server\.stream-response-body = 2$/m);
	assert.doesNotMatch(text, /proxy_read_timeout/);
	const cut = written([finding('stream', 'flows', 'good'), finding('idle', 'cut')]);
	assert.match(cut, /proxy_read_timeout 120s;/);
	assert.match(cut, /timeout server 120s/);
	assert.doesNotMatch(cut, /proxy_buffering/);
});

test('a network with nothing wrong gets no advice', () => {
	const good = [finding('answers', 'ours', 'good'), finding('verbs', 'two', 'good'),
		finding('stream', 'flows', 'good'), finding('idle', 'lasts', 'good')];
	assert.deepEqual(symptoms(good), []);
	assert.doesNotMatch(written(good), /nginx|What may help/);
});

test('who names itself on the way comes first', () => {
	assert.deepEqual(advice('idle').map((x) => x.server), SERVERS);
	assert.equal(advice('idle', ['Via: 1.1 gate (squid/5.7)'])[0].server, 'squid');
	assert.equal(advice('stream', ['Server: Apache/2.4'])[0].server, 'Apache');
});

test('every symptom has advice for each server, in lines a program can take', () => {
	for (const symptom of /** @type {const} */ (['stream', 'refused', 'idle', 'post'])) {
		const all = advice(symptom);
		assert.deepEqual(all.map((x) => x.server), SERVERS, symptom);
		all.forEach(({ lines }) => assert.match(lines, /\S/));
	}
});

test('what was learned of this network is told', () => {
	const memory = new Memory(shelf());
	memory.keep('here', { streams: false, why: 'cut', pad: 2048, hold: 24, quiet: 12 });
	const words = standing({ transport: 'long-poll', why: 'cut', options: { memory } }).join(' ');
	assert.match(words, /held for 24.s at most/);
	assert.match(words, /more than 12.s/);
	assert.match(words, /padding/);
	assert.equal(standing({ transport: 'sse', why: '', options: {} }).length, 1);
});

test('both languages say it', async () => {
	for (const name of Object.keys(LANGUAGES)) {
		await setLang(/** @type {any} */ (name));
		const words = found(finding('idle', 'cut'));
		assert.match(words, /30/);
		assert.doesNotMatch(words, /network\.|\{/);
	}
});
