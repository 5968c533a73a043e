/**
 * timers.js - timers by name: setting one ends the one of that name before it.
 */

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
