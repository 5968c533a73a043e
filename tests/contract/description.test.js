/* description.test.js - openapi.json is sound, and names the routes that there are. */

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve as resolvePath } from 'node:path';
import { test } from 'node:test';
import { createConfig, lint } from '@redocly/openapi-core';

import { root } from '../harness/instance.js';
import { description, file, operations, pointer, resolve, wrong } from './contract.js';

/* The hub's own: the worker's table has none of it. */
const OF_THE_HUB = ['GET stream/events user'];

function printed() {
	const program = resolvePath(root, process.env.PALABRE_BUILD ?? 'build', 'palabre.fcgi');
	return execFileSync(program, ['--routes'], { encoding: 'utf8' }).trim().split('\n');
}

test('the linter has nothing to say', async () => {
	const config = await createConfig({
		extends: ['recommended-strict'],
		rules: {
			// rooms/public and rooms/{id}: what is written out wins, as OpenAPI has it.
			'no-ambiguous-paths': 'off',
			'operation-operationId': 'error',
			'operation-operationId-unique': 'error',
			'operation-singular-tag': 'error',
			'operation-tag-defined': 'error',
			'no-invalid-media-type-examples': 'error',
			'no-invalid-schema-examples': 'error',
			'no-path-trailing-slash': 'error',
			'path-parameters-defined': 'error',
			'security-defined': 'error',
			'tag-description': 'error',
		},
	});
	const problems = await lint({ ref: file, config });
	assert.deepEqual(problems.map((p) =>
		`${p.ruleId}: ${p.message} at ${p.location[0].pointer}`), []);
});

test('its endpoints are those of the route table: verb, path and who may call', () => {
	const described = operations.map((o) => `${o.method} ${o.path.slice(1)} ${o.auth}`);
	assert.deepEqual(described.sort(), [...printed(), ...OF_THE_HUB].sort());
});

test('each path parameter is declared, each operation has a summary and a success', () => {
	for (const { method, path, operation } of operations) {
		const what = `${method} ${path}`;
		const wanted = [...path.matchAll(/\{(\w+)\}/g)].map((m) => m[1]);
		const given = (operation.parameters ?? []).map((p) => resolve(p)[0])
			.filter((p) => p.in === 'path').map((p) => p.name);
		assert.deepEqual(given, wanted, what);
		assert.match(operation.summary, /^[A-Z].*[^.]$/, what);
		assert.ok(Object.keys(operation.responses).some((s) => /^2/.test(s)), what);
	}
});

test('each example is an example of its schema', () => {
	let seen = 0;
	const look = (node, steps) => {
		if (node === null || typeof node !== 'object') {
			return;
		}
		if ('schema' in node && 'example' in node) {
			seen++;
			assert.equal(wrong(pointer(...steps, 'schema'), node.example), '', steps.join(' '));
		}
		if (Array.isArray(node.examples) && node.type) {
			for (const example of node.examples) {
				seen++;
				assert.equal(wrong(pointer(...steps), example), '', steps.join(' '));
			}
		}
		for (const [key, value] of Object.entries(node)) {
			look(value, [...steps, key]);
		}
	};
	look(description, []);
	assert.ok(seen > 100, `${seen} examples`);
});

test('a request is closed, a reply open', () => {
	for (const { method, operation, path } of operations) {
		const [body] = resolve(operation.requestBody);
		const json = body?.content['application/json'];
		assert.equal(json?.schema.additionalProperties,
			method === 'POST' && path !== '/api/v1/uploads' ? false : undefined, path);
	}
	for (const [name, schema] of Object.entries(description.components.schemas)) {
		assert.ok(!('additionalProperties' in schema), name);
	}
});

test('it knows every error code of PROTOCOL.md, under the same status', () => {
	const codes = description.components.schemas.Error['x-codes'];
	const text = readFileSync(join(root, 'PROTOCOL.md'), 'utf8');
	const rows = [...text.matchAll(/^\| (\d{3}) \|.*\|([^|]*)\|$/gm)];
	assert.ok(rows.length >= 10, `${rows.length} rows of errors in PROTOCOL.md`);
	for (const [, status, cell] of rows) {
		for (const [, code] of cell.matchAll(/`([a-z_]+)`/g)) {
			assert.equal(codes[code]?.status, Number(status), `${code} of PROTOCOL.md`);
		}
	}
});

test('it knows every field of the objects in PROTOCOL.md', () => {
	const text = readFileSync(join(root, 'PROTOCOL.md'), 'utf8');
	const section = /^## 2\.[\s\S]*?^- /m.exec(text)[0];
	for (const [, name, rest] of section.matchAll(/^ {4}(\w+) *(\{[\s\S]*?)(?=^ {4}\w|^- )/gm)) {
		const { properties } = description.components.schemas[name[0].toUpperCase() + name.slice(1)];
		const outer = rest.replace(/"reactions":\[.*\]/, '"reactions":[]');
		for (const [, field] of outer.matchAll(/"(\w+)":/g)) {
			assert.ok(field in properties, `${name}.${field}`);
		}
	}
});
