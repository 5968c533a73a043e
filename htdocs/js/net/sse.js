/**
 * sse.js - one EventSource, from open to its first error.
 *
 * EventSource would retry by itself; we close it at the first error instead, because
 * the connection decides what comes next, from the cursor it owns.
 */

/** @import {Event as LogEvent} from './types.js' */

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

	close() {
		this.closed = true;
		this.source.close();
	}
}
