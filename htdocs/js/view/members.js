/**
 * members.js - the panel of a room: who is in it, and the room's own settings.
 */

import { h, icon, iconButton, refill, update } from '../lib/dom.js';
import { t } from '../lib/i18n.js';
import { avatar } from './avatar.js';
import { dialog, field, wireForm } from './dialog.js';
import { loadMembers } from './fetch.js';
import { menu } from './menu.js';
import { openDirect, pickPerson } from './rooms.js';
import { toast } from './toast.js';
import { View } from './view.js';
import { explain } from './words.js';

/** @import {Member} from '../net/types.js' */
/** @import {Item} from './menu.js' */
/** @import {Context} from './view.js' */

/** @type {Record<string, number>} */
const RANK = { owner: 0, moderator: 1, member: 2 };

export class Members extends View {
	/**
	 * @param {Context} ctx
	 * @param {number} room
	 * @param {() => void} close
	 */
	constructor(ctx, room, close) {
		super();
		this.ctx = ctx;
		this.room = room;
		this.close = close;
		this.list = h('div.results', { role: 'list' });
	}

	/** @override */
	mount() {
		const { store } = this.ctx.session;
		this.className = 'panel';
		const add = h('button.quiet.with-icon', {
			type: 'button', onclick: () => this.#add(),
		}, icon('plus'), t('members.add'));
		const { kind, role } = this.#info;
		const canAdd = kind !== 'direct' && (role === 'owner' || role === 'moderator');
		refill(this, h('div.panel-head', null, h('h2', null, t('members.title')),
			iconButton('close', t('action.close'), { onclick: this.close })),
		h('div.panel-body', null, canAdd ? add : null, this.list));
		this.setAttribute('role', 'complementary');
		this.setAttribute('aria-label', t('members.title'));
		this.on(store, 'members', (e) => e.detail === this.room && this.#load());
		this.on(store, 'users', () => this.schedule());
		this.#load();
	}

	get #info() {
		return /** @type {any} */ (this.ctx.session.store.rooms.get(this.room)?.info || {});
	}

	async #load() {
		try {
			await loadMembers(this.ctx, this.room);
			this.render();
		} catch (error) {
			refill(this.list, h('p.problem', { role: 'alert' }, explain(error)));
		}
	}

	/** @override */
	render() {
		const { store } = this.ctx.session;
		const known = store.rooms.get(this.room)?.members;
		if (!known) {
			return; // it is being fetched anew: what is shown stays till then
		}
		const members = [...known];
		const user = (/** @type {Member} */ m) => store.users.get(m.user.id) || m.user;
		members.sort((a, b) => RANK[a.role] - RANK[b.role]
			|| Number(user(b).presence === 'online') - Number(user(a).presence === 'online')
			|| user(a).display_name.localeCompare(user(b).display_name));
		update(this.list, ...members.map((m) => {
			const u = user(m);
			const button = h('button.result.whole', {
				type: 'button', onclick: () => this.#menu(button, m),
			}, avatar(u, { size: 'small', presence: true }),
			h('div.result-text', null, h('bdi.result-name', null, u.display_name),
				h('span.result-more', null, `@${u.name}`)),
			m.role === 'member' ? null : h('span.tag', null, t(`role.${m.role}`)));
			return h('div', { role: 'listitem' }, button);
		}));
	}

	/**
	 * @param {Element} anchor
	 * @param {Member} member
	 */
	#menu(anchor, { user, role }) {
		const { me } = this.ctx.session;
		const { kind, role: mine } = this.#info;
		/** @type {Item[]} */
		const items = [];
		if (user.id !== me.id) {
			items.push({
				icon: 'person', label: t('members.direct', { name: user.display_name }),
				run: () => this.#try(openDirect(this.ctx, user.id)),
			});
		}
		if (kind !== 'direct' && mine === 'owner') {
			items.push(null, ...['owner', 'moderator', 'member'].map((r) => ({
				label: t(`role.${r}`), checked: r === role,
				run: () => this.#post(`/${user.id}`, { role: r }),
			})));
		}
		const above = mine === 'owner' || (mine === 'moderator' && role === 'member');
		if (kind !== 'direct' && user.id !== me.id && above) {
			items.push(null, {
				icon: 'leave', label: t('members.remove'), danger: true,
				run: () => this.#post(`/${user.id}/remove`, {}),
			});
		}
		if (items.length) {
			menu(anchor, items, user.display_name);
		}
	}

	#add() {
		const here = new Set(this.ctx.session.store.rooms.get(this.room)?.members
			?.map((m) => m.user.id));
		pickPerson(this.ctx, {
			title: t('members.add'),
			kind: 'add',
			skip: (u) => here.has(u.id),
			pick: (u) => this.ctx.session.api.post(`rooms/${this.room}/members`, { user: u.id }),
		});
	}

	/**
	 * @param {string} path
	 * @param {object} body
	 */
	#post(path, body) {
		this.#try(this.ctx.session.api.post(`rooms/${this.room}/members${path}`, body));
	}

	/** @param {Promise<unknown>} doing */
	#try(doing) {
		doing.catch((error) => toast(explain(error)));
	}
}

/**
 * @param {Context} ctx
 * @param {number} id
 */
export function roomSettings(ctx, id) {
	const { store, api } = ctx.session;
	const info = store.rooms.get(id)?.info;
	if (!info) {
		return;
	}
	const form = h('form', null,
		field(t('room.name'), h('input', {
			name: 'name', value: info.name, required: true, maxlength: 64,
		})),
		field(t('room.topic'), h('input', { name: 'topic', value: info.topic, maxlength: 250 }),
			t('room.topic.hint')),
		h('div.form-foot', null, h('button.primary', { type: 'submit' }, t('action.save'))));
	const box = dialog(t('room.settings'), 'room-settings', form);
	wireForm(form, async (v) => {
		await api.post(`rooms/${id}`, { name: v.name.trim(), topic: v.topic.trim() },
			{ expect: 'room' });
		box.close();
	});
}

customElements.define('palabre-members', Members);
