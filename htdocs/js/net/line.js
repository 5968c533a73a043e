/**
 * line.js - what the page sees of a connection, its own or one shared with other tabs.
 */

/** @import {Event as LogEvent} from './types.js' */

/** @typedef {"live"|"connecting"|"offline"} State */
/** @typedef {"sse"|"long-poll"|"poll"|"none"} Transport */

/**
 * Events: `event` (detail: of the log), `state` (told again where nothing changed), `live`
 * (it was not so before), `reset` (detail: cursor), `signedout`.
 */
export class Line extends EventTarget {
	constructor() {
		super();
		/** Everything up to here was delivered. */
		this.cursor = '';
		/** @type {State} */ this.state = 'connecting';
		/** @type {Transport} */ this.transport = 'none';
		/** A portal or proxy answers in the server's place. */
		this.portal = false;
		this.counts = { streams: 0, polls: 0, mutes: 0, fallbacks: 0, resets: 0 };
	}

	/**
	 * @param {State} state
	 * @param {Transport} transport
	 */
	put(state, transport) {
		if (state === 'live') {
			this.portal = false;
		}
		const risen = state === 'live' && this.state !== 'live';
		this.state = state;
		this.transport = transport;
		this.dispatchEvent(new Event('state'));
		if (risen) {
			this.dispatchEvent(new Event('live'));
		}
	}

	/** @param {LogEvent} event */
	deliver(event) {
		this.dispatchEvent(new CustomEvent('event', { detail: event }));
	}

	/** The cursor is of another log: who listens must sync. */
	reset() {
		this.counts.resets++;
		this.dispatchEvent(new CustomEvent('reset', { detail: this.cursor }));
	}
}
