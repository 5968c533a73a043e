/**
 * emojipicker.js - emoji to pick from, with search and the ones used last.
 */

import { h, refill } from '../lib/dom.js';
import { t } from '../lib/i18n.js';
import { allEmoji, findEmoji, loadEmoji } from './emoji.js';
import { popover } from './menu.js';

/** @import {Context} from './view.js' */

const RECENT = 16;
const FIRST = ['👍', '❤️', '😂', '🎉', '😮', '😢', '🙏', '👀'];

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
		const names = [...new Set(allEmoji().map((e) => e.group))];
		refill(grid, group(t('emoji.recent'), recent.length ? recent : FIRST),
			...names.map((name) => group(t(`emoji.group.${name}`),
				allEmoji().filter((e) => e.group === name).map((e) => e.char))));
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
	return allEmoji().find((e) => e.char === char)?.names[0].replace(/_/g, ' ') || char;
}
