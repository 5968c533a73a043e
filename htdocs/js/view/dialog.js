/**
 * dialog.js - a modal box with a title, and forms in it that show what is wrong.
 */

import { h, iconButton } from '../lib/dom.js';
import { t } from '../lib/i18n.js';
import { explain } from './words.js';

/** @import {Child} from '../lib/dom.js' */

/**
 * @param {string} title
 * @param {string} kind a class of its own
 * @param {...Child} children
 * @returns {HTMLDialogElement} shown
 */
export function dialog(title, kind, ...children) {
	const id = `title-${kind}`;
	const close = iconButton('close', t('action.close'), { onclick: () => box.close() });
	const box = h('dialog.modal', { 'aria-labelledby': id },
		h('header.modal-head', null, h('h2', { id }, title), close),
		h('div.modal-body', null, ...children));
	box.classList.add(kind);
	box.addEventListener('close', () => box.remove());
	box.addEventListener('mousedown', (e) => {
		if (e.target === box) {
			box.close();
		}
	});
	document.querySelector(`dialog.modal.${kind}`)?.remove();
	document.body.append(box);
	box.showModal();
	const first = box.querySelector('[autofocus], .modal-body input, .modal-body button');
	/** @type {HTMLElement|null} */ (first)?.focus();
	return box;
}

/**
 * @param {string} label
 * @param {HTMLElement} input
 * @param {string} [hint]
 */
export function field(label, input, hint) {
	const id = `hint-${input.getAttribute('name')}`;
	if (hint) {
		input.setAttribute('aria-describedby', id);
	}
	return h('div.field', null,
		h('label', null, h('span.label', null, label), input),
		hint ? h('p.hint', { id }, hint) : null);
}

/**
 * Run a form: one submission at a time, errors beside the field they are about.
 * @param {HTMLFormElement} form
 * @param {(values: Record<string, string>) => Promise<unknown>} submit
 */
export function wireForm(form, submit) {
	const problem = h('p.problem', { role: 'alert' });
	const button = /** @type {HTMLButtonElement} */ (form.querySelector('[type=submit]'));
	form.noValidate = true;
	button.before(problem);
	form.addEventListener('submit', async (e) => {
		e.preventDefault();
		if (button.disabled) {
			return;
		}
		const values = /** @type {any} */ (Object.fromEntries(new FormData(form)));
		problem.textContent = '';
		form.querySelectorAll('[aria-invalid]').forEach((x) => x.removeAttribute('aria-invalid'));
		button.disabled = true;
		form.setAttribute('aria-busy', 'true');
		try {
			await submit(values);
		} catch (error) {
			problem.textContent = explain(error);
			const name = /** @type {any} */ (error).field;
			const input = name && form.elements.namedItem(name);
			if (input instanceof HTMLElement) {
				input.setAttribute('aria-invalid', 'true');
				input.focus();
			}
		} finally {
			button.disabled = false;
			form.removeAttribute('aria-busy');
		}
	});
}
