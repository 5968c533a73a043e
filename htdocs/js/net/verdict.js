/**
 * verdict.js - what we believe of this network, and for how long.
 *
 * What a network cuts is learned from the cuts: a poll that broke after T seconds is
 * asked to last four fifths of that, a stream that broke after a silence beats within it.
 * Polls and silences that survive try longer again, a little at a time.
 */

/** @import {Known} from './memory.js' */

/** A poll that broke sooner than this, in s, was not cut for its length. */
const SHORTEST = 4;
/** So many polls, or silences, in a row must survive before a longer one is tried … */
const SURVIVORS = 8;
/** … which is so much longer; */
const LONGER = 1.25;
/** a silence counts that is such a part of the longest, beats being a fifth early; */
const NEARLY = 0.6;
/** and one of so many s is as good as any: the server's own beats come sooner. */
const ANY_SILENCE = 60;
/** Streams cut so soon, in ms after their hello … */
const BRIEF = 20000;
/** … so often in a row are worse than polls. */
const BRIEF_MANY = 3;

/**
 * All in ms, but beat and pollWait in seconds and pad in bytes.
 * @typedef {object} Timing
 * @property {number} [helloMin] the hello is waited for at least so long,
 * @property {number} [helloMax] and at most so long, before a poll runs beside it
 * @property {number} [patience] how much longer such a stream is kept
 * @property {number} [probe] the probe must follow the hello within this
 * @property {number} [together] closer than this, the two were held back together
 * @property {number} [apart] further than this, and something held the probe
 * @property {number} [beat] the heartbeat a visible page asks for
 * @property {number} [hiddenAfter] a page hidden so long asks for the default one
 * @property {number} [restAfter] between two polls of a hidden page without a stream
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
	apart: 1800,
	beat: 3,
	hiddenAfter: 60000,
	restAfter: 10000,
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
		/** The longest poll that survives here, in s, and the longest silence; 0: any. */
		this.hold = 0;
		this.quiet = 0;
		this.survived = 0;
		this.silences = 0;
		this.brief = 0;
		/** ms until a stream is tried again beside a working poll. */
		this.retryIn = timing.retry;
	}

	/** @param {Known|null} known of the network that we are on, null for a strange one */
	adopt(known) {
		const { timing } = this;
		Object.assign(this, new Verdict(timing), known ? {
			streams: known.streams, why: known.why, pad: known.pad, hold: known.hold,
			quiet: known.quiet,
		} : {});
	}

	/** @returns {Omit<Known, "at">} */
	get known() {
		const { streams, why, pad, hold, quiet } = this;
		return { streams, why, pad, hold, quiet };
	}

	/** @returns {number} s that a poll is held */
	get wait() {
		return this.hold ? Math.min(this.hold, this.timing.pollWait) : this.timing.pollWait;
	}

	/**
	 * A held poll broke, yet the network is there.
	 * @param {number} seconds how long it was held
	 * @returns {boolean} whether that taught us something
	 */
	pollCut(seconds) {
		this.survived = 0;
		if (seconds < SHORTEST) {
			return false;
		}
		this.hold = Math.max(SHORTEST, Math.floor(seconds * 0.8));
		return true;
	}

	/** A poll lasted as long as it was asked to. */
	pollHeld() {
		if (this.hold && ++this.survived >= SURVIVORS) {
			this.survived = 0;
			this.hold = Math.ceil(this.hold * LONGER);
			if (this.hold >= this.timing.pollWait) {
				this.hold = 0;
			}
		}
	}

	/**
	 * A stream that flowed was cut.
	 * @param {number} silence s since its last frame
	 * @param {number} life ms since its hello
	 * @returns {boolean} whether that taught us a limit
	 */
	streamCut(silence, life) {
		const long = silence >= SHORTEST;
		if (long) {
			this.silences = 0;
			this.quiet = Math.max(SHORTEST, Math.floor(silence * 0.8));
		}
		this.brief = life < BRIEF ? this.brief + 1 : 0;
		if (this.brief >= BRIEF_MANY) {
			this.brief = 0;
			this.bad('cut');
		}
		return long;
	}

	/**
	 * A stream was silent for so many s, and went on. A longer silence is asked for when
	 * it is opened next.
	 * @param {number} silence
	 */
	streamHeld(silence) {
		if (this.quiet && silence >= this.quiet * NEARLY && ++this.silences >= SURVIVORS) {
			this.silences = 0;
			this.quiet = Math.ceil(this.quiet * LONGER);
			if (this.quiet >= ANY_SILENCE) {
				this.quiet = 0;
			}
		}
	}

	/**
	 * @param {number} [wanted] seconds; none for the server's own
	 * @returns {number|undefined} the heartbeat to ask for
	 */
	beat(wanted) {
		if (!this.quiet) {
			return wanted;
		}
		// 1.2: the server's beats are within a fifth of what is asked.
		return Math.max(2, Math.min(wanted || Infinity, Math.floor(this.quiet / 1.2)));
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

	/**
	 * A stream ended before its hello; twice in a row is a verdict.
	 * @returns {boolean} whether streams are given up by that
	 */
	failed() {
		const given = this.streams && ++this.failures >= 2;
		if (given || !this.streams) {
			this.bad('refused');
		}
		return given;
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
