/**
 * rooms.js - dialogs that lead to a room: a new one, a public one, a person.
 */

import { h, icon, refill, update } from '../lib/dom.js';
import { t } from '../lib/i18n.js';
import { query } from '../net/api.js';
import { avatar } from './avatar.js';
import { dialog, field, wireForm } from './dialog.js';
import { joinRoom } from './fetch.js';
import { explain } from './words.js';

/** @import {Room, User} from '../net/types.js' */
/** @import {Context} from './view.js' */

/** @param {Context} ctx */
export function newRoom(ctx) {
	const form = h('form', { 'data-role': 'new-room-form' },
		field(t('room.name'), h('input', {
			name: 'name', required: true, maxlength: 64, autocomplete: 'off', autofocus: true,
		})),
		field(t('room.kind'), h('select', { name: 'kind' },
			h('option', { value: 'public' }, t('room.kind.public')),
			h('option', { value: 'private' }, t('room.kind.private')))),
		field(t('room.topic'), h('input', {
			name: 'topic', maxlength: 250, autocomplete: 'off',
		}), t('room.topic.hint')),
		h('div.form-foot', null,
			h('button.primary', { type: 'submit' }, t('room.create'))));
	const box = dialog(t('side.new_room'), 'new-room', form);
	wireForm(form, async (v) => {
		const topic = v.topic.trim();
		const reply = await ctx.session.api.post('rooms',
			{ name: v.name.trim(), kind: v.kind, ...(topic ? { topic } : {}) },
			{ expect: 'room' });
		ctx.session.store.add(reply.room);
		box.close();
		ctx.go(`#/r/${reply.room.id}`);
	});
}

/**
 * A dialog that lists what the server finds for what is typed.
 * @template T
 * @param {object} options
 * @param {string} options.title
 * @param {string} options.kind
 * @param {string} options.hint
 * @param {string} options.none
 * @param {(q: string) => Promise<T[]>} options.find
 * @param {(item: T, close: () => void) => HTMLElement} options.entry
 */
function finder(options) {
	const input = h('input.search-input', {
		type: 'search', placeholder: options.hint, 'aria-label': options.hint,
		autocomplete: 'off', autofocus: true,
	});
	const list = h('div.results', { role: 'list' });
	const box = dialog(options.title, options.kind, input, list);
	let turn = 0;
	const look = async () => {
		const mine = ++turn;
		try {
			const found = await options.find(input.value.trim());
			if (mine === turn) {
				update(list, ...found.map((item) => options.entry(item, () => box.close())),
					found.length ? null : h('p.nothing', { role: 'listitem' }, options.none));
			}
		} catch (error) {
			if (mine === turn) {
				refill(list, h('p.problem', { role: 'alert' }, explain(error)));
			}
		}
	};
	/** @type {ReturnType<typeof setTimeout>|undefined} */
	let timer;
	input.addEventListener('input', () => {
		clearTimeout(timer);
		timer = setTimeout(look, 200);
	});
	look();
}

/** @param {Context} ctx */
export function browseRooms(ctx) {
	const { api, store } = ctx.session;
	finder({
		title: t('side.browse'),
		kind: 'browse',
		hint: t('browse.hint'),
		none: t('browse.none'),
		find: async (q) => {
			const path = `rooms/public${query({ q, limit: 50 })}`;
			return /** @type {Room[]} */ ((await api.get(path, { expect: 'rooms' })).rooms);
		},
		entry: (room, close) => {
			const mine = store.rooms.has(room.id);
			const open = () => {
				close();
				ctx.go(`#/r/${room.id}`);
			};
			const join = async () => {
				try {
					await joinRoom(ctx, room.id);
					open();
				} catch (error) {
					button.after(h('p.problem', { role: 'alert' }, explain(error)));
				}
			};
			const button = h(mine ? 'button.quiet' : 'button.primary', {
				type: 'button', 'data-role': mine ? 'open' : 'join', 'data-room': room.id,
				onclick: mine ? open : join,
			}, t(mine ? 'browse.open' : 'browse.join'));
			return h('div.result', { role: 'listitem' },
				h('span.room-kind', null, icon('hash')),
				h('div.result-text', null, h('bdi.result-name', null, room.name),
					h('p.result-more', null, t('browse.members', { n: room.members }),
						room.topic ? ` · ${room.topic}` : '')),
				button);
		},
	});
}

/**
 * @param {Context} ctx
 * @param {string} q
 * @returns {Promise<User[]>}
 */
export async function findPeople(ctx, q) {
	const reply = await ctx.session.api.get(`users${query({ q, limit: 50 })}`,
		{ expect: 'users' });
	return reply.users;
}

/**
 * @param {Context} ctx
 * @param {number} user
 */
export async function openDirect(ctx, user) {
	const reply = await ctx.session.api.post('direct', { user }, { expect: 'room' });
	ctx.session.store.add(reply.room);
	ctx.go(`#/r/${reply.room.id}`);
}

/**
 * @param {Context} ctx
 * @param {{title: string, kind: string, pick: (user: User) => Promise<void>,
 *   skip: (user: User) => boolean}} options
 */
export function pickPerson(ctx, options) {
	finder({
		title: options.title,
		kind: options.kind,
		hint: t('people.hint'),
		none: t('people.none'),
		find: async (q) => (await findPeople(ctx, q)).filter((u) => !options.skip(u)),
		entry: (user, close) => {
			const pick = async () => {
				try {
					await options.pick(user);
					close();
				} catch (error) {
					button.after(h('p.problem', { role: 'alert' }, explain(error)));
				}
			};
			const button = h('button.result.whole', { type: 'button', onclick: pick },
				avatar(user, { size: 'small', presence: true }),
				h('div.result-text', null, h('bdi.result-name', null, user.display_name),
					h('span.result-more', null, `@${user.name}`)));
			return h('div', { role: 'listitem' }, button);
		},
	});
}

/** @param {Context} ctx */
export function newDirect(ctx) {
	pickPerson(ctx, {
		title: t('side.new_direct'),
		kind: 'direct',
		skip: (user) => user.id === ctx.session.me.id,
		pick: (user) => openDirect(ctx, user.id),
	});
}
