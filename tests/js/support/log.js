/**
 * log.js - a server with one room's log, its polls and its streams, some five times as
 * fast as the real one.
 */

import { json, message, sse, TestServer } from './server.js';

/** @typedef {import('./server.js').Call} Call */

export const FAST = {
	helloMin: 350, helloMax: 700, patience: 500, probe: 900, together: 40, apart: 800, beat: 0.6,
	hiddenAfter: 100, pollWait: 5, askTimeout: 800, silent: 200, retry: 500, retryMax: 2000,
	restAfter: 100,
};

export class LogServer {
	/** @type {any[]} its index + 1 is the cursor's position */ log = [];
	/** @type {Set<() => void>} */ #waiters = new Set();
	streams = 0;
	most = 0;
	network = 'n';
	user = 1;
	/** @type {((answer: () => void) => void)|null} keeps the answers to polls that do not wait */
	hold = null;

	async start() {
		this.server = await new TestServer().start();
		this.server.answer = (call) => this.answer(call);
		return this;
	}

	stop() {
		return this.server?.stop();
	}

	get base() {
		return this.server?.base || '';
	}

	get cursor() {
		return `E.${this.log.length}`;
	}

	/** @param {Call} call */
	answer(call) {
		if (call.path === 'stream/poll') {
			this.poll(call);
		} else {
			this.stream(call);
		}
	}

	say() {
		const seq = this.log.length + 1;
		this.log.push({ type: 'message', room: 7, seq, message: message(7, seq) });
		this.#waiters.forEach((wake) => wake());
	}

	/** @param {Call} call */
	poll(call) {
		const from = since(call);
		const found = () => ({
			resume: 'exact', events: this.log.slice(from), cursor: this.cursor,
			network: this.network,
		});
		if (this.hold && call.query.get('wait') === '0') {
			const now = found();
			this.hold(() => json(call, 200, now));
			return;
		}
		const reply = () => {
			this.#waiters.delete(reply);
			clearTimeout(timer);
			json(call, 200, found());
		};
		const timer = setTimeout(reply, Number(call.query.get('wait')) * 1000);
		call.reply.on('close', () => this.#waiters.delete(reply) && clearTimeout(timer));
		this.#waiters.add(reply);
		if (this.log.length > from || call.query.get('wait') === '0') {
			reply();
		}
	}

	/** @param {Call} call */
	stream(call) {
		const send = sse(call);
		let at = since(call);
		const flow = () => {
			for (; at < this.log.length; at++) {
				send(this.log[at], `E.${at + 1}`);
			}
		};
		this.most = Math.max(this.most, ++this.streams);
		send({
			type: 'hello', cursor: `E.${at}`, resume: 'exact', heartbeat: 0.6,
			network: this.network, user: this.user,
		});
		flow();
		this.#waiters.add(flow);
		const probe = setTimeout(() => send({ type: 'probe' }), 200);
		const beat = setInterval(() => send({ type: 'beat', cursor: this.cursor }), 400);
		call.reply.on('close', () => {
			this.streams--;
			this.#waiters.delete(flow);
			clearTimeout(probe);
			clearInterval(beat);
		});
	}
}

/** @param {Call} call */
function since(call) {
	return Number((call.query.get('cursor') || '').split('.')[1] || 0);
}
