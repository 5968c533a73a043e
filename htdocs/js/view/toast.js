/**
 * toast.js - a short word at the bottom, with at most one thing to do about it.
 */

import { h } from '../lib/dom.js';

/**
 * @param {string} text
 * @param {{label: string, run: () => void}} [action]
 * @param {number} [ms]
 * @returns {() => void} takes it away
 */
export function toast(text, action, ms = 5000) {
	let shelf = document.querySelector('.toasts');
	if (!shelf) {
		shelf = h('div.toasts', { role: 'status' });
		document.body.append(shelf);
	}
	const box = h('div.toast', null, h('span', null, text));
	const gone = () => {
		clearTimeout(timer);
		box.remove();
	};
	const timer = setTimeout(gone, ms);
	if (action) {
		box.append(h('button.toast-action', {
			type: 'button',
			onclick: () => {
				gone();
				action.run();
			},
		}, action.label));
	}
	shelf.append(box);
	return gone;
}
