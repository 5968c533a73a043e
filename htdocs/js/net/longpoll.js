/**
 * longpoll.js - asks, waits, asks again; interval polling is the same with wait=0.
 *
 * The loop owns no cursor: it reads it from the connection before each call, so that a
 * stream running beside it can move it on.
 */

import { ApiError, query } from './api.js';

/** @import {Api} from './api.js' */

/**
 * @typedef {{resume: string, events: any[], cursor: string,
 *   next?: {transport: string, wait: number, after: number}}} PollReply
 */

/**
 * @param {Api} api
 * @param {{cursor: string, wait: number, client: string, signal?: AbortSignal,
 *   timeout?: number}} ask
 * @returns {Promise<PollReply>}
 */
export async function poll(api, ask) {
	const path = `stream/poll${query({ cursor: ask.cursor, client: ask.client })}`
		+ `${ask.cursor || ask.client ? '&' : '?'}wait=${ask.wait}`;
	const reply = await api.call('GET', path, undefined, {
		expect: 'cursor',
		timeout: ask.timeout || ask.wait * 1000 + 8000,
		signal: ask.signal,
		quiet: ask.wait > 0,
	});
	if (!Array.isArray(reply.events) || typeof reply.cursor !== 'string') {
		throw new ApiError('foreign', 'foreign_reply');
	}
	return reply;
}

/**
 * @typedef {object} LoopHandlers
 * @property {() => string} cursor
 * @property {(reply: PollReply) => void} onReply
 * @property {(error: ApiError) => void} onError the loop has ended
 */

export class PollLoop {
	/**
	 * @param {Api} api
	 * @param {{client: string, wait: number, after?: number}} options seconds; ms between
	 *   two calls
	 * @param {LoopHandlers} handlers
	 */
	constructor(api, options, handlers) {
		this.api = api;
		this.client = options.client;
		this.wait = options.wait;
		this.after = options.after || 0;
		this.handlers = handlers;
		this.abort = new AbortController();
		/** @type {ReturnType<typeof setTimeout>|undefined} */
		this.timer = undefined;
		this.#turn(true);
	}

	/** @param {boolean} first the first answer is wanted at once, to know that we are live */
	async #turn(first) {
		try {
			const reply = await poll(this.api, {
				cursor: this.handlers.cursor(),
				wait: first ? 0 : this.wait,
				client: this.client,
				signal: this.abort.signal,
			});
			if (this.stopped) {
				return;
			}
			if (reply.next) {
				this.wait = reply.next.transport === 'poll' ? 0 : reply.next.wait || this.wait;
				this.after = Math.max(reply.next.after || 0, this.wait ? 0 : 1000);
			}
			this.handlers.onReply(reply);
			if (!this.stopped) {
				this.timer = setTimeout(() => this.#turn(false), first ? 0 : this.after);
			}
		} catch (error) {
			if (!this.stopped) {
				this.stop();
				this.handlers.onError(/** @type {ApiError} */ (error));
			}
		}
	}

	get stopped() {
		return this.abort.signal.aborted;
	}

	stop() {
		clearTimeout(this.timer);
		this.abort.abort();
	}
}
