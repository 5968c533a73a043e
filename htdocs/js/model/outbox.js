/**
 * outbox.js - what was written and is not yet known to be in the log.
 *
 * Each entry keeps its client_id for life, so trying again can never double it. Entries
 * of a room leave one after the other, in the order they were written; but words do not
 * wait for the files of a message before them. An outage leaves them `sending`; only the
 * server's own refusal makes one `failed`.
 */

import { uuid } from '../lib/ids.js';
import { ApiError } from '../net/api.js';
import { Outage } from '../net/backoff.js';
import { Retry } from './retry.js';
import { complete, Uploads } from './uploads.js';

/** @import {Api} from '../net/api.js' */
/** @import {Message} from '../net/types.js' */
/** @import {Storage} from './storage.js' */
/** @import {Outgoing} from './uploads.js' */

/**
 * @typedef {object} Entry
 * @property {string} client_id
 * @property {number} room
 * @property {string} body
 * @property {number|null} reply_to
 * @property {Outgoing[]} files
 * @property {string} created_at
 * @property {number} order
 * @property {"sending"|"sent"|"failed"} state
 * @property {string} error the server's code when failed
 * @property {number} seq 0 until known
 * @property {boolean} [renewed] its files were sent a second time
 */

/**
 * Events: `change` (detail: the room), `sent` (detail: the message), `progress` (detail:
 * the key of a file and the part of it, 0 to 1, that has left).
 */
export class Outbox extends EventTarget {
	/** @type {Entry[]} */ #entries = [];
	/** @type {Map<number, {abort: AbortController|null, since: number}>} */
	#running = new Map();
	#order = 0;
	#stopped = false;

	/**
	 * @param {Api} api
	 * @param {Storage} storage
	 * @param {{timeout?: number, hung?: number, stall?: number, random?: () => number}}
	 *   [options] ms; a request older than `hung` is given up when the way is known to be
	 *   free, an upload that does not move for `stall` in any case
	 */
	constructor(api, storage, options = {}) {
		super();
		this.api = api;
		this.storage = storage;
		this.timeout = options.timeout || 8000;
		this.hung = options.hung || 3000;
		this.random = options.random;
		this.retry = new Retry(options);
		this.uploads = new Uploads(api, storage, {
			next: () => this.#entries.find((e) => e.state === 'sending' && !complete(e)),
			stored: (entry) => this.storage.get('outbox', this.#key(entry)),
			done: (entry) => this.#uploaded(entry),
			failed: (entry, code) => this.#failed(entry, code),
			progress: (key, part) => {
				this.dispatchEvent(new CustomEvent('progress', { detail: { key, part } }));
			},
		}, options);
	}

	/** Take up what an earlier page left. */
	async restore() {
		/** @type {Entry[]} */
		const kept = await this.storage.all('outbox');
		for (const entry of kept) {
			entry.files ||= [];
			await this.uploads.show(entry);
		}
		const known = new Set(this.#entries.map((e) => e.client_id));
		this.#entries.unshift(...kept.filter((e) => !known.has(e.client_id)));
		this.#entries.sort((a, b) => a.order - b.order);
		this.#order = Math.max(this.#order, ...this.#entries.map((e) => e.order + 1));
		new Set(this.#entries.map((e) => e.room)).forEach((room) => {
			this.#changed(room);
			this.#run(room);
		});
		this.uploads.run();
	}

	/**
	 * @param {number} room
	 * @param {string} body
	 * @param {{reply_to?: number|null, files?: (Omit<Outgoing,
	 *   "key"|"attachment"|"error"> & {blob: Blob})[], kept?: () => void}} [more] `kept` is
	 *   called once the entry outlives the page
	 * @returns {Entry}
	 */
	add(room, body, more = {}) {
		const clientId = uuid();
		const given = more.files || [];
		const keys = given.map((_, i) => `${clientId} ${i}`);
		/** @type {Entry} */
		const entry = {
			client_id: clientId, room, body,
			reply_to: more.reply_to || null,
			files: given.map(({ blob, ...file }, i) =>
				({ ...file, key: keys[i], attachment: null, error: '' })),
			created_at: new Date().toISOString(),
			order: Math.max(this.#order++, Date.now()),
			state: 'sending', error: '', seq: 0,
		};
		this.#order = entry.order + 1;
		this.#entries.push(entry);
		this.#begin(entry, given.map((file, i) => this.uploads.keep(keys[i], file.blob)))
			.then(more.kept);
		return entry;
	}

	/**
	 * @param {Entry} entry
	 * @param {Promise<void>[]} keeping its files, which are kept before it is
	 */
	async #begin(entry, keeping) {
		if (keeping.length) {
			await this.uploads.show(entry);
			this.#changed(entry.room);
			this.uploads.run();
			await Promise.all(keeping);
		}
		const kept = this.#keep(entry);
		if (!keeping.length) {
			this.#changed(entry.room);
			this.#run(entry.room);
		}
		await kept;
	}

	/**
	 * @param {number} room
	 * @returns {Entry[]} in the order they were written
	 */
	of(room) {
		return this.#entries.filter((e) => e.room === room);
	}

	/** @returns {number} messages that wait for the network */
	get waiting() {
		return this.#entries.filter((e) => e.state === 'sending').length;
	}

	/**
	 * A message of ours was seen in the log: the entry has done its work.
	 * @param {string} clientId
	 */
	settle(clientId) {
		const entry = this.find(clientId);
		if (entry) {
			this.#drop(entry);
		}
	}

	/** @param {string} clientId a failed entry to try again */
	again(clientId) {
		const entry = this.find(clientId);
		if (entry?.state === 'failed') {
			this.#again(entry);
		}
	}

	/** @param {Entry} entry */
	#again(entry) {
		entry.state = 'sending';
		entry.error = '';
		entry.files.forEach((file) => {
			file.error = '';
		});
		this.#keep(entry);
		this.#changed(entry.room);
		this.#run(entry.room);
		this.uploads.run();
	}

	/**
	 * Leave a file out of a message that is not under way yet; the rest goes on.
	 * @param {string} clientId
	 * @param {string} key
	 */
	without(clientId, key) {
		const entry = this.find(clientId);
		const file = entry?.files.find((f) => f.key === key);
		if (!entry || !file || (entry.state !== 'failed' && complete(entry))) {
			return;
		}
		entry.files = entry.files.filter((f) => f !== file);
		this.uploads.cancel(key);
		this.uploads.forget({ ...entry, files: [file] });
		if (!entry.files.length && !entry.body) {
			this.#drop(entry);
		} else if (entry.state === 'failed' && !file.error) {
			this.#keep(entry);
			this.#changed(entry.room);
		} else {
			this.#again(entry);
		}
	}

	/** @param {string} clientId */
	discard(clientId) {
		this.settle(clientId);
	}

	/** The way is free: end the waits, and give up requests that hang. */
	kick() {
		for (const lane of this.#running.values()) {
			if (lane.abort && performance.now() - lane.since > this.hung) {
				lane.abort.abort();
			}
		}
		this.retry.kick();
		this.uploads.kick();
	}

	stop() {
		this.#stopped = true;
		this.retry.stop();
		this.uploads.stop();
		this.#running.forEach((lane) => lane.abort?.abort());
	}

	/** @param {number} room */
	async #run(room) {
		if (this.#running.has(room) || this.#stopped) {
			return;
		}
		const lane = { abort: /** @type {AbortController|null} */ (null), since: 0 };
		this.#running.set(room, lane);
		const outage = new Outage({ random: this.random });
		for (;;) {
			const entry = this.#entries.find((e) => e.room === room && e.state === 'sending'
				&& complete(e));
			if (!entry || this.#stopped) {
				break;
			}
			lane.abort = new AbortController();
			lane.since = performance.now();
			const pause = await this.#send(entry, lane.abort.signal, outage);
			lane.abort = null;
			if (pause < 0) {
				break;
			}
			if (pause > 0) {
				await this.retry.sleep(pause);
			}
		}
		this.#running.delete(room);
	}

	/**
	 * @param {Entry} entry
	 * @param {AbortSignal} signal
	 * @param {Outage} outage
	 * @returns {Promise<number>} ms to wait before the next try; below 0 ends the lane
	 */
	async #send(entry, signal, outage) {
		/** @type {any} */
		const body = { client_id: entry.client_id, body: entry.body };
		if (entry.reply_to) {
			body.reply_to = entry.reply_to;
		}
		if (entry.files.length) {
			body.attachments = entry.files.map((file) => file.attachment?.id);
		}
		try {
			const reply = await this.api.post(`rooms/${entry.room}/messages`, body,
				{ expect: 'message', timeout: this.timeout, signal });
			outage.over();
			this.#sent(entry, reply.message);
			return 0;
		} catch (error) {
			const failure = /** @type {ApiError} */ (error);
			if (failure.transient !== false) {
				return Math.max(outage.next(true), (failure.after || 0) * 1000);
			}
			if (failure.status === 401 || failure.code === 'not_signed_in') {
				return -1;
			}
			this.#refused(entry, failure.code);
			return 0;
		}
	}

	/**
	 * @param {Entry} entry
	 * @param {string} code
	 */
	#refused(entry, code) {
		const files = entry.files.length > 0;
		if (files && code === 'client_id_reused') {
			// It is in the log, with files that were sent for it by another tab, or before
			// a reload.
			this.#drop(entry);
		} else if (files && code === 'attachment_not_found' && !entry.renewed) {
			// Uploads wait for their message for a day.
			entry.renewed = true;
			entry.files.forEach((file) => {
				file.attachment = null;
			});
			this.#again(entry);
		} else {
			this.#failed(entry, code);
		}
	}

	/**
	 * @param {Entry} entry
	 * @param {string} code
	 */
	#failed(entry, code) {
		entry.state = 'failed';
		entry.error = code;
		this.#keep(entry);
		this.#changed(entry.room);
	}

	/** @param {Entry} entry one of its files is with the server */
	#uploaded(entry) {
		this.#keep(entry);
		if (complete(entry)) {
			this.#changed(entry.room);
			this.#run(entry.room);
		}
	}

	/**
	 * @param {Entry} entry
	 * @param {Message} message
	 */
	#sent(entry, message) {
		if (!this.#entries.includes(entry)) {
			return;
		}
		entry.state = 'sent';
		entry.seq = message.seq;
		this.storage.remove('outbox', this.#key(entry)).catch(() => {});
		this.uploads.forget(entry);
		this.#changed(entry.room);
		this.dispatchEvent(new CustomEvent('sent', { detail: message }));
	}

	/** @param {Entry} entry */
	#drop(entry) {
		this.#entries = this.#entries.filter((e) => e !== entry);
		this.storage.remove('outbox', this.#key(entry)).catch(() => {});
		entry.files.forEach((file) => this.uploads.cancel(file.key));
		this.uploads.forget(entry);
		this.#changed(entry.room);
	}

	/** @param {string} clientId @returns {Entry|undefined} */
	find(clientId) {
		return this.#entries.find((e) => e.client_id === clientId);
	}

	/** @param {Entry} entry */
	#key(entry) {
		return `${String(entry.order).padStart(16, '0')} ${entry.client_id}`;
	}

	/** @param {Entry} entry */
	async #keep(entry) {
		if (entry.state === 'sent' || !this.#entries.includes(entry)) {
			return;
		}
		// Storage that is full or refused costs a reload's memory, not the message.
		await this.storage.put('outbox', this.#key(entry), entry).catch(() => {});
	}

	/** @param {number} room */
	#changed(room) {
		this.dispatchEvent(new CustomEvent('change', { detail: room }));
	}
}
