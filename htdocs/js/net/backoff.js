/**
 * backoff.js - how long to wait before the next try.
 *
 * Full jitter from 0.25 s, capped at 4 s in the first minute of an outage and at 30 s
 * after it; never giving up. While messages wait to be sent the cap stays at 8 s, so
 * that they leave within 15 s of the outage's end however long it was.
 */

const FIRST = 250;
const CAP_EARLY = 4000;
const CAP_LATE = 30000;
const CAP_WAITING = 8000;
const EARLY = 60000;

/**
 * @param {number} attempt 0 for the first wait
 * @param {number} elapsed ms since the outage began
 * @param {{waiting?: boolean, random?: () => number}} [options]
 * @returns {number} ms
 */
export function backoff(attempt, elapsed, options = {}) {
	const late = options.waiting ? CAP_WAITING : CAP_LATE;
	const cap = elapsed < EARLY ? CAP_EARLY : late;
	const ceiling = Math.min(cap, FIRST * 2 ** Math.min(attempt + 1, 20));
	const random = options.random || Math.random;
	return Math.max(FIRST / 5, Math.round(random() * ceiling));
}

/**
 * An outage: when it began and how often we have tried.
 */
export class Outage {
	/** @param {{now?: () => number, random?: () => number}} [options] */
	constructor(options = {}) {
		this.now = options.now || (() => Date.now());
		this.random = options.random || Math.random;
		this.attempt = 0;
		this.began = 0;
	}

	/** @param {boolean} [waiting] messages wait to be sent */
	next(waiting = false) {
		if (this.attempt === 0) {
			this.began = this.now();
		}
		const elapsed = this.now() - this.began;
		return backoff(this.attempt++, elapsed, { waiting, random: this.random });
	}

	over() {
		this.attempt = 0;
		this.began = 0;
	}

	/** @returns {number} ms since the first failure, 0 when there is none */
	get length() {
		return this.began ? this.now() - this.began : 0;
	}
}
