/** uploads.test.js - the files of a message are there once, and then the message, once. */

import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { Api } from '../../htdocs/js/net/api.js';
import { Outbox } from '../../htdocs/js/model/outbox.js';
import { memoryStorage } from '../../htdocs/js/model/storage.js';
import { json, message, TestServer, until } from './support/server.js';
import { NodeXMLHttpRequest } from './support/xhr.js';

/** @typedef {import('./support/server.js').Call} Call */

globalThis.XMLHttpRequest = /** @type {any} */ (NodeXMLHttpRequest);

/** @type {TestServer} */ let server;
/** @type {Outbox} */ let outbox;
/** @type {Map<string, any>} by client_id */ let rows;
/** @type {any[]} */ let uploads;
let storage = memoryStorage();

/** @param {Call} call */
function accept(call) {
	if (call.path === 'api/v1/uploads') {
		const a = { id: `file${uploads.length}`, name: call.query.get('name') };
		uploads.push(a);
		json(call, 201, { attachment: a });
		return;
	}
	const { client_id: id, body, attachments = [] } = call.body;
	const known = rows.get(id);
	if (known && JSON.stringify(known.attachments) !== JSON.stringify(attachments)) {
		json(call, 422, { error: { code: 'client_id_reused', message: '' } });
		return;
	}
	const row = known || { ...message(7, rows.size + 1, { client_id: id, body, user: 1 }), attachments };
	rows.set(id, row);
	json(call, known ? 200 : 201, { message: row });
}

const fresh = () => new Outbox(new Api(server.base), storage,
	{ timeout: 1000, random: () => 0.05 });

/** @param {string} name @param {number} [bytes] */
const file = (name, bytes = 10000) => ({
	name, type: 'image/png', size: bytes, width: 4, height: 3, animated: false,
	blob: new Blob(['x'.repeat(bytes)], { type: 'image/png' }),
});

const uploadCalls = () => server.to('api/v1/uploads').length;

beforeEach(async () => {
	server = await new TestServer().start();
	server.answer = accept;
	rows = new Map();
	uploads = [];
	storage = memoryStorage();
	outbox = fresh();
});

afterEach(async () => {
	outbox.stop();
	await server.stop();
});

test('files go first, in their order, then the message with their ids; nothing is kept then', async () => {
	/** @type {number[]} */
	const parts = [];
	outbox.addEventListener('progress', (e) => parts.push(/** @type {any} */ (e).detail.part));
	const entry = outbox.add(7, '', { files: [file('a b.png'), file('ü.png')] });
	await until(() => entry.state === 'sent', 'sent');
	assert.deepEqual(uploads.map((u) => u.name), ['a b.png', 'ü.png']);
	assert.deepEqual([...rows.values()].map((r) => r.attachments), [['file0', 'file1']]);
	assert.ok(parts.some((p) => p > 0 && p < 1) && parts.includes(1));
	assert.equal(server.calls.at(-1)?.body.body, '');
	assert.deepEqual([await storage.all('files'), await storage.all('outbox')], [[], []]);
	assert.match(outbox.uploads.url('file0'), /^blob:/, 'what one sent is shown from here');
});

test('an upload that breaks off, or that another answers, is tried again; the message goes once', async () => {
	const outages = [
		(/** @type {Call} */ c) => c.reply.destroy(),
		(/** @type {Call} */ c) => json(c, 503, { error: { code: 'unavailable' } }),
		(/** @type {Call} */ c) => c.reply.end('<h1>Sign in to the Wi-Fi</h1>'),
	];
	let n = 0;
	server.answer = (call) => (n < outages.length ? outages[n++](call) : accept(call));
	const entry = outbox.add(7, 'x', { files: [file('a')] });
	await until(() => entry.state === 'sent', 'sent');
	assert.equal(uploadCalls(), 4);
	assert.equal(uploads.length, 1);
	assert.equal(rows.size, 1);
});

test('words do not wait for files, files not for words', async () => {
	server.answer = (call) => (call.path.endsWith('uploads') ? undefined : accept(call));
	outbox.add(7, 'with a file', { files: [file('a')] });
	const words = outbox.add(7, 'words');
	await until(() => words.state === 'sent', 'the words');
	assert.equal(rows.size, 1);
});

test('after a reload what was uploaded is not uploaded again, and all of it is sent once', async () => {
	server.answer = (call) => {
		if (call.path.endsWith('uploads') && uploads.length === 1) {
			call.reply.destroy();
		} else {
			accept(call);
		}
	};
	const { client_id: id } = outbox.add(7, 'x', { files: [file('a'), file('b')] });
	await until(() => uploadCalls() > 1, 'the second is tried');
	outbox.stop();
	server.answer = accept;
	outbox = fresh();
	await outbox.restore();
	assert.match(outbox.uploads.url(`${id} 1`), /^blob:/, 'and is seen meanwhile');
	await until(() => rows.size === 1 && outbox.of(7)[0].state === 'sent', 'sent');
	assert.deepEqual(uploads.map((u) => u.name), ['a', 'b']);
	assert.deepEqual(rows.get(id).attachments, ['file0', 'file1']);
});

test('a message that is there with other files of its own is there: nothing fails', async () => {
	server.answer = (call) => {
		if (call.path.endsWith('messages')) {
			rows.set(call.body.client_id, { ...message(7, 1), attachments: ['other'] });
		}
		accept(call);
	};
	outbox.add(7, 'x', { files: [file('a')] });
	await until(() => rows.size === 1 && outbox.of(7).length === 0, 'settled');
	assert.deepEqual(await storage.all('outbox'), []);
});

test('uploads that were cleared away meanwhile are sent anew, once', async () => {
	let lost = 2;
	server.answer = (call) => (call.path.endsWith('messages') && lost-- > 0
		? json(call, 422, { error: { code: 'attachment_not_found', message: '' } }) : accept(call));
	const entry = outbox.add(7, 'x', { files: [file('a')] });
	await until(() => entry.state === 'failed', 'the second loss is told');
	assert.equal(uploads.length, 2);
	outbox.again(entry.client_id);
	await until(() => entry.state === 'sent', 'by hand');
});

for (const [what, status, body] of /** @type {[string, number, string][]} */ ([
	['not_a_picture', 415, ''], ['picture_broken', 422, ''], ['quota_reached', 429, ''],
	['storage_full', 507, ''], ['too_large', 413, ''], ['too_large', 413, '<h1>nginx</h1>']])) {
	test(`${status} ${what}${body && ' of a proxy'} fails the message, and is tried again by hand only`, async () => {
		server.answer = (call) => {
			call.reply.statusCode = status;
			call.reply.end(body || JSON.stringify({ error: { code: what, message: '' } }));
		};
		const entry = outbox.add(7, 'x', { files: [file('a'), file('b')] });
		await until(() => entry.state === 'failed', 'failed');
		assert.deepEqual([entry.error, entry.files[0].error, entry.files[1].error], [what, what, '']);
		assert.equal(uploadCalls(), 1);
		server.answer = accept;
		outbox.again(entry.client_id);
		await until(() => entry.state === 'sent', 'sent');
		assert.equal(uploads.length, 2);
	});
}

test('a file left out on its way goes no further; the last one takes an empty message along', async () => {
	server.answer = (call) => (uploads.length ? accept(call) : undefined);
	const entry = outbox.add(7, '', { files: [file('a'), file('b')] });
	await until(() => uploadCalls() === 1, 'the first is on its way');
	outbox.without(entry.client_id, entry.files[0].key);
	await until(() => uploadCalls() === 2, 'the second');
	outbox.without(entry.client_id, entry.files[0].key);
	assert.deepEqual(outbox.of(7), []);
	await until(() => outbox.waiting === 0, 'nothing waits');
	assert.deepEqual(await storage.all('files'), []);
	assert.equal(rows.size, 0);
});

test('what storage has lost is told, and the rest can go without it', async () => {
	server.answer = (call) => call.reply.destroy();
	const { client_id: id } = outbox.add(7, 'x', { files: [file('a'), file('b')] });
	await until(() => server.calls.length > 0, 'a try');
	outbox.stop();
	await storage.remove('files', `${id} 0`);
	server.answer = accept;
	outbox = fresh();
	await outbox.restore();
	await until(() => outbox.of(7)[0].state === 'failed', 'failed');
	assert.equal(outbox.of(7)[0].error, 'file_lost');
	outbox.without(id, `${id} 0`);
	await until(() => rows.size === 1, 'the rest');
	assert.deepEqual(uploads.map((u) => u.name), ['b']);
});

test('an upload that does not move is given up when the way is free', async () => {
	server.answer = () => {};
	const entry = outbox.add(7, 'x', { files: [file('a')] });
	await until(() => uploadCalls() === 1, 'the try');
	server.answer = accept;
	outbox.uploads.hung = 0;
	outbox.kick();
	await until(() => entry.state === 'sent', 'sent');
});

test('signed out, the files stay for when one is back', async () => {
	server.answer = (call) => json(call, 401, { error: { code: 'not_signed_in', message: '' } });
	let told = 0;
	outbox.api.onSignedOut = () => told++;
	const entry = outbox.add(7, 'x', { files: [file('a')] });
	await until(() => told === 1, 'told');
	assert.equal(entry.state, 'sending');
	assert.equal((await storage.all('files')).length, 1);
});
