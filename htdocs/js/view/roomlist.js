/**
 * roomlist.js - the side: brand, finder, rooms, people, connection.
 */

import { attr, h, icon, iconButton, refill, update } from '../lib/dom.js';
import { fold, t } from '../lib/i18n.js';
import { parse, plain } from '../lib/markdown.js';
import { brief } from '../lib/time.js';
import { avatar } from './avatar.js';
import { ConnectionLine } from './connection.js';
import { browseRooms, newDirect, newRoom, openSettings, openSwitcher } from './later.js';
import { View } from './view.js';

/** @import {RoomState} from '../model/room.js' */
/** @import {Room} from '../net/types.js' */
/** @import {Context} from './view.js' */

/** "Room 2" stands before "Room 10". */
const byName = new Intl.Collator(undefined, { numeric: true });

/**
 * @param {Room} info
 * @returns {string} what to call a room
 */
export function roomName(info) {
	return info.kind === 'direct' ? info.peer?.display_name || t('room.direct') : info.name;
}

export class RoomList extends View {
	/** @param {Context} ctx */
	constructor(ctx) {
		super();
		this.ctx = ctx;
		this.current = 0;
		/** @type {Map<number, HTMLElement>} */
		this.entries = new Map();
		this.rooms = h('div.room-entries', { role: 'list' });
		this.people = h('div.room-entries', { role: 'list' });
		this.meButton = h('button.me-button', { type: 'button' });
		this.filter = h('input', {
			type: 'search', placeholder: t('side.filter'), 'aria-label': t('side.filter'),
			autocomplete: 'off', spellcheck: 'false', enterkeyhint: 'go',
		});
		this.none = h('div.side-empty', { hidden: true, role: 'status' });
	}

	/** @override */
	mount() {
		this.className = 'side';
		const keys = /Mac|iPhone|iPad/.test(navigator.platform) ? '⌘ K' : 'Ctrl K';
		const find = h('div.finder', null, icon('search'), this.filter,
			h('button.finder-more', {
				type: 'button', 'aria-label': `${t('side.find')} ${keys}`, title: t('side.find'),
				onclick: () => openSwitcher(this.ctx, this.filter.value.trim()),
			}, h('kbd', null, keys)));
		this.meButton.addEventListener('click', () => openSettings(this.ctx));
		refill(this,
			h('div.side-head', null,
				h('p.brand', null, icon('mark'), h('span.brand-name', null, 'Palabre')),
				this.meButton),
			h('div.side-find', null, find),
			h('div.side-scroll', { tabindex: -1 },
				this.#section('side.rooms', [
					iconButton('compass', t('side.browse'), {
						'data-role': 'browse-rooms', onclick: () => browseRooms(this.ctx),
					}),
					iconButton('plus', t('side.new_room'), {
						'data-role': 'new-room', onclick: () => newRoom(this.ctx),
					})], this.rooms),
				this.#section('side.people', [
					iconButton('plus', t('side.new_direct'), {
						'data-role': 'new-direct', onclick: () => newDirect(this.ctx),
					})], this.people), this.none),
			new ConnectionLine(this.ctx));
		const { store } = this.ctx.session;
		this.on(store, 'rooms', () => this.schedule());
		this.on(store, 'users', () => this.schedule());
		this.on(store, 'me', () => this.schedule());
		this.on(store, 'typing', () => this.schedule());
		this.on(this.filter, 'input', () => this.render());
		this.on(this.filter, 'keydown', (e) => this.#key(e));
	}

	/** @param {KeyboardEvent} e in the filter */
	#key(e) {
		const first = this.querySelector('.room-entry');
		if (e.key === 'Enter' && first instanceof HTMLAnchorElement) {
			e.preventDefault();
			this.#clear();
			this.ctx.go(first.hash);
		} else if (e.key === 'Escape' && this.filter.value) {
			e.preventDefault();
			this.#clear();
		}
	}

	#clear() {
		this.filter.value = '';
		this.render();
	}

	/**
	 * @param {string} title
	 * @param {HTMLElement[]} actions
	 * @param {HTMLElement} list
	 */
	#section(title, actions, list) {
		return h('section.side-section', null,
			h('header.side-title', null, h('h2', null, t(title)),
				h('span.side-actions', null, ...actions)),
			list);
	}

	/** @param {boolean} alone whether the list is all there is: the page's main part then */
	alone(alone) {
		attr(this, 'role', alone ? 'main' : 'navigation');
		attr(this, 'aria-label', t('side.rooms'));
		const brand = this.querySelector('.brand');
		if (brand) {
			attr(brand, 'role', alone ? 'heading' : null);
			attr(brand, 'aria-level', alone ? 1 : null);
		}
	}

	/** @param {number} id the room shown */
	select(id) {
		this.current = id;
		// The room comes first.
		setTimeout(() => {
			if (this.isConnected) {
				this.render();
				this.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest' });
			}
		});
	}

	/** @override */
	render() {
		const { store } = this.ctx.session;
		const wanted = fold(this.filter.value.trim());
		const all = [...store.rooms.values()].filter((r) =>
			!wanted || fold(roomName(r.info)).includes(wanted));
		const rooms = all.filter((r) => r.info.kind !== 'direct')
			.sort((a, b) => byName.compare(a.info.name, b.info.name));
		const people = all.filter((r) => r.info.kind === 'direct')
			.sort((a, b) => lastTime(b.info) - lastTime(a.info));
		const filtered = Boolean(wanted);
		update(this.rooms, ...rooms.map((r) => this.#entry(r)),
			rooms.length || filtered ? null : this.#noRooms());
		update(this.people, ...people.map((r) => this.#entry(r)),
			people.length || filtered ? null
				: h('p.side-empty', { role: 'listitem' }, t('side.empty.people')));
		for (const id of this.entries.keys()) {
			if (!store.rooms.has(id)) {
				this.entries.delete(id);
			}
		}
		this.#showNone(rooms.length, people.length, filtered);
		const me = this.ctx.session.me;
		attr(this.meButton, 'aria-label', t('side.me', { name: me.display_name }));
		attr(this.meButton, 'title', t('side.me', { name: me.display_name }));
		update(this.meButton, avatar(me, { size: 'small' }));
	}

	#noRooms() {
		return h('p.side-empty', { role: 'listitem' }, t('side.empty.rooms'), ' ',
			h('button.link', { type: 'button', onclick: () => browseRooms(this.ctx) },
				t('side.browse')));
	}

	/**
	 * @param {number} rooms
	 * @param {number} people
	 * @param {boolean} filtered
	 */
	#showNone(rooms, people, filtered) {
		attr(/** @type {Element} */ (this.rooms.parentElement), 'hidden', filtered && !rooms);
		attr(/** @type {Element} */ (this.people.parentElement), 'hidden', filtered && !people);
		attr(this.none, 'hidden', !filtered);
		if (filtered) {
			update(this.none, rooms || people ? '' : `${t('side.none')} `, h('button.link', {
				type: 'button', onclick: () => openSwitcher(this.ctx, this.filter.value.trim()),
			}, t('side.everywhere')));
		}
	}

	/** @param {RoomState} room */
	#entry(room) {
		const { info } = room;
		let entry = this.entries.get(room.id);
		if (!entry) {
			entry = h('a.room-entry', {
				href: `#/r/${room.id}`, 'data-role': 'room', 'data-room': room.id,
			});
			const item = h('div', { role: 'listitem' }, entry);
			this.entries.set(room.id, item);
		} else {
			entry = /** @type {HTMLElement} */ (entry.firstElementChild);
		}
		this.#fill(/** @type {HTMLElement} */ (entry), room, info);
		return /** @type {HTMLElement} */ (entry.parentElement);
	}

	/**
	 * @param {HTMLElement} entry
	 * @param {RoomState} room
	 * @param {Room} info
	 */
	#fill(entry, room, info) {
		const { store } = this.ctx.session;
		const direct = info.kind === 'direct';
		const peer = direct && info.peer ? store.users.get(info.peer.id) || info.peer : undefined;
		const silent = info.notify === 'none';
		const called = info.mentions > 0 || (direct && info.unread > 0);
		attr(entry, 'data-unread', info.unread);
		attr(entry, 'aria-current', room.id === this.current ? 'page' : null);
		entry.classList.toggle('unread', info.unread > 0 && !silent);
		entry.classList.toggle('silent', silent);
		const typing = room.typists().length > 0 && room.id !== this.current;
		const last = typing ? t('side.typing') : this.#last(info);
		const when = info.last_message ? new Date(info.last_message.created_at) : null;
		const key = [roomName(info), info.kind, info.unread, info.mentions, last,
			when && brief(when), peer?.presence, silent].join('\u0000');
		if (entry.dataset.key === key) {
			return;
		}
		entry.dataset.key = key;
		refill(entry,
			direct ? avatar(peer, { size: 'small', presence: true })
				: h('span.room-kind', null, icon(info.kind === 'private' ? 'lock' : 'hash')),
			h('span.room-text', null,
				h('bdi.room-name', null, roomName(info)),
				h('span.room-last', null, last)),
			h('span.room-side', null,
				when ? h('time.room-when', null, brief(when)) : null,
				info.unread && !silent ? badge(info, called)
					: silent ? h('span.room-mute', null, icon('mute')) : null));
	}

	/** @param {Room} info */
	#last(info) {
		const message = info.last_message;
		if (!message) {
			return t('side.quiet');
		}
		if (message.deleted) {
			return t('message.deleted');
		}
		const { store } = this.ctx.session;
		const text = plain(parse(message.body.slice(0, 300))) || t('message.picture');
		const mine = message.user === store.me?.id;
		const name = mine ? t('side.you') : store.users.get(message.user)?.display_name;
		return info.kind === 'direct' && !mine ? text : t('said', { name: name || '?', text });
	}
}

/** @param {Room} info */
function lastTime(info) {
	return Date.parse(info.last_message?.created_at || info.created_at);
}

/**
 * @param {Room} info
 * @param {boolean} called
 */
function badge(info, called) {
	const n = info.mentions || info.unread;
	const label = info.mentions ? 'side.mentions' : 'side.unread';
	const box = h('span.badge', { 'aria-label': t(label, { n }) },
		info.mentions && info.kind !== 'direct' ? `@ ${n}` : n > 99 ? '99+' : n);
	box.classList.toggle('call', called);
	return box;
}

customElements.define('palabre-rooms', RoomList);
