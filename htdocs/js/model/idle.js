/**
 * idle.js - says `away` when nobody has been at any page of this browser for a while, and
 * takes it back when somebody is.
 */

/** So long, in ms. */
const IDLE = 5 * 60000;
/** The time of the last key or touch is written down at most so often, in ms. */
const NOTE = 10000;

const KEY = 'palabre active';

/**
 * @typedef {object} World
 * @property {() => number} now ms
 * @property {Pick<globalThis.Storage, "getItem"|"setItem">|null} shelf shared by the
 *   pages of this browser
 * @property {() => string|undefined} presence what the server says of us
 * @property {(away: boolean) => Promise<unknown>} tell
 */

export class Idle {
	#noted = 0;
	#telling = false;

	/** @param {World} world */
	constructor(world) {
		this.world = world;
		this.#noted = world.now();
	}

	/** Somebody is here. */
	active() {
		const { now, presence } = this.world;
		if (now() - this.#noted > NOTE || presence() === 'away') {
			this.#note();
		}
		if (presence() === 'away') {
			this.#tell(false);
		}
	}

	/** Look at the clock, now and then; on the one page that speaks for the browser. */
	look() {
		const { now, presence } = this.world;
		if (presence() === 'online' && now() - this.#last() > IDLE) {
			this.#tell(true);
		}
	}

	#note() {
		this.#noted = this.world.now();
		try {
			this.world.shelf?.setItem(KEY, String(this.#noted));
		} catch {
			// full or forbidden: this page knows it, then
		}
	}

	#last() {
		return Math.max(this.#noted, Number(this.world.shelf?.getItem(KEY)) || 0);
	}

	/** @param {boolean} away */
	async #tell(away) {
		if (this.#telling) {
			return;
		}
		this.#telling = true;
		await this.world.tell(away).catch(() => {});
		this.#telling = false;
	}
}
