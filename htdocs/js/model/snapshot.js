/**
 * snapshot.js - the last known rooms and messages, kept for when the page is opened and
 * there is no network.
 *
 * What is kept of a room is whole up to the seq noted with it. So it does not matter that
 * rooms are written one after the other: the client's rule fills in the rest.
 */

/** @import {Message, Sync} from '../net/types.js' */
/** @import {Storage} from './storage.js' */
/** @import {Store} from './store.js' */

/** So many messages of a room are kept. */
const MESSAGES = 60;

/**
 * @typedef {object} Kept one room's messages
 * @property {number} room
 * @property {number} last the seq up to which they are known
 * @property {Message[]} messages
 * @property {boolean} more whether there are older ones
 */

export class Snapshot {
	/** @type {Map<number, number>} room to the last seq written */ #written = new Map();
	#busy = false;

	/**
	 * @param {Storage} storage
	 * @param {Store} store
	 */
	constructor(storage, store) {
		this.storage = storage;
		this.store = store;
	}

	/** @param {string} cursor a place not beyond what the store knows */
	async save(cursor) {
		const { store, storage } = this;
		const sync = store.sync(cursor);
		if (this.#busy || !sync) {
			return;
		}
		this.#busy = true;
		try {
			const rooms = this.#changed();
			await storage.put('cache', 'sync', sync);
			for (const kept of rooms) {
				await storage.put('cache', `room ${kept.room}`, kept);
				this.#written.set(kept.room, kept.last);
			}
		} finally {
			this.#busy = false;
		}
	}

	/** @returns {Kept[]} */
	#changed() {
		/** @type {Kept[]} */
		const changed = [];
		for (const { id, last, timeline } of this.store.rooms.values()) {
			if (timeline.loaded && timeline.atEnd && this.#written.get(id) !== last) {
				const all = timeline.messages;
				const messages = all.slice(-MESSAGES);
				const more = timeline.more || messages.length < all.length;
				changed.push({ room: id, last, messages, more });
			}
		}
		return changed;
	}
}

/**
 * @param {Storage} storage
 * @returns {Promise<{sync: Sync, rooms: Kept[]}|null>} null when nothing is kept
 */
export async function lastKnown(storage) {
	/** @type {Sync|undefined} */
	const sync = await storage.get('cache', 'sync');
	if (!sync?.me || !Array.isArray(sync.rooms)) {
		return null;
	}
	const rooms = await Promise.all(sync.rooms.map((r) =>
		storage.get('cache', `room ${r.id}`)));
	return { sync, rooms: rooms.filter(Boolean) };
}

/**
 * @param {Storage} storage
 * @returns {Promise<void>} when nobody else finds here what was read
 */
export async function forget(storage) {
	const sync = await storage.get('cache', 'sync');
	await storage.remove('cache', 'sync');
	for (const room of sync?.rooms || []) {
		await storage.remove('cache', `room ${room.id}`);
	}
}
