/**
 * server.js - a real HTTP server whose answers a test scripts, and waiting for things.
 */

import http from 'node:http';
import './older.js';

/**
 * @typedef {object} Call
 * @property {string} method
 * @property {string} path without the query
 * @property {URLSearchParams} query
 * @property {any} body
 * @property {http.IncomingMessage} request
 * @property {http.ServerResponse} reply
 */

export class TestServer {
	/** @type {Set<import('node:net').Socket>} */ #sockets = new Set();

	constructor() {
		/** @type {Call[]} */
		this.calls = [];
		/** @type {(call: Call) => unknown} */
		this.answer = (call) => json(call, 404, { error: { code: 'not_found', message: '' } });
		this.server = http.createServer(async (request, reply) => {
			const url = new URL(request.url || '/', 'http://localhost');
			let text = '';
			for await (const chunk of request) {
				text += chunk;
			}
			const typed = request.headers['content-type'] === 'application/json';
			const call = {
				method: request.method || '', path: url.pathname.slice(1), query: url.searchParams,
				body: text && typed ? JSON.parse(text) : null, request, reply,
			};
			this.calls.push(call);
			await this.answer(call);
		});
		this.server.on('connection', (socket) => {
			this.#sockets.add(socket);
			socket.on('close', () => this.#sockets.delete(socket));
		});
		this.port = 0;
	}

	/** @returns {Promise<this>} */
	start() {
		return new Promise((resolve) => {
			this.server.listen(this.port, '127.0.0.1', () => {
				this.port = /** @type {any} */ (this.server.address()).port;
				resolve(this);
			});
		});
	}

	/** Connections break, and new ones are refused until start(). */
	stop() {
		return new Promise((resolve) => {
			this.server.close(resolve);
			this.#sockets.forEach((socket) => socket.destroy());
		});
	}

	get base() {
		return `http://127.0.0.1:${this.port}/`;
	}

	/** @param {string} path */
	to(path) {
		return this.calls.filter((c) => c.path === path);
	}
}

/**
 * @param {Call} call
 * @param {number} status
 * @param {unknown} body
 */
export function json(call, status, body) {
	call.reply.writeHead(status, { 'Content-Type': 'application/json' });
	call.reply.end(JSON.stringify(body));
}

/**
 * Open a stream to a call.
 * @param {Call} call
 */
export function sse(call) {
	call.reply.writeHead(200, { 'Content-Type': 'text/event-stream' });
	call.reply.flushHeaders();
	return (/** @type {object} */ event, /** @type {string} */ id = '') => {
		call.reply.write(`${id ? `id: ${id}\n` : ''}data: ${JSON.stringify(event)}\n\n`);
	};
}

/**
 * @param {() => unknown} condition
 * @param {string} what
 * @param {number} [ms]
 */
export async function until(condition, what, ms = 5000) {
	const end = Date.now() + ms;
	while (!condition()) {
		if (Date.now() > end) {
			throw new Error(`waited in vain: ${what}`);
		}
		await new Promise((resolve) => {
			setTimeout(resolve, 5);
		});
	}
}

/**
 * @param {number} room
 * @param {number} seq
 * @param {Partial<import('../../../htdocs/js/net/types.js').Message>} [more]
 * @returns {import('../../../htdocs/js/net/types.js').Message}
 */
export function message(room, seq, more = {}) {
	return {
		room, seq, user: 2, client_id: `c${seq}`, body: `text ${seq}`,
		created_at: '2026-11-22T09:00:00.123Z', edited_at: null, deleted: false,
		reply_to: null, attachments: [], reactions: [], ...more,
	};
}

/**
 * @param {number} id
 * @param {Partial<import('../../../htdocs/js/net/types.js').Room>} [more]
 * @returns {import('../../../htdocs/js/net/types.js').Room}
 */
export function room(id, more = {}) {
	return {
		id, kind: 'public', name: `room ${id}`, topic: '', last_seq: 0, created_by: 1,
		created_at: '2026-11-22T09:00:00.123Z', members: 2, role: 'member', last_read: 0,
		unread: 0, mentions: 0, notify: 'all', last_message: null, peer: null, ...more,
	};
}

/**
 * @param {number} id
 * @param {string} name
 */
export function user(id, name) {
	return {
		id, name, display_name: name, role: 'user', avatar: null, presence: 'online',
		last_seen: null,
	};
}
