/**
 * connection.js - the one cursor, and whichever transport brings events to it.
 *
 * A stream is tried first. Because a network that holds streams back raises no error,
 * silence is what we watch for: no hello in time starts a long-poll in parallel from
 * the same cursor; a stream gone mute is verified by one plain poll and replaced.
 * Events may arrive twice (the store drops doubles) but the cursor never skips one.
 */

import { query } from './api.js';
import { Outage } from './backoff.js';
import { PollLoop, poll } from './longpoll.js';
import { SseStream } from './sse.js';
import { TIMING, Verdict } from './verdict.js';

/** @import {Api, ApiError} from './api.js' */
/** @import {PollReply} from './longpoll.js' */
/** @import {Event as LogEvent} from './types.js' */
/** @import {Timing} from './verdict.js' */

/** @typedef {"live"|"connecting"|"offline"} State */
/** @typedef {"sse"|"long-poll"|"poll"|"none"} Transport */

export class Connection extends EventTarget {
	/** @type {SseStream|null} */ #stream = null;
	/** @type {PollLoop|null} */ #loop = null;
	/** @type {Record<string, ReturnType<typeof setTimeout>|undefined>} */ #timers = {};
	#helloAt = 0;
	/** The hello came so late that something held it. */
	#late = false;
	#verifying = false;
	#visible = true;
	#running = false;
	#lastTick = Date.now();

	/**
	 * @param {Api} api
	 * @param {{EventSource?: typeof EventSource, client?: string, timing?: Timing,
	 *   random?: () => number, waiting?: () => boolean}} [options] waiting: whether
	 *   messages wait to be sent
	 */
	constructor(api, options = {}) {
		super();
		this.api = api;
		this.Source = options.EventSource || globalThis.EventSource;
		this.client = options.client || '';
		this.timing = { ...TIMING, ...options.timing };
		this.verdict = new Verdict(this.timing);
		this.outage = new Outage({ random: options.random });
		this.waiting = options.waiting || (() => false);
		this.cursor = '';
		this.heartbeat = 15;
		this.network = '';
		/** @type {State} */ this.state = 'connecting';
		/** @type {Transport} */ this.transport = 'none';
		/** A portal or proxy answers in the server's place. */
		this.portal = false;
		this.counts = { streams: 0, polls: 0, mutes: 0, fallbacks: 0, resets: 0 };
	}

	/** @param {string} cursor from sync; empty to start at the present */
	start(cursor) {
		this.stop();
		this.cursor = cursor;
		this.#running = true;
		this.#lastTick = Date.now();
		this.#timers.tick = setInterval(() => this.#tick(), 2000);
		this.#connect();
	}

	stop() {
		this.#running = false;
		this.#closeStream();
		this.#closeLoop();
		for (const name of Object.keys(this.#timers)) {
			this.#cancel(name);
		}
		this.#set('connecting', 'none');
	}

	/** @param {boolean} visible whether somebody can see the page */
	setVisible(visible) {
		if (visible === this.#visible) {
			return;
		}
		this.#visible = visible;
		this.#cancel('hidden');
		if (visible) {
			this.nudge('focus');
		} else {
			this.#after('hidden', this.timing.hiddenAfter, () => this.#reopen());
		}
	}

	/**
	 * Something says that now is a good moment to try.
	 * @param {"online"|"focus"|"wake"|"offline"} why
	 */
	nudge(why) {
		if (!this.#running) {
			return;
		}
		if (this.#timers.retry) {
			this.#catchUp();
		} else if (this.#loop && (why === 'wake' || why === 'online')) {
			this.#closeLoop();
			this.#startLoop();
		} else if (this.#stream && this.state === 'live') {
			const slow = this.#visible && this.heartbeat > this.timing.beat * 2;
			const quiet = performance.now() - this.#stream.heard > this.timing.beat * 1000;
			if (slow && why === 'focus') {
				this.#reopen();
			} else if (why !== 'focus' || quiet) {
				this.#verify();
			}
		}
	}

	/** One's own send was acknowledged, yet did not come back: is the line mute? */
	suspect() {
		if (this.#running && this.state === 'live') {
			this.#verify();
		}
	}

	#connect() {
		if (this.verdict.streams) {
			this.#openStream();
		} else {
			this.#startLoop();
			this.#planProbe();
		}
	}

	#url() {
		const beat = this.#visible ? this.timing.beat : undefined;
		const fields = query({
			cursor: this.cursor, client: this.client, beat, pad: this.verdict.pad || undefined,
		});
		return new URL(`stream/events${fields}`, this.api.base).href;
	}

	#openStream() {
		this.#closeStream();
		this.counts.streams++;
		this.#helloAt = 0;
		const stream = new SseStream(this.#url(), {
			onEvent: (event, id) => this.#frame(event, id),
			onError: () => this.#streamError(),
		}, this.Source);
		this.#stream = stream;
		const { helloMin, helloMax } = this.timing;
		const patience = Math.min(helloMax, Math.max(helloMin, 3 * this.api.rtt));
		this.#after('hello', patience, () => {
			this.counts.fallbacks++;
			this.#startLoop();
			this.#after('hello', this.timing.patience, () => this.#streamBad('silent'));
		});
	}

	/**
	 * @param {LogEvent} event
	 * @param {string} id
	 */
	#frame(event, id) {
		if (event.type === 'hello') {
			this.#hello(event);
		} else if (event.type === 'probe') {
			this.#probe();
		} else if (event.type === 'bye') {
			this.#bye(event);
			return;
		} else if (event.type !== 'beat') {
			this.#deliver(event);
		}
		const cursor = id || event.cursor;
		if (cursor) {
			this.cursor = cursor;
		}
		this.#watch();
	}

	/** @param {LogEvent} event */
	#hello(event) {
		this.#cancel('hello');
		this.#helloAt = performance.now();
		const took = this.#helloAt - (this.#stream?.opened || 0);
		this.#late = took > this.timing.helloMin * 0.7 + 3 * this.api.rtt;
		this.heartbeat = event.heartbeat || 15;
		this.network = event.network || '';
		this.cursor = event.cursor || this.cursor;
		this.outage.over();
		if (event.resume === 'reset') {
			this.#reset();
		}
		// While a poll runs beside it, a late stream must first show that it flows.
		if (!this.#loop) {
			this.#set('live', 'sse');
		}
		this.#after('probe', this.timing.probe, () => this.#streamBad('held'));
	}

	#probe() {
		this.#cancel('probe');
		if (performance.now() - this.#helloAt < this.timing.together) {
			this.#streamBad('buffered');
			return;
		}
		if (this.#late && !this.verdict.pad) {
			// The probe pushed the hello out: frames are held until the next one.
			this.#streamBad('held');
			return;
		}
		this.verdict.good();
		this.#closeLoop();
		this.#set('live', 'sse');
	}

	/** @param {LogEvent} event */
	#bye(event) {
		this.#closeStream();
		const spread = Math.min(event.retry || 1000, 30000);
		if (event.reason === 'replaced' && !this.#visible) {
			this.#startLoop({ wait: 0, after: 10000 });
			return;
		}
		if (event.reason === 'revoked') {
			this.#signedOut();
			return;
		}
		this.#set('connecting', this.transport);
		const wait = event.reason === 'slow' ? 0 : spread;
		this.#after('retry', wait, () => this.#catchUp());
	}

	#streamError() {
		const flowed = this.#helloAt > 0;
		this.#closeStream();
		if (!flowed) {
			this.verdict.failed();
		}
		if (this.#loop) {
			this.#planProbe();
		} else {
			this.#recover();
		}
	}

	/** @param {"silent"|"held"|"buffered"|"mute"} why */
	#streamBad(why) {
		this.#closeStream();
		if (why === 'held' && !this.verdict.pad) {
			this.verdict.pad = this.timing.pad;
			this.#startLoop();
			this.#openStream();
			return;
		}
		this.verdict.bad(why);
		this.#startLoop();
		this.#planProbe();
	}

	/** Try a stream again later, beside the poll that works. */
	#planProbe() {
		this.#after('reprobe', this.verdict.retryIn, () => {
			if (this.#loop && !this.#stream) {
				this.#openStream();
			}
		});
	}

	/** @param {{wait?: number, after?: number}} [options] */
	#startLoop(options = {}) {
		if (this.#loop) {
			return;
		}
		const wait = options.wait ?? this.timing.pollWait;
		const client = this.client ? `${this.client}-p` : '';
		this.#loop = new PollLoop(this.api, { client, wait, after: options.after }, {
			cursor: () => this.cursor,
			onReply: (reply) => this.#polled(reply),
			onError: (error) => this.#loopError(error),
		});
	}

	/** @param {PollReply} reply */
	#polled(reply) {
		this.counts.polls++;
		this.#take(reply);
		if (this.#loop) {
			this.#set('live', this.#loop.wait ? 'long-poll' : 'poll');
		}
	}

	/** @param {PollReply} reply */
	#take(reply) {
		this.outage.over();
		this.#cancel('retry');
		for (const event of reply.events) {
			this.#deliver(event);
		}
		this.cursor = reply.cursor;
		if (reply.resume === 'reset') {
			this.#reset();
		}
	}

	/** @param {ApiError} error */
	#loopError(error) {
		this.#loop = null;
		if (!this.#stream || !this.#helloAt) {
			this.#closeStream();
			this.#recover(error);
		}
	}

	/** @param {ApiError} [error] */
	#recover(error) {
		this.#cancel('reprobe');
		if (error?.kind === 'refused') {
			this.#signedOut();
			return;
		}
		const delay = this.outage.next(this.waiting());
		this.portal = error?.kind === 'foreign';
		const lost = this.portal || this.outage.length > this.timing.silent;
		this.#set(lost ? 'offline' : 'connecting', 'none');
		this.#after('retry', Math.max(delay, (error?.after || 0) * 1000), () => {
			this.#catchUp();
		});
	}

	#signedOut() {
		this.stop();
		this.dispatchEvent(new Event('signedout'));
	}

	/** After a loss: a plain poll first, then the stream. */
	async #catchUp() {
		this.#cancel('retry');
		if (this.#verifying) {
			return;
		}
		this.#verifying = true;
		try {
			const reply = await this.#ask();
			this.#verifying = false;
			if (this.#running) {
				this.#take(reply);
				this.#connect();
			}
		} catch (error) {
			this.#verifying = false;
			if (this.#running) {
				this.#recover(/** @type {ApiError} */ (error));
			}
		}
	}

	/** The line is quiet: ask once, and replace it if it has gone mute. */
	async #verify() {
		if (this.#verifying) {
			return;
		}
		this.#verifying = true;
		const stream = this.#stream;
		const heard = stream?.heard;
		/** @type {PollReply|null} */
		let reply = null;
		/** @type {any} */
		let failure = null;
		try {
			reply = await this.#ask();
		} catch (error) {
			failure = error;
		}
		this.#verifying = false;
		if (!this.#running) {
			return;
		}
		if (stream && (stream !== this.#stream || stream.heard !== heard)) {
			return;
		}
		if (!reply) {
			this.#closeStream();
			this.#closeLoop();
			this.#recover(failure);
			return;
		}
		this.#take(reply);
		this.#mute();
	}

	#mute() {
		this.counts.mutes++;
		this.#closeLoop();
		if (!this.#stream) {
			this.#startLoop();
			return;
		}
		this.#closeStream();
		this.#startLoop();
		if (this.verdict.mute()) {
			this.#planProbe();
		} else {
			this.#openStream();
		}
	}

	#ask() {
		return poll(this.api, {
			cursor: this.cursor, wait: 0, client: '', timeout: this.timing.askTimeout,
		});
	}

	/** Watch the stream: the next frame must come within the heartbeat's limit. */
	#watch() {
		if (!this.#stream || !this.#helloAt) {
			return;
		}
		const slack = this.#visible ? 1.5 : 2.5;
		this.#after('mute', this.heartbeat * 1000 * slack, () => this.#verify());
	}

	/** Open the stream anew, for another heartbeat. */
	#reopen() {
		if (this.#running && this.#stream && this.state === 'live') {
			this.#openStream();
		}
	}

	#tick() {
		const gap = Date.now() - this.#lastTick;
		this.#lastTick = Date.now();
		if (gap > (this.#visible ? 6000 : 90000)) {
			this.nudge('wake');
		}
	}

	#reset() {
		this.counts.resets++;
		this.dispatchEvent(new CustomEvent('reset', { detail: this.cursor }));
	}

	/** @param {LogEvent} event */
	#deliver(event) {
		this.dispatchEvent(new CustomEvent('event', { detail: event }));
	}

	/**
	 * @param {State} state
	 * @param {Transport} transport
	 */
	#set(state, transport) {
		if (state === 'live') {
			this.portal = false;
		}
		if (state !== this.state || transport !== this.transport) {
			this.state = state;
			this.transport = transport;
		}
		this.dispatchEvent(new Event('state'));
	}

	#closeStream() {
		this.#stream?.close();
		this.#stream = null;
		this.#cancel('hello');
		this.#cancel('probe');
		this.#cancel('mute');
	}

	#closeLoop() {
		this.#loop?.stop();
		this.#loop = null;
	}

	/**
	 * @param {string} name
	 * @param {number} ms
	 * @param {() => void} then
	 */
	#after(name, ms, then) {
		this.#cancel(name);
		this.#timers[name] = setTimeout(() => {
			this.#timers[name] = undefined;
			then();
		}, ms);
	}

	/** @param {string} name */
	#cancel(name) {
		clearTimeout(this.#timers[name]);
		this.#timers[name] = undefined;
	}
}
