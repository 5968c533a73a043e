/**
 * room.js - one room: its head, its messages, where one writes, and a panel.
 */

import { attr, h, icon, iconButton, refill } from '../lib/dom.js';
import { t } from '../lib/i18n.js';
import { Composer } from './composer.js';
import { dialog } from './dialog.js';
import { loadMembers } from './fetch.js';
import { roomSettings, withIntake, withPanel } from './later.js';
import { menu } from './menu.js';
import { roomName } from './roomlist.js';
import { Timeline } from './timeline.js';
import { toast } from './toast.js';
import { View } from './view.js';
import { explain } from './words.js';

/** @import {Room} from '../net/types.js' */
/** @import {Item} from './menu.js' */
/** @import {Context} from './view.js' */

export class RoomView extends View {
	/**
	 * @param {Context} ctx
	 * @param {number} room
	 */
	constructor(ctx, room) {
		super();
		this.ctx = ctx;
		this.room = room;
		this.title = '';
		this.heading = h('h1.room-title');
		this.topic = h('p.room-topic');
		this.notice = h('div.notice', { hidden: true, role: 'status' });
		this.timeline = new Timeline(ctx, room);
		this.composer = new Composer(ctx, room);
		/** @type {HTMLElement|null} */
		this.panel = null;
		/** @type {Element|null} what had the focus before the panel */
		this.opener = null;
	}

	/** @override */
	mount() {
		const { store, connection, outbox } = this.ctx.session;
		this.className = 'room';
		attr(this, 'data-room-open', this.room);
		refill(this,
			h('main.room-main', null,
				h('header.room-head', null,
					iconButton('back', t('room.back'), {
						class: 'icon-button room-back', onclick: () => this.ctx.go('#/'),
					}),
					h('div.room-titles', null, this.heading, this.topic),
					iconButton('search', t('search.title'), {
						'data-role': 'search', onclick: () => this.toggle('search'),
					}),
					iconButton('people', t('members.title'), {
						'data-role': 'members', onclick: () => this.toggle('members'),
					}),
					iconButton('dots', t('room.menu'), {
						onclick: (/** @type {any} */ e) => this.#menu(e.currentTarget),
					})),
				this.notice, this.timeline, this.composer));
		this.on(store, 'rooms', () => this.schedule());
		this.on(store, 'users', () => this.schedule());
		this.on(connection, 'state', () => this.#offline());
		this.on(outbox, 'change', () => this.#offline());
		this.on(this.timeline, 'reply', (e) => this.composer.replyTo(e.detail));
		this.on(this.timeline, 'edit', (e) => this.composer.edit(e.detail));
		this.on(this.composer, 'sent', () => this.timeline.sent());
		this.on(this.composer, 'edit-last', () => this.#editLast());
		this.render();
		this.#offline();
		const members = () => loadMembers(this.ctx, this.room)
			.then(() => store.tell('receipt', this.room), () => {});
		this.on(store, 'members', (e) => e.detail === this.room && members());
		// Not in one piece: a slow phone draws the room between.
		setTimeout(members);
		setTimeout(() => this.isConnected && this.#takeFiles());
		if (matchMedia('(hover: hover)').matches) {
			this.composer.input.focus({ preventScroll: true });
		}
	}

	#takeFiles() {
		withIntake((m) => {
			const take = (/** @type {File[]} */ files) => this.composer.attach(files);
			m.onDrop(this, take);
			m.onPaste(this, this.composer.input, take);
		});
	}

	/** @returns {Room|undefined} */
	get info() {
		return this.ctx.session.store.rooms.get(this.room)?.info;
	}

	/** @override */
	render() {
		const { info } = this;
		if (!info) {
			return;
		}
		const { users } = this.ctx.session.store;
		const peer = info.peer ? users.get(info.peer.id) || info.peer : null;
		const topic = peer ? t(`presence.${peer.presence}`) : info.topic;
		const name = roomName(info);
		if (this.title !== name + topic) {
			this.title = name + topic;
			refill(this.heading, h('bdi', null, name));
			refill(this.topic, topic);
			this.topic.title = topic;
		}
	}

	/** On a phone the list with the connection's words is out of sight: say it here. */
	#offline() {
		const { connection, outbox } = this.ctx.session;
		const lost = connection.state === 'offline';
		attr(this.notice, 'hidden', !lost);
		const n = outbox.waiting;
		const text = connection.portal ? t('connection.portal') : t('connection.lost');
		this.notice.textContent = lost
			? text + (n ? ` · ${t('connection.waiting', { n })}` : '') : '';
	}

	#editLast() {
		const { store, me } = this.ctx.session;
		const mine = store.rooms.get(this.room)?.timeline.messages
			.findLast((m) => m.user === me.id && !m.deleted);
		if (mine) {
			this.composer.edit(mine);
		}
	}

	/** @param {"search"|"members"} kind */
	toggle(kind) {
		const open = this.panel?.tagName.toLowerCase() === `palabre-${kind}`;
		if (!this.panel) {
			this.opener = document.activeElement;
		} else if (open && this.opener instanceof HTMLElement) {
			this.opener.focus({ preventScroll: true });
		}
		this.panel?.remove();
		this.panel = null;
		this.classList.toggle('with-panel', !open);
		if (!open) {
			withPanel(kind, (make) => {
				this.panel?.remove();
				this.panel = make(this.ctx, this.room, () => this.toggle(kind));
				this.append(this.panel);
			});
		}
	}

	/** @param {Element} anchor */
	#menu(anchor) {
		const { info } = this;
		if (!info) {
			return;
		}
		/** @type {Item[]} */
		const items = ['all', 'mentions', 'none'].map((value) => ({
			icon: value === 'none' ? 'mute' : 'bell',
			label: t(`room.notify.${value}`), checked: info.notify === value,
			run: () => this.#change({ notify: value }),
		}));
		if (info.kind !== 'direct') {
			if (info.role === 'owner' || info.role === 'moderator') {
				items.push(null, {
					icon: 'gear', label: t('room.settings'),
					run: () => roomSettings(this.ctx, this.room),
				});
			}
			items.push(null, {
				icon: 'leave', label: t('room.leave'), danger: true,
				run: () => this.#sure('leave'),
			});
			if (info.role === 'owner') {
				items.push({
					icon: 'trash', label: t('room.delete'), danger: true,
					run: () => this.#sure('delete'),
				});
			}
		}
		menu(anchor, items, t('room.menu'));
	}

	/** @param {object} fields */
	async #change(fields) {
		const { api, store } = this.ctx.session;
		try {
			const reply = await api.post(`rooms/${this.room}`, fields, { expect: 'room' });
			const state = store.rooms.get(this.room);
			if (state) {
				state.info = { ...state.info, notify: reply.room.notify };
				store.tell('rooms', undefined);
			}
		} catch (error) {
			toast(explain(error));
		}
	}

	/** @param {"leave"|"delete"} what */
	#sure(what) {
		const { api, store } = this.ctx.session;
		const name = this.info ? roomName(this.info) : '';
		const go = async () => {
			box.close();
			try {
				await api.post(`rooms/${this.room}/${what}`);
				store.remove(this.room);
			} catch (error) {
				toast(explain(error));
			}
		};
		const box = dialog(t(`room.${what}`), 'sure',
			h('p', null, t(`room.${what}.sure`, { name })),
			h('div.form-foot', null,
				h('button.quiet', { type: 'button', onclick: () => box.close() },
					t('action.cancel')),
				h('button.danger', { type: 'button', 'data-role': 'confirm', onclick: go },
					t(`room.${what}`))));
	}
}

/**
 * A public room seen from outside: its name and a way in.
 * @param {Room} info
 * @param {() => Promise<void>} join
 * @param {() => void} back
 */
export function outside(info, join, back) {
	const problem = h('p.problem', { role: 'alert' });
	const button = h('button.primary', {
		type: 'button', 'data-role': 'join', 'data-room': info.id,
		onclick: () => join().catch((error) => {
			problem.textContent = explain(error);
		}),
	}, t('browse.join'));
	return h('main.outside', null, h('span.intro-mark', null, icon('hash')),
		h('h1.room-title', null, h('bdi', null, info.name)),
		h('p', null, info.topic), h('p.hint', null, t('browse.members', { n: info.members })),
		problem, button,
		h('button.link', { type: 'button', onclick: back }, t('room.back')));
}

customElements.define('palabre-room', RoomView);
