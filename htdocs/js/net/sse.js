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

export class SseStream {
	/**
	 * @param {string} url
	 * @param {StreamHandlers} handlers
	 * @param {typeof EventSource} [Source]
	 */
	constructor(url, handlers, Source = globalThis.EventSource) {
		this.opened = performance.now();
		/** When the last frame came, on performance.now()'s clock. */
		this.heard = this.opened;
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
		this.heard = performance.now();
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
		handlers.onEvent(event, frame.lastEventId);
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
