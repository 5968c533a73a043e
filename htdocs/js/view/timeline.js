/**
 * timeline.js - the messages of the open room, and where the reader is in them.
 */

import { arrange, attr, h, icon, refill, update } from '../lib/dom.js';
import { t } from '../lib/i18n.js';
import { day, dayKey } from '../lib/time.js';
import { MessageActions } from './actions.js';
import { age, MessageView } from './message.js';
import { intro } from './intro.js';
import { readers } from './receipts.js';
import { View } from './view.js';

/** @import {Entry} from '../model/outbox.js' */
/** @import {RoomState} from '../model/room.js' */
/** @import {Message, User} from '../net/types.js' */
/** @import {Shown} from './message.js' */
/** @import {Context} from './view.js' */

/** Messages of one author closer than this, in ms, are one group. */
const GROUP = 5 * 60000;
/** Nearer to the end than this, in px, the reader follows what comes. */
const FOLLOW = 60;
/** Nearer than this, in px, to either end of what is loaded, more is fetched. */
const AHEAD = 900;
/** No message is lower than this, in px. */
const LEAST = 28;
/** So many are drawn at once where nobody waits for them. */
const STEP = 12;
/** How long ago a message was is said again after this, in ms. */
const AGE = 20000;

export class Timeline extends View {
	/** @type {Map<string, HTMLElement>} */ #items = new Map();
	/** The reader is at the end and wants to stay there. */
	#following = true;
	/** The "new" line stands after this seq; -1 when there is none. */
	#newAfter = -1;
	/** It is known which message is the first after that. */
	#lineKnown = false;
	/** It was in sight. */
	#lineSeen = false;
	/** Go to the line when it is there. */
	#toLine = true;
	#away = 0;
	/** So many of the newest are drawn so far. */
	#drawn = 0;
	/** @type {number} a message to show, by its seq */
	#target = 0;

	/**
	 * @param {Context} ctx
	 * @param {number} room
	 */
	constructor(ctx, room) {
		super();
		this.ctx = ctx;
		this.room = room;
		this.top = h('div.timeline-top');
		this.list = h('div.timeline-list');
		/** In the place of messages not yet there; it goes, rather than to be moved in sight. */
		this.waiting = skeleton();
		this.actions = new MessageActions(ctx, this);
		this.jump = h('button.jump', { type: 'button', hidden: true, onclick: () => this.latest() });
		this.first = h('button.first-unread', {
			type: 'button', hidden: true, onclick: () => this.#firstUnread(),
		}, icon('up'), h('span', null, t('timeline.first')));
		this.scroller = h('div.timeline-scroll', {
			tabindex: 0, role: 'log', 'aria-live': 'off', 'aria-label': t('timeline.label'),
		}, this.top, this.list);
	}

	/** @returns {RoomState|undefined} */
	get state() {
		return this.ctx.session.store.rooms.get(this.room);
	}

	/** @override */
	mount() {
		const { store, outbox } = this.ctx.session;
		this.className = 'timeline';
		this.replaceChildren(this.first, this.scroller, this.jump);
		const mine = (/** @type {any} */ e) => e.detail === this.room && this.schedule();
		this.on(store, 'timeline', mine);
		this.on(store, 'receipt', mine);
		this.on(store, 'members', mine);
		this.on(store, 'users', () => this.schedule());
		this.on(outbox, 'change', mine);
		this.on(store, 'arrival', (e) => this.#arrived(e.detail));
		this.on(document, 'visibilitychange', () => this.#read());
		this.on(this.scroller, 'scroll', () => this.#scrolled(), { passive: true });
		this.actions.listen(this.scroller, this.life);
		const resize = new ResizeObserver(() => this.#settle());
		resize.observe(this.scroller);
		resize.observe(this.list);
		const ageing = setInterval(() => age(this.list), AGE);
		this.life.addEventListener('abort', () => {
			resize.disconnect();
			clearInterval(ageing);
		});
		const info = this.state?.info;
		if (info && info.unread > 0) {
			this.#newAfter = info.last_read;
		}
		this.#open();
	}

	async #open() {
		const state = this.state;
		if (!state) {
			return;
		}
		if (!state.timeline.loaded || (!state.timeline.atEnd && !this.#target)) {
			this.list.before(this.waiting);
			await (this.#target ? state.timeline.around(this.#target) : state.timeline.latest())
				.catch(() => {});
		}
		if (this.isConnected) {
			this.render();
		}
	}

	/**
	 * Show a message, wherever in the past it is.
	 * @param {number} seq
	 */
	async find(seq) {
		this.#target = seq;
		this.#following = false;
		if (this.isConnected) {
			await this.state?.timeline.around(seq).catch(() => {});
			this.render();
		}
	}

	async latest() {
		this.#target = 0;
		const timeline = this.state?.timeline;
		if (timeline && !timeline.atEnd) {
			await timeline.latest().catch(() => {});
		}
		this.#following = true;
		this.render();
		this.#toEnd();
	}

	/** To where the reader left off, however far back that is. */
	async #firstUnread() {
		if (!this.#items.has('new')) {
			await this.state?.timeline.around(this.#newAfter + 1).catch(() => {});
			this.#lineKnown = true;
		}
		this.#toLine = true;
		this.#following = false;
		this.render();
	}

	/** One's own message is on its way: show it, and the line has served. */
	sent() {
		this.#newAfter = -1;
		this.latest();
	}

	/** @override */
	render() {
		const state = this.state;
		if (!state?.timeline.loaded) {
			return;
		}
		const anchor = this.#following ? null : this.#anchor();
		const items = this.#wanted(state);
		arrange(this.list, items);
		this.waiting.remove();
		this.#forget(items);
		this.#showTop(state);
		this.#place(anchor);
		if (!state.timeline.atEnd) {
			this.#measure();
		}
		this.#showJump(state);
		this.#read();
		this.#fetch(state);
	}

	/**
	 * A slow phone shows the end of the room before it lays out what is above, in parts
	 * between which it answers to the finger.
	 * @param {readonly Message[]} messages
	 */
	#some(messages) {
		const first = !this.#drawn;
		this.#drawn ||= Math.ceil(this.scroller.clientHeight / LEAST);
		if (this.#drawn >= messages.length || this.#target || this.#newAfter >= 0) {
			this.#drawn = Infinity;
		} else if (first) {
			this.#more();
		}
		return messages.slice(-this.#drawn);
	}

	#more() {
		setTimeout(() => {
			this.#drawn = this.isConnected ? this.#drawn + STEP : 0;
			if (this.#drawn) {
				this.render();
			}
			if (this.#drawn && this.#drawn < Infinity) {
				this.#more();
			}
		});
	}

	/** @param {RoomState} state */
	#showTop({ info, timeline }) {
		const { more, messages } = timeline;
		const key = more ? 'more' : [info.name, info.kind, messages.length > 0].join();
		if (this.top.dataset.key !== key) {
			this.top.dataset.key = key;
			refill(this.top, more
				? h('div.timeline-more', { 'aria-hidden': 'true' }, skeleton(1))
				: intro(this.ctx, info, messages.length === 0));
		}
	}

	/**
	 * @param {RoomState} state
	 * @returns {HTMLElement[]}
	 */
	#wanted(state) {
		const { outbox, me } = this.ctx.session;
		const { messages, more } = state.timeline;
		const shown = this.#some(messages);
		/** @type {HTMLElement[]} */
		const items = [];
		/** @type {Message|null} */
		let before = null;
		this.#lineKnown ||= !more || (messages[0]?.seq || 0) <= this.#newAfter;
		let line = this.#newAfter >= 0 && this.#lineKnown;
		const read = readers(this.ctx, state);
		const add = (/** @type {Message} */ message, /** @type {Entry|null} */ entry) => {
			const date = new Date(message.created_at);
			const newDay = !before || dayKey(new Date(before.created_at)) !== dayKey(date);
			if (newDay) {
				items.push(this.#day(date));
			}
			const fresh = line && message.seq > this.#newAfter && message.user !== me.id;
			if (fresh) {
				items.push(this.#item('new', () => h('div.new-line', { role: 'separator' },
					h('span', null, t('timeline.new')))));
				line = false;
			}
			const following = !newDay && !fresh && follows(before, message);
			items.push(this.#message(message, entry, following, read.get(message.seq) || []));
			before = message;
		};
		shown.forEach((message) => add(message, null));
		if (state.timeline.atEnd) {
			const known = new Set(messages.filter((m) => m.user === me.id).map((m) => m.client_id));
			outbox.of(this.room).filter((e) => !known.has(e.client_id))
				.forEach((e) => add(asMessage(e, me.id), e));
		}
		return items;
	}

	/**
	 * @param {Message} message
	 * @param {Entry|null} entry
	 * @param {boolean} following
	 * @param {User[]} readers
	 */
	#message(message, entry, following, readers) {
		const { me } = this.ctx.session;
		const mine = message.user === me.id;
		const key = mine ? `c${message.client_id}` : `s${message.seq}`;
		const view = /** @type {MessageView} */ (this.#item(key, () => new MessageView()));
		const timeline = this.state?.timeline;
		/** @type {Shown} */
		const shown = {
			message: this.actions.hidden.has(message.seq) && message.seq
				? { ...message, deleted: true, body: '', reactions: [] } : message,
			state: entry ? entry.state : mine ? 'sent' : '',
			error: entry?.error || '',
			follows: following && !message.reply_to,
			readers,
			quoted: message.reply_to ? timeline?.get(message.reply_to) : null,
		};
		view.show(this.ctx, shown);
		return view;
	}

	/** @param {Date} date */
	#day(date) {
		const item = this.#item(`d${dayKey(date)}`, () =>
			h('div.day-line', { role: 'separator' }, h('span')));
		const text = /** @type {HTMLElement} */ (item.firstElementChild);
		if (text.textContent !== day(date)) {
			text.textContent = day(date);
		}
		return item;
	}

	/**
	 * @param {string} key
	 * @param {() => HTMLElement} make
	 */
	#item(key, make) {
		let item = this.#items.get(key);
		if (!item) {
			item = make();
			this.#items.set(key, item);
		}
		return item;
	}

	/** @param {HTMLElement[]} items those that stay */
	#forget(items) {
		if (this.#items.size > items.length) {
			const kept = new Set(items);
			this.#items.forEach((item, key) => kept.has(item) || this.#items.delete(key));
		}
	}

	/** @returns {{item: Element, top: number}|null} the first item in sight */
	#anchor() {
		const edge = this.scroller.getBoundingClientRect().top;
		const { children } = this.list;
		let low = 0;
		let high = children.length;
		while (low < high) {
			const mid = (low + high) >> 1;
			if (children[mid].getBoundingClientRect().bottom <= edge) {
				low = mid + 1;
			} else {
				high = mid;
			}
		}
		// A line of the day may move with what is loaded above it; a message stays.
		while (low < children.length && !(children[low] instanceof MessageView)) {
			low++;
		}
		const item = children[low];
		return item ? { item, top: item.getBoundingClientRect().top } : null;
	}

	/** @param {{item: Element, top: number}|null} anchor */
	#place(anchor) {
		if (this.#target) {
			this.#showTarget();
		} else if (this.#toLine && this.#items.has('new')) {
			this.#following = false;
			const lead = this.scroller.clientHeight / 4;
			this.scroller.scrollTop = (this.#items.get('new')?.offsetTop || 0) - lead;
			this.#measure();
		} else if (this.#following) {
			this.#toEnd();
		} else if (anchor?.item.isConnected) {
			const moved = anchor.item.getBoundingClientRect().top - anchor.top;
			if (Math.abs(moved) >= 1) {
				this.scroller.scrollTop += moved;
			}
		}
		this.#toLine = false;
	}

	#showTarget() {
		const seq = this.#target;
		this.#target = 0;
		this.#following = false;
		const view = this.list.querySelector(`[data-seq="${seq}"]`);
		if (view instanceof HTMLElement) {
			view.scrollIntoView({ block: 'center' });
			view.classList.add('found');
			view.focus({ preventScroll: true });
			setTimeout(() => view.classList.remove('found'), 2500);
		}
	}

	#toEnd() {
		this.scroller.scrollTop = this.scroller.scrollHeight;
	}

	/** Sizes changed without our doing: a font, an image, the phone's keyboard. */
	#settle() {
		if (this.#following) {
			this.#toEnd();
		}
	}

	/**
	 * More is there before the reader is; who stays at the end needs nothing older.
	 * @param {RoomState} state
	 */
	#fetch({ timeline }) {
		const { scrollTop, scrollHeight, clientHeight } = this.scroller;
		if (timeline.more && this.#drawn === Infinity
			&& scrollTop < (this.#following ? clientHeight / 2 : AHEAD)) {
			timeline.older().catch(() => {});
		}
		if (!timeline.atEnd && scrollHeight - scrollTop - clientHeight < AHEAD) {
			timeline.newer().catch(() => {});
		}
	}

	#measure() {
		const { scrollTop, scrollHeight, clientHeight } = this.scroller;
		this.#following = scrollHeight - scrollTop - clientHeight < FOLLOW
			&& Boolean(this.state?.timeline.atEnd);
	}

	#scrolled() {
		const state = this.state;
		this.#measure();
		if (!state?.timeline.loaded) {
			return;
		}
		this.#fetch(state);
		this.#showJump(state);
		this.#read();
	}

	/** @param {{room: number, message: Message}} arrival */
	#arrived({ room, message }) {
		if (room !== this.room) {
			return;
		}
		const seen = document.visibilityState === 'visible' && this.#following;
		if (!seen) {
			this.#away++;
			if (this.#newAfter < 0) {
				this.#newAfter = message.seq - 1;
				this.#lineSeen = false;
			}
		}
	}

	/** What is at the end and in sight has been read. */
	#read() {
		const state = this.state;
		if (state?.timeline.loaded && this.#following && document.visibilityState === 'visible') {
			this.#away = 0;
			this.ctx.session.read(this.room, state.last);
		}
	}

	/** @param {RoomState} state */
	#showJump(state) {
		const line = this.#items.get('new')?.getBoundingClientRect();
		const above = line ? line.bottom < this.scroller.getBoundingClientRect().top
			: !this.#lineKnown;
		this.#lineSeen ||= !above;
		attr(this.first, 'hidden', this.#newAfter < 0 || this.#lineSeen);
		const show = !this.#following || !state.timeline.atEnd;
		attr(this.jump, 'hidden', !show);
		if (show) {
			const n = this.#away;
			const text = n ? t('timeline.jump_new', { n }) : t('timeline.jump');
			update(this.jump, icon('down'), h('span', null, text));
			this.jump.classList.toggle('call', n > 0);
		}
	}
}

/**
 * @param {Message|null} before
 * @param {Message} message
 */
function follows(before, message) {
	return Boolean(before) && before?.user === message.user && !before.deleted
		&& Date.parse(message.created_at) - Date.parse(before.created_at) < GROUP;
}

/**
 * @param {Entry} entry
 * @param {number} user
 * @returns {Message}
 */
function asMessage(entry, user) {
	return {
		room: entry.room, seq: entry.seq, user, client_id: entry.client_id, body: entry.body,
		created_at: entry.created_at, edited_at: null, deleted: false,
		reply_to: entry.reply_to, reactions: [],
		attachments: entry.files.map((file) => (entry.state === 'sent' && file.attachment) || {
			...file, id: file.key, url: '', thumb: '',
		}),
	};
}

/** @param {number} [rows] */
function skeleton(rows = 5) {
	return h('div.skeleton', { 'aria-hidden': 'true' }, ...Array.from({ length: rows }, () =>
		h('div.skeleton-row', null, h('span.skeleton-face'), h('span.skeleton-text'))));
}

customElements.define('palabre-timeline', Timeline);
