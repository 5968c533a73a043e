/**
 * uploads.js - the files of messages that wait in the outbox: kept across reloads, and
 * sent ahead of their message, one at a time.
 */

import { Outage } from '../net/backoff.js';
import { Retry } from './retry.js';

/** @import {Api, ApiError} from '../net/api.js' */
/** @import {Attachment} from '../net/types.js' */
/** @import {Entry} from './outbox.js' */
/** @import {Storage} from './storage.js' */

/**
 * A file on its way into a message.
 * @typedef {object} Outgoing
 * @property {string} key its name in the storage
 * @property {string} name
 * @property {string} type as the browser calls it
 * @property {number} size
 * @property {number} width as to be seen; 0 where it is no picture
 * @property {number} height
 * @property {boolean} animated
 * @property {Attachment|null} attachment once the server has it
 * @property {string} error the server's code when it refused it
 */

/**
 * What the outbox wants to know.
 * @typedef {object} Owner
 * @property {() => Entry|undefined} next the first message whose files can be sent
 * @property {(entry: Entry) => Promise<Entry|undefined>} stored as it stands in the storage
 * @property {(entry: Entry) => void} done one of its files has come
 * @property {(entry: Entry, code: string) => void} failed
 * @property {(key: string, part: number) => void} progress 0 to 1
 */

/** So many pictures of one's own are shown without asking the server for them. */
const OWN = 30;
/** Another tab is at it: look again after so many ms. */
const ELSEWHERE = 1000;

/** @param {Entry} entry @returns {boolean} whether the server has all of its files */
export const complete = (entry) => entry.files.every((f) => f.attachment);

export class Uploads {
	/** @type {Map<string, Blob>} */ #blobs = new Map();
	/** @type {Map<string, string>} keys, and ids of attachments, to blob: URLs */ #urls = new Map();
	/** @type {{key: string, abort: AbortController, moved: number}|null} */ #now = null;
	#running = false;

	/**
	 * @param {Api} api
	 * @param {Storage} storage
	 * @param {Owner} owner
	 * @param {{hung?: number, stall?: number, random?: () => number}} [options] ms
	 */
	constructor(api, storage, owner, options = {}) {
		this.api = api;
		this.storage = storage;
		this.owner = owner;
		this.hung = options.hung || 3000;
		this.options = options;
		this.retry = new Retry(options);
		/** @type {Map<string, number>} key to how much of it has left, 0 to 1 */
		this.parts = new Map();
	}

	/**
	 * @param {string} key
	 * @param {Blob} blob
	 */
	keep(key, blob) {
		this.#blobs.set(key, blob);
		// Storage that is full costs a reload's memory, not the file.
		return this.storage.put('files', key, blob).catch(() => {});
	}

	/** @param {Entry} entry what its message no longer needs; what is shown stays */
	forget(entry) {
		for (const { key } of entry.files) {
			this.#blobs.delete(key);
			this.parts.delete(key);
			this.storage.remove('files', key).catch(() => {});
		}
	}

	/**
	 * @param {string} name a key, or the id of an attachment of ours
	 * @returns {string} a blob: URL; empty where we have none
	 */
	url(name) {
		return this.#urls.get(name) || '';
	}

	/**
	 * Make those that an earlier page left fit to be shown.
	 * @param {Entry} entry
	 */
	async show(entry) {
		for (const { key } of entry.files) {
			const blob = await this.#blob(key);
			if (blob && !this.#urls.has(key)) {
				this.#see(key, URL.createObjectURL(blob));
			}
		}
	}

	/**
	 * @param {string} name
	 * @param {string} url
	 */
	#see(name, url) {
		this.#urls.set(name, url);
		if (this.#urls.size > 2 * OWN) {
			const [[oldest, gone]] = this.#urls;
			this.#urls.delete(oldest);
			if (![...this.#urls.values()].includes(gone)) {
				URL.revokeObjectURL(gone);
			}
		}
	}

	/** @param {string} key */
	async #blob(key) {
		let blob = this.#blobs.get(key);
		if (!blob) {
			blob = await this.storage.get('files', key).catch(() => undefined);
			if (blob) {
				this.#blobs.set(key, blob);
			}
		}
		return blob;
	}

	/** @param {string} key one that is not wanted any more */
	cancel(key) {
		if (this.#now?.key === key) {
			this.#now.abort.abort();
		}
	}

	/** The way is free: end the waits, and give up what has not moved. */
	kick() {
		if (this.#now && performance.now() - this.#now.moved > this.hung) {
			this.#now.abort.abort();
		}
		this.retry.kick();
	}

	stop() {
		this.retry.stop();
		this.#now?.abort.abort();
		this.#urls.forEach((url) => URL.revokeObjectURL(url));
	}

	/** Send what waits. */
	async run() {
		if (this.#running) {
			return;
		}
		this.#running = true;
		const outage = new Outage(this.options);
		for (let entry; !this.retry.stopped && (entry = this.owner.next());) {
			// A browser may refuse the lock: that is no reason to give up for good.
			const pause = await this.#exclusive(entry, outage).catch(() => outage.next(true));
			if (pause < 0) {
				break;
			}
			if (pause > 0) {
				await this.retry.sleep(pause);
			}
		}
		this.#running = false;
	}

	/**
	 * Two tabs of one browser have the same outbox: one of them sends a file.
	 * @param {Entry} entry
	 * @param {Outage} outage
	 * @returns {Promise<number>} ms to wait before the next try; below 0 ends the run
	 */
	async #exclusive(entry, outage) {
		const locks = globalThis.navigator?.locks;
		if (!locks) {
			return this.#send(entry, outage);
		}
		return await locks.request(`palabre upload ${entry.client_id}`, { ifAvailable: true },
			async (lock) => {
				if (!lock) {
					return ELSEWHERE;
				}
				const kept = await this.owner.stored(entry).catch(() => undefined);
				for (const file of entry.files) {
					const other = kept?.files.find((f) => f.key === file.key);
					file.attachment ||= other?.attachment || null;
				}
				return this.#send(entry, outage);
			});
	}

	/**
	 * @param {Entry} entry
	 * @param {Outage} outage
	 */
	async #send(entry, outage) {
		const file = entry.files.find((f) => !f.attachment);
		if (!file) {
			this.owner.done(entry);
			return 0;
		}
		const blob = await this.#blob(file.key);
		if (!blob) {
			this.#refused(entry, file, 'file_lost');
			return 0;
		}
		const now = { key: file.key, abort: new AbortController(), moved: performance.now() };
		this.#now = now;
		try {
			const { upload } = await import('../net/upload.js');
			file.attachment = await upload(this.api, file.name, blob, {
				signal: now.abort.signal, stall: this.options.stall,
				progress: (part) => {
					now.moved = performance.now();
					this.parts.set(file.key, part);
					this.owner.progress(file.key, part);
				},
			});
			outage.over();
			this.#arrived(file);
			this.owner.done(entry);
			return 0;
		} catch (error) {
			return this.#trouble(entry, file, /** @type {ApiError} */ (error), outage);
		} finally {
			this.#now = null;
		}
	}

	/** @param {Outgoing} file */
	#arrived(file) {
		const url = this.#urls.get(file.key);
		if (url && file.attachment) {
			this.#see(file.attachment.id, url);
		}
	}

	/**
	 * @param {Entry} entry
	 * @param {Outgoing} file
	 * @param {ApiError} error anything else is code that did not come: the network's doing
	 * @param {Outage} outage
	 */
	#trouble(entry, file, error, outage) {
		this.parts.delete(file.key);
		this.owner.progress(file.key, 0);
		if (!entry.files.includes(file)) {
			return 0;
		}
		if (error.transient !== false) {
			return Math.max(outage.next(true), (error.after || 0) * 1000);
		}
		if (error.status === 401 || error.code === 'not_signed_in') {
			return -1;
		}
		this.#refused(entry, file, error.code);
		return 0;
	}

	/**
	 * @param {Entry} entry
	 * @param {Outgoing} file
	 * @param {string} code
	 */
	#refused(entry, file, code) {
		file.error = code;
		this.owner.failed(entry, code);
	}
}
