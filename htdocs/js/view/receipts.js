/**
 * receipts.js - in small rooms, the faces of those who have read up to a message.
 */

import { h } from '../lib/dom.js';
import { t } from '../lib/i18n.js';
import { avatar } from './avatar.js';

/** @import {RoomState} from '../model/room.js' */
/** @import {User} from '../net/types.js' */
/** @import {Context} from './view.js' */

/** In larger rooms it would be noise. */
const SMALL = 8;

/**
 * @param {Context} ctx
 * @param {RoomState} state
 * @returns {Map<number, User[]>} seq of the last message read to its readers
 */
export function readers(ctx, state) {
	/** @type {Map<number, User[]>} */
	const places = new Map();
	const { store, me } = ctx.session;
	const { messages, atEnd } = state.timeline;
	if (!state.members || state.members.length > SMALL || !atEnd) {
		return places;
	}
	for (const { user, last_read } of state.members) {
		const at = user.id === me.id ? undefined
			: messages.findLast((m) => m.seq <= last_read || m.user === user.id);
		if (at && at.user !== user.id) {
			const list = places.get(at.seq) || [];
			places.set(at.seq, list);
			list.push(store.users.get(user.id) || user);
		}
	}
	return places;
}

/** @param {User[]} users */
export function receipts(users) {
	const names = new Intl.ListFormat(document.documentElement.lang)
		.format(users.map((u) => u.display_name));
	const label = t('message.read_by', { names });
	return h('span.receipts', { role: 'img', 'aria-label': label, title: label },
		...users.map((user) => avatar(user, { size: 'tiny' })));
}
