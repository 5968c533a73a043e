/**
 * memory.js - what was learned of each network, kept for a day under the name that the
 * server gives it.
 *
 * A page does not know where it is before the server has answered: it starts with what
 * holds for the network it was on last, and changes its mind at the first answer.
 */

const KEY = 'palabre.networks';
const DAY = 24 * 3600 * 1000;
const MOST = 20;

/**
 * @typedef {object} Known what is remembered of a network
 * @property {boolean} streams a stream is worth trying first
 * @property {string} why the reason where not
 * @property {number} pad bytes of padding to ask for
 * @property {number} hold the longest poll that survives, in s; 0: any
 * @property {number} quiet the longest silence that a stream survives, in s; 0: any
 * @property {number} at when that was last seen, by Date.now()
 */

/** @typedef {{getItem: (key: string) => string|null,
 *   setItem: (key: string, value: string) => void}} Shelf localStorage, or the like */

export class Memory {
	/**
	 * @param {Shelf|null} shelf
	 * @param {() => number} [now]
	 */
	constructor(shelf, now = () => Date.now()) {
		this.shelf = shelf;
		this.now = now;
	}

	/** @returns {{last: string, networks: Record<string, Known>}} */
	#read() {
		/** @type {any} */
		let all = null;
		try {
			all = JSON.parse(this.shelf?.getItem(KEY) || 'null');
		} catch {
			// no storage, or not ours
		}
		if (!all || typeof all.last !== 'string' || !all.networks) {
			all = { last: '', networks: {} };
		}
		const old = this.now() - DAY;
		const fresh = Object.entries(all.networks)
			.filter(([, known]) => /** @type {any} */ (known)?.at > old);
		return { last: all.last, networks: Object.fromEntries(fresh) };
	}

	/** @returns {string} the network of last time */
	get last() {
		return this.#read().last;
	}

	/**
	 * @param {string} network
	 * @returns {Known|null} null when nothing is known of it
	 */
	recall(network) {
		return this.#read().networks[network] || null;
	}

	/**
	 * @param {string} network
	 * @param {Omit<Known, "at">} known
	 */
	keep(network, known) {
		const { networks } = this.#read();
		networks[network] = { ...known, at: this.now() };
		const newest = Object.entries(networks).sort((a, b) => b[1].at - a[1].at).slice(0, MOST);
		try {
			this.shelf?.setItem(KEY, JSON.stringify({
				last: network, networks: Object.fromEntries(newest),
			}));
		} catch {
			// full or refused: learned anew next time
		}
	}
}
