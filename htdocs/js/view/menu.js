/**
 * menu.js - a menu beside what opened it; on a phone, a sheet from below.
 */

import { h, icon } from '../lib/dom.js';

/**
 * @typedef {{icon?: string, label: string, run: () => void, danger?: boolean,
 *   checked?: boolean}|null} Item null draws a line
 */

/**
 * Open a floating box beside an anchor. One at a time.
 * @param {Element} anchor
 * @param {HTMLElement} content
 * @param {string} label
 * @returns {() => void} closes it
 */
export function popover(anchor, content, label) {
	document.querySelector('dialog.popover')?.remove();
	const dialog = h('dialog.popover', { 'aria-label': label }, content);
	document.body.append(dialog);
	const close = () => dialog.close();
	ownClicks(dialog);
	dialog.addEventListener('close', () => dialog.remove());
	dialog.addEventListener('click', (e) => {
		if (e.target === dialog) {
			close();
		}
	});
	dialog.showModal();
	if (!matchMedia('(max-width: 719px)').matches) {
		place(dialog, anchor);
	}
	return close;
}

/**
 * A finger that opened the box by a long press must not, when it leaves, click what has
 * appeared under it: a click counts when its press began here, or came from the keyboard.
 * @param {HTMLElement} box
 */
function ownClicks(box) {
	let pressed = false;
	box.addEventListener('pointerdown', () => {
		pressed = true;
	}, true);
	box.addEventListener('click', (e) => {
		if (!pressed && e.detail > 0) {
			e.preventDefault();
			e.stopImmediatePropagation();
		}
	}, true);
}

/**
 * @param {HTMLElement} box
 * @param {Element} anchor
 */
function place(box, anchor) {
	const at = anchor.getBoundingClientRect();
	const { offsetWidth: width, offsetHeight: height } = box;
	const below = at.bottom + 6 + height < innerHeight;
	// Into the page, from whichever side of it the anchor is on.
	const wanted = at.left + at.right < innerWidth ? at.left : at.right - width;
	const left = Math.min(Math.max(8, wanted), innerWidth - width - 8);
	const top = below ? at.bottom + 6 : Math.max(8, at.top - height - 6);
	box.style.left = `${left}px`;
	box.style.top = `${top}px`;
}

/**
 * @param {Element} anchor
 * @param {Item[]} items
 * @param {string} label
 */
export function menu(anchor, items, label) {
	const list = h('div.menu', { role: 'menu' });
	const close = popover(anchor, list, label);
	for (const item of items) {
		list.append(item ? entry(item, close) : h('div.menu-line', { role: 'separator' }));
	}
	list.addEventListener('keydown', (e) => {
		const step = { ArrowDown: 1, ArrowUp: -1 }[e.key];
		if (step) {
			e.preventDefault();
			const all = [...list.querySelectorAll('button')];
			const at = all.indexOf(/** @type {any} */ (document.activeElement));
			all[(at + step + all.length) % all.length].focus();
		}
	});
	const box = /** @type {HTMLElement} */ (list.parentElement);
	if (!matchMedia('(max-width: 719px)').matches) {
		place(box, anchor);
	}
	list.querySelector('button')?.focus();
}

/**
 * @param {NonNullable<Item>} item
 * @param {() => void} close
 */
function entry(item, close) {
	const button = h('button.menu-item', {
		type: 'button',
		role: item.checked === undefined ? 'menuitem' : 'menuitemradio',
		'aria-checked': item.checked === undefined ? null : String(item.checked),
		onclick: () => {
			close();
			item.run();
		},
	}, item.icon ? icon(item.icon) : h('span.icon'), h('span', null, item.label));
	if (item.checked) {
		button.append(icon('check'));
	}
	button.classList.toggle('danger', Boolean(item.danger));
	return button;
}
