/**
 * sse.js - one EventSource, from open to its first error.
 *
 * EventSource would retry by itself; we close it at the first error instead, because
 * the connection decides what comes next, from the cursor it owns.
 */

/** @import {Event as LogEvent} from './types.js' */
/** @import {Timing} from './verdict.js' */

/**
 * @typedef {object} StreamHandlers
 * @property {(event: LogEvent, id: string) => void} onEvent
 * @property {() => void} onError
 */

/** A frame so much later than the quickest one, in ms, was held … */
const HELD = 1000;
/** … and so many are no accident; one in time makes up for a quarter of one. */
const HELD_MANY = 2;
const IN_TIME = 0.25;
/** What comes so soon after the hello, in ms, may be what was missed. */
const REPLAY = 2000;

export class SseStream {
	/** Server's time to ours, at its least. */
	#quickest = Infinity;
	#held = 0;

	/**
	 * @param {string} url
	 * @param {StreamHandlers} handlers
	 * @param {typeof EventSource} [Source]
	 */
	constructor(url, handlers, Source = globalThis.EventSource) {
		this.opened = performance.now();
		/** When the last frame came, on performance.now()'s clock. */
		this.heard = this.opened;
		/** The silence before it, in s. */
		this.quiet = 0;
		/** When the hello came, 0 before. */
		this.helloAt = 0;
		/** The hello came so late that something held it. */
		this.late = false;
		this.closed = false;
		this.source = new Source(url);
		this.source.onmessage = (frame) => this.#frame(frame, handlers);
		this.source.onerror = () => {
			if (!this.closed) {
				this.close();
				handlers.onError();
			}
		};
	}

	/**
	 * @param {MessageEvent} frame
	 * @param {StreamHandlers} handlers
	 */
	#frame(frame, handlers) {
		if (this.closed) {
			return;
		}
		const now = performance.now();
		this.quiet = (now - this.heard) / 1000;
		this.heard = now;
		/** @type {any} */
		let event;
		try {
			event = JSON.parse(frame.data);
		} catch {
			event = null;
		}
		if (!event || typeof event.type !== 'string') {
			this.close();
			handlers.onError();
			return;
		}
		this.#time(event);
		handlers.onEvent(event, frame.lastEventId);
	}

	/** @param {LogEvent} event compared with the clock of the server, as it tells it */
	#time(event) {
		const written = event.type === 'message' ? event.message?.created_at : event.time;
		const lag = Date.now() - Date.parse(written || '');
		if (!Number.isNaN(lag)) {
			this.#quickest = Math.min(this.#quickest, lag);
			const live = this.helloAt && performance.now() - this.helloAt > REPLAY;
			const late = live && lag - this.#quickest > HELD;
			this.#held = late ? this.#held + 1 : Math.max(0, this.#held - IN_TIME);
		}
	}

	/** @returns {boolean} whether frames come long after they were written */
	get held() {
		return this.#held >= HELD_MANY;
	}

	/**
	 * The hello is there.
	 * @param {number} rtt ms
	 * @param {Required<Timing>} timing
	 */
	greeted(rtt, timing) {
		this.helloAt = performance.now();
		this.late = this.helloAt - this.opened > timing.helloMin * 0.7 + 3 * rtt;
	}

	/**
	 * The probe is there.
	 * @param {Required<Timing>} timing
	 * @returns {""|"buffered"|"held"} held: each frame until the next, as the probe pushed
	 *   the hello out, or a beat the probe
	 */
	probed(timing) {
		const apart = performance.now() - this.helloAt;
		if (apart < timing.together) {
			return 'buffered';
		}
		return this.late || apart > timing.apart ? 'held' : '';
	}

	/** @returns {{silence: number, life: number}|null} s since the last frame, ms since
	 *   the hello; null where there was none */
	get life() {
		const now = performance.now();
		return this.helloAt
			? { silence: (now - this.heard) / 1000, life: now - this.helloAt } : null;
	}

	close() {
		this.closed = true;
		this.source.close();
	}
}
