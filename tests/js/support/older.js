/** older.js - what every browser has and node 18 lacks. */

import { webcrypto } from 'node:crypto';

class DetailedEvent extends Event {
	/**
	 * @param {string} type
	 * @param {{detail?: any}} [options]
	 */
	constructor(type, options = {}) {
		super(type);
		this.detail = options.detail ?? null;
	}
}

globalThis.CustomEvent ??= /** @type {any} */ (DetailedEvent);
if (!globalThis.crypto) {
	globalThis.crypto = /** @type {any} */ (webcrypto);
}
