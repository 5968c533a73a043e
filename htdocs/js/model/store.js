/**
 * store.js - rooms and people as the event log tells them.
 *
 * The client's rule of PROTOCOL.md, section 4: a durable event at or below what is known
 * is dropped, the next one is applied, a later one means that something is missing, and
 * what is missing is fetched first. So it does not matter which transport brings an
 * event, nor how often.
 */

import { mentions } from '../lib/mention.js';
import { ApiError, query } from '../net/api.js';
import { Retry } from './retry.js';
import { RoomState } from './room.js';

/** @import {Api} from '../net/api.js' */
/** @import {Event as LogEvent, Message, Room, Sync, User} from '../net/types.js' */
/** @import {Kept} from './snapshot.js' */

const FILL = 200;
/** Files of which size and kind are taken by a server that does not say. */
const TAKES = { bytes: 10 << 20, any: false };

/**
 * Events: `rooms` (the list or an entry changed), `users`, `me`, `timeline`, `typing`,
 * `members` and `receipt` (detail: room id), `arrival` (detail: {room, message,
 * mention}), `mine` (detail: a message of ours), `closed` (detail: room id).
 */
export class Store extends EventTarget {
	/** @type {User|null} */ me = null;
	takes = TAKES;
	/** @type {Map<number, User>} */ users = new Map();
	/** @type {Map<number, RoomState>} */ rooms = new Map();
	/** @type {Map<number, Promise<RoomState|null>>} */ #opening = new Map();
	#self = { id: 0, last: 0, end: 0, filling: /** @type {Promise<void>|null} */ (null) };
	/** @type {LogEvent[]|null} events held while a sync is on its way */
	#held = null;

	/**
	 * @param {Api} api
	 * @param {{random?: () => number}} [options]
	 */
	constructor(api, options = {}) {
		super();
		this.api = api;
		this.retry = new Retry(options);
	}

	/** Events are held until load(): a sync is on its way. */
	hold() {
		this.#held ??= [];
	}

	/**
	 * Take the server's whole picture; what is loaded of rooms that go on is kept.
	 * @param {Sync} sync
	 * @param {boolean} [reset] the log is another one, or too much of it is gone
	 */
	load(sync, reset = false) {
		this.me = sync.me;
		this.takes = sync.uploads || TAKES;
		this.users = new Map(sync.users.map((u) => [u.id, u]));
		this.users.set(sync.me.id, sync.me);
		const old = this.rooms;
		this.rooms = new Map();
		for (const info of sync.rooms) {
			const kept = old.get(info.id);
			if (kept && !reset && kept.last === info.last_seq) {
				kept.info = info;
				this.rooms.set(info.id, kept);
			} else {
				this.#add(info, kept);
			}
		}
		this.#self = {
			id: sync.self.room, last: sync.self.last_seq, end: sync.self.last_seq, filling: null,
		};
		for (const id of old.keys()) {
			if (!this.rooms.has(id)) {
				this.tell('closed', id);
			}
		}
		const held = this.#held || [];
		this.#held = null;
		held.forEach((event) => this.take(event));
		this.tell('users');
		this.tell('rooms');
	}

	/**
	 * What load() would need to come back to where we are.
	 * @param {string} cursor
	 * @returns {Sync|null} null when that is not known
	 */
	sync(cursor) {
		if (!this.me || this.#held) {
			return null;
		}
		return {
			me: this.me,
			self: { room: this.#self.id, last_seq: this.#self.last },
			rooms: [...this.rooms.values()].map((r) => ({ ...r.info, last_seq: r.last })),
			users: [...this.users.values()],
			cursor,
			uploads: this.takes,
		};
	}

	/**
	 * Messages from an earlier time; what came after them is fetched when the room's next
	 * event shows that it is missing, or by the next load().
	 * @param {Kept[]} rooms
	 */
	seed(rooms) {
		for (const kept of rooms) {
			const room = this.rooms.get(kept.room);
			if (room && !room.timeline.loaded) {
				room.last = Math.min(room.last, kept.last);
				room.timeline.seed(kept.messages, kept.more);
			}
		}
	}

	/** @param {LogEvent} event from any transport */
	take(event) {
		if (this.#held) {
			this.#held.push(event);
		} else if (event.seq === undefined) {
			this.#fleeting(event);
		} else if (event.room === this.#self.id) {
			this.#takeOwn(event, event.seq);
		} else {
			const id = event.room || 0;
			const room = this.rooms.get(id);
			if (room) {
				this.#takeRoom(room, event, event.seq);
			} else if (this.#opening.has(id)) {
				// The answer may be from before it.
				this.#opening.get(id)?.then(() => this.take(event));
			} else if (event.type === 'join' && event.user?.id === this.me?.id) {
				this.#enter(id);
			}
		}
	}

	/**
	 * We are in a new room: what was said there before we knew of it arrives now.
	 * @param {number} id
	 */
	async #enter(id) {
		const room = await this.open(id);
		const info = room?.info;
		const message = info?.last_message;
		// What came after the answer has told of itself.
		const told = (room?.base || 0) < (message?.seq || 0);
		if (info && message && !told && info.unread > 0 && message.user !== this.me?.id) {
			this.tell('arrival', { room: id, message, mention: info.mentions > 0 });
		}
	}

	/**
	 * Know a room: fetch it if it is new to us.
	 * @param {number} id
	 * @returns {Promise<RoomState|null>} null when it is not ours to see
	 */
	open(id) {
		const known = this.rooms.get(id);
		const opening = this.#opening.get(id);
		if (known || opening) {
			return opening || Promise.resolve(known || null);
		}
		const promise = this.retry.until(() => this.api.get(`rooms/${id}`, { expect: 'room' }))
			.then((reply) => (reply.room.role ? this.add(reply.room) : null))
			.catch(() => null)
			.finally(() => this.#opening.delete(id));
		this.#opening.set(id, promise);
		return promise;
	}

	/**
	 * @param {Room} info as a reply gave it
	 * @returns {RoomState}
	 */
	add(info) {
		const known = this.rooms.get(info.id);
		if (known) {
			return known;
		}
		const room = this.#add(info);
		if (info.peer) {
			this.users.set(info.peer.id, info.peer);
		}
		this.tell('rooms');
		return room;
	}

	/** @param {number} id */
	remove(id) {
		if (this.rooms.delete(id)) {
			this.tell('closed', id);
			this.tell('rooms');
		}
	}

	/**
	 * The room's view has shown everything up to seq.
	 * @param {number} id
	 * @param {number} seq
	 */
	read(id, seq) {
		const room = this.rooms.get(id);
		if (room && seq > room.info.last_read) {
			room.read(seq, {});
			this.tell('rooms');
		}
	}

	/** @param {Partial<User> & {id: number}} user */
	learn(user) {
		const old = this.users.get(user.id);
		this.users.set(user.id, /** @type {User} */ ({ ...old, ...user }));
		if (user.id === this.me?.id) {
			this.me = /** @type {User} */ ({ ...this.me, ...user });
			this.tell('me');
		}
		this.tell('users');
	}

	/**
	 * @param {Room} info
	 * @param {RoomState} [kept] an earlier state, whose view stays
	 */
	#add(info, kept) {
		const room = new RoomState(this.api, info, this.retry,
			() => this.tell('timeline', info.id));
		if (kept?.timeline.wanted) {
			room.timeline.latest().catch(() => {});
		}
		this.rooms.set(info.id, room);
		return room;
	}

	/**
	 * @param {RoomState} room
	 * @param {LogEvent} event
	 * @param {number} seq
	 */
	#takeRoom(room, event, seq) {
		if (seq <= room.last) {
			return;
		}
		if (room.filling) {
			room.queue.push(event);
		} else if (seq === room.last + 1) {
			this.#apply(room, event, seq);
		} else {
			room.queue.push(event);
			room.filling = this.#fill(room).finally(() => {
				room.filling = null;
				room.queue.splice(0).forEach((e) => this.take(e));
			});
		}
	}

	/** @param {RoomState} room */
	async #fill(room) {
		for (;;) {
			/** @type {{events: LogEvent[], last_seq: number}} */
			let reply;
			const path = `rooms/${room.id}/events${query({ after: room.last, limit: FILL })}`;
			try {
				reply = await this.retry.until(() => this.api.get(path, { expect: 'events' }));
			} catch (error) {
				if (error instanceof ApiError && error.kind === 'refused') {
					this.remove(room.id);
				}
				return;
			}
			const before = room.last;
			for (const event of reply.events) {
				if (event.seq === room.last + 1) {
					this.#apply(room, event, event.seq);
				}
			}
			if (room.last >= reply.last_seq || this.rooms.get(room.id) !== room) {
				return;
			}
			if (room.last === before) {
				// Older than what the log keeps: take the room as it is now.
				room.last = reply.last_seq;
				room.timeline.reset();
				await Promise.all([this.#refresh(room), room.timeline.latest()]).catch(() => {});
				return;
			}
		}
	}

	/**
	 * Its name, counts and newest message, which no event tells any more.
	 * @param {RoomState} room
	 */
	async #refresh(room) {
		const reply = await this.retry.until(() =>
			this.api.get(`rooms/${room.id}`, { expect: 'room' }));
		room.info = { ...reply.room, last_seq: room.last };
		room.base = reply.room.last_seq;
		room.arrived = [];
		this.tell('rooms');
	}

	/**
	 * @param {RoomState} room
	 * @param {LogEvent} event the next one
	 * @param {number} seq
	 */
	#apply(room, event, seq) {
		room.last = seq;
		room.info = { ...room.info, last_seq: seq };
		room.timeline.apply(event);
		const change = CHANGES[event.type];
		change?.(this, room, event);
		this.tell('timeline', room.id);
		this.tell('rooms');
	}

	/**
	 * One's own log: what the other devices did.
	 * @param {LogEvent} event
	 * @param {number} seq
	 */
	#takeOwn(event, seq) {
		const self = this.#self;
		if (seq <= self.last) {
			return;
		}
		self.end = Math.max(self.end, seq);
		if (seq > self.last + 1) {
			self.filling ??= this.#fillOwn().finally(() => {
				self.filling = null;
			});
			return;
		}
		self.last = seq;
		if (event.type === 'read') {
			this.rooms.get(event.target || 0)?.read(event.upto || 0, event);
			this.tell('rooms');
		} else if (event.type === 'profile' && event.user) {
			this.learn(event.user);
		}
	}

	async #fillOwn() {
		const self = this.#self;
		for (;;) {
			const path = `rooms/${self.id}/events${query({ after: self.last, limit: FILL })}`;
			const reply = await this.retry.until(() => this.api.get(path, { expect: 'events' }))
				.catch(() => null);
			const before = self.last;
			reply?.events.forEach((/** @type {LogEvent} */ event) => {
				this.#takeOwn(event, event.seq || 0);
			});
			if (!reply || self.last >= Math.max(reply.last_seq, self.end)) {
				return;
			}
			if (self.last === before) {
				self.last = Math.max(reply.last_seq, before);
				self.end = Math.min(self.end, self.last);
			}
		}
	}

	/** @param {LogEvent} event */
	#fleeting(event) {
		if (event.type === 'typing') {
			const room = this.rooms.get(event.room || 0);
			if (room && event.user !== this.me?.id) {
				room.types(event.user);
				this.tell('typing', room.id);
			}
		} else if (event.type === 'presence' && this.users.has(event.user)) {
			this.learn({
				id: event.user,
				presence: event.state || 'offline',
				last_seen: event.last_seen || null,
			});
		} else if (event.type === 'receipt') {
			const room = this.rooms.get(event.room || 0);
			const member = room?.members?.find((m) => m.user.id === event.user);
			if (room && member) {
				member.last_read = Math.max(member.last_read, event.upto || 0);
				this.tell('receipt', room.id);
			}
		}
	}

	/**
	 * @param {string} name
	 * @param {any} [detail]
	 */
	tell(name, detail) {
		this.dispatchEvent(new CustomEvent(name, { detail }));
	}
}

/** @type {Record<string, (store: Store, room: RoomState, event: LogEvent) => void>} */
const CHANGES = {
	message(store, room, event) {
		const message = /** @type {Message} */ (event.message);
		room.info = { ...room.info, last_message: message };
		room.typing.delete(message.user);
		if (message.user === store.me?.id) {
			store.tell('mine', message);
			return;
		}
		const mention = mentions(message.body, store.me?.name || '');
		room.arrive(message.seq, mention);
		store.tell('arrival', { room: room.id, message, mention });
		store.tell('typing', room.id);
	},
	edit(store, room, event) {
		if (room.info.last_message?.seq === event.target && event.message) {
			room.info = { ...room.info, last_message: event.message };
		}
	},
	delete(store, room, event) {
		if (room.timeline.get(event.target || 0)?.user !== store.me?.id) {
			room.unsay(event.target || 0);
		}
		const last = room.info.last_message;
		if (last && last.seq === event.target) {
			room.info = { ...room.info, last_message: { ...last, deleted: true, body: '' } };
		}
	},
	room(store, room, event) {
		const { name, topic } = { ...room.info, ...event.info };
		room.info = { ...room.info, name, topic };
	},
	join(store, room, event) {
		store.learn(event.user);
		room.info = { ...room.info, members: room.info.members + 1 };
		room.members = null;
		store.tell('members', room.id);
	},
	leave(store, room, event) {
		room.members = null;
		if (event.user?.id === store.me?.id) {
			store.remove(room.id);
			return;
		}
		room.info = { ...room.info, members: Math.max(0, room.info.members - 1) };
		store.tell('members', room.id);
	},
	role(store, room, event) {
		room.members = null;
		if (event.user === store.me?.id) {
			room.info = { ...room.info, role: event.role || room.info.role };
		}
		store.tell('members', room.id);
	},
	gone(store, room) {
		store.remove(room.id);
	},
};
