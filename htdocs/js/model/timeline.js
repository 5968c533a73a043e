/**
 * timeline.js - the loaded stretch of one room's messages.
 *
 * The stretch has no hole in it. Usually it ends at the room's end (`atEnd`) and grows
 * by live events; after a jump into the past it ends earlier and grows by pages. A page
 * may have been read before an event that overtook it on another connection, so events
 * that arrive while a page is on its way are applied again after it.
 */

import { query } from '../net/api.js';

/** @import {Api} from '../net/api.js' */
/** @import {Event as LogEvent, Message} from '../net/types.js' */
/** @import {Retry} from './retry.js' */

const PAGE = 50;
/** Beyond this many, the far end is forgotten. */
const KEEP = 600;

export class Timeline {
	/** @type {Message[]} */ #messages = [];
	/** @type {LogEvent[]} */ #journal = [];
	#loads = 0;
	#generation = 0;
	/** @type {Map<string, Promise<void>>} */ #busy = new Map();

	/**
	 * @param {Api} api
	 * @param {number} room
	 * @param {Retry} retry
	 * @param {() => void} changed
	 */
	constructor(api, room, retry, changed) {
		this.api = api;
		this.room = room;
		this.retry = retry;
		this.changed = changed;
		this.loaded = false;
		this.atEnd = true;
		/** Whether older messages exist. */
		this.more = true;
	}

	/** @returns {readonly Message[]} oldest first */
	get messages() {
		return this.#messages;
	}

	/** Somebody looks at it, or is about to. */
	get wanted() {
		return this.loaded || this.#loads > 0;
	}

	/**
	 * @param {number} seq
	 * @returns {Message|undefined}
	 */
	get(seq) {
		const at = this.#index(seq);
		return this.#messages[at]?.seq === seq ? this.#messages[at] : undefined;
	}

	/** @returns {Promise<void>} */
	latest() {
		return this.#once('latest', async () => {
			const page = await this.#page({ limit: PAGE });
			this.#replace(page.messages, page.more, true);
		});
	}

	/**
	 * Begin with what was kept from an earlier time.
	 * @param {Message[]} messages the room's last ones
	 * @param {boolean} more
	 */
	seed(messages, more) {
		if (!this.loaded) {
			this.#replace(messages, more, true);
			this.changed();
		}
	}

	/** Load the page before what is loaded. */
	older() {
		if (!this.loaded || !this.more || !this.#messages.length) {
			return Promise.resolve();
		}
		return this.#once('older', async () => {
			const generation = this.#generation;
			const page = await this.#page({ before: this.#messages[0].seq, limit: PAGE });
			if (generation === this.#generation) {
				page.messages.forEach((m) => this.#upsert(m));
				this.more = page.more;
				this.#trim('end');
			}
		});
	}

	/** Load the page after what is loaded, when that is not the room's end. */
	newer() {
		const last = this.#messages.at(-1);
		if (!this.loaded || this.atEnd || !last) {
			return Promise.resolve();
		}
		return this.#once('newer', async () => {
			const generation = this.#generation;
			const page = await this.#page({ after: last.seq, limit: PAGE });
			if (generation === this.#generation) {
				page.messages.forEach((m) => this.#upsert(m));
				this.atEnd = !page.more;
				this.#trim('start');
			}
		});
	}

	/**
	 * Make sure that a message is loaded.
	 * @param {number} seq
	 * @returns {Promise<void>}
	 */
	around(seq) {
		if (this.loaded && this.get(seq)) {
			return Promise.resolve();
		}
		return this.#once(`around ${seq}`, async () => {
			const page = await this.#page({ around: seq, limit: PAGE });
			// Whether it reaches the ends is for older() and newer() to find out.
			this.#replace(page.messages, (page.messages[0]?.seq || 1) > 1, false);
		});
	}

	/** Forget everything: the log behind it is another one. */
	reset() {
		this.#generation++;
		this.#messages = [];
		this.#busy.clear();
		this.loaded = false;
		this.atEnd = true;
		this.more = true;
	}

	/** @param {LogEvent} event a durable event, in its order */
	apply(event) {
		if (this.#loads > 0) {
			this.#journal.push(event);
		}
		if (this.loaded) {
			this.#apply(event);
		}
	}

	/** @param {LogEvent} event */
	#apply(event) {
		const old = event.target ? this.get(event.target) : undefined;
		if (event.type === 'message' && event.message) {
			const last = this.#messages.at(-1)?.seq || 0;
			if (this.atEnd || event.message.seq <= last) {
				this.#upsert(event.message);
				this.#trim('start');
			}
		} else if (event.type === 'edit' && event.message && old) {
			this.#upsert(event.message);
		} else if (event.type === 'delete' && old) {
			this.#upsert({ ...old, deleted: true, body: '', attachments: [], reactions: [] });
		} else if (event.type === 'reaction' && old) {
			this.#upsert({ ...old, reactions: react(old.reactions, event) });
		}
	}

	/**
	 * @param {Message[]} messages
	 * @param {boolean} more
	 * @param {boolean} atEnd
	 */
	#replace(messages, more, atEnd) {
		this.#generation++;
		this.#messages = [...messages];
		this.more = more;
		this.atEnd = atEnd;
		this.loaded = true;
	}

	/** @param {Message} message */
	#upsert(message) {
		const at = this.#index(message.seq);
		const same = this.#messages[at]?.seq === message.seq;
		this.#messages.splice(at, same ? 1 : 0, message);
	}

	/** @param {"start"|"end"} side the side to forget, if there is too much */
	#trim(side) {
		if (this.#messages.length <= KEEP) {
			return;
		}
		if (side === 'start') {
			this.#messages.splice(0, this.#messages.length - KEEP);
			this.more = true;
		} else {
			this.#messages.length = KEEP;
			this.atEnd = false;
		}
	}

	/**
	 * @param {number} seq
	 * @returns {number} of the first message not before seq
	 */
	#index(seq) {
		let low = 0;
		let high = this.#messages.length;
		while (low < high) {
			const mid = (low + high) >> 1;
			if (this.#messages[mid].seq < seq) {
				low = mid + 1;
			} else {
				high = mid;
			}
		}
		return low;
	}

	/**
	 * @param {Record<string, number>} fields
	 * @returns {Promise<{messages: Message[], more: boolean}>}
	 */
	#page(fields) {
		return this.retry.until(() => this.api.get(
			`rooms/${this.room}/messages${query(fields)}`, { expect: 'messages' }));
	}

	/**
	 * One load of a kind at a time; afterwards, what overtook it.
	 * @param {string} name
	 * @param {() => Promise<void>} load
	 * @returns {Promise<void>}
	 */
	#once(name, load) {
		const running = this.#busy.get(name);
		if (running) {
			return running;
		}
		this.#loads++;
		const promise = load().then(() => {
			this.#journal.forEach((event) => this.#apply(event));
		}).finally(() => {
			this.#loads--;
			if (this.#loads === 0) {
				this.#journal = [];
			}
			if (this.#busy.get(name) === promise) {
				this.#busy.delete(name);
			}
			this.changed();
		});
		this.#busy.set(name, promise);
		return promise;
	}
}

/**
 * @param {{emoji: string, users: number[]}[]} reactions
 * @param {LogEvent} event
 */
function react(reactions, event) {
	const emoji = event.emoji || '';
	const user = /** @type {number} */ (event.user);
	const known = reactions.some((r) => r.emoji === emoji);
	const list = known ? reactions : [...reactions, { emoji, users: [] }];
	return list.map((r) => {
		if (r.emoji !== emoji) {
			return r;
		}
		const others = r.users.filter((id) => id !== user);
		return { emoji, users: event.on ? [...others, user] : others };
	}).filter((r) => r.users.length > 0);
}
