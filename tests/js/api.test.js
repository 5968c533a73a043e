/** api.test.js - replies are judged by what they say. */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Api, ApiError, judge, query } from '../../htdocs/js/net/api.js';
import { json, TestServer } from './support/server.js';

const server = new TestServer();
before(() => server.start());
after(() => server.stop());

/** @param {Promise<unknown>} doing @returns {Promise<ApiError>} */
async function failure(doing) {
	try {
		await doing;
	} catch (error) {
		assert.ok(error instanceof ApiError);
		return error;
	}
	throw new Error('did not fail');
}

test('an object of ours is taken whatever the status or type says', async () => {
	server.answer = ({ reply }) => {
		reply.writeHead(203, { 'Content-Type': 'text/html' });
		reply.end('{"user":{"id":1}}');
	};
	const reply = await new Api(server.base).get('me', { expect: 'user' });
	assert.equal(reply.user.id, 1);
});

test('a captive portal with status 200 is foreign, not an answer', async () => {
	server.answer = ({ reply }) => {
		reply.writeHead(200, { 'Content-Type': 'application/json' });
		reply.end('<!DOCTYPE html><title>Hotel</title>');
	};
	assert.equal((await failure(new Api(server.base).get('me'))).kind, 'foreign');
});

test('JSON that lacks what we asked for is foreign', () => {
	assert.throws(() => judge('{"portal":true}', 200, null, 'user'), { kind: 'foreign' });
	assert.throws(() => judge('[]', 200, null), { kind: 'foreign' });
	assert.throws(() => judge('null', 200, null), { kind: 'foreign' });
});

test('a refusal is final, a server that is away is not', () => {
	const error = (/** @type {string} */ code) => JSON.stringify({ error: { code } });
	const kind = (/** @type {string} */ text, /** @type {number} */ status) => {
		try {
			judge(text, status, '3');
		} catch (e) {
			return /** @type {ApiError} */ (e).kind;
		}
	};
	assert.equal(kind(error('room_not_found'), 404), 'refused');
	assert.equal(kind(error('room_not_found'), 200), 'refused');
	assert.equal(kind(error('unavailable'), 503), 'busy');
	assert.equal(kind(error('unavailable'), 200), 'busy');
	assert.equal(kind(error('too_many_requests'), 429), 'busy');
	assert.equal(kind(error('anything'), 500), 'busy');
	assert.equal(kind('<h1>502</h1>', 502), 'foreign');
});

test('Retry-After and the field reach the caller', async () => {
	server.answer = (call) => {
		call.reply.setHeader('Retry-After', '7');
		json(call, 429, { error: { code: 'too_many_requests', message: 'x', field: 'body' } });
	};
	const error = await failure(new Api(server.base).post('rooms/1/messages', {}));
	assert.deepEqual([error.after, error.field, error.transient], [7, 'body', true]);
});

test('no answer in time is down', async () => {
	server.answer = () => {};
	const error = await failure(new Api(server.base, { timeout: 60 }).get('me'));
	assert.deepEqual([error.kind, error.code], ['down', 'timed_out']);
});

test('a 401 tells that nobody is signed in, a wrong password does not', async () => {
	const api = new Api(server.base);
	let told = 0;
	api.onSignedOut = () => told++;
	server.answer = (call) => json(call, 401, { error: { code: 'bad_credentials' } });
	await failure(api.post('login', {}));
	assert.equal(told, 0);
	server.answer = (call) => json(call, 401, { error: { code: 'not_signed_in' } });
	await failure(api.get('me'));
	assert.equal(told, 1);
});

test('addresses stay below the base, whatever it is', async () => {
	server.answer = (call) => json(call, 200, {});
	await new Api(`${server.base}cgi-bin/palabre.cgi/`).get(`users${query({ q: 'a b', x: '' })}`);
	const call = server.calls.at(-1);
	assert.equal(call?.path, 'cgi-bin/palabre.cgi/api/v1/users');
	assert.equal(call?.query.get('q'), 'a b');
	assert.equal(call?.query.has('x'), false);
});
