/**
 * session.js - who is signed in here, and everything that hangs on it.
 *
 * Phases: `starting` (asking who we are), `door` (nobody is signed in), `in`.
 */

import { pageId } from '../lib/ids.js';
import { Api, ApiError } from '../net/api.js';
import { Connection } from '../net/connection.js';
import { Outbox } from './outbox.js';
import { Retry } from './retry.js';
import { memoryStorage, openStorage } from './storage.js';
import { Store } from './store.js';

/** @import {Message, Sync, User} from '../net/types.js' */
/** @import {Storage} from './storage.js' */

/** One's own send must come back on the stream within this, in ms. */
const ECHO = 2000;

/** Events: `phase`, `trouble` (detail: ApiError while starting). */
export class Session extends EventTarget {
	/** @type {"starting"|"door"|"in"} */ phase = 'starting';
	#retry = new Retry();
	/** @type {Map<number, {seq: number, sent: number}>} */ #reads = new Map();
	/** @type {ReturnType<typeof setTimeout>|undefined} */ #readTimer;

	/** @param {string} base absolute URL of the deployment, with a final slash */
	constructor(base) {
		super();
		this.base = base;
		this.api = new Api(base);
		/** @type {Storage} */
		this.storage = memoryStorage();
		// Replaced at each sign-in: nothing of one user is left for the next.
		this.store = new Store(this.api);
		this.outbox = new Outbox(this.api, this.storage);
		this.connection = new Connection(this.api);
		this.api.onSignedOut = () => this.#leave();
	}

	/**
	 * Ask who we are until somebody answers.
	 * @param {boolean} [likely] whether somebody was signed in here last time; if not, a
	 *   server that says so in its status is spared a question that it must refuse
	 */
	async boot(likely = true) {
		this.#retry = new Retry();
		this.#phase('starting');
		try {
			if (!likely) {
				const status = await this.#retry.until(() => this.#ask('status', 'protocol'));
				if (status.signed_in === false) {
					this.#phase('door');
					return;
				}
			}
			const sync = await this.#retry.until(() => this.#ask('sync', 'cursor'));
			await this.#enter(sync);
		} catch {
			this.#phase('door');
		}
	}

	/** Now is a good moment to ask again. */
	retry() {
		this.#retry.kick();
	}

	/**
	 * @param {string} path
	 * @param {string} expect
	 */
	async #ask(path, expect) {
		try {
			return await this.api.get(path, { expect });
		} catch (error) {
			this.dispatchEvent(new CustomEvent('trouble', { detail: error }));
			throw error;
		}
	}

	/** @param {{name: string, password: string}} form */
	async login(form) {
		await this.api.post('login', form, { expect: 'user', timeout: 20000 });
		await this.boot();
	}

	/** @param {{name: string, password: string, display_name?: string, invite?: string}} form */
	async register(form) {
		await this.api.post('register', form, { expect: 'user', timeout: 20000 });
		await this.boot();
	}

	/** @param {boolean} [everywhere] */
	async logout(everywhere = false) {
		const { cursor } = this.connection;
		// Stopped first: its stream would only hear that it is no longer wanted.
		this.connection.stop();
		try {
			await this.api.post('logout', everywhere ? { everywhere } : {});
		} catch (error) {
			this.connection.start(cursor);
			throw error;
		}
		await this.storage.clear().catch(() => {});
		this.#leave();
	}

	/** @param {Sync} sync */
	async #enter(sync) {
		this.storage = await openStorage(`palabre ${new URL(this.base).pathname} ${sync.me.id}`);
		this.store = new Store(this.api);
		this.outbox = new Outbox(this.api, this.storage);
		this.connection = new Connection(this.api, {
			client: pageId(),
			waiting: () => this.outbox.waiting > 0,
		});
		this.#wire();
		this.store.load(sync);
		this.connection.start(sync.cursor);
		await this.outbox.restore().catch(() => {});
		this.#phase('in');
	}

	#wire() {
		const { store, outbox, connection } = this;
		connection.addEventListener('event', (e) => {
			store.take(/** @type {CustomEvent} */ (e).detail);
		});
		connection.addEventListener('reset', () => this.#resync());
		connection.addEventListener('signedout', () => this.#leave());
		connection.addEventListener('state', () => {
			if (connection.state === 'live') {
				outbox.kick();
				store.retry.kick();
				this.#flushReads();
			}
		});
		store.addEventListener('mine', (e) => {
			outbox.settle(/** @type {CustomEvent} */ (e).detail.client_id);
		});
		store.addEventListener('timeline', (e) => {
			this.#settleLoaded(/** @type {CustomEvent} */ (e).detail);
		});
		outbox.addEventListener('sent', (e) => {
			this.#sent(/** @type {CustomEvent} */ (e).detail);
		});
	}

	/** @param {Message} message acknowledged over HTTP */
	#sent(message) {
		const known = () => (this.store.rooms.get(message.room)?.last || 0) >= message.seq;
		if (known()) {
			this.outbox.settle(message.client_id);
			return;
		}
		setTimeout(() => {
			if (this.phase === 'in' && this.store.rooms.has(message.room) && !known()) {
				this.connection.suspect();
			}
		}, ECHO);
	}

	/**
	 * A page of history may hold what an earlier page sent without hearing of it.
	 * @param {number} id
	 */
	#settleLoaded(id) {
		const pending = this.outbox.of(id);
		const messages = pending.length ? this.store.rooms.get(id)?.timeline.messages : [];
		for (const message of messages || []) {
			if (message.user === this.store.me?.id
				&& pending.some((e) => e.client_id === message.client_id)) {
				this.outbox.settle(message.client_id);
			}
		}
	}

	/** The cursor is of another log: take everything anew, but keep what is unsent. */
	async #resync() {
		this.store.hold();
		try {
			const sync = await this.#retry.until(() => this.#ask('sync', 'cursor'));
			this.store.load(sync, true);
			this.outbox.kick();
		} catch {
			this.#leave();
		}
	}

	/**
	 * Everything up to seq was seen; told to the server soon, and once.
	 * @param {number} room
	 * @param {number} seq
	 */
	read(room, seq) {
		const state = this.store.rooms.get(room);
		if (!state || seq <= state.info.last_read) {
			return;
		}
		this.store.read(room, seq);
		this.#reads.set(room, { seq, sent: this.#reads.get(room)?.sent || 0 });
		clearTimeout(this.#readTimer);
		this.#readTimer = setTimeout(() => this.#flushReads(), 400);
	}

	async #flushReads() {
		for (const [room, place] of this.#reads) {
			if (place.seq > place.sent) {
				const before = place.sent;
				place.sent = place.seq;
				await this.api.post(`rooms/${room}/read`, { seq: place.seq }).catch((error) => {
					if (error instanceof ApiError && error.transient) {
						place.sent = before;
					}
				});
			}
		}
	}

	#leave() {
		if (this.phase !== 'in') {
			return;
		}
		this.connection.stop();
		this.outbox.stop();
		this.store.retry.stop();
		this.#retry.stop();
		this.#reads.clear();
		this.#phase('door');
	}

	/** @param {"starting"|"door"|"in"} phase */
	#phase(phase) {
		this.phase = phase;
		this.dispatchEvent(new Event('phase'));
	}

	/** @returns {User} the one signed in; only in phase `in` */
	get me() {
		return /** @type {User} */ (this.store.me);
	}
}
