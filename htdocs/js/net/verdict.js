/**
 * verdict.js - what we believe of this network, and for how long.
 */

/**
 * All in ms, but beat and pollWait in seconds and pad in bytes.
 * @typedef {object} Timing
 * @property {number} [helloMin] the hello is waited for at least so long,
 * @property {number} [helloMax] and at most so long, before a poll runs beside it
 * @property {number} [patience] how much longer such a stream is kept
 * @property {number} [probe] the probe must follow the hello within this
 * @property {number} [together] closer than this, the two were held back together
 * @property {number} [beat] the heartbeat a visible page asks for
 * @property {number} [hiddenAfter] a page hidden so long asks for the default one
 * @property {number} [pollWait] how long a poll is held
 * @property {number} [askTimeout] for a plain poll that verifies or catches up
 * @property {number} [silent] an outage shorter than this is not shown
 * @property {number} [retry] first wait before a stream is tried again beside a poll
 * @property {number} [retryMax] last such wait
 * @property {number} [pad] what to ask for where frames are held until the next
 */

/** @type {Required<Timing>} */
export const TIMING = {
	helloMin: 1500,
	helloMax: 4000,
	patience: 8000,
	probe: 4000,
	together: 500,
	beat: 3,
	hiddenAfter: 60000,
	pollWait: 25,
	askTimeout: 4000,
	silent: 3000,
	retry: 60000,
	retryMax: 1800000,
	pad: 2048,
};

export class Verdict {
	/** @param {Required<Timing>} timing */
	constructor(timing) {
		this.timing = timing;
		/** Whether a stream is worth trying first. */
		this.streams = true;
		/** Bytes of padding to ask for. */
		this.pad = 0;
		/** Why streams are not used, in the words of bad(). */
		this.why = '';
		this.failures = 0;
		this.mutes = 0;
		/** ms until a stream is tried again beside a working poll. */
		this.retryIn = timing.retry;
	}

	/** A stream has shown that it flows. */
	good() {
		this.streams = true;
		this.why = '';
		this.failures = 0;
		this.retryIn = this.timing.retry;
	}

	/** @param {string} why */
	bad(why) {
		this.retryIn = this.streams
			? this.timing.retry
			: Math.min(this.retryIn * 2, this.timing.retryMax);
		this.streams = false;
		this.why = why;
	}

	/** A stream ended before its hello; twice in a row is a verdict. */
	failed() {
		if (++this.failures >= 2) {
			this.bad('refused');
		}
	}

	/** @returns {boolean} whether streams are given up for now: the second time mute */
	mute() {
		if (++this.mutes >= 2) {
			this.mutes = 0;
			this.bad('mute');
		}
		return !this.streams;
	}
}
