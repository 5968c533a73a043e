/* contract.js - holds what a server says to htdocs/api/openapi.json. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Ajv2020 from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';

import { root } from '../harness/instance.js';

export const file = join(root, 'htdocs/api/openapi.json');
export const description = JSON.parse(readFileSync(file, 'utf8'));

/** What a reply may be anywhere, without an entry of its own in each endpoint's list. */
const ANYWHERE = new Set([500, 503, 507]);

/* Both ignore what they need not check; `discriminator` and `example` are OpenAPI's. */
const ajv = new Ajv2020({ strict: false, allErrors: true });
addFormats(ajv);
ajv.addSchema(description, 'as-described');
ajv.addSchema(closed(description), 'closed');

/**
 * The same description with every object closed: clients take fields that they do not know,
 * but a server that sends one ought to have it described.
 */
function closed(node) {
	if (Array.isArray(node)) {
		return node.map(closed);
	}
	if (node === null || typeof node !== 'object') {
		return node;
	}
	const out = Object.fromEntries(Object.entries(node).map(([k, v]) => [k, closed(v)]));
	if (node.type === 'object' && node.properties) {
		out.additionalProperties ??= false;
	}
	return out;
}

const escape = (step) => encodeURIComponent(step.replace(/~/g, '~0').replace(/\//g, '~1'));

/** Where a thing is in the description: pointer('paths', '/stream/poll', 'get'). */
export const pointer = (...steps) => `#/${steps.map(escape).join('/')}`;

/** Follows a $ref of the description; what stands beside it counts too. @returns {[object, string]} the thing, its pointer */
export function resolve(thing, at) {
	if (!thing?.$ref) {
		return [thing, at];
	}
	const { $ref, ...beside } = thing;
	const found = $ref.slice(2).split('/').reduce((o, step) => o[step], description);
	return [{ ...found, ...beside }, $ref];
}

/** All endpoints: {method, path, operation, at, auth}. */
export const operations = Object.entries(description.paths).flatMap(([path, item]) =>
	Object.entries(item).map(([method, operation]) => ({
		method: method.toUpperCase(),
		path,
		operation,
		at: pointer('paths', path, method),
		auth: authOf(method, operation.security ?? description.security),
	})));

/** The word of the printed route table: site, none, maybe or user. */
function authOf(method, security) {
	if (security.length === 0) {
		return method === 'post' ? 'site' : 'none';
	}
	return security.some((s) => Object.keys(s).length === 0) ? 'maybe' : 'user';
}

const rules = operations.map((o) => ({
	...o,
	fixed: o.path.split('/').filter((step) => !step.startsWith('{')).length,
	shape: new RegExp(`^${o.path.replace(/\{\w+\}/g, '[^/]+')}$`),
}));

/** The endpoint that a request goes to: rooms/public before rooms/{id}. */
export function operationOf(method, path) {
	return rules.filter((o) => o.method === method && o.shape.test(path))
		.sort((a, b) => b.fixed - a.fixed)[0];
}

/** What is wrong with a value of the schema at a pointer, in one line; '' if nothing is. */
export function wrong(at, value, { strict = true } = {}) {
	const check = ajv.getSchema(`${strict ? 'closed' : 'as-described'}${at}`)
		?? assert.fail(`there is no schema at ${at}`);
	if (check(value)) {
		return '';
	}
	return check.errors.map((e) => `${e.instancePath || '/'} ${e.message} ${
		Object.values(e.params).map((p) => JSON.stringify(p)).join(' ')}`).join('; ');
}

/** Asserts that a value has the shape of a schema of the components, and no more fields. */
export function checkShape(name, value) {
	const fault = wrong(pointer('components', 'schemas', name), value);
	assert.equal(fault, '', `${name}: ${fault}\n${JSON.stringify(value)}`);
}

function checkError(status, body, what) {
	const { code } = body.error;
	const known = description.components.schemas.Error['x-codes'][code];
	assert.ok(known, `${what}: the code ${code} is not described`);
	const other = status === 422 && /_not_found$/.test(code);
	assert.ok(known.status === status || other, `${what}: ${code} comes with ${status}`);
}

function checkHeaders(response, at, headers, what) {
	for (const [name, header] of Object.entries(response.headers ?? {})) {
		const given = headers[name.toLowerCase()];
		assert.ok(given !== undefined || !header.required, `${what} has ${name}`);
		if (given !== undefined) {
			const value = header.schema.type === 'integer' ? Number(given) : String(given);
			const fault = wrong(`${at}/headers/${escape(name)}/schema`, value);
			assert.equal(fault, '', `${what}: ${name}: ${fault}`);
		}
	}
}

/**
 * Asserts that a reply is one of those described.
 * @param {string} method
 * @param {string} url the path below the deployment's base, with or without a query
 * @param {{status: number, headers: object, text: string}} reply
 * @returns {string} the endpoint's operationId; '' where the path or verb is not one
 */
export function checkReply(method, url, reply) {
	const path = `/${url.replace(/^\//, '').replace(/[?#].*$/s, '')}`;
	const what = `${method} ${path}: ${reply.status}`;
	const found = operationOf(method, path);
	if (!found) {
		if (method !== 'HEAD' && /^\/(api\/v1|stream)\//.test(path) && [404, 405].includes(reply.status)) {
			checkShape('Error', JSON.parse(reply.text));
		}
		return '';
	}
	const { responses } = found.operation;
	// A path without a thing at its end, such as rooms/x, is no path of ours.
	const stray = reply.status === 404 && JSON.parse(reply.text).error?.code === 'not_found';
	const key = String(reply.status) in responses ? String(reply.status) : 'default';
	assert.ok(key !== 'default' || stray || ANYWHERE.has(reply.status),
		`${what} is not described: ${reply.text.slice(0, 300)}`);
	const [response, at] = resolve(responses[key], `${found.at}/responses/${key}`);
	const type = (reply.headers['content-type'] ?? '').split(';')[0];
	assert.ok(type in response.content, `${what}: ${type} is not described`);
	checkHeaders(response, at, reply.headers, what);
	if (type === 'application/json') {
		const body = JSON.parse(reply.text);
		const fault = wrong(`${at}/content/${escape(type)}/schema`, body);
		assert.equal(fault, '', `${what}: ${fault}\n${reply.text.slice(0, 2000)}`);
		if ([429, 503].includes(reply.status)) {
			assert.ok(reply.headers['retry-after'], `${what} has Retry-After`);
		}
		if (reply.status >= 400) {
			checkError(reply.status, body, what);
		}
	}
	return found.operation.operationId;
}
