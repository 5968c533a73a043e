/* client.js - speaks Palabre's protocol as any client would: requests, and people who make them. */

import assert from 'node:assert/strict';
import http from 'node:http';
import { randomBytes, randomUUID } from 'node:crypto';

import { Stream } from './stream.js';

/**
 * One HTTP request over a connection of its own.
 * @param {string} url
 * @param {{method?: string, headers?: object, body?: string|Buffer, ceiling?: number,
 *          signal?: AbortSignal}} [how]
 * @returns {Promise<Reply>}
 */
export function request(url, how = {}) {
	return new Promise((resolve, reject) => {
		const headers = { Connection: 'close', ...how.headers };
		const body = how.body === undefined ? undefined : Buffer.from(how.body);
		if (body && !headers['Transfer-Encoding']) {
			headers['Content-Length'] ??= body.length;
		}
		const ceiling = how.ceiling ?? 60_000;
		const req = http.request(url, {
			method: how.method ?? 'GET', headers, agent: false, signal: how.signal,
		});
		const timer = setTimeout(() => {
			req.destroy(new Error(`no answer within ${ceiling} ms: ${how.method} ${url}`));
		}, ceiling);
		req.on('error', (e) => {
			clearTimeout(timer);
			reject(e);
		});
		req.on('response', (res) => {
			const chunks = [];
			res.on('data', (c) => chunks.push(c));
			res.on('error', (e) => {
				clearTimeout(timer);
				reject(e);
			});
			res.on('end', () => {
				clearTimeout(timer);
				resolve(new Reply(res, Buffer.concat(chunks), `${how.method ?? 'GET'} ${url}`));
			});
		});
		req.end(body);
	});
}

/** What came back, read to its end. */
export class Reply {
	constructor(res, bytes, what) {
		this.status = res.statusCode;
		this.headers = res.headers;
		this.bytes = bytes;
		this.what = what;
	}

	get text() {
		return this.bytes.toString('utf8');
	}

	/** The body, which must be JSON and say so. */
	get json() {
		assert.match(this.headers['content-type'] ?? '', /^application\/json\b/,
			`${this.what}: ${this.status} ${this.text.slice(0, 300)}`);
		return JSON.parse(this.text);
	}

	/** The body, if the status is the one expected. */
	expect(status) {
		assert.equal(this.status, status, `${this.what}: ${this.text.slice(0, 400)}`);
		return this.json;
	}

	/** The error object, if status, and code and field where given, are as expected. */
	refused(status, code, field) {
		const statuses = [status].flat();
		assert.ok(statuses.includes(this.status),
			`${this.what}: wanted ${statuses}, got ${this.status} ${this.text.slice(0, 400)}`);
		const { error } = this.json;
		assert.equal(typeof error, 'object', this.text);
		assert.match(error.code, /^[a-z][a-z0-9_]*$/);
		assert.equal(typeof error.message, 'string');
		assert.ok(error.message.length > 0, 'an error has a message');
		if (code) {
			assert.equal(error.code, code, this.what);
		}
		if (field) {
			assert.equal(error.field, field, `${this.what}: ${this.text}`);
		}
		if (this.status === 429 || this.status === 503) {
			assert.match(this.headers['retry-after'] ?? '', /^[1-9][0-9]*$/,
				`${this.status} comes with Retry-After`);
		}
		return error;
	}

	/** The same where the web server itself may refuse the URL's bytes, by a page of its own. */
	refusedUrl() {
		if (this.status !== 400 || /json/.test(this.headers['content-type'])) {
			this.refused([400, 422]);
		}
	}

	/** name → value of the cookies set, with their attributes in lower case. */
	get cookies() {
		return (this.headers['set-cookie'] ?? []).map((line) => {
			const [pair, ...rest] = line.split(/;\s*/);
			const at = pair.indexOf('=');
			const attributes = {};
			for (const a of rest) {
				const [k, v] = a.split('=');
				attributes[k.toLowerCase()] = v ?? true;
			}
			return { name: pair.slice(0, at), value: pair.slice(at + 1), attributes };
		});
	}
}

/** Someone who makes requests: with a cookie, with a Bearer token, or with neither. */
export class Client {
	/** @param {string} base the deployment's base, ending in a slash */
	constructor(base, { cookie, token } = {}) {
		this.base = base;
		this.cookie = cookie;
		this.token = token;
		this.user = null;
	}

	/** The same person through another base (plain CGI). */
	through(base) {
		const other = new Client(base, this);
		other.user = this.user;
		other.name = this.name;
		other.password = this.password;
		return other;
	}

	get id() {
		return this.user.id;
	}

	credentials() {
		if (this.token) {
			return { Authorization: `Bearer ${this.token}` };
		}
		return this.cookie ? { Cookie: this.cookie } : {};
	}

	/** path is relative to the base: "api/v1/me". */
	raw(method, path, { headers, ...rest } = {}) {
		return request(this.base + path, {
			method, headers: { ...this.credentials(), ...headers }, ...rest,
		});
	}

	/** path is relative to api/v1/. */
	get(path, how) {
		return this.raw('GET', `api/v1/${path}`, how);
	}

	/** body: an object, or the very bytes to send. */
	post(path, body = {}, { headers, ...rest } = {}) {
		const bytes = typeof body === 'string' || Buffer.isBuffer(body)
			? body : JSON.stringify(body);
		return this.raw('POST', `api/v1/${path}`, {
			headers: { 'Content-Type': 'application/json', ...headers },
			body: bytes, ...rest,
		});
	}

	async room(fields = {}) {
		const reply = await this.post('rooms', { name: unique('room'), kind: 'public', ...fields });
		return reply.expect(201).room;
	}

	async join(room) {
		return (await this.post(`rooms/${room.id}/join`)).expect(200).room;
	}

	async leave(room) {
		return (await this.post(`rooms/${room.id}/leave`)).expect(200);
	}

	/** Sends and gives the message; fields as in the protocol. */
	async send(room, body, fields = {}) {
		const reply = await this.post(`rooms/${room.id}/messages`,
			{ client_id: randomUUID(), body, ...fields });
		return reply.expect(201).message;
	}

	async direct(other) {
		const reply = await this.post('direct', { user: other.id });
		assert.ok([200, 201].includes(reply.status), reply.text);
		return reply.json.room;
	}

	async messages(room, query = '') {
		return (await this.get(`rooms/${room.id}/messages${query}`)).expect(200);
	}

	async events(room, after = 0, limit = 200) {
		return (await this.get(`rooms/${room.id}/events?after=${after}&limit=${limit}`)).expect(200);
	}

	async sync() {
		return (await this.get('sync')).expect(200);
	}

	/** One long-poll (or interval poll with wait 0); cursor '' asks for none. */
	async poll(cursor, wait = 0, more = '') {
		const at = cursor ? `cursor=${encodeURIComponent(cursor)}&` : '';
		return (await this.raw('GET', `stream/poll?${at}wait=${wait}${more}`)).expect(200);
	}

	/** An SSE stream whose hello has come. */
	async stream(query = '', headers = {}) {
		const s = this.openStream(query, headers);
		await s.hello();
		return s;
	}

	openStream(query = '', headers = {}) {
		return new Stream(`${this.base}stream/events${query}`,
			{ ...this.credentials(), ...headers });
	}
}

let counter = 0;

/** A name nobody else has. */
export function unique(stem) {
	counter++;
	return `${stem}-${process.pid.toString(36)}${counter.toString(36)}${randomBytes(2).toString('hex')}`;
}

export const PASSWORD = 'correct horse 17 staple';

/** Registers somebody new; the client that comes back carries the cookie. */
export async function register(base, fields = {}) {
	const body = { name: unique('u'), password: PASSWORD, ...fields };
	const client = new Client(base);
	const reply = await client.post('register', body);
	client.user = reply.expect(201).user;
	client.cookie = reply.cookies.map((c) => `${c.name}=${c.value}`).join('; ');
	assert.ok(client.cookie, 'register sets a cookie');
	client.name = body.name;
	client.password = body.password;
	return client;
}

/** Another device of the same person, signed in by cookie or (token: true) by token. */
export async function login(client, { token = false } = {}) {
	const other = new Client(client.base);
	const reply = await other.post('login',
		{ name: client.name, password: client.password, ...(token ? { token } : {}) });
	const body = reply.expect(200);
	other.user = body.user;
	other.name = client.name;
	other.password = client.password;
	if (token) {
		other.token = body.token;
	} else {
		other.cookie = reply.cookies.map((c) => `${c.name}=${c.value}`).join('; ');
	}
	return other;
}

/** Waits until fn gives something true; an error is thrown once ceiling ms are over. */
export async function until(fn, what, ceiling = 20_000) {
	const end = performance.now() + ceiling;
	for (;;) {
		const v = await fn();
		if (v) {
			return v;
		}
		if (performance.now() > end) {
			throw new Error(`${ceiling} ms passed without: ${what}`);
		}
		await new Promise((r) => setTimeout(r, 20));
	}
}

/** Sends as a page does: the same client_id until there is a good answer. */
export async function persist(who, room, body, clientId = randomUUID(), ceiling = 30_000) {
	const end = performance.now() + ceiling;
	for (let tries = 1; ; tries++) {
		const reply = await who.post(`rooms/${room.id}/messages`, { client_id: clientId, body }, { ceiling: 15_000 })
			.catch((e) => ({ status: 0, text: String(e) }));
		if (reply.status === 201 || reply.status === 200) {
			return { message: reply.json.message, tries, status: reply.status };
		}
		assert.ok(reply.status === 0 || reply.status >= 500, `${reply.status} ${reply.text}`);
		assert.ok(performance.now() < end, `not sent in ${ceiling} ms: ${reply.status} ${reply.text}`);
		await new Promise((r) => setTimeout(r, 50));
	}
}

/**
 * Watches whether the machine stands still: then a timer of ours is late. Call what it gives
 * for how many ms it did; that ends it.
 */
export function standstill() {
	const EVERY = 20;
	let last = performance.now();
	let stood = 0;
	const look = () => {
		const now = performance.now();
		stood += Math.max(0, now - last - 5 * EVERY);
		last = now;
	};
	const timer = setInterval(look, EVERY).unref();
	return () => {
		clearInterval(timer);
		look();
		return stood;
	};
}

/** Measures time but for what the machine stood still; call what it gives for the ms. */
export function stopwatch() {
	const since = performance.now();
	const stood = standstill();
	return () => performance.now() - since - stood();
}

/** Those that have a number: fleeting ones may come, or not, at any time. */
export const durable = (events) => events.filter((e) => 'seq' in e);

/** How often something is true, in a list. */
export const count = (list, fn) => list.filter(fn).length;
