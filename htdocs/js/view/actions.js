/**
 * actions.js - what can be done with a message: on hover, on long press, by keyboard.
 */

import { h, iconButton } from '../lib/dom.js';
import { t } from '../lib/i18n.js';
import { openEmoji, writeTo } from './later.js';
import { menu } from './menu.js';
import { MessageView } from './message.js';
import { toast } from './toast.js';
import { explain } from './words.js';

/** @import {Message} from '../net/types.js' */
/** @import {Item} from './menu.js' */
/** @import {Context} from './view.js' */

const UNDO = 5000;
const PRESS = 450;
/** A finger at rest moves so much, in px. */
const TREMBLE = 10;

export class MessageActions {
	/** @type {MessageView|null} */ #at = null;

	/**
	 * @param {Context} ctx
	 * @param {import('./view.js').View} host gets the events `reply` and `edit`, their
	 *   detail the message
	 */
	constructor(ctx, host) {
		this.ctx = ctx;
		this.host = host;
		/** Messages taken away here, while that can still be undone. @type {Set<number>} */
		this.hidden = new Set();
		this.tools = h('div.tools', { role: 'toolbar', 'aria-label': t('message.actions') },
			iconButton('smile', t('message.react'), {
				onclick: (/** @type {any} */ e) => this.#pick(e.currentTarget, this.#message),
			}),
			iconButton('reply', t('message.reply'), {
				onclick: () => this.#tell('reply', this.#message),
			}),
			iconButton('dots', t('message.more'), {
				onclick: (/** @type {any} */ e) => this.#menu(e.currentTarget),
			}));
	}

	/**
	 * @param {HTMLElement} scroller
	 * @param {AbortSignal} signal
	 */
	listen(scroller, signal) {
		scroller.addEventListener('pointerover', (e) => {
			if (e.pointerType === 'mouse') {
				this.#move(viewOf(e.target));
			}
		}, { signal });
		scroller.addEventListener('pointerleave', () => this.#move(null), { signal });
		scroller.addEventListener('focusin', (e) => this.#move(viewOf(e.target)), { signal });
		scroller.addEventListener('click', (e) => this.#click(e), { signal });
		scroller.addEventListener('keydown', (e) => this.#key(e, scroller), { signal });
		this.#press(scroller, signal);
	}

	/**
	 * A long press opens the menu, as a sheet.
	 * @param {HTMLElement} scroller
	 * @param {AbortSignal} signal
	 */
	#press(scroller, signal) {
		/** @type {ReturnType<typeof setTimeout>|undefined} */
		let timer;
		let at = { clientX: 0, clientY: 0 };
		const end = () => clearTimeout(timer);
		scroller.addEventListener('pointerdown', (e) => {
			const view = viewOf(e.target);
			end();
			at = e;
			if (e.pointerType !== 'mouse' && view) {
				timer = setTimeout(() => {
					this.#at = view;
					this.#menu(view);
				}, PRESS);
			}
		}, { signal });
		scroller.addEventListener('pointermove', (e) => {
			if (Math.hypot(e.clientX - at.clientX, e.clientY - at.clientY) > TREMBLE) {
				end();
			}
		}, { signal, passive: true });
		for (const type of ['pointerup', 'pointercancel', 'scroll']) {
			scroller.addEventListener(type, end, { signal, passive: true });
		}
		scroller.addEventListener('contextmenu', (e) => {
			if (/** @type {PointerEvent} */ (e).pointerType === 'touch') {
				e.preventDefault();
			}
		}, { signal });
	}

	/** @param {MessageView|null} view */
	#move(view) {
		const able = view?.shown && view.shown.message.seq && !view.shown.message.deleted;
		this.#at = view;
		if (able && this.tools.parentElement !== view) {
			view.append(this.tools);
		} else if (!able) {
			this.tools.remove();
		}
	}

	/** @param {MouseEvent} e */
	#click(e) {
		const button = /** @type {Element} */ (e.target).closest('[data-act=toggle]');
		const view = viewOf(e.target);
		if (button instanceof HTMLElement && view?.shown) {
			const on = button.getAttribute('aria-pressed') !== 'true';
			this.react(view.shown.message, button.dataset.emoji || '', on);
		}
	}

	/**
	 * @param {KeyboardEvent} e
	 * @param {HTMLElement} scroller
	 */
	#key(e, scroller) {
		const view = viewOf(e.target);
		const target = /** @type {HTMLElement} */ (e.target);
		if (target !== scroller && target !== view) {
			return;
		}
		const all = [...scroller.querySelectorAll('palabre-message')];
		const step = { ArrowUp: -1, ArrowDown: 1 }[e.key];
		if (step) {
			const at = view ? all.indexOf(view) + step : all.length - 1;
			const next = all[at];
			if (next instanceof HTMLElement) {
				e.preventDefault();
				next.focus();
			}
		} else if (view && (e.key === 'Enter' || e.key === 'ContextMenu')) {
			e.preventDefault();
			this.#at = view;
			this.#menu(view);
		} else if (view && e.key === 'r' && !e.ctrlKey && !e.metaKey) {
			e.preventDefault();
			// A pointer at rest may have been over another one last.
			this.#at = view;
			this.#tell('reply', this.#message);
		}
	}

	/** @returns {Message|null} */
	get #message() {
		return this.#at?.shown?.message || null;
	}

	/**
	 * @param {"reply"|"edit"} what
	 * @param {Message|null} message
	 */
	#tell(what, message) {
		if (message?.seq && !message.deleted) {
			this.host.dispatchEvent(new CustomEvent(what, { detail: message }));
		}
	}

	/**
	 * @param {Element} anchor
	 * @param {Message|null} message
	 */
	#pick(anchor, message) {
		if (message) {
			openEmoji(this.ctx, anchor, (emoji) => this.react(message, emoji, true));
		}
	}

	/**
	 * What it offers is about the message it was opened for, wherever the pointer went since.
	 * @param {Element} anchor
	 */
	#menu(anchor) {
		const message = this.#message;
		if (!message || !message.seq || message.deleted) {
			return;
		}
		const { me, store } = this.ctx.session;
		const role = store.rooms.get(message.room)?.info.role;
		const mine = message.user === me.id;
		/** @type {Item[]} */
		const items = [
			{ icon: 'smile', label: t('message.react'), run: () => this.#pick(anchor, message) },
			{ icon: 'reply', label: t('message.reply'), run: () => this.#tell('reply', message) },
			{ icon: 'copy', label: t('message.copy'), run: () => this.#copy(message.body) },
			{ icon: 'link', label: t('message.copy_link'), run: () => this.#copyLink(message) },
		];
		if (mine) {
			items.push({
				icon: 'edit', label: t('message.edit'), run: () => this.#tell('edit', message),
			});
		} else if (store.rooms.get(message.room)?.info.kind !== 'direct') {
			const name = store.users.get(message.user)?.display_name || t('message.someone');
			items.push({
				icon: 'person', label: t('members.direct', { name }),
				run: () => writeTo(this.ctx, message.user),
			});
		}
		if (mine || role === 'owner' || role === 'moderator') {
			items.push(null, {
				icon: 'trash', label: t('message.delete'), danger: true,
				run: () => this.#delete(message),
			});
		}
		menu(anchor, items, t('message.actions'));
	}

	/** @param {string} text */
	async #copy(text) {
		try {
			await navigator.clipboard.writeText(text);
			toast(t('message.copied'), undefined, 2000);
		} catch {
			toast(t('message.copy_failed'));
		}
	}

	/** @param {Message} message */
	#copyLink(message) {
		const url = new URL(`#/r/${message.room}/${message.seq}`, location.href);
		this.#copy(url.href);
	}

	/**
	 * @param {Message} message
	 * @param {string} emoji
	 * @param {boolean} on
	 */
	async react(message, emoji, on) {
		const { api } = this.ctx.session;
		try {
			await api.post(`rooms/${message.room}/messages/${message.seq}/reactions`,
				{ emoji, on }, { expect: 'message' });
		} catch (error) {
			toast(explain(error));
		}
	}

	/**
	 * Gone at once for the eye, for good a little later.
	 * @param {Message} message
	 */
	#delete(message) {
		const { api } = this.ctx.session;
		const path = `rooms/${message.room}/messages/${message.seq}/delete`;
		const show = () => {
			this.hidden.delete(message.seq);
			this.host.schedule();
		};
		const commit = async () => {
			removeEventListener('pagehide', leaving);
			try {
				await api.post(path, {}, { keepalive: true });
			} catch (error) {
				show();
				toast(explain(error));
			}
		};
		const leaving = () => {
			clearTimeout(timer);
			commit();
		};
		const timer = setTimeout(commit, UNDO);
		addEventListener('pagehide', leaving);
		this.hidden.add(message.seq);
		this.host.schedule();
		toast(t('message.deleted_toast'), {
			label: t('action.undo'),
			run: () => {
				clearTimeout(timer);
				removeEventListener('pagehide', leaving);
				show();
			},
		}, UNDO);
	}
}

/** @param {EventTarget|null} target */
function viewOf(target) {
	const view = target instanceof Element ? target.closest('palabre-message') : null;
	return view instanceof MessageView ? view : null;
}
