/**
 * shell.js - the app once signed in: the list, the room, and the way between them.
 */

import { attr, h, icon, refill } from '../lib/dom.js';
import { t } from '../lib/i18n.js';
import { Herald } from './herald.js';
import { outside, RoomView } from './room.js';
import { joinRoom } from './fetch.js';
import { browseRooms, newRoom, openSwitcher } from './later.js';
import { RoomList } from './roomlist.js';
import { toast } from './toast.js';
import { View } from './view.js';
import { explain } from './words.js';

/** @import {Room} from '../net/types.js' */
/** @import {Context} from './view.js' */

/** Narrower than this, one pane at a time. */
const PHONE = '(max-width: 719px)';
/** An address of a room, and perhaps of a message in it. */
const ROOM = /^#\/r\/(\d+)(?:\/(\d+))?$/;

export class Shell extends View {
	#turn = 0;

	/** @param {Context} ctx */
	constructor(ctx) {
		super();
		this.ctx = ctx;
		this.list = new RoomList(ctx);
		this.place = h('div.place');
		this.skip = h('a.skip', { href: '#composer', hidden: true }, t('shell.skip'));
		/** @type {RoomView|null} */
		this.room = null;
	}

	/** @override */
	mount() {
		const { store } = this.ctx.session;
		this.className = 'shell';
		this.skip.addEventListener('click', (e) => {
			e.preventDefault();
			this.room?.composer.input.focus();
		});
		refill(this, this.skip, this.list, this.place);
		this.on(window, 'hashchange', () => this.route());
		this.on(store, 'closed', (e) => this.#closed(e.detail));
		this.on(document, 'keydown', (e) => this.#key(e));
		this.#swipe();
		const inRoom = ROOM.test(location.hash);
		this.#pane(inRoom ? 'room' : 'list');
		if (!inRoom || !matchMedia(PHONE).matches) {
			this.list.render();
		}
		// The list is drawn before the room is: a slow phone answers to the finger between.
		setTimeout(() => {
			if (this.isConnected) {
				this.route();
				attr(this, 'data-role', 'app');
				setTimeout(() => this.isConnected && this.append(new Herald(this.ctx)));
			}
		});
	}

	/** Show what the address says. */
	async route() {
		const m = ROOM.exec(location.hash);
		const turn = ++this.#turn;
		if (m) {
			await this.#show(Number(m[1]), Number(m[2] || 0), turn);
			return;
		}
		const last = this.ctx.prefs.get('lastRoom');
		const { rooms } = this.ctx.session.store;
		const first = rooms.has(last) ? last : [...rooms.keys()][0];
		if (matchMedia(PHONE).matches || !first) {
			this.#empty();
		} else {
			history.replaceState(null, '', `#/r/${first}`);
			await this.#show(first, 0, turn);
		}
	}

	/**
	 * @param {number} id
	 * @param {number} seq a message to find, or 0
	 * @param {number} turn
	 */
	async #show(id, seq, turn) {
		if (this.room?.room === id) {
			this.#pane('room');
			if (seq) {
				this.room.timeline.find(seq);
			}
			return;
		}
		if (this.ctx.session.store.rooms.has(id)) {
			this.room = new RoomView(this.ctx, id);
			if (seq) {
				this.room.timeline.find(seq);
			}
			this.place.replaceChildren(this.room);
			this.list.select(id);
			this.ctx.prefs.set('lastRoom', id);
			this.#pane('room');
			return;
		}
		try {
			const reply = await this.ctx.session.api.get(`rooms/${id}`, { expect: 'room' });
			if (turn === this.#turn) {
				this.#outside(reply.room, seq);
			}
		} catch (error) {
			if (turn === this.#turn) {
				toast(explain(error));
				this.ctx.go('#/');
			}
		}
	}

	/**
	 * @param {Room} info
	 * @param {number} seq
	 */
	#outside(info, seq) {
		if (info.role) {
			this.ctx.session.store.add(info);
			this.#show(info.id, seq, this.#turn);
			return;
		}
		this.room = null;
		this.list.select(0);
		this.place.replaceChildren(outside(info, async () => {
			await joinRoom(this.ctx, info.id);
			await this.#show(info.id, seq, this.#turn);
		}, () => this.ctx.go('#/')));
		this.#pane('room');
	}

	#empty() {
		this.room = null;
		this.list.select(0);
		this.place.replaceChildren(h('main.outside', null,
			h('span.outside-mark', null, icon('mark')),
			h('h1.room-title', null, t('shell.empty.title')),
			h('p', null, t('shell.empty.text')),
			h('button.primary', { type: 'button', onclick: () => browseRooms(this.ctx) },
				t('side.browse')),
			h('button.link', { type: 'button', onclick: () => newRoom(this.ctx) },
				t('side.new_room'))));
		this.#pane('list');
	}

	/** @param {"list"|"room"} pane */
	#pane(pane) {
		attr(this, 'data-pane', pane);
		attr(this.skip, 'hidden', !this.room);
		this.list.alone(pane === 'list' && matchMedia(PHONE).matches);
	}

	/** @param {number} id */
	#closed(id) {
		if (this.room?.room === id) {
			this.room = null;
			toast(t('room.closed'));
			this.ctx.go('#/');
		}
	}

	/** @param {KeyboardEvent} e */
	#key(e) {
		const strong = e.ctrlKey || e.metaKey;
		if (strong && !e.altKey && !e.shiftKey && e.key.toLowerCase() === 'k') {
			e.preventDefault();
			openSwitcher(this.ctx);
		} else if (strong && e.shiftKey && e.key.toLowerCase() === 'f') {
			e.preventDefault();
			this.room?.toggle('search');
		} else if (e.altKey && (e.key === 'ArrowUp' || e.key === 'ArrowDown')) {
			e.preventDefault();
			this.#step(e.key === 'ArrowUp' ? -1 : 1);
		} else if (e.key === 'Escape' && !document.querySelector('dialog[open]')
			&& this.room?.panel && !e.defaultPrevented) {
			this.room.toggle(this.room.panel.tagName === 'PALABRE-SEARCH' ? 'search' : 'members');
		}
	}

	/** @param {number} by rooms up or down the list */
	#step(by) {
		const all = [...this.list.querySelectorAll('[data-role=room]')];
		const at = all.findIndex((x) => x.getAttribute('aria-current'));
		const next = all[(at + by + all.length) % all.length];
		if (next instanceof HTMLAnchorElement) {
			this.ctx.go(next.hash);
		}
	}

	/** From the left to the right: back to the list. */
	#swipe() {
		let x = -1;
		let y = 0;
		this.on(this.place, 'touchstart', (e) => {
			// What scrolls sideways itself has the first claim on the finger.
			const ours = e.touches.length === 1 && e.touches[0].clientX < innerWidth / 3
				&& !e.target.closest('pre, textarea, input');
			x = ours ? e.touches[0].clientX : -1;
			y = e.touches[0].clientY;
		}, { passive: true });
		this.on(this.place, 'touchend', (e) => {
			const end = e.changedTouches[0];
			const far = end.clientX - x > 80 && Math.abs(end.clientY - y) < 50;
			if (x >= 0 && far && matchMedia(PHONE).matches) {
				this.ctx.go('#/');
			}
		}, { passive: true });
	}
}

customElements.define('palabre-shell', Shell);
