/**
 * composer.js - where one writes. It takes text whatever the network does.
 */

import { attr, h, icon, iconButton, refill } from '../lib/dom.js';
import { t } from '../lib/i18n.js';
import { parse, plain } from '../lib/markdown.js';
import { openEmoji, withCompletion, withIntake, withTray } from './later.js';
import { roomName } from './roomlist.js';
import { toast } from './toast.js';
import { View } from './view.js';
import { explain } from './words.js';

/** @import {Message} from '../net/types.js' */
/** @import {Completion} from './complete.js' */
/** @import {Tray} from './tray.js' */
/** @import {Context} from './view.js' */

const MAX_BYTES = 8000;
const PICTURES = 'image/png,image/jpeg,image/gif,image/webp';
/** A typing sign is sent at most so often, in ms. */
const TYPING = 3000;
/** A draft is kept this long after the last key, in ms. */
const DRAFT = 400;
/** Rooms where a message waits for its files to be looked at: until then it stays the draft. */
const leaving = new Set();

/** Events: `sent`, `edit-last`. */
export class Composer extends View {
	#typed = 0;
	/** @type {ReturnType<typeof setTimeout>|undefined} */ #draftTimer;
	/** @type {Message|null} */ #reply = null;
	/** @type {Message|null} */ #edit = null;
	/** @type {Tray|null} */ #tray = null;
	/** @type {Promise<Tray>|null} */ #fetching = null;
	#completing = false;

	/**
	 * @param {Context} ctx
	 * @param {number} room
	 */
	constructor(ctx, room) {
		super();
		this.ctx = ctx;
		this.room = room;
		this.typing = h('p.typing', { 'aria-live': 'polite' });
		this.banner = h('div.composer-banner', { hidden: true });
		this.count = h('span.composer-count', { hidden: true });
		this.input = h('textarea', {
			id: 'composer', rows: 1, autocomplete: 'off', enterkeyhint: 'send', spellcheck: 'true',
			'aria-controls': 'offers', 'aria-autocomplete': 'list',
		});
		this.offers = h('div.offers', {
			role: 'listbox', id: 'offers', hidden: true, 'aria-label': t('composer.offers'),
		});
		/** @type {Completion|null} */
		this.complete = null;
	}

	/** @override */
	mount() {
		this.className = 'composer';
		attr(this, 'data-role', 'composer');
		this.shelf = h('div.tray-shelf');
		this.replaceChildren(this.typing,
			h('div.composer-box', null, this.offers, this.banner, this.shelf,
				h('div.composer-row', null,
					...this.#fileButton(),
					iconButton('smile', t('composer.emoji'), {
						class: 'icon-button composer-emoji',
						onclick: (/** @type {any} */ e) => openEmoji(this.ctx, e.currentTarget,
							(emoji) => this.#insert(emoji)),
					}),
					this.input, this.count,
					h('button.send', {
						type: 'button', 'aria-label': t('composer.send'), title: t('composer.send'),
						onclick: () => this.#send(),
					}, icon('send')))));
		this.on(this.input, 'input', () => this.#changed());
		this.on(this.input, 'keydown', (e) => this.#key(e));
		this.on(this.ctx.session.store, 'typing', () => this.#showTyping());
		this.on(this.ctx.session.store, 'rooms', () => this.#label());
		const timer = setInterval(() => this.#showTyping(), 1000);
		this.life.addEventListener('abort', () => clearInterval(timer));
		this.#label();
		this.#restore();
	}

	/** @override */
	unmount() {
		this.#keep();
	}

	/** The button, and the input behind it. */
	#fileButton() {
		const input = h('input', {
			type: 'file', accept: PICTURES, multiple: true, hidden: true,
			'aria-label': t('composer.picture'),
			onchange: () => {
				this.attach([...input.files || []]);
				// So that the same file can be chosen again.
				input.value = '';
			},
		});
		const button = iconButton('image', t('composer.picture'), {
			class: 'icon-button composer-picture', 'data-role': 'attach',
			onclick: () => {
				const { any } = this.ctx.session.store.takes;
				if (matchMedia('(pointer: coarse)').matches) {
					withIntake((m) => m.chooseFrom(button, input, any));
				} else {
					attr(input, 'accept', any ? null : PICTURES);
					input.click();
				}
			},
		});
		return [input, button];
	}

	#label() {
		const info = this.ctx.session.store.rooms.get(this.room)?.info;
		const text = t('composer.label', { room: info ? roomName(info) : '' });
		attr(this.input, 'placeholder', text);
		attr(this.input, 'aria-label', text);
	}

	/** @param {Message} message */
	replyTo(message) {
		this.#stopEditing();
		this.#reply = message;
		this.#showBanner();
		this.input.focus();
	}

	/** @param {Message} message */
	edit(message) {
		this.#reply = null;
		this.#edit = message;
		this.input.value = message.body;
		this.#showBanner();
		this.#changed();
		this.input.focus();
		this.input.setSelectionRange(message.body.length, message.body.length);
	}

	#showBanner() {
		const message = this.#edit || this.#reply;
		attr(this.banner, 'hidden', !message);
		if (!message) {
			return;
		}
		const name = this.ctx.session.store.users.get(message.user)?.display_name || '?';
		refill(this.banner, icon(this.#edit ? 'edit' : 'reply'),
			h('span.banner-text', null,
				h('strong', null, this.#edit ? t('composer.editing')
					: t('composer.replying', { name })), ' ',
				this.#edit ? '' : plain(parse(message.body.slice(0, 200)))),
			iconButton('close', t('action.cancel'), { onclick: () => this.#cancel() }));
	}

	#cancel() {
		this.#reply = null;
		this.#stopEditing();
		this.#showBanner();
		this.input.focus();
	}

	#stopEditing() {
		if (this.#edit) {
			this.#edit = null;
			this.input.value = '';
			this.#changed();
		}
	}

	/** @param {KeyboardEvent} e */
	#key(e) {
		if (e.isComposing || this.complete?.key(e)) {
			return;
		}
		if (e.key === 'Escape' && (this.#edit || this.#reply)) {
			e.preventDefault();
			this.#cancel();
		} else if (e.key === 'ArrowUp' && !this.input.value) {
			e.preventDefault();
			this.dispatchEvent(new Event('edit-last'));
		} else if (e.key === 'Enter') {
			const strong = e.ctrlKey || e.metaKey;
			if (this.ctx.prefs.get('enterSends') ? !e.shiftKey : strong) {
				e.preventDefault();
				this.#send();
			}
		}
	}

	/** @param {File[]} files to go with what is being written */
	async attach(files) {
		if (!files.length || this.#edit) {
			return;
		}
		(await this.#withTray()).add(files);
		this.input.focus();
	}

	/** @returns {Promise<Tray>} */
	#withTray() {
		this.#fetching ??= new Promise((done) => {
			withTray(this.ctx, this.room, (tray) => {
				this.#tray = tray;
				this.shelf?.replaceChildren(tray.element);
				tray.addEventListener('change', () => this.#changed());
				done(tray);
			}, () => {
				this.#fetching = null;
			});
		});
		return this.#fetching;
	}

	async #send() {
		const { value } = this.input;
		const body = (this.complete?.expand(value) ?? value).replace(/\r\n?/g, '\n')
			.replace(/^\n+|\s+$/g, '');
		if ((!body && !this.#tray?.count) || bytes(body) > MAX_BYTES) {
			return;
		}
		if (this.#edit) {
			this.#save(this.#edit, body);
			return;
		}
		const more = { reply_to: this.#reply?.seq };
		if (this.#tray?.count) {
			this.#sendFiles(this.#tray, body, more);
			return;
		}
		this.#clear();
		this.ctx.session.outbox.add(this.room, body, more);
		this.dispatchEvent(new Event('sent'));
	}

	/**
	 * @param {Tray} tray
	 * @param {string} body
	 * @param {{reply_to?: number}} more
	 */
	async #sendFiles(tray, body, more) {
		this.#keep();
		leaving.add(this.room);
		this.#clear();
		const files = await tray.empty();
		const kept = () => {
			leaving.delete(this.room);
			tray.keep();
			this.#keep();
		};
		if (!body && !files.length) {
			kept();
			return;
		}
		this.ctx.session.outbox.add(this.room, body, { ...more, files, kept });
		this.dispatchEvent(new Event('sent'));
	}

	/** What was written is on its way. */
	#clear() {
		this.#reply = null;
		this.#typed = 0;
		this.input.value = '';
		this.#showBanner();
		this.#changed();
		this.#keep();
		this.input.focus();
	}

	/**
	 * @param {Message} message
	 * @param {string} body
	 */
	async #save(message, body) {
		this.#stopEditing();
		this.#showBanner();
		if (body === message.body) {
			return;
		}
		try {
			await this.ctx.session.api.post(`rooms/${message.room}/messages/${message.seq}`,
				{ body }, { expect: 'message' });
		} catch (error) {
			this.edit({ ...message, body });
			toast(explain(error));
		}
	}

	#changed() {
		const { input } = this;
		input.style.height = 'auto';
		input.style.height = `${Math.min(input.scrollHeight, 220)}px`;
		const left = MAX_BYTES - bytes(input.value);
		attr(this.count, 'hidden', left > 500);
		this.count.textContent = left > 500 ? '' : String(left);
		this.count.classList.toggle('over', left < 0);
		this.classList.toggle('empty', !input.value.trim() && !this.#tray?.count);
		this.classList.toggle('editing', Boolean(this.#edit));
		this.#offer();
		if (!this.#edit) {
			clearTimeout(this.#draftTimer);
			this.#draftTimer = setTimeout(() => this.#keep(), DRAFT);
			this.#sign();
		}
	}

	/** Names and pictures for what is being written. */
	#offer() {
		if (this.complete) {
			this.complete.update();
		} else if (this.input.value && !this.#completing) {
			this.#completing = true;
			withCompletion((Completion) => {
				this.complete = new Completion(this.ctx, this.input, this.room, this.offers);
				this.complete.update();
			}, () => {
				this.#completing = false;
			});
		}
	}

	get #pause() {
		return this.ctx.prefs.get('lowData') ? TYPING * 4 : TYPING;
	}

	/** Tell the others that something is being written. */
	#sign() {
		const now = Date.now();
		const { connection, api } = this.ctx.session;
		if (this.input.value.trim() && this.isConnected && connection.state === 'live'
			&& document.activeElement === this.input && now - this.#typed > this.#pause) {
			this.#typed = now;
			api.post(`rooms/${this.room}/typing`).catch(() => {});
		}
	}

	async #restore() {
		if (leaving.has(this.room)) {
			this.#changed();
			return;
		}
		const kept = await this.ctx.session.storage.get('drafts', String(this.room))
			.catch(() => null);
		if (kept && !this.input.value && this.isConnected) {
			this.input.value = kept.body;
		}
		this.#changed();
		if (await this.ctx.session.storage.get('drafts', `${this.room} files`).catch(() => null)) {
			(await this.#withTray()).restore();
		}
	}

	#keep() {
		clearTimeout(this.#draftTimer);
		if (this.#edit || leaving.has(this.room)) {
			return;
		}
		const { storage } = this.ctx.session;
		const key = String(this.room);
		const body = this.input.value;
		(body.trim() ? storage.put('drafts', key, { body }) : storage.remove('drafts', key))
			.catch(() => {});
	}

	/** @param {string} text */
	#insert(text) {
		const { selectionStart, selectionEnd } = this.input;
		this.input.setRangeText(text, selectionStart, selectionEnd, 'end');
		this.input.focus();
		this.#changed();
	}

	#showTyping() {
		const { store } = this.ctx.session;
		const names = (store.rooms.get(this.room)?.typists() || [])
			.map((id) => store.users.get(id)?.display_name || '?');
		const n = names.length;
		const list = new Intl.ListFormat(document.documentElement.lang).format(names);
		const text = n === 0 ? '' : n > 3 ? t('composer.typing.many')
			: t('composer.typing', { n, names: list });
		if (this.typing.textContent !== text) {
			this.typing.textContent = text;
		}
	}
}

/** @param {string} text */
function bytes(text) {
	return text.length * 3 < MAX_BYTES ? text.length : new TextEncoder().encode(text).length;
}

customElements.define('palabre-composer', Composer);
