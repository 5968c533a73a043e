/**
 * session.js - who is signed in here, and everything that hangs on it.
 *
 * Phases: `starting` (asking who we are), `door` (nobody is signed in), `in`.
 */

import { pageId } from '../lib/ids.js';
import { Api, ApiError } from '../net/api.js';
import { Memory } from '../net/memory.js';
import { browserShares, SharedConnection } from '../net/shared.js';
import { Outbox } from './outbox.js';
import { Retry } from './retry.js';
import { forget, lastKnown, Snapshot } from './snapshot.js';
import { memoryStorage, openStorage } from './storage.js';
import { Store } from './store.js';

/** @import {Message, Sync, User} from '../net/types.js' */
/** @import {Kept} from './snapshot.js' */
/** @import {Storage} from './storage.js' */

/** One's own send must come back on the stream within this, in ms. */
const ECHO = 2000;
/** A network that has not answered after this, in ms, has us start with what was kept. */
const PATIENCE = 2500;
/** Changes are written down this much later, in ms. */
const KEEP = 1500;
/** In low-data mode the server is heard only so often, in s. */
const QUIET_BEAT = 15;
/** What was read is told to the server after this, in ms, and in low-data mode. */
const READ_SOON = 400;
const READ_LATER = 5000;

/**
 * @typedef {object} Options
 * @property {() => boolean} [lowData] whether to spare the network
 * @property {() => boolean} [visible] whether somebody can see the page
 * @property {import('../net/memory.js').Shelf|null} [shelf] where what is learned of
 *   networks is kept
 */

/** Events: `phase`, `trouble` (detail: ApiError while starting). */
export class Session extends EventTarget {
	/** @type {"starting"|"door"|"in"} */ phase = 'starting';
	#retry = new Retry();
	/** @type {Map<number, {seq: number, sent: number}>} */ #reads = new Map();
	/** @type {ReturnType<typeof setTimeout>|undefined} */ #readTimer;

	/** @type {ReturnType<typeof setTimeout>|undefined} */ #keepTimer;
	/** What we have is from an earlier time. */
	#stale = false;
	/** Resyncs begun, and whether one that is under way starts from nothing. */
	#turn = 0;
	#anew = false;
	/** @type {Options} */ #options;
	/** @type {Snapshot|null} */ snapshot = null;

	/**
	 * @param {string} base absolute URL of the deployment, with a final slash
	 * @param {Options} [options]
	 */
	constructor(base, options = {}) {
		super();
		this.#options = options;
		this.base = base;
		this.api = new Api(base);
		/** @type {Storage} */
		this.storage = memoryStorage();
		// Replaced at each sign-in: nothing of one user is left for the next.
		this.store = new Store(this.api);
		this.outbox = new Outbox(this.api, this.storage);
		this.connection = new SharedConnection(this.api);
		this.api.onSignedOut = () => this.#leave();
	}

	/**
	 * Ask who we are until somebody answers. Where the network does not let us, go on with
	 * what was known last.
	 * @param {number} [user] who was signed in here last time, 0 if that is not known
	 */
	async boot(user = 0) {
		this.#retry = new Retry();
		this.#phase('starting');
		try {
			const asking = this.#retry.until(() => this.#ask('sync', 'cursor'));
			const kept = user ? this.#lastKnown(user) : new Promise(() => {});
			const first = await Promise.race([asking, kept]);
			if (first.cursor !== undefined) {
				await this.#enter(first);
				return;
			}
			asking.catch(() => {});
			this.#retry.stop();
			this.#retry = new Retry();
			await this.#enter(first.sync, first.rooms);
		} catch {
			await this.#lockOut(user);
			this.#phase('door');
		}
	}

	/**
	 * What was known last, once the network has shown that it is in no hurry; never, where
	 * nothing is known.
	 * @param {number} user
	 * @returns {Promise<{sync: Sync, rooms: Kept[]}>}
	 */
	async #lastKnown(user) {
		await new Promise((resolve) => {
			const timer = setTimeout(resolve, PATIENCE);
			this.addEventListener('trouble', (e) => {
				if (/** @type {CustomEvent} */ (e).detail.transient) {
					clearTimeout(timer);
					resolve(null);
				}
			});
		});
		const kept = await lastKnown(await openStorage(this.#place(user))).catch(() => null);
		return kept || new Promise(() => {});
	}

	/** @param {number} user @returns {string} the name of that user's storage */
	#place(user) {
		return `palabre ${new URL(this.base).pathname} ${user}`;
	}

	/**
	 * Signed out elsewhere: what was read is not for the next one to find.
	 * @param {number} user
	 */
	async #lockOut(user) {
		if (user) {
			await openStorage(this.#place(user)).then(forget).catch(() => {});
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

	/** @param {boolean} [everywhere] */
	async logout(everywhere = false) {
		// Stopped first: its stream would only hear that it is no longer wanted.
		this.connection.stop();
		const { cursor } = this.connection;
		try {
			await this.api.post('logout', everywhere ? { everywhere } : {});
		} catch (error) {
			this.connection.start(cursor);
			throw error;
		}
		await this.storage.clear().catch(() => {});
		this.#leave();
	}

	/**
	 * @param {Sync} sync
	 * @param {Kept[]} [rooms] given when both are from an earlier time
	 */
	async #enter(sync, rooms) {
		this.storage = await openStorage(this.#place(sync.me.id));
		this.store = new Store(this.api);
		this.outbox = new Outbox(this.api, this.storage);
		const shares = browserShares();
		this.connection = new SharedConnection(this.api, {
			client: pageId(),
			waiting: () => this.outbox.waiting > 0,
			timing: this.#options.lowData?.() ? { beat: QUIET_BEAT } : undefined,
			memory: new Memory(this.#options.shelf || null),
			user: sync.me.id,
		}, shares && { ...shares, name: `palabre ${this.base} ${sync.me.id}` });
		this.connection.setVisible(this.#options.visible?.() ?? true);
		this.snapshot = new Snapshot(this.storage, this.store);
		this.#stale = Boolean(rooms);
		this.#wire();
		this.store.load(sync);
		if (rooms) {
			this.store.seed(rooms);
		}
		this.connection.start(sync.cursor);
		await this.outbox.restore().catch(() => {});
		this.#phase('in');
	}

	#wire() {
		const { store, outbox, connection } = this;
		connection.addEventListener('event', (e) => {
			store.take(/** @type {CustomEvent} */ (e).detail);
		});
		connection.addEventListener('reset', () => this.#resync(true));
		connection.addEventListener('signedout', () => this.#leave());
		connection.addEventListener('live', () => {
			if (this.#stale) {
				this.#stale = false;
				this.#resync(false);
			}
			outbox.kick();
			store.retry.kick();
			this.flushReads();
		});
		store.addEventListener('mine', (e) => {
			outbox.settle(/** @type {CustomEvent} */ (e).detail.client_id);
		});
		store.addEventListener('timeline', (e) => {
			this.#settleLoaded(/** @type {CustomEvent} */ (e).detail);
		});
		const soon = () => {
			this.#keepTimer ??= setTimeout(() => this.keep(), KEEP);
		};
		store.addEventListener('rooms', soon);
		store.addEventListener('timeline', soon);
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

	/** Write down what is known, for when there is no network. */
	keep() {
		clearTimeout(this.#keepTimer);
		this.#keepTimer = undefined;
		if (this.phase === 'in' && !this.#stale) {
			// The store is at this cursor or past it.
			this.snapshot?.save(this.connection.cursor).catch(() => {});
		}
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

	/**
	 * Take everything as it is now, but keep what is unsent. What comes meanwhile waits for
	 * the last of several.
	 * @param {boolean} anew the cursor is of another log: nothing we have goes on
	 */
	async #resync(anew) {
		const turn = ++this.#turn;
		this.#anew ||= anew;
		this.store.hold();
		try {
			const sync = await this.#retry.until(() => this.#ask('sync', 'cursor'));
			if (turn === this.#turn) {
				this.store.load(sync, this.#anew);
				this.#anew = false;
				this.outbox.kick();
			}
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
		this.#readTimer = setTimeout(() => this.flushReads(),
			this.#options.lowData?.() ? READ_LATER : READ_SOON);
	}

	/**
	 * Tell the server now what was read.
	 * @param {boolean} [keepalive] the page is going away
	 */
	async flushReads(keepalive = false) {
		clearTimeout(this.#readTimer);
		const due = [...this.#reads].filter(([, place]) => place.seq > place.sent);
		await Promise.all(due.map(async ([room, place]) => {
			const before = place.sent;
			place.sent = place.seq;
			await this.api.post(`rooms/${room}/read`, { seq: place.seq }, { keepalive })
				.catch((error) => {
					if (error instanceof ApiError && error.transient && this.phase === 'in') {
						place.sent = before;
						clearTimeout(this.#readTimer);
						this.#readTimer = setTimeout(() => this.flushReads(), READ_LATER);
					}
				});
		}));
	}

	#leave() {
		if (this.phase !== 'in') {
			return;
		}
		clearTimeout(this.#keepTimer);
		clearTimeout(this.#readTimer);
		this.#lockOut(this.me.id);
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
