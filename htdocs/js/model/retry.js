/**
 * retry.js - does a thing until it is done: waits grow, a kick ends the wait.
 */

import { ApiError } from '../net/api.js';
import { Outage } from '../net/backoff.js';

export class Retry {
	/** @type {Set<() => void>} */ #sleepers = new Set();

	/** @param {{random?: () => number}} [options] */
	constructor(options = {}) {
		this.options = options;
		this.stopped = false;
	}

	/**
	 * @template T
	 * @param {() => Promise<T>} task
	 * @returns {Promise<T>} rejects only with what the server refused, or when stopped
	 */
	async until(task) {
		const outage = new Outage(this.options);
		for (;;) {
			try {
				return await task();
			} catch (error) {
				if (!(error instanceof ApiError) || !error.transient || this.stopped) {
					throw error;
				}
				await this.sleep(Math.max(outage.next(true), error.after * 1000));
			}
			if (this.stopped) {
				throw new ApiError('down', 'stopped');
			}
		}
	}

	/** @param {number} ms */
	sleep(ms) {
		return new Promise((/** @type {(value: void) => void} */ resolve) => {
			const wake = () => {
				clearTimeout(timer);
				this.#sleepers.delete(wake);
				resolve();
			};
			const timer = setTimeout(wake, ms);
			this.#sleepers.add(wake);
		});
	}

	/** The way may be free again: try now. */
	kick() {
		[...this.#sleepers].forEach((wake) => wake());
	}

	stop() {
		this.stopped = true;
		this.kick();
	}
}
