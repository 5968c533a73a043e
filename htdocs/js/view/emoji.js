/**
 * emoji.js - pictures by name, and a picker with search and the ones used last.
 */

import { h, refill } from '../lib/dom.js';
import { t } from '../lib/i18n.js';
import { popover } from './menu.js';

/** @import {Context} from './view.js' */

/** @typedef {{char: string, names: string[], group: string}} Emoji */

const RECENT = 16;
const FIRST = ['👍', '❤️', '😂', '🎉', '😮', '😢', '🙏', '👀'];

/** @type {Emoji[]} */
let all = [];
/** @type {Promise<void>|null} */
let loading = null;

/** @returns {Promise<void>} when names can be looked up */
export function loadEmoji() {
	loading ??= import('../lib/emojidata.js').then(({ GROUPS }) => {
		all = Object.entries(GROUPS).flatMap(([group, text]) => text.split('|').map((one) => {
			const [char, ...names] = one.split(' ');
			return { char, names, group };
		}));
	});
	return loading;
}

/** @param {string} q */
export function findEmoji(q) {
	const wanted = q.toLowerCase();
	const starts = all.filter((e) => e.names.some((n) => n.startsWith(wanted)));
	const holds = all.filter((e) => !starts.includes(e)
		&& e.names.some((n) => n.includes(wanted)));
	return [...starts, ...holds];
}

/**
 * @param {string} name
 * @returns {string} empty when unknown, or not loaded yet
 */
export function emojiByName(name) {
	return all.find((e) => e.names.includes(name))?.char || '';
}

/**
 * @param {Context} ctx
 * @param {Element} anchor
 * @param {(emoji: string) => void} pick
 */
export async function openEmoji(ctx, anchor, pick) {
	await loadEmoji();
	const grid = h('div.emoji-groups');
	const input = h('input.search-input', {
		type: 'search', placeholder: t('emoji.search'), 'aria-label': t('emoji.search'),
	});
	const take = (/** @type {string} */ char) => {
		const recent = ctx.prefs.get('emoji').filter((c) => c !== char);
		ctx.prefs.set('emoji', [char, ...recent].slice(0, RECENT));
		close();
		pick(char);
	};
	const group = (/** @type {string} */ title, /** @type {string[]} */ chars) =>
		h('section', null, title ? h('h3', null, title) : null,
			h('div.emoji-grid', null, ...chars.map((char) => h('button.emoji-cell', {
				type: 'button', title: nameOf(char), 'aria-label': nameOf(char),
				onclick: () => take(char),
			}, char))));
	const show = () => {
		const q = input.value.trim();
		if (q) {
			const found = findEmoji(q).map((e) => e.char);
			refill(grid, found.length ? group('', found) : h('p.nothing', null, t('emoji.none')));
			return;
		}
		const recent = ctx.prefs.get('emoji');
		const names = [...new Set(all.map((e) => e.group))];
		refill(grid, group(t('emoji.recent'), recent.length ? recent : FIRST),
			...names.map((name) => group(t(`emoji.group.${name}`),
				all.filter((e) => e.group === name).map((e) => e.char))));
	};
	input.addEventListener('input', show);
	input.addEventListener('keydown', (e) => {
		if (e.key === 'Enter') {
			e.preventDefault();
			grid.querySelector('button')?.click();
		}
	});
	show();
	// Placed by its size: filled first.
	const close = popover(anchor, h('div.emoji-picker', null, input, grid), t('emoji.title'));
	input.focus();
}

/** @param {string} char */
function nameOf(char) {
	return all.find((e) => e.char === char)?.names[0].replace(/_/g, ' ') || char;
}
