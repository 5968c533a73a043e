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
import { Line } from './line.js';
import { PollLoop, poll } from './longpoll.js';
import { Network } from './network.js';
import { SseStream } from './sse.js';
import { Timers, Wake } from './timers.js';
import { TIMING } from './verdict.js';

/** @import {Api, ApiError} from './api.js' */
/** @import {Advice, PollReply} from './longpoll.js' */
/** @import {Event as LogEvent} from './types.js' */
/** @import {Memory} from './memory.js' */
/** @import {Timing} from './verdict.js' */

export class Connection extends Line {
	/** @type {SseStream|null} */ #stream = null;
	/** @type {PollLoop|null} */ #loop = null;
	#timers = new Timers();
	#verifying = false;
	#visible = true;
	#running = false;
	#wake = new Wake(() => this.nudge('wake'));

	/**
	 * @param {Api} api
	 * @param {{EventSource?: typeof EventSource, client?: string, timing?: Timing,
	 *   random?: () => number, waiting?: () => boolean, memory?: Memory, user?: number,
	 *   hiddenPolls?: boolean}} [options] waiting: whether messages wait to be sent; user:
	 *   whose stream it must be; hiddenPolls: a hidden page gives its stream up
	 */
	constructor(api, options = {}) {
		super();
		this.api = api;
		this.Source = options.EventSource || globalThis.EventSource;
		this.client = options.client || '';
		this.timing = { ...TIMING, ...options.timing };
		this.user = options.user || 0;
		this.hiddenPolls = options.hiddenPolls || false;
		this.network = new Network(this.timing, options.memory);
		this.verdict = this.network.verdict;
		this.outage = new Outage({ random: options.random });
		this.waiting = options.waiting || (() => false);
		this.heartbeat = 15;
		/** The server asked for fewer streams. */
		this.spare = false;
	}

	/** @param {string} cursor from sync; empty to start at the present */
	start(cursor) {
		this.stop();
		this.cursor = cursor;
		this.#running = true;
		this.#wake.start(this.#visible);
		this.#connect();
	}

	stop() {
		this.#running = false;
		this.#closeStream();
		this.#closeLoop();
		this.#timers.clear();
		this.#wake.stop();
		this.put('connecting', 'none');
	}

	/** @param {boolean} visible whether somebody can see the page */
	setVisible(visible) {
		if (visible === this.#visible) {
			return;
		}
		this.#visible = visible;
		this.#wake.seen = visible;
		this.#timers.cancel('hidden');
		if (visible) {
			this.nudge('focus');
		} else {
			this.#timers.after('hidden', this.timing.hiddenAfter, () => this.#rest());
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
		if (this.#timers.has('retry')) {
			this.#catchUp();
		} else if (this.#loop && (why !== 'focus' || this.#loop.least)) {
			this.#closeLoop();
			this.#connect();
		} else if (this.#stream && this.state === 'live') {
			const wanted = this.verdict.beat(this.timing.beat) || this.heartbeat;
			const slow = this.#visible && this.heartbeat > wanted * 2;
			const quiet = performance.now() - this.#stream.heard > this.timing.beat * 1000;
			if (slow && why === 'focus') {
				this.#openStream();
			} else if (why !== 'focus' || quiet) {
				this.#verify();
			}
		}
	}

	/** One's own send did not come back: is the line mute? */
	suspect() {
		if (this.#running && this.state === 'live') {
			this.#verify();
		}
	}

	check() {
		if ((this.#stream?.life?.silence || 0) > this.heartbeat * 1.5) {
			this.suspect();
		}
	}

	#connect() {
		if (this.#resting()) {
			this.#startLoop({ wait: 0, least: this.timing.restAfter });
		} else if (this.verdict.streams && !this.spare) {
			this.#openStream();
		} else {
			this.#startLoop();
			this.#planProbe();
		}
	}

	#url() {
		const beat = this.verdict.beat(this.#visible ? this.timing.beat : undefined);
		const fields = query({
			cursor: this.cursor, client: this.client, beat, pad: this.verdict.pad || undefined,
			...this.network.news,
		});
		return new URL(`stream/events${fields}`, this.api.base).href;
	}

	#openStream() {
		this.#closeStream();
		this.counts.streams++;
		const stream = new SseStream(this.#url(), {
			onEvent: (event, id) => this.#frame(event, id),
			onError: () => this.#streamError(),
		}, this.Source);
		this.#stream = stream;
		const { helloMin: least, helloMax: most } = this.timing;
		const patience = Math.min(most, Math.max(least, 3 * this.api.rtt));
		this.#timers.after('hello', patience, () => {
			this.counts.fallbacks++;
			this.#startLoop();
			this.#timers.after('hello', this.timing.patience, () => this.#streamBad('silent'));
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
		} else if (event.type === 'beat') {
			this.#advised(event.next);
		} else {
			this.deliver(event);
		}
		this.verdict.streamHeld(this.#stream?.quiet || 0);
		const cursor = id || event.cursor;
		if (cursor) {
			this.cursor = cursor;
		}
		if (this.#stream?.held) {
			this.#streamBad('held');
		}
		this.#watch();
	}

	/** @param {LogEvent} event */
	#hello(event) {
		this.#timers.cancel('hello');
		this.#stream?.greeted(this.api.fastest, this.timing);
		this.heartbeat = event.heartbeat || 15;
		if (this.user && event.user !== this.user) {
			this.#signedOut();
			return;
		}
		this.network.arrived(event.network);
		this.cursor = event.cursor || this.cursor;
		this.outage.over();
		if (event.resume === 'reset') {
			this.reset();
		}
		// While a poll runs beside it, a late stream must first show that it flows.
		if (!this.#loop) {
			this.put('live', 'sse');
		}
		this.#timers.after('probe', this.timing.probe, () => this.#streamBad('held'));
	}

	#probe() {
		this.#timers.cancel('probe');
		const fault = this.#stream?.probed(this.timing);
		if (fault === 'buffered' || (fault === 'held' && !this.verdict.pad)) {
			this.#streamBad(fault);
			return;
		}
		this.verdict.good();
		this.network.remember();
		this.#closeLoop();
		this.put('live', 'sse');
	}

	/** @param {LogEvent} event */
	#bye(event) {
		this.#closeStream();
		const spread = Math.min(event.retry || 1000, 30000);
		if (event.reason === 'replaced' && !this.#visible) {
			this.#startLoop({ wait: 0, least: 10000 });
			this.#planProbe();
			return;
		}
		if (event.reason === 'revoked') {
			this.#signedOut();
			return;
		}
		this.put('connecting', this.transport);
		this.#timers.after('retry', event.reason === 'slow' ? 0 : spread, () => this.#catchUp());
	}

	#streamError() {
		const life = this.#stream?.life;
		if (life) {
			this.network.broke(life);
		} else if (this.verdict.failed()) {
			this.network.fell('refused');
		}
		this.#closeStream();
		if (this.#loop) {
			this.#planProbe();
		} else {
			this.#recover();
		}
	}

	/** @param {"silent"|"held"|"buffered"|"mute"} why */
	#streamBad(why) {
		this.network.fell(why);
		this.#closeStream();
		if (why === 'held' && !this.verdict.pad) {
			this.verdict.pad = this.timing.pad;
			this.#startLoop();
			this.#openStream();
			return;
		}
		this.verdict.bad(why);
		this.network.remember();
		this.#startLoop();
		this.#planProbe();
	}

	/** @param {Advice} [next] what the server would have us do */
	#advised(next) {
		const spare = !!next && next.transport !== 'sse';
		if (spare === this.spare) {
			return;
		}
		this.spare = spare;
		if (spare && this.#stream) {
			this.#closeStream();
			this.#startLoop({ wait: next.wait, after: next.after });
		} else if (!spare && this.#loop && !this.#stream && this.verdict.streams) {
			this.#openStream();
		}
	}

	#planProbe() {
		this.#timers.after('reprobe', this.verdict.retryIn, () => {
			if (this.#loop && !this.#stream && !this.spare && !this.#resting()) {
				this.#openStream();
			}
		});
	}

	/** @param {{wait?: number, after?: number, least?: number}} [options] of PollLoop */
	#startLoop(options = {}) {
		if (this.#loop) {
			return;
		}
		const client = this.client && `${this.client}-p`;
		this.#loop = new PollLoop(this.api, { wait: this.verdict.wait, ...options, client }, {
			cursor: () => this.cursor,
			news: () => this.network.news,
			onReply: (reply) => this.#polled(reply),
			onError: (error, held) => this.#loopError(error, held),
		});
	}

	/** @param {PollReply} reply */
	#polled(reply) {
		this.counts.polls++;
		this.#take(reply);
		if (this.#loop?.full) {
			this.verdict.pollHeld();
			this.#loop.most = this.verdict.wait;
		}
		this.#advised(reply.next);
		if (this.#loop) {
			this.put('live', this.#loop.wait ? 'long-poll' : 'poll');
		}
	}

	/** @param {PollReply} reply */
	#take(reply) {
		this.outage.over();
		this.#timers.cancel('retry');
		this.network.arrived(reply.network);
		this.network.proved();
		for (const event of reply.events) {
			this.deliver(event);
		}
		this.cursor = reply.cursor;
		if (reply.resume === 'reset') {
			this.reset();
		}
	}

	/**
	 * @param {ApiError} error
	 * @param {number} held s that the poll had lasted
	 */
	#loopError(error, held) {
		this.#loop = null;
		this.network.broke(error.kind === 'refused' || !held ? null : { held });
		if (!this.#stream || !this.#stream.life) {
			this.#closeStream();
			this.#recover(error);
		}
	}

	/** @param {ApiError} [error] */
	#recover(error) {
		this.#timers.cancel('reprobe');
		if (error?.kind === 'refused') {
			this.#signedOut();
			return;
		}
		const delay = this.outage.next(this.waiting());
		this.portal = error?.kind === 'foreign';
		const lost = this.portal || this.outage.length > this.timing.silent;
		this.put(lost ? 'offline' : 'connecting', 'none');
		this.#timers.after('retry', Math.max(delay, (error?.after || 0) * 1000), () => {
			this.#catchUp();
		});
	}

	#signedOut() {
		this.stop();
		this.dispatchEvent(new Event('signedout'));
	}

	/** After a loss: a plain poll first, then the stream. */
	async #catchUp() {
		this.#timers.cancel('retry');
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
		if (this.#stream) {
			this.network.fell('mute');
		}
		this.#closeLoop();
		if (!this.#stream) {
			this.#startLoop();
			return;
		}
		this.#closeStream();
		this.#startLoop();
		if (this.verdict.mute()) {
			this.network.remember();
			this.#planProbe();
		} else {
			this.#openStream();
		}
	}

	#ask() {
		const { cursor, timing: { askTimeout: timeout } } = this;
		return poll(this.api, { cursor, wait: 0, client: '', timeout, ...this.network.news });
	}

	/** Watch the stream: the next frame must come within the heartbeat's limit. */
	#watch() {
		if (!this.#stream || !this.#stream.life) {
			return;
		}
		const slack = this.#visible ? 1.5 : 2.5;
		this.#timers.after('mute', this.heartbeat * 1000 * slack, () => this.#verify());
	}

	/** Hidden for long, and with nobody to share a stream with: ask now and then. */
	#resting() {
		return this.hiddenPolls && !this.#visible && !this.#timers.has('hidden');
	}

	#rest() {
		if (this.hiddenPolls && this.#running && this.state === 'live') {
			this.#closeStream();
			this.#closeLoop();
			this.#connect();
		} else {
			this.#reopen();
		}
	}

	#reopen() {
		if (this.#running && this.#stream && this.state === 'live') {
			this.#openStream();
		}
	}

	#closeStream() {
		this.#stream?.close();
		this.#stream = null;
		this.#timers.cancel('hello');
		this.#timers.cancel('probe');
		this.#timers.cancel('mute');
	}

	#closeLoop() {
		this.#loop?.stop();
		this.#loop = null;
	}
}
