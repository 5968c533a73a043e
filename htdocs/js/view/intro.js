/**
 * intro.js - what stands above the first message of a room.
 */

import { h, icon } from '../lib/dom.js';
import { t } from '../lib/i18n.js';
import { day } from '../lib/time.js';
import { avatar } from './avatar.js';
import { roomName } from './roomlist.js';

/** @import {Room} from '../net/types.js' */
/** @import {Context} from './view.js' */

/**
 * @param {Context} ctx
 * @param {Room} info
 * @param {boolean} empty
 */
export function intro(ctx, info, empty) {
	const direct = info.kind === 'direct';
	const face = direct ? avatar(info.peer || undefined, { size: 'large' })
		: h('span.intro-mark', null, icon(info.kind === 'private' ? 'lock' : 'hash'));
	const key = direct ? 'direct' : info.kind;
	const author = ctx.session.store.users.get(info.created_by)?.display_name;
	const made = direct || !author ? null
		: h('p', null, t('intro.made', { name: author, day: day(new Date(info.created_at)) }));
	return h('div.intro', null, face,
		h('h2', null, h('bdi', null, roomName(info))),
		h('p', null, t(`intro.${key}`, { name: roomName(info) })),
		made,
		empty ? h('p.intro-next', null, t('intro.empty')) : null);
}
