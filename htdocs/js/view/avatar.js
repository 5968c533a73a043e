/**
 * avatar.js - a person's rounded square: initials on a colour from their id.
 */

import { h } from '../lib/dom.js';
import { t } from '../lib/i18n.js';

/** @import {User} from '../net/types.js' */

/** How many .hue-N classes the style sheet has. */
const HUES = 12;

/** @param {string} name */
export function initials(name) {
	const words = name.trim().split(/[\s._-]+/).filter(Boolean);
	const letters = words.length > 1 ? [words[0], words[words.length - 1]] : words;
	const first = letters.map((w) => Array.from(w)[0] || '');
	return first.join('').toLocaleUpperCase() || '?';
}

/**
 * @param {Pick<User, "id"|"display_name"|"presence">|undefined} user
 * @param {{size?: "tiny"|"small"|"large", presence?: boolean}} [options]
 */
export function avatar(user, options = {}) {
	const size = options.size ? `.${options.size}` : '';
	// Drawn by the style sheet: a face is no word of the text around it.
	const face = h(/** @type {"span"} */ (`span.avatar${size}`), {
		'aria-hidden': 'true', 'data-initials': initials(user?.display_name || '?'),
	});
	face.classList.add(`hue-${(user?.id || 0) % HUES}`);
	if (!options.presence) {
		return face;
	}
	const state = user?.presence || 'offline';
	return h('span.with-presence', null, face,
		h(/** @type {"span"} */ (`span.presence.${state}`),
			{ role: 'img', 'aria-label': t(`presence.${state}`) }));
}
