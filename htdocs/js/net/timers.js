/**
 * timers.js - timers by name: setting one ends the one of that name before it; and what
 * notices that the machine has slept.
 */

/** The clock is looked at so often, in ms; a longer gap was a sleep. */
const TICK = 2000;
const ASLEEP = 6000;
/** Browsers wake a hidden page's timers once a minute. */
const ASLEEP_HIDDEN = 90000;

export class Timers {
	/** @type {Map<string, ReturnType<typeof setTimeout>>} */ #set = new Map();

	/**
	 * @param {string} name
	 * @param {number} ms
	 * @param {() => void} then
	 */
	after(name, ms, then) {
		this.cancel(name);
		this.#set.set(name, setTimeout(() => {
			this.#set.delete(name);
			then();
		}, ms));
	}

	/**
	 * @param {string} name
	 * @param {number} ms
	 * @param {() => void} then
	 */
	every(name, ms, then) {
		this.cancel(name);
		this.#set.set(name, setInterval(then, ms));
	}

	/** @param {string} name */
	has(name) {
		return this.#set.has(name);
	}

	/** @param {string} name */
	cancel(name) {
		clearTimeout(this.#set.get(name));
		this.#set.delete(name);
	}

	clear() {
		[...this.#set.keys()].forEach((name) => this.cancel(name));
	}
}

export class Wake {
	/** @type {ReturnType<typeof setInterval>|undefined} */ #timer;
	#last = 0;
	/** Whether somebody can see the page. */
	seen = true;

	/** @param {() => void} then we have just woken */
	constructor(then) {
		this.then = then;
	}

	/** @param {boolean} seen */
	start(seen) {
		this.stop();
		this.seen = seen;
		this.#last = Date.now();
		this.#timer = setInterval(() => this.#tick(), TICK);
	}

	stop() {
		clearInterval(this.#timer);
	}

	#tick() {
		const gap = Date.now() - this.#last;
		this.#last = Date.now();
		if (gap > (this.seen ? ASLEEP : ASLEEP_HIDDEN)) {
			this.then();
		}
	}
}
