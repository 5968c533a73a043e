/* routes.test.js - the route table and PROTOCOL.md say the same. */

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'node:test';

import { root } from '../harness/instance.js';

/* Served by the hub; the worker's table has the poll for plain CGI. */
const HUB = ['GET stream/events'];

const bare = (path) => path.replace(/[?[].*$/, '').replace(/\{\w+\}/g, '{}');

/* "GET files/{id} · files/{id}/thumb   200 …": the verb, then paths up to the first gap. */
function documented(text) {
	const found = new Set();
	const section = /^## 3\.?[^\n]*\n([\s\S]*?)(?=^## )/m.exec(text);
	assert.ok(section, 'PROTOCOL.md has a section 3');
	for (const block of section[1].matchAll(/(?:^ {4}.*\n)+|^```\w*\n[\s\S]*?^```/gm)) {
		for (const line of block[0].split('\n')) {
			const m = /^\s*(GET|POST)\s+([a-z]\S*)((?:\s+·\s+[a-z]\S*)*)/.exec(line);
			if (m) {
				for (const path of [m[2], ...m[3].split('·').map((p) => p.trim()).filter(Boolean)]) {
					found.add(`${m[1]} api/v1/${bare(path)}`);
				}
			}
		}
	}
	for (const [, path] of text.matchAll(/`?GET (stream\/[a-z]+)/g)) {
		found.add(`GET ${path}`);
	}
	return found;
}

function printed() {
	const program = resolve(root, process.env.PALABRE_BUILD ?? 'build', 'palabre.fcgi');
	const lines = execFileSync(program, ['--routes'], { encoding: 'utf8' }).trim().split('\n');
	return new Set(lines.map((l) => {
		const [verb, path] = l.split(' ');
		return `${verb} ${bare(path)}`;
	}));
}

test('every endpoint of PROTOCOL.md is in the route table, and no other', () => {
	const wanted = documented(readFileSync(join(root, 'PROTOCOL.md'), 'utf8'));
	assert.ok(wanted.size > 30, `${wanted.size} endpoints were found in PROTOCOL.md`);
	const there = printed();
	for (const e of HUB) {
		assert.ok(wanted.has(e), `${e} is documented`);
		assert.ok(!there.has(e), `${e} is there now: take it off the list of what is to come`);
		wanted.delete(e);
	}
	assert.deepEqual([...there].sort(), [...wanted].sort());
});
