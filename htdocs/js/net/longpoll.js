/**
 * longpoll.js - asks, waits, asks again; interval polling is the same with wait=0.
 *
 * The loop owns no cursor: it reads it from the connection before each call, so that a
 * stream running beside it can move it on.
 */

import { ApiError, query } from './api.js';

/** @import {Api} from './api.js' */

/**
 * What the server would have its clients do: s that a poll is held, ms between two.
 * @typedef {{transport: string, wait: number, after: number}} Advice
 */

/**
 * @typedef {{resume: string, events: any[], cursor: string, network?: string,
 *   next?: Advice}} PollReply
 */

/**
 * @param {Api} api
 * @param {{cursor: string, wait: number, client: string, signal?: AbortSignal,
 *   timeout?: number, why?: string, learned?: string}} ask
 * @returns {Promise<PollReply>}
 */
export async function poll(api, ask) {
	const { cursor, client, wait, why, learned } = ask;
	const path = `stream/poll${query({ cursor, client, wait, why, learned })}`;
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
 * @property {() => import('./network.js').News} news
 * @property {(reply: PollReply) => void} onReply
 * @property {(error: ApiError, held: number) => void} onError the loop has ended; its
 *   last poll was held for so many seconds
 */

export class PollLoop {
	/**
	 * @param {Api} api
	 * @param {{client: string, wait: number, after?: number, least?: number}} options seconds;
	 *   ms between two calls, and at least, whatever the server advises
	 * @param {LoopHandlers} handlers
	 */
	constructor(api, options, handlers) {
		this.api = api;
		this.client = options.client;
		this.wait = options.wait;
		/** Longer than this is not asked for, whatever the server advises. */
		this.most = options.wait;
		this.least = options.least || 0;
		this.after = Math.max(options.after || 0, this.least);
		/** Whether the last poll lasted as long as it was to. */
		this.full = false;
		this.handlers = handlers;
		this.abort = new AbortController();
		/** @type {ReturnType<typeof setTimeout>|undefined} */
		this.timer = undefined;
		this.#turn(true);
	}

	/** @param {boolean} first the first answer is wanted at once, to know that we are live */
	async #turn(first) {
		const since = performance.now();
		const held = () => (performance.now() - since) / 1000;
		const wait = first ? 0 : this.wait;
		try {
			const reply = await poll(this.api, {
				cursor: this.handlers.cursor(),
				wait,
				client: this.client,
				signal: this.abort.signal,
				...this.handlers.news(),
			});
			if (this.stopped) {
				return;
			}
			this.full = wait > 0 && held() >= wait * 0.9;
			if (reply.next) {
				const advised = reply.next.wait || this.most;
				this.wait = reply.next.transport === 'poll' ? 0 : Math.min(this.most, advised);
				this.after = Math.max(reply.next.after || 0, this.wait ? 0 : 1000, this.least);
			}
			this.handlers.onReply(reply);
			if (!this.stopped) {
				this.timer = setTimeout(() => this.#turn(false), first ? 0 : this.after);
			}
		} catch (error) {
			if (!this.stopped) {
				this.stop();
				this.handlers.onError(/** @type {ApiError} */ (error), wait ? held() : 0);
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
