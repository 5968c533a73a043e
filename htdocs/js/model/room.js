/**
 * room.js - what this page knows of one room beside its messages.
 */

import { Timeline } from './timeline.js';

/** @import {Api} from '../net/api.js' */
/** @import {Event as LogEvent, Member, Room} from '../net/types.js' */
/** @import {Retry} from './retry.js' */

/** A typing sign is believed this long, in ms. */
const TYPING = 5000;

export class RoomState {
	/**
	 * @param {Api} api
	 * @param {Room} info
	 * @param {Retry} retry
	 * @param {() => void} changed the timeline changed
	 */
	constructor(api, info, retry, changed) {
		this.info = info;
		/** The highest seq applied: everything up to it is known. */
		this.last = info.last_seq;
		this.timeline = new Timeline(api, info.id, retry, changed);
		/** @type {Member[]|null} */
		this.members = null;
		/** @type {Map<number, number>} user to the end of their typing, by Date.now() */
		this.typing = new Map();
		/** @type {Promise<void>|null} a gap is being filled */
		this.filling = null;
		/** @type {LogEvent[]} what arrived meanwhile */
		this.queue = [];
		/** What was unread when counting began, and live arrivals since. */
		this.base = info.last_seq;
		/** @type {{seq: number, mention: boolean}[]} */
		this.arrived = [];
	}

	get id() {
		return this.info.id;
	}

	/**
	 * A message of somebody else came.
	 * @param {number} seq
	 * @param {boolean} mention
	 */
	arrive(seq, mention) {
		if (seq <= this.info.last_read) {
			return;
		}
		this.arrived.push({ seq, mention });
		this.info = {
			...this.info,
			unread: this.info.unread + 1,
			mentions: this.info.mentions + (mention ? 1 : 0),
		};
	}

	/**
	 * A message was deleted: it is unread to nobody. Whether one from before our counting was,
	 * only its place tells; whether it called, only the server knows.
	 * @param {number} seq
	 */
	unsay(seq) {
		const at = this.arrived.findIndex((a) => a.seq === seq);
		const [gone] = at < 0 ? [] : this.arrived.splice(at, 1);
		if (seq > this.info.last_read && (gone || seq <= this.base)) {
			this.info = {
				...this.info,
				unread: Math.max(0, this.info.unread - 1),
				mentions: Math.max(0, this.info.mentions - (gone?.mention ? 1 : 0)),
			};
		}
	}

	/**
	 * Read up to a place, here or on another device.
	 * @param {number} upto
	 * @param {{unread?: number, mentions?: number}} counted the server's count at that time
	 */
	read(upto, counted) {
		if (upto < this.info.last_read) {
			return;
		}
		this.arrived = this.arrived.filter((a) => a.seq > upto);
		// What came after the server counted is only known here; what is older than our
		// own counting only there.
		const exact = upto >= this.base;
		const unread = exact ? this.arrived.length : counted.unread ?? this.info.unread;
		const mentions = exact
			? this.arrived.filter((a) => a.mention).length
			: counted.mentions ?? this.info.mentions;
		this.info = { ...this.info, last_read: upto, unread, mentions };
	}

	/**
	 * @param {number} user
	 * @param {number} [now]
	 */
	types(user, now = Date.now()) {
		this.typing.set(user, now + TYPING);
	}

	/** @returns {number[]} who is typing now */
	typists(now = Date.now()) {
		return [...this.typing].filter(([, end]) => end > now).map(([user]) => user);
	}
}
