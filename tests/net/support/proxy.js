/**
 * proxy.js - a reverse proxy that misbehaves as middleboxes do, one behaviour each.
 *
 * Between requests it is a plain proxy over one port of loopback. What it does to a
 * stream's body, to requests and to connections is told by a Behaviour.
 */

import http from 'node:http';

/**
 * @typedef {object} Behaviour all times in ms
 * @property {boolean} [holdStream] a streaming body is passed on when it has ended
 * @property {boolean} [holdFrame] each piece of a stream is held until the next comes
 * @property {number} [delayStream] each piece of a stream comes so much later
 * @property {number} [buffer] bodies are passed on in pieces of so many bytes
 * @property {number} [idle] connections that carry nothing for so long are cut
 * @property {number} [cut] any response is cut after so long
 * @property {string[]} [methods] the only verbs passed
 * @property {string[]} [strip] request headers taken away
 * @property {boolean} [http10] replies without chunking; the end is the connection's
 * @property {() => number} [mute] a stream carries nothing more after so long
 * @property {number} [drop] the share of api and stream requests whose connection drops
 * @property {string} [via] how it names itself in its replies
 * @property {number} [latency] added to each request and each piece of a reply
 */

const STREAM = /^\/stream\/events/;
const LATER = /^\/(api|stream)\//;
const PORTAL = '<!doctype html><title>Welcome</title><h1>Please sign in to this network</h1>';

export class Proxy {
	/** @type {Set<import('node:net').Socket>} */ #sockets = new Set();

	/**
	 * @param {number} target a port of loopback
	 * @param {Behaviour} [behaviour]
	 */
	constructor(target, behaviour = {}) {
		this.target = target;
		this.behaviour = behaviour;
		/** Everything is answered with a page that asks for a sign-in. */
		this.portal = false;
		/** @type {RegExp|null} what is answered with an error page */
		this.refuse = null;
		/** Nothing gets through, nothing is answered. */
		this.dark = false;
		/** Whether requests are dropped: not while the page itself loads. */
		this.dropping = false;
		/** @type {number[]} when streams went mute, by Date.now() */
		this.mutes = [];
		/** @type {{path: string, at: number}[]} */
		this.calls = [];
		this.streams = 0;
		this.port = 0;
		this.agent = new http.Agent({ keepAlive: true });
		this.server = http.createServer((request, reply) => this.#take(request, reply));
		this.server.on('connection', (socket) => {
			this.#sockets.add(socket);
			socket.on('close', () => this.#sockets.delete(socket));
			socket.on('error', () => {});
			if (this.behaviour.idle) {
				socket.setTimeout(this.behaviour.idle, () => socket.destroy());
			}
		});
	}

	/** @returns {Promise<this>} */
	start() {
		return new Promise((done) => {
			this.server.listen(0, '127.0.0.1', () => {
				this.port = /** @type {any} */ (this.server.address()).port;
				done(this);
			});
		});
	}

	stop() {
		this.cut();
		this.agent.destroy();
		return new Promise((done) => this.server.close(done));
	}

	/** Every connection breaks. */
	cut() {
		this.#sockets.forEach((socket) => socket.destroy());
	}

	get url() {
		return `http://127.0.0.1:${this.port}/`;
	}

	/**
	 * @param {http.IncomingMessage} request
	 * @param {http.ServerResponse} reply
	 */
	#take(request, reply) {
		const b = this.behaviour;
		const url = request.url || '/';
		this.calls.push({ path: url.replace(/\?.*/, ''), at: Date.now() });
		if (this.dark) {
			return;
		}
		if (this.portal) {
			reply.writeHead(200, { 'Content-Type': 'text/html' });
			reply.end(PORTAL);
			return;
		}
		if (this.refuse?.test(url)) {
			reply.writeHead(502).end('bad gateway');
			return;
		}
		if (b.methods && !b.methods.includes(request.method || '')) {
			reply.writeHead(405).end('blocked');
			return;
		}
		if (this.dropping && b.drop && LATER.test(url) && Math.random() < b.drop) {
			setTimeout(() => request.socket.destroy(), Math.random() * 2 * (b.latency || 100));
			return;
		}
		setTimeout(() => this.#pass(request, reply), b.latency || 0);
	}

	/**
	 * @param {http.IncomingMessage} request
	 * @param {http.ServerResponse} reply
	 */
	#pass(request, reply) {
		const b = this.behaviour;
		const headers = { ...request.headers };
		b.strip?.forEach((name) => delete headers[name]);
		delete headers.connection;
		const up = http.request({
			host: '127.0.0.1', port: this.target, path: request.url, method: request.method,
			headers, agent: this.agent,
		}, (answer) => this.#answer(request, reply, answer));
		up.on('error', () => reply.destroy());
		reply.on('close', () => up.destroy());
		request.pipe(up);
	}

	/**
	 * @param {http.IncomingMessage} request
	 * @param {http.ServerResponse} reply
	 * @param {http.IncomingMessage} answer
	 */
	#answer(request, reply, answer) {
		const b = this.behaviour;
		const stream = STREAM.test(request.url || '') && answer.statusCode === 200;
		const headers = { ...answer.headers, ...(b.via ? { via: b.via } : {}) };
		delete headers.connection;
		delete headers['transfer-encoding'];
		if (b.http10) {
			reply.useChunkedEncodingByDefault = false;
			reply.shouldKeepAlive = false;
		}
		const out = this.#outlet(reply, stream);
		if (stream) {
			this.streams++;
			reply.on('close', () => this.streams--);
		}
		const open = () => {
			if (!reply.headersSent && !reply.destroyed) {
				reply.writeHead(answer.statusCode || 502, headers);
				reply.flushHeaders();
			}
		};
		if (b.cut) {
			const timer = setTimeout(() => reply.destroy(), b.cut);
			reply.on('close', () => clearTimeout(timer));
		}
		if (!b.holdStream || !stream) {
			open();
		}
		answer.on('data', (piece) => out(piece, open));
		answer.on('end', () => out(null, open));
		answer.on('error', () => reply.destroy());
	}

	/**
	 * @param {http.ServerResponse} reply
	 * @param {boolean} stream
	 * @returns {(piece: Buffer|null, open: () => void) => void} null ends the body
	 */
	#outlet(reply, stream) {
		const b = this.behaviour;
		/** @type {Buffer[]} */ let held = [];
		let mute = false;
		if (stream && b.mute) {
			const timer = setTimeout(() => {
				mute = true;
				this.mutes.push(Date.now());
			}, b.mute());
			reply.on('close', () => clearTimeout(timer));
		}
		// Timers of one length run in the order they were set.
		const wait = (stream && b.delayStream) || b.latency || 0;
		const write = (/** @type {Buffer} */ bytes) => {
			const go = () => {
				if (!mute && !this.dark && !reply.destroyed) {
					reply.write(bytes);
				}
			};
			if (wait) {
				setTimeout(go, wait);
			} else {
				go();
			}
		};
		const size = () => held.reduce((n, x) => n + x.length, 0);
		return (piece, open) => {
			if (piece === null) {
				open();
				held.forEach(write);
				if (wait) {
					setTimeout(() => reply.end(), wait);
				} else {
					reply.end();
				}
				return;
			}
			held.push(piece);
			if (stream && b.holdStream) {
				return;
			}
			const keep = stream && b.holdFrame ? 1 : 0;
			if (b.buffer && size() < b.buffer) {
				return;
			}
			const ready = held.slice(0, held.length - keep);
			held = held.slice(held.length - keep);
			ready.forEach(write);
		};
	}
}
